import assert from 'node:assert/strict';
import { test } from 'uvu';
import { RtcpPacketConverter, RtcpRrPacket, RtcpSrPacket } from 'werift-rtp';
import type { RtcpStatistics } from '../engine/ports.ts';
import { RtcpReporter } from './rtcp.ts';

const numbers: RtcpStatistics = {
  ssrc: 0xdead_beef,
  sentPackets: 250,
  sentOctets: 40_000,
  lastRtpTimestamp: 0xffff_ff00,
  lastSentAt: 4990,
  rtpTimestampNow: 0xffff_ffa0,
  sender: true,
  remoteSsrc: 0x0102_0304,
  extendedHighestSequence: 0x1_0005,
  cumulativeLost: -2,
  fractionLost: 13,
  jitter: 41.6,
  to: { host: '192.0.2.7', port: 5005 },
  mux: false,
};

async function loaded(): Promise<RtcpReporter> {
  const reporter = new RtcpReporter('phone@192.0.2.1', () => 0.5, 1_700_000_000_000);
  await reporter.load();
  return reporter;
}

test('RFC 3550 §6.2: the first report comes after half an interval, the next after a whole one', async () => {
  const reporter = await loaded();
  const timer = reporter.start(0);
  assert.equal(timer.dueAt, 2500);
  assert.equal(
    reporter.report(timer, 2499, () => numbers),
    undefined,
  );
  assert.ok(reporter.report(timer, 2500, () => numbers) !== undefined);
  assert.equal(timer.dueAt, 7500);
  assert.equal(timer.counts.sent, 1);
});

test('RFC 3550 §6.4.1: a sender report carries the numbers, NTP time and a receiver block; SDES names us', async () => {
  const reporter = await loaded();
  const timer = reporter.start(0);
  const bytes = reporter.report(timer, 5500, () => numbers)!;
  const [report, names] = RtcpPacketConverter.deSerialize(Buffer.from(bytes));
  assert.ok(report instanceof RtcpSrPacket);
  assert.equal(report.ssrc, 0xdead_beef);
  assert.equal(report.senderInfo.packetCount, 250);
  assert.equal(report.senderInfo.octetCount, 40_000);
  assert.equal(report.senderInfo.rtpTimestamp, 0xffff_ffa0);
  assert.equal(report.senderInfo.ntpTimestamp >> 32n, BigInt(1_700_000_005 + 2_208_988_800));
  assert.equal((report.senderInfo.ntpTimestamp & 0xffff_ffffn) / (1n << 30n), 2n, 'half a second');
  assert.equal(report.reports[0]?.ssrc, 0x0102_0304);
  assert.equal(report.reports[0]?.packetsLost, 0xff_fffe);
  assert.equal(report.reports[0]?.fractionLost, 13);
  assert.equal(report.reports[0]?.highestSequence, 0x1_0005);
  assert.equal(report.reports[0]?.jitter, 42);
  assert.match(JSON.stringify(names), /phone@192\.0\.2\.1/);
});

test('RFC 3550 §6.4: who sent nothing sends a receiver report; who heard nobody has no block', async () => {
  const reporter = await loaded();
  const quiet = { ...numbers, sender: false, remoteSsrc: undefined };
  const bytes = reporter.report(reporter.start(0), 9000, () => quiet)!;
  const [report] = RtcpPacketConverter.deSerialize(Buffer.from(bytes));
  assert.ok(report instanceof RtcpRrPacket);
  assert.equal(report.reports.length, 0);
});

test('RFC 3550 §6.4.1: LSR and DLSR answer the sender report that came', async () => {
  const reporter = await loaded();
  const theirs = reporter.start(0);
  const sent = reporter.report(theirs, 3000, () => numbers)!;
  const ours = reporter.start(0);
  reporter.receive(ours, sent, 3100);
  assert.equal(ours.counts.received, 2);
  const back = reporter.report(ours, 4100, () => numbers)!;
  const [report] = RtcpPacketConverter.deSerialize(Buffer.from(back));
  assert.ok(report instanceof RtcpSrPacket);
  assert.equal(report.reports[0]?.dlsr, 65_536);
  assert.equal(report.reports[0]?.lsr, Number(((BigInt(1_700_000_003 + 2_208_988_800) << 32n) >> 16n) & 0xffff_ffffn));
});

test('RFC 3550 §6.6: a goodbye is a report that ends in BYE', async () => {
  const reporter = await loaded();
  const bytes = Buffer.from(reporter.goodbye(reporter.start(0), numbers, 1)!);
  assert.equal(bytes.readUInt16BE(bytes.length - 8), 0x81cb);
  assert.equal(bytes.readUInt32BE(bytes.length - 4), 0xdead_beef);
});

test('RTCP: short, cut-off and senseless datagrams are counted, never thrown', async () => {
  const reporter = await loaded();
  const timer = reporter.start(0);
  const good = reporter.report(reporter.start(0), 9000, () => numbers)!;
  for (let length = 0; length < good.length; length++) reporter.receive(timer, good.subarray(0, length), 1);
  for (let seed = 0; seed < 256; seed++) {
    const bytes = Uint8Array.from(good, (octet, at) => (at % 7 === seed % 7 ? (octet * 31 + seed) & 0xff : octet));
    reporter.receive(timer, bytes, 1);
  }
  assert.ok(timer.counts.unreadable > 0);
});

test('RFC 3550 §6.4.1: two sides that report to each other know the round trip and what of theirs was lost', async () => {
  const [here, there] = [await loaded(), await loaded()];
  const [mine, theirs] = [here.start(0), there.start(0)];
  const far: RtcpStatistics = { ...numbers, ssrc: 0x0102_0304, remoteSsrc: 0xdead_beef, fractionLost: 64, jitter: 80 };
  assert.deepEqual(mine.heard, {});
  // 30 ms there, 2 s until the answer, 70 ms back
  there.receive(theirs, here.report(mine, 5000, () => numbers)!, 5030);
  here.receive(mine, there.report(theirs, 7030, () => far)!, 7100);
  assert.ok(Math.abs(mine.heard.roundTripMs! - 100) < 0.1, String(mine.heard.roundTripMs));
  assert.deepEqual(mine.heard.far, { lossPercent: 25, jitterMs: 10 });
});

test('RFC 3550 §6.4.1: a report before ours, of somebody else, or with an impossible time says no round trip', async () => {
  const [here, there] = [await loaded(), await loaded()];
  const [mine, theirs] = [here.start(0), there.start(0)];
  const far: RtcpStatistics = { ...numbers, ssrc: 0x0102_0304, remoteSsrc: 0xdead_beef };
  const early = there.report(theirs, 2600, () => far)!;
  here.receive(mine, early, 2700);
  assert.deepEqual(mine.heard, {}, 'we have not sent yet');
  const report = here.report(mine, 5000, () => numbers)!;
  here.receive(mine, early, 5001);
  assert.equal(mine.heard.roundTripMs, undefined, 'the far end had no report of ours');
  there.receive(theirs, report, 5030);
  const stranger = there.report(theirs, 12_000, () => ({ ...far, remoteSsrc: 7 }))!;
  mine.heard = {};
  here.receive(mine, stranger, 12_100);
  assert.deepEqual(mine.heard, {}, 'it speaks of another source');
  const lying = there.report(theirs, 20_000, () => far)!;
  here.receive(mine, lying, 6000);
  assert.equal(mine.heard.roundTripMs, undefined, 'answered before it was asked');
});

test('RTCP: before werift-rtp is loaded nothing is sent and nothing is read', () => {
  const reporter = new RtcpReporter('phone', () => 0, 0);
  const timer = reporter.start(0);
  assert.equal(
    reporter.report(timer, 9000, () => numbers),
    undefined,
  );
  reporter.receive(timer, new Uint8Array(28), 1);
  assert.deepEqual(timer.counts, { sent: 0, received: 0, unreadable: 0 });
});

test.run();
