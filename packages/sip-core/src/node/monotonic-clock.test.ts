import assert from 'node:assert/strict';
import { test } from 'uvu';
import { monotonicClock } from './monotonic-clock.ts';

test('an alarm never rings before its moment, nor when it was taken back', async () => {
  let silenced = true;
  const takeBack = monotonicClock.alarm(monotonicClock.now() + 1, () => {
    silenced = false;
  });
  takeBack();
  for (let i = 0; i < 10; i++) {
    const at = monotonicClock.now() + 1 + i / 3;
    const keepAlive = setTimeout(() => undefined, 1000);
    await new Promise<void>((resolve) => {
      monotonicClock.alarm(at, resolve);
    });
    clearTimeout(keepAlive);
    assert.ok(monotonicClock.now() >= at);
  }
  assert.ok(silenced);
});

test('an alarm in 100 days does not ring at once', async () => {
  let rung = false;
  const takeBack = monotonicClock.alarm(monotonicClock.now() + 100 * 86_400_000, () => {
    rung = true;
  });
  await new Promise<void>((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.equal(rung, false);
  takeBack();
});

test.run();
