import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type Parting, ReconnectPace } from './reconnect-pace.ts';

const waits = (pace: ReconnectPace, parting: Parting, livedMs: number, times: number) =>
  Array.from({ length: times }, () => pace.after(parting, livedMs).waitMs);

test('mqtt §3: waits double up to a minute, and begin again after a connection that lived', () => {
  const pace = new ReconnectPace(() => 0);
  assert.deepEqual(waits(pace, 'trouble', 0, 8), [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  assert.deepEqual(pace.after('trouble', 60_000), { waitMs: 1000, takenOver: false });
});

test('mqtt §3: two with the same client id never fight in a tight loop', () => {
  const pace = new ReconnectPace(() => 0);
  assert.deepEqual(waits(pace, 'taken-over', 30_000, 7), [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000]);
});

test('mqtt §3: a broker that hands the session on in silence is seen by the third short life in a row', () => {
  const pace = new ReconnectPace(() => 0);
  const three = Array.from({ length: 3 }, () => pace.after('closed', 1500));
  assert.deepEqual(
    three.map(({ waitMs, takenOver }) => [waitMs, takenOver]),
    [
      [1000, false],
      [2000, false],
      [30_000, true],
    ],
  );
  assert.equal(pace.after('closed', 30_000).takenOver, true);
  assert.equal(
    pace.after('closed', 60_000).takenOver,
    false,
    'the other one has gone: an hour later it is an accident',
  );
});

test('mqtt §3: a broker that restarts is no takeover', () => {
  const pace = new ReconnectPace(() => 0);
  for (let i = 0; i < 10; i++) {
    assert.equal(pace.after('closed', 5000).takenOver, false);
    assert.equal(pace.after('trouble', 0).takenOver, false);
  }
});

test('mqtt §3: a fleet does not come back in step', () => {
  const spread = [0, 0.5, 0.999].map((random) => new ReconnectPace(() => random).after('trouble', 0).waitMs);
  assert.deepEqual(spread, [1000, 1125, 1250]);
});

test.run();
