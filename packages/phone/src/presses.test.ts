import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { type Press, Presses } from './presses.ts';

const ALL: readonly Press[] = ['short', 'long', 'double', 'triple'];

/** Presses as [down, up] in ms; returns `ms:gesture`. */
function play(bound: readonly Press[], presses: readonly (readonly [number, number])[], end = 10_000): string[] {
  const core = new Presses();
  const seen: string[] = [];
  core.receive({ type: 'bound', presses: new Set(bound) }, 0);
  const edges = presses.flatMap(([down, up]) => [
    { at: down, edge: 'down' as const },
    { at: up, edge: 'up' as const },
  ]);
  const wakeUntil = (limit: number) => {
    while (core.deadline !== undefined && core.deadline <= limit) {
      const at = core.deadline;
      seen.push(...core.wake(at).map((press) => `${at}:${press}`));
    }
  };
  for (const { at, edge } of edges) {
    wakeUntil(at);
    seen.push(...core.receive({ type: 'button', edge }, at).map((press) => `${at}:${press}`));
  }
  wakeUntil(end);
  return seen;
}

test('phone-ux §4.7: with nothing longer bound, short acts on press', () => {
  assert.deepEqual(play(['short'], [[100, 200]]), ['100:short']);
});

test('phone-ux §4.7: ringing (short and long bound) answers on release without waiting for a double', () => {
  assert.deepEqual(play(['short', 'long'], [[100, 250]]), ['250:short']);
});

test('phone-ux §4.7: long is said at 1 s while the button is held, and its release is nothing', () => {
  assert.deepEqual(play(['short', 'long'], [[100, 3000]]), ['1100:long']);
});

test('phone-ux §4.7: where a double is bound, a single press is short after 350 ms', () => {
  assert.deepEqual(play(['short', 'double'], [[100, 200]]), ['550:short']);
});

test('phone-ux §4.7: a double without a triple bound acts on its second press', () => {
  assert.deepEqual(
    play(
      ['short', 'double'],
      [
        [100, 200],
        [400, 500],
      ],
    ),
    ['400:double'],
  );
});

test('phone-ux §4.7: with all four bound, each is told apart', () => {
  assert.deepEqual(play(ALL, [[0, 100]]), ['450:short']);
  assert.deepEqual(
    play(ALL, [
      [0, 100],
      [300, 400],
    ]),
    ['750:double'],
  );
  assert.deepEqual(
    play(ALL, [
      [0, 100],
      [300, 400],
      [600, 700],
    ]),
    ['600:triple'],
  );
  assert.deepEqual(play(ALL, [[0, 1500]]), ['1000:long']);
});

test('phone-ux §4.7: presses further apart than 350 ms are two shorts', () => {
  assert.deepEqual(
    play(
      ['short', 'double'],
      [
        [0, 100],
        [600, 700],
      ],
    ),
    ['450:short', '1050:short'],
  );
});

test('presses: a state change between press and release does not lose the press', () => {
  const core = new Presses();
  core.receive({ type: 'bound', presses: new Set(ALL) }, 0);
  core.receive({ type: 'button', edge: 'down' }, 10);
  core.receive({ type: 'bound', presses: new Set<Press>(['short']) }, 20);
  assert.deepEqual(core.receive({ type: 'button', edge: 'up' }, 60), ['short']);
});

test('presses: doubled edges from a bad link are harmless', () => {
  const core = new Presses();
  assert.equal(core.receive({ type: 'button', edge: 'down' }, 0).length, 1);
  assert.equal(core.receive({ type: 'button', edge: 'down' }, 1).length, 0);
  core.receive({ type: 'button', edge: 'up' }, 2);
  assert.equal(core.receive({ type: 'button', edge: 'up' }, 3).length, 0);
});

test('presses: any timeline says at most one gesture a press and never leaves a timer behind', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new SeededRandom(seed);
    const presses: [number, number][] = [];
    for (let at = 0; presses.length < 20; ) {
      const down = at + random.below(600);
      at = down + 1 + random.below(1400);
      presses.push([down, at]);
    }
    const said = play(
      ALL.filter(() => random.chance(0.6)),
      presses,
      100_000,
    );
    assert.ok(said.length <= presses.length, `seed ${seed}`);
    assert.ok(said.length > 0, `seed ${seed}`);
  }
});

test.run();
