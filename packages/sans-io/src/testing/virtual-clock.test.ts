import assert from 'node:assert/strict';
import { test } from 'uvu';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';

test('VirtualClock: alarms ring in order of time, then of setting', () => {
  const clock = new VirtualClock();
  const rung: string[] = [];
  clock.alarm(20, () => rung.push('c'));
  clock.alarm(10, () => rung.push('a'));
  clock.alarm(10, () => rung.push('b'));
  clock.advance(15);
  assert.deepEqual(rung, ['a', 'b']);
  assert.equal(clock.now(), 15);
  clock.advance(5);
  assert.deepEqual(rung, ['a', 'b', 'c']);
});

test('VirtualClock: an alarm that was taken back does not ring and is not pending', () => {
  const clock = new VirtualClock();
  const back = clock.alarm(10, () => assert.fail('rang'));
  back();
  back();
  assert.equal(clock.pending, 0);
  clock.advance(20);
});

test('VirtualClock: an alarm for the past rings at the next step, not inside alarm()', () => {
  const clock = new VirtualClock(100);
  let rung = 0;
  clock.alarm(5, () => rung++);
  assert.equal(rung, 0);
  assert.ok(clock.step());
  assert.deepEqual([rung, clock.now()], [1, 100]);
  assert.equal(clock.step(), false);
});

test('VirtualClock: an alarm set while ringing at the same moment still rings in this advance', () => {
  const clock = new VirtualClock();
  const at: number[] = [];
  const again = () => {
    at.push(clock.now());
    if (at.length < 5) clock.alarm(clock.now() + 2, again);
  };
  clock.alarm(2, again);
  clock.advance(10);
  assert.deepEqual(at, [2, 4, 6, 8, 10]);
});

test('VirtualClock: a thousand random alarms, some taken back, ring in order and exactly once', () => {
  const random = new SeededRandom(3);
  const clock = new VirtualClock();
  const rung: number[] = [];
  let expected = 0;
  for (let i = 0; i < 1000; i++) {
    const at = random.below(500);
    const back = clock.alarm(at, () => rung.push(at));
    if (random.chance(0.3)) back();
    else expected++;
  }
  assert.equal(clock.pending, expected);
  clock.advance(500);
  assert.equal(rung.length, expected);
  assert.deepEqual(
    rung,
    [...rung].sort((a, b) => a - b),
  );
});

test.run();
