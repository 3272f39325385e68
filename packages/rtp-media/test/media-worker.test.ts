import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import type { MediaEvent, MediaPort } from '../src/engine/door.ts';
import { FramesLink, type SoundChoice, soundWorkerUrl, startMediaWorker } from '../src/node/index.ts';
import type { Endpoint, MediaId, SessionPlan } from '../src/session/plan.ts';
import { readWav, writeWav } from '../src/wav/wav.ts';

const HOST = '127.0.0.1';
const BASE = 44_000 + 40 * (process.pid % 400);
const ONE: MediaId = token<'media'>('one');

interface Party {
  readonly port: MediaPort;
  readonly events: MediaEvent[];
  readonly local: Endpoint;
}

async function party(sound: SoundChoice, offset: number, loop: 'poll' | 'dgram'): Promise<Party> {
  const ports = { from: BASE + offset, to: BASE + offset + 19 };
  const port = await startMediaWorker({ workerUrl: soundWorkerUrl(), host: HOST, ports, sound, loop, realtime: false });
  const events: MediaEvent[] = [];
  port.onEvent = (event) => events.push(event);
  const local = port.open(ONE);
  assert.ok(local !== undefined, 'the pool gives an endpoint at once');
  return { port, events, local };
}

function plan(remote: Endpoint): SessionPlan {
  const codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 } as const;
  return {
    remote,
    remoteRtcp: { host: remote.host, port: remote.port + 1 },
    codec,
    receive: [codec],
    telephoneEvent: 101,
    direction: 'sendrecv',
    ptimeMs: 20,
  };
}

async function until(what: string, done: () => boolean): Promise<void> {
  const limit = performance.now() + 8000;
  while (!done()) {
    if (performance.now() > limit) throw new Error(`not within 8 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Share of the energy at one frequency (Goertzel). */
function share(samples: Int16Array, hz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 8000);
  let [before, last, energy] = [0, 0, 0];
  for (const sample of samples) {
    [before, last] = [last, sample + coefficient * last - before];
    energy += sample * sample;
  }
  return (2 * (before * before + last * last - coefficient * before * last)) / (samples.length * energy || 1);
}

test('media worker: a tone from the dgram loop is heard in the poll loop, and frames go back', async () => {
  const link = new FramesLink();
  const heard: Int16Array[] = [];
  link.onFrame = (frame) => heard.push(frame);
  const [tone, frames] = await Promise.all([
    party({ type: 'tone', cadence: '440' }, 0, 'dgram'),
    party(link.choice, 20, 'poll'),
  ]);
  try {
    for (const [from, to] of [
      [tone, frames],
      [frames, tone],
    ] as const) {
      from.port.send({ type: 'plan', session: ONE, plan: plan(to.local) });
      from.port.send({ type: 'connect', sessions: [ONE] });
    }
    await until('RTP both ways', () =>
      [tone, frames].every(({ events }) => events.some(({ type }) => type === 'flowing')),
    );
    const steady = () => Int16Array.from(heard.slice(-20).flatMap((frame) => [...frame]));
    await until('400 ms of 440 Hz', () => heard.length > 20 && share(steady(), 440) > 0.95);

    let written = 0;
    while (link.write(new Int16Array(160).fill(500))) written++;
    assert.ok(written >= 10 && written < 100, `back-pressure after ${written} frames`);
    let drained = false;
    link.onDrain = () => {
      drained = true;
    };
    await until('room again', () => drained);

    frames.port.send({ type: 'dtmf', session: ONE, digits: '5', durationMs: 100 });
    await until('the digit', () => tone.events.some((event) => event.type === 'digit' && event.digit === '5'));
    tone.port.send({ type: 'close', session: ONE });
    await until('closed', () => tone.events.some(({ type }) => type === 'closed'));
    assert.deepEqual(
      [...tone.events, ...frames.events].filter(({ type }) => type === 'fault'),
      [],
    );
  } finally {
    await Promise.all([tone.port.close(), frames.port.close()]);
    link.close();
  }
});

test('media worker: events from before the handler are kept; ready says which loop; commands are acted upon', async () => {
  const port = await startMediaWorker({
    workerUrl: soundWorkerUrl(),
    host: HOST,
    ports: { from: BASE + 40, to: BASE + 45 },
    sound: { type: 'silence' },
  });
  const events: MediaEvent[] = [];
  port.onEvent = (event) => events.push(event);
  const ready = events.find((event) => event.type === 'ready');
  assert.ok(ready?.type === 'ready' && ready.clock === 'deadline' && ready.note !== undefined && ready.note !== '');
  assert.equal(events.filter(({ type }) => type === 'spare').length, 3);
  const given = [1, 2, 3, 4].map((at) => port.open(token<'media'>(`m${at}`)));
  assert.equal(new Set(given.slice(0, 3).map((endpoint) => endpoint?.port)).size, 3);
  assert.equal(given[3], undefined, 'an empty pool gives nothing');

  for (let round = 0; round < 9; round++) {
    const id = token<'media'>(`m${(round % 3) + 1}`);
    await new Promise<void>((resolve) => {
      port.onEvent = (event) => {
        if (event.type === 'closed') resolve();
      };
      port.send({ type: 'close', session: id });
    });
    await until('a spare', () => port.open(id) !== undefined);
  }
  await port.close();
  await port.close();
});

test('RFC 3550 §6.6, file sound: a file is the microphone, what is heard is written, and who leaves says BYE', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-media-'));
  try {
    const speaker = join(folder, 'heard.wav');
    const microphone = join(folder, 'voice.wav');
    writeFileSync(microphone, writeWav({ sampleRate: 16_000, samples: new Int16Array(1600).fill(3000) }));
    const { port } = await party({ type: 'file', microphone, speaker }, 40, 'poll');
    port.send({ type: 'tone', tone: 'dial' });
    await until('sound in the file', () => {
      const wav = readWav(readFileSync(speaker));
      return wav.ok && wav.value.samples.some((sample) => sample !== 0);
    });

    // RFC 3550 §6.6: who leaves says so, once RTCP is loaded.
    const observer = createSocket('udp4');
    await new Promise<void>((resolve) => observer.bind(0, HOST, resolve));
    const goodbyes: Buffer[] = [];
    observer.on('message', (bytes) => goodbyes.push(bytes));
    let round = 0;
    await until('a goodbye', () => {
      const id = token<'media'>(`leaving-${round++}`);
      const to = { host: HOST, port: observer.address().port - 1 };
      if (port.open(id) === undefined) return false;
      port.send({ type: 'plan', session: id, plan: plan(to) });
      port.send({ type: 'close', session: id });
      return goodbyes.length > 0;
    });
    observer.close();
    assert.equal(goodbyes[0]!.readUInt16BE(goodbyes[0]!.length - 8), 0x81cb, 'the last packet is BYE');
    await port.close();
    const wav = readWav(readFileSync(speaker));
    assert.ok(wav.ok && wav.value.sampleRate === 8000 && wav.value.samples.length >= 160);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("RFC 5761 §4: on a shared port RTCP goes out of RTP's own socket and is told from RTP when it comes in", async () => {
  const { port, local, events } = await party({ type: 'tone', cadence: '440' }, 60, 'poll');
  const observer = createSocket('udp4');
  await new Promise<void>((resolve) => observer.bind(0, HOST, resolve));
  const reports: number[] = [];
  observer.on('message', (bytes, from) => {
    if (bytes[1]! < 192 || bytes[1]! > 223) return;
    reports.push(from.port);
    // a receiver report of nobody, back to the same port
    observer.send(Uint8Array.from([0x80, 201, 0, 1, 9, 9, 9, 9]), from.port, HOST);
  });
  const remote = { host: HOST, port: observer.address().port };
  const shared: SessionPlan = { ...plan(remote), remoteRtcp: remote, rtcpMux: true };
  port.send({ type: 'plan', session: ONE, plan: shared });
  port.send({ type: 'connect', sessions: [ONE] });
  await until('a report', () => reports.length > 0);
  assert.equal(reports[0], local.port);
  port.send({ type: 'close', session: ONE });
  await until('closed', () => events.some(({ type }) => type === 'closed'));
  const closed = events.find((event) => event.type === 'closed');
  assert.deepEqual(closed?.type === 'closed' && closed.quality.dropped, {}, 'the report that came is no broken RTP');
  observer.close();
  await port.close();
});

test('media worker: what cannot start is one line', async () => {
  const ports = { from: BASE + 40, to: BASE + 50 };
  const base = { workerUrl: soundWorkerUrl(), host: HOST, ports };
  await assert.rejects(
    startMediaWorker<SoundChoice>({ ...base, sound: { type: 'file', microphone: '/nowhere/at-all.wav' } }),
    /ENOENT/,
  );
});

test('media worker: process.exit does not hang while the worker waits', () => {
  const program = `
    import { soundWorkerUrl, startMediaWorker } from ${JSON.stringify(new URL('../src/node/index.ts', import.meta.url).href)};
    const ports = { from: ${BASE + 40}, to: ${BASE + 59} };
    await startMediaWorker({ workerUrl: soundWorkerUrl(), host: '127.0.0.1', ports, sound: { type: 'silence' } });
    setTimeout(() => process.exit(7), 50);
  `;
  const { status, stderr } = spawnSync(
    process.execPath,
    [...process.execArgv, '--input-type=module', '--eval', program],
    { timeout: 20_000, encoding: 'utf8' },
  );
  assert.equal(status, 7, `a hanging child is killed and has no status: ${stderr}`);
});

test.run();
