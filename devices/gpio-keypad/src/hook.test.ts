import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Hook, type HookTimes } from './hook.ts';

/** A timeline of [ms, lifted]; returns `ms:act` for everything that happened up to `end`. */
function play(levels: readonly (readonly [number, boolean])[], end: number, times?: HookTimes): string[] {
  const hook = new Hook(times);
  const seen: string[] = [];
  const wakeUntil = (limit: number) => {
    while (hook.deadline !== undefined && hook.deadline <= limit) {
      const at = hook.deadline;
      seen.push(...hook.wake(at).map(({ act }) => `${at}:${act}`));
    }
  };
  for (const [at, lifted] of levels) {
    wakeUntil(at);
    seen.push(...hook.receive({ lifted }, at).map(({ act }) => `${at}:${act}`));
  }
  wakeUntil(end);
  return seen;
}

test('phone-ux §4.4: a lifted handset counts after 50 ms without bounce', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [100, true],
        [104, false],
        [108, true],
        [112, false],
        [115, true],
      ],
      1000,
    ),
    ['165:lift'],
  );
});

test('phone-ux §4.4: a dip of 80 to 700 ms is a flash', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [100, true],
        [1000, false],
        [1300, true],
      ],
      5000,
    ),
    ['150:lift', '1350:flash'],
  );
});

test('phone-ux §4.4: a longer dip is a put-down, said as soon as it is too long for a flash', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [100, true],
        [1000, false],
        [3000, true],
      ],
      5000,
    ),
    ['150:lift', '1700:put-down', '3050:lift'],
  );
});

test('phone-ux §4.4: a dip shorter than a flash is nothing', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [100, true],
        [1000, false],
        [1070, true],
      ],
      5000,
    ),
    ['150:lift'],
  );
});

test('phone-ux §4.4: without flash the put-down is immediate', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [100, true],
        [1000, false],
      ],
      5000,
      { flashMaxMs: 0 },
    ),
    ['150:lift', '1050:put-down'],
  );
});

test('phone-ux §4.4: off hook at start is ignored until the handset has been put down once', () => {
  assert.deepEqual(
    play(
      [
        [0, true],
        [500, false],
        [900, true],
      ],
      5000,
    ),
    ['950:lift'],
  );
});

test('hook: chatter while ringing never puts down what was not lifted', () => {
  assert.deepEqual(
    play(
      [
        [0, false],
        [10, true],
        [20, false],
        [200, true],
        [230, false],
      ],
      5000,
    ),
    [],
  );
});

test('hook: under any chatter lift and put-down alternate', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed);
    const levels: [number, boolean][] = [[0, random.chance(0.5)]];
    for (let i = 0; i < 60; i++) levels.push([levels[i]![0] + random.below(400), random.chance(0.5)]);
    let lifted = false;
    for (const line of play(levels, 60_000)) {
      const act = line.split(':')[1];
      if (act === 'flash') assert.ok(lifted, `flash while down, seed ${seed}`);
      else assert.equal(act, lifted ? 'put-down' : 'lift', `seed ${seed}`);
      if (act !== 'flash') lifted = !lifted;
    }
  }
});

test.run();
