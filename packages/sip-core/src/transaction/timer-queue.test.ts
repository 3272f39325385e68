import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { type QueuedTimer, TimerQueue } from './timer-queue.ts';

test('TimerQueue: timers ring in order of their moment, then of their start', () => {
  const queue = new TimerQueue<string, string>();
  queue.start('b', 'x', 20);
  queue.start('a', 'x', 10);
  queue.start('c', 'x', 20);
  assert.equal(queue.next, 10);
  assert.equal(queue.take(9), undefined);
  assert.deepEqual(
    [queue.take(20)?.owner, queue.take(20)?.owner, queue.take(20)?.owner, queue.take(20)],
    ['a', 'b', 'c', undefined],
  );
  assert.deepEqual([queue.size, queue.next], [0, undefined]);
});

test('TimerQueue: agrees with a sorted list under many starts and stops', () => {
  const random = new SeededRandom(5);
  const queue = new TimerQueue<number, 'x'>();
  let model: QueuedTimer<number, 'x'>[] = [];
  for (let i = 0; i < 5000; i++) {
    if (random.chance(0.5)) model.push(queue.start(i, 'x', random.below(1000)));
    else if (model.length > 0 && random.chance(0.7)) {
      const [gone] = model.splice(random.below(model.length), 1);
      queue.stop(gone!);
      queue.stop(gone!);
    } else {
      const now = random.below(1000);
      model.sort((a, b) => a.at - b.at || a.order - b.order);
      const expected = model[0] !== undefined && model[0].at <= now ? model[0] : undefined;
      assert.equal(queue.take(now), expected);
      if (expected !== undefined) model = model.slice(1);
    }
    assert.equal(queue.size, model.length);
    assert.equal(queue.next, model.length === 0 ? undefined : Math.min(...model.map(({ at }) => at)));
  }
});

test.run();
