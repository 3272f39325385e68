import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Datagram } from './ladder.ts';
import { pcap } from './pcap.ts';

const packet = (atMs: number, size: number, from = '10.0.0.1:4000', to = '10.0.0.2:4000'): Datagram => ({
  atMs,
  from,
  to,
  bytes: new Uint8Array(size).fill(0x41),
});

/** RFC 1071: over a right header, its checksum included, the sum is all ones. */
function sumOf(view: DataView, at: number, length: number, start = 0): number {
  let sum = start;
  for (let i = 0; i < length; i++) sum += view.getUint8(at + i) << (i % 2 === 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

test('pcap: raw IPv4 packets with right lengths, addresses and checksum; what was lost is not there', () => {
  const file = pcap(
    [
      { ...packet(1500, 172), arrivalsMs: [1502] },
      { ...packet(1501, 172), arrivalsMs: [] },
    ],
    1_700_000_000_000,
  );
  const view = new DataView(file.buffer);
  assert.equal(view.getUint32(0, true), 0xa1b2c3d4);
  assert.equal(view.getUint32(20, true), 101);
  assert.equal(view.getUint32(24, true), 1_700_000_001);
  assert.equal(view.getUint32(28, true), 502_000);
  assert.equal(view.getUint32(32, true), 28 + 172);
  assert.equal(file.length, 24 + 16 + 28 + 172);
  assert.equal(sumOf(view, 40, 20), 0xffff);
  assert.deepEqual([...file.subarray(52, 60)], [10, 0, 0, 1, 10, 0, 0, 2]);
  assert.equal(view.getUint16(60), 4000);
  assert.equal(view.getUint16(64), 8 + 172);
});

test('pcap: IPv6 packets carry the UDP checksum that they must have', () => {
  for (const size of [10, 11]) {
    const file = pcap([packet(0, size, '2001:db8::1:5060', '[fe80::2%eth0]:5062')], 0);
    const view = new DataView(file.buffer);
    assert.equal(view.getUint8(40), 0x60);
    assert.equal(view.getUint16(44), 8 + size);
    assert.deepEqual([...file.subarray(48, 52)], [0x20, 0x01, 0x0d, 0xb8]);
    assert.equal(view.getUint8(63), 1);
    assert.equal(view.getUint16(82), 5062);
    assert.equal(sumOf(view, 48, 32 + 8 + size, 8 + size + 17), 0xffff);
  }
});

test('pcap: an address that is none is refused with its text', () => {
  for (const wrong of ['pbx.example.com:5060', '10.0.0.256:1', '10.0.0.1', '1::2::3:5060', '10.0.0.1:70000'])
    assert.throws(
      () => pcap([packet(0, 1, wrong)], 0),
      (error: Error) => error.message.includes(wrong),
    );
});

test('pcap: packets stand in the order of their arrival', () => {
  const file = pcap([packet(20, 1), packet(10, 2)], 0);
  const view = new DataView(file.buffer);
  assert.equal(view.getUint32(28, true), 10_000);
});

test.run();
