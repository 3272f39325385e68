import assert from 'node:assert/strict';
import { test } from 'uvu';
import { opinionScore } from './opinion-score.ts';

const score = (lostPackets: number, jitterMs = 5) =>
  opinionScore({ receivedPackets: 1000 - lostPackets, lostPackets, jitterMs });

test('performance (E-model): R and MOS of the table by loss, at 50 ms from mouth to ear', () => {
  for (const [percent, mos] of [
    [0, 4.38],
    [1, 4.3],
    [3, 4.09],
    [5, 3.87],
    [10, 3.35],
    [20, 2.57],
  ] as const)
    assert.ok(Math.abs(score(percent * 10)! - mos) <= 0.02, `${percent} %: ${score(percent * 10)}`);
});

test('performance (E-model): jitter costs delay, and nothing received is not judged', () => {
  assert.ok(score(0, 100)! < score(0, 10)!);
  assert.equal(opinionScore({ receivedPackets: 0, lostPackets: 10, jitterMs: 0 }), undefined);
});

test('ITU-T G.107: a long way costs, half the round trip each way', () => {
  const far = (roundTripMs: number) =>
    opinionScore({ receivedPackets: 1000, lostPackets: 0, jitterMs: 5, roundTripMs })!;
  assert.ok(far(0) > far(100) && far(100) > far(400));
  assert.ok(far(400) < 4.2 && far(400) > 3.9, String(far(400)));
});

test.run();
