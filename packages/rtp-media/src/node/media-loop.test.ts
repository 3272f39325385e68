import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import type { MediaCommand, MediaEvent } from '../engine/door.ts';
import type { Engine, MediaOut } from '../engine/ports.ts';
import { FRAME_SAMPLES, type Sound } from '../engine/sound.ts';
import type { Endpoint, MediaId } from '../session/plan.ts';
import type { DatagramHandler, MediaIo, MediaSocket } from './media-io.ts';
import { MediaLoop } from './media-loop.ts';
import { PortPool } from './port-pool.ts';
import { RtcpReporter } from './rtcp.ts';

const PEER: Endpoint = { host: '192.0.2.9', port: 6000 };
const SESSION: MediaId = token<'media'>('m1');

/** An io whose waits cost no time: the clock jumps to what is waited for. */
class VirtualIo implements MediaIo {
  readonly loop: 'poll' | 'dgram';
  readonly note = 'virtual';
  readonly wakeFd = undefined;
  onDatagram: DatagramHandler = () => {};
  at = 0;
  waits = 0;
  readonly open = new Set<number>();
  readonly listening = new Set<number>();
  readonly sent: { from: number; to: Endpoint; bytes: Uint8Array }[] = [];
  sendable = true;
  /** Looked at in each wait: when the card's next frame is there. */
  card: VirtualCard | undefined;

  constructor(loop: 'poll' | 'dgram' = 'poll') {
    this.loop = loop;
  }

  now(): number {
    return this.at;
  }
  bind(port: number): Promise<MediaSocket | undefined> {
    this.open.add(port);
    return Promise.resolve({ port });
  }
  listen(socket: MediaSocket): void {
    this.listening.add(socket.port);
  }
  send(socket: MediaSocket, bytes: Uint8Array, to: Endpoint): boolean {
    if (this.sendable) this.sent.push({ from: socket.port, to, bytes: bytes.slice() });
    return this.sendable;
  }
  release(socket: MediaSocket): void {
    this.open.delete(socket.port);
    this.listening.delete(socket.port);
  }
  wait(until: number, fds: readonly number[]): Promise<boolean> {
    this.waits++;
    const limit = Math.max(this.at, Math.min(until, this.at + 20));
    const readyAt =
      this.loop === 'poll' && fds.length > 0
        ? (this.card?.readyAt ?? Number.POSITIVE_INFINITY)
        : Number.POSITIVE_INFINITY;
    this.at = Math.max(this.at, Math.min(limit, readyAt));
    return Promise.resolve(readyAt <= this.at);
  }
  wake(): void {}
  yieldPriority(): string {
    return 'normal';
  }
  close(): void {}
}

/** A card that has a frame every 20.01 ms while it lives. */
class VirtualCard implements Sound {
  readonly pollFds = [7];
  readonly speaker = { write: () => void this.played++ };
  readonly ringer = { write: () => {} };
  readonly microphone = {
    read: (frame: Int16Array) => {
      this.taken++;
      frame.fill(1);
      return true;
    },
  };
  played = 0;
  taken = 0;
  alive = true;
  /** Ready without a frame. */
  lying = false;
  tends = 0;
  fault: string | undefined;
  routes: string[] = [];
  readonly #io: VirtualIo;

  constructor(io: VirtualIo) {
    this.#io = io;
    io.card = this;
  }
  get readyAt(): number {
    if (this.lying) return this.#io.at;
    return this.alive ? (this.taken + 1) * 20.01 : Number.POSITIVE_INFINITY;
  }
  available(): number {
    return this.alive && !this.lying ? Math.floor(this.#io.at / 20.01 + 1e-9) - this.taken : 0;
  }
  route(route: string): void {
    this.routes.push(route);
  }
  tend(): string | undefined {
    this.tends++;
    return this.fault;
  }
  close(): void {}
}

const SILENCE: Sound = {
  microphone: { read: () => false },
  speaker: { write: () => {} },
  ringer: { write: () => {} },
  pollFds: [],
  available: () => 0,
  tend: () => undefined,
  close: () => {},
};

/** Notes what it is told and sends one packet a tick. */
class NotingEngine implements Engine {
  readonly sessions: MediaId[] = [];
  readonly ticks: { at: number; silent: boolean }[] = [];
  readonly commands: MediaCommand[] = [];
  readonly received: { session: MediaId; bytes: Uint8Array; from: Endpoint }[] = [];
  readonly receivedRtcp: MediaId[] = [];
  breaks = false;
  readonly #out: MediaOut;

  constructor(out: MediaOut) {
    this.#out = out;
  }
  command(command: MediaCommand): void {
    if (this.breaks) throw new Error('unknown session');
    this.commands.push(command);
  }
  receive(session: MediaId, bytes: Uint8Array, from: Endpoint): void {
    this.received.push({ session, bytes, from });
  }
  receiveRtcp(session: MediaId): undefined {
    this.receivedRtcp.push(session);
    return undefined;
  }
  protectRtcp(_session: MediaId, packet: Uint8Array): Uint8Array {
    return packet;
  }
  tick(microphone: Int16Array, speaker: Int16Array, ringer: Int16Array, now: number): void {
    assert.ok([microphone, speaker, ringer].every((frame) => frame.length === FRAME_SAMPLES));
    this.ticks.push({ at: now, silent: microphone[0] === 0 });
    this.#out.send(SESSION, Uint8Array.of(1, 2, 3), PEER);
  }
  statistics(): undefined {
    return undefined;
  }
}

async function stand(io: VirtualIo, sound: Sound) {
  const events: MediaEvent[] = [];
  const pool = new PortPool(io, { from: 4000, to: 4099 }, 0, () => {});
  await pool.fill();
  let engine: NotingEngine | undefined;
  const loop = new MediaLoop({
    io,
    sound,
    pool,
    reporter: new RtcpReporter('test', () => 0.5, 0),
    tell: (event) => void events.push(event),
    engine: (out) => {
      engine = new NotingEngine(out);
      return engine;
    },
  });
  const run = async (until: number) => {
    while (io.at < until) await loop.turn();
  };
  return { loop, engine: engine!, events, run };
}

test('media loop: without a card the deadline ticks every 20 ms and does not drift', async () => {
  const io = new VirtualIo();
  const { engine, loop, run } = await stand(io, SILENCE);
  await run(10_000);
  assert.equal(loop.clock, 'deadline');
  assert.deepEqual(engine.ticks.map(({ at }) => at).slice(0, 3), [20, 40, 60]);
  assert.equal(engine.ticks.length, 500);
  assert.equal(engine.ticks.at(-1)?.at, 10_000);
});

test('media loop: a late turn makes its ticks good; after a long sleep it does not', async () => {
  const io = new VirtualIo();
  const { engine, run } = await stand(io, SILENCE);
  await run(100);
  io.at += 70;
  await run(200);
  assert.equal(engine.ticks.length, 10);
  io.at += 5000;
  await run(5220);
  assert.ok(engine.ticks.length <= 12, `${engine.ticks.length} ticks`);
});

test('media loop: the card is the clock, one tick a frame', async () => {
  const io = new VirtualIo();
  const card = new VirtualCard(io);
  const { engine, loop, run } = await stand(io, card);
  await run(2002);
  assert.equal(loop.clock, 'card');
  assert.equal(engine.ticks.length, 100);
  assert.ok(Math.abs(engine.ticks[99]!.at - 2001) < 0.001);
  assert.equal(card.played, 100);
  assert.equal(card.tends, 2, 'tended once a second');
});

test('media loop: a loop that cannot poll the card looks at it often enough', async () => {
  const io = new VirtualIo('dgram');
  const card = new VirtualCard(io);
  const { engine, loop, events, run } = await stand(io, card);
  await run(2004);
  assert.equal(loop.clock, 'card');
  assert.equal(engine.ticks.length, 100);
  assert.deepEqual(events, []);
  const late = engine.ticks.map(({ at }, index) => at - (index + 1) * 20.01);
  assert.ok(Math.max(...late) <= 4.01, `${Math.max(...late)} ms late`);
});

test('media loop: no frame for 60 ms and the deadline takes over with silence; RTP goes on; frames bring the card back', async () => {
  const io = new VirtualIo();
  const card = new VirtualCard(io);
  const { engine, loop, events, run } = await stand(io, card);
  await run(1000);
  card.alive = false;
  const before = engine.ticks.length;
  await run(1500);
  assert.equal(loop.clock, 'deadline');
  assert.equal(events.filter(({ type }) => type === 'fault').length, 1);
  const without = engine.ticks.slice(before);
  assert.ok(without.length >= 21 && without.length <= 25, `${without.length} ticks in half a second`);
  assert.ok(without[0]!.at - engine.ticks[before - 1]!.at <= 60 + 1);
  card.alive = true;
  await run(2000);
  assert.equal(loop.clock, 'card');
  assert.ok(events.some((event) => event.type === 'ready' && event.clock === 'card'));
  assert.equal(card.available(), 0, 'what piled up was thrown away');
  assert.ok(engine.ticks.length >= 95 && engine.ticks.length <= 102, `${engine.ticks.length} ticks in two seconds`);
});

test('media loop: a card that says ready and has no frame does not make it spin', async () => {
  const io = new VirtualIo();
  const card = new VirtualCard(io);
  const { run } = await stand(io, card);
  await run(500);
  card.lying = true;
  const before = io.waits;
  await run(560);
  assert.ok(io.waits - before < 100, `${io.waits - before} turns in 60 ms`);
});

test('media loop: a session gets its announced pair, its datagrams, and gives the ports back', async () => {
  const io = new VirtualIo();
  const { engine, loop, events, run } = await stand(io, SILENCE);
  loop.perform({ type: 'open', session: SESSION, port: 4002 });
  assert.ok(io.listening.has(4002) && io.listening.has(4003));
  io.onDatagram({ port: 4004 }, Uint8Array.of(9), PEER, 0);
  assert.equal(engine.received.length, 0, 'a spare hears nothing');
  await run(40);
  assert.deepEqual(
    io.sent.map(({ from }) => from),
    [4002, 4002],
  );
  loop.perform({ type: 'close', session: SESSION });
  assert.ok(!io.open.has(4002) && !io.open.has(4003));
  await run(100);
  assert.equal(io.sent.length, 2, 'a closed session sends nothing');
  assert.deepEqual(
    engine.commands.map(({ type }) => type),
    ['open', 'close'],
  );
  assert.deepEqual(events, []);
});

test('media loop: a port that is not in the pool is a fault, and the engine does not hear of it', async () => {
  const { engine, loop, events } = await stand(new VirtualIo(), SILENCE);
  loop.perform({ type: 'open', session: SESSION, port: 4001 });
  assert.equal(engine.commands.length, 0);
  assert.deepEqual(events, [{ type: 'fault', where: 'socket', message: 'port 4001 is not in the pool' }]);
});

test('media loop: what cannot be sent is told once, and again after it went well', async () => {
  const io = new VirtualIo();
  const { loop, events, run } = await stand(io, SILENCE);
  loop.perform({ type: 'open', session: SESSION, port: 4000 });
  io.sendable = false;
  await run(100);
  assert.equal(events.length, 1);
  io.sendable = true;
  await run(200);
  io.sendable = false;
  await run(300);
  assert.equal(events.length, 2);
});

test('media loop: a bug in one command is told and the calls go on', async () => {
  const io = new VirtualIo();
  const { engine, loop, events, run } = await stand(io, SILENCE);
  engine.breaks = true;
  loop.perform({ type: 'mute', on: true });
  assert.ok(events.some((event) => event.type === 'fault' && /mute: Error: unknown session/.test(event.message)));
  await run(100);
  assert.equal(engine.ticks.length, 5);
});

test('media loop: a route change reaches the sound before the engine', async () => {
  const io = new VirtualIo();
  const card = new VirtualCard(io);
  const { engine, loop } = await stand(io, card);
  loop.perform({ type: 'route', route: 'speaker' });
  assert.deepEqual(card.routes, ['speaker']);
  assert.equal(engine.commands.length, 1);
});

test('media loop: the sound tells its faults when tended', async () => {
  const io = new VirtualIo();
  const card = new VirtualCard(io);
  card.fault = 'ENODEV';
  const { events, run } = await stand(io, card);
  await run(1010);
  assert.deepEqual(events, [{ type: 'fault', where: 'card', message: 'ENODEV' }]);
});

test.run();
