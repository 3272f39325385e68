import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Endpoint } from '../session/plan.ts';
import { openDgramIo } from './dgram-io.ts';
import type { MediaIo, MediaSocket } from './media-io.ts';
import { openPollIo } from './poll-io.ts';
import { PortPool, SPARE_PAIRS } from './port-pool.ts';

const HOST = '127.0.0.1';
const loops: (readonly [string, () => MediaIo | string])[] = [
  ['poll', () => openPollIo({ host: HOST, realtime: false })],
  ['dgram', () => openDgramIo(HOST, 'test')],
];

/** Two sockets on ports that nobody else holds. */
async function twoSockets(io: MediaIo): Promise<[MediaSocket, MediaSocket]> {
  const found: MediaSocket[] = [];
  for (let port = 20_000 + (process.pid % 20_000); found.length < 2; port++) {
    const socket = await io.bind(port);
    if (socket !== undefined) found.push(socket);
  }
  return [found[0]!, found[1]!];
}

for (const [name, open] of loops) {
  const io = open();
  if (typeof io === 'string') {
    console.log(`SKIP ${name} loop: ${io}`);
    continue;
  }

  test(`${name} loop: a datagram arrives whole, with its sender, also when sent before listen`, async () => {
    const [left, right] = await twoSockets(io);
    const got: { text: string; from: Endpoint; to: number }[] = [];
    io.onDatagram = (socket, bytes, from) => {
      got.push({ text: Buffer.from(bytes).toString(), from, to: socket.port });
    };
    const packet = new TextEncoder().encode('early');
    assert.equal(io.send(left, packet, { host: HOST, port: right.port }), true);
    packet.fill(0); // free after the call
    io.listen(left);
    await io.wait(io.now() + 5, []);
    io.listen(right);
    io.send(right, new TextEncoder().encode('back'), { host: HOST, port: left.port });
    for (let turn = 0; turn < 50 && got.length < 2; turn++) await io.wait(io.now() + 20, []);
    got.sort((a, b) => (a.text < b.text ? -1 : 1));
    assert.deepEqual(got, [
      { text: 'back', from: { host: HOST, port: right.port }, to: left.port },
      { text: 'early', from: { host: HOST, port: left.port }, to: right.port },
    ]);
    io.release(left);
    io.release(right);
  });

  test(`${name} loop: the time of arrival is when the kernel got it, as near as the loop knows`, async () => {
    const [left, right] = await twoSockets(io);
    let arrivedAt = Number.NaN;
    io.onDatagram = (_socket, _bytes, _from, now) => {
      arrivedAt = now;
    };
    io.listen(right);
    const sentAt = io.now();
    io.send(left, new Uint8Array(12), { host: HOST, port: right.port });
    const until = io.now() + 30;
    while (io.loop === 'poll' && io.now() < until); // the thread is busy; the kernel is not
    for (let turn = 0; turn < 50 && Number.isNaN(arrivedAt); turn++) await io.wait(io.now() + 20, []);
    assert.ok(arrivedAt >= sentAt - 0.5, `${arrivedAt} is not before ${sentAt}`);
    assert.ok(arrivedAt <= (io.loop === 'poll' ? sentAt + 25 : io.now()));
    io.release(left);
    io.release(right);
  });

  test(`${name} loop: a port that is taken is not bound`, async () => {
    const [held, other] = await twoSockets(io);
    assert.equal(await io.bind(held.port), undefined);
    io.release(held);
    io.release(other);
  });

  test(`${name} loop: a wait ends at its moment, a wake-up ends it before, 20 ms end it always`, async () => {
    const started = io.now();
    await io.wait(started + 5, []);
    const took = io.now() - started;
    assert.ok(took >= 2.9, `waited ${took} ms of 5`);
    const spans = { woken: Number.POSITIVE_INFINITY, limited: Number.POSITIVE_INFINITY };
    // the least of several counts: a loaded machine may be late at any of them
    for (let round = 0; round < 8; round++) {
      const before = io.now();
      io.wake();
      await io.wait(before + 10_000, []);
      const woken = io.now();
      await io.wait(woken + 10_000, []);
      spans.woken = Math.min(spans.woken, woken - before);
      spans.limited = Math.min(spans.limited, io.now() - woken);
    }
    assert.ok(spans.limited >= 15, `a wait without a wake-up took ${spans.limited} ms`);
    assert.ok(spans.limited < 1000);
    assert.ok(spans.woken < spans.limited, `woken after ${spans.woken} ms`);
  });

  test(`${name} loop: what cannot be sent is no crash`, async () => {
    const [left, right] = await twoSockets(io);
    for (const to of [
      { host: 'not-an-address.invalid', port: 9 },
      { host: '::1', port: 9 },
      { host: '192.0.2.1', port: 0 },
    ]) {
      io.send(left, new Uint8Array(12), to);
    }
    await io.wait(io.now() + 1, []);
    io.release(left);
    io.release(right);
  });

  test(`RFC 3550 §11, ${name} loop: pairs are even and odd, announced once, and walk through the range`, async () => {
    const announced: number[] = [];
    const base = 41_001 + 2 * (process.pid % 5000);
    const pool = new PortPool(io, { from: base, to: base + 200 }, 7, (port) => announced.push(port));
    await pool.fill();
    assert.equal(pool.size, SPARE_PAIRS);
    assert.ok(announced.every((port) => port % 2 === 0 && port > base && port < base + 200));
    const taken = pool.take(announced[0]!)!;
    assert.equal(taken.rtcp.port, taken.rtp.port + 1);
    assert.equal(pool.take(announced[0]!), undefined);
    io.release(taken.rtp);
    io.release(taken.rtcp);
    await pool.fill();
    assert.equal(announced.length, SPARE_PAIRS + 1);
    assert.equal(new Set(announced).size, announced.length, 'the freed port rests');
    for (const port of announced.slice(1)) {
      const pair = pool.take(port)!;
      io.release(pair.rtp);
      io.release(pair.rtcp);
    }
  });

  test(`${name} loop: a pool that is being filled does not sit out a wait for each port`, async () => {
    const base = 51_000 + 2 * (process.pid % 4000);
    const own = open();
    assert.ok(typeof own !== 'string');
    const pool = new PortPool(own, { from: base, to: base + 99 }, 0, () => {});
    const filled = pool.fill();
    let waits = 0;
    for (; pool.size < SPARE_PAIRS && waits < 100; waits++) await own.wait(own.now() + 1, []);
    assert.ok(name === 'dgram' || waits <= 1, `${waits} waits`);
    await filled;
    own.close();
  });

  test(`${name} loop: a range without an even port and its neighbour is our own bug`, () => {
    assert.throws(() => new PortPool(io, { from: 4001, to: 4002 }, 0, () => {}), RangeError);
  });

  test(`${name} loop: close gives every port back, listened to or not`, async () => {
    const once = open();
    assert.ok(typeof once !== 'string');
    const [held] = await twoSockets(once);
    once.close();
    await new Promise((resolve) => setImmediate(resolve));
    const again = await io.bind(held.port);
    assert.ok(again !== undefined);
    io.release(again);
  });

  test.after(() => io.close());
}

test.run();
