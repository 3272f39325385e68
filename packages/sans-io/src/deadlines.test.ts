import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { test } from 'uvu';
import { Deadlines, earliest } from './deadlines.ts';
import { SeededRandom } from './testing/index.ts';

test('Deadlines: next is the earliest, due gives them in order and takes them out', () => {
  const timers = new Deadlines<'a' | 'b' | 'c'>();
  timers.set('a', 30);
  timers.set('b', 10);
  timers.set('c', 20);
  assert.equal(timers.next, 10);
  assert.deepEqual(timers.due(9), []);
  assert.deepEqual(timers.due(20), ['b', 'c']);
  assert.equal(timers.next, 30);
  assert.equal(timers.size, 1);
});

test('Deadlines: setting a name again moves it, clearing makes it a no-op', () => {
  const timers = new Deadlines<'a' | 'b'>();
  timers.set('a', 10);
  timers.set('a', 50);
  timers.set('b', 40);
  assert.equal(timers.next, 40);
  timers.clear('b');
  timers.clear('b');
  assert.equal(timers.next, 50);
  assert.equal(timers.at('b'), undefined);
});

test('Deadlines: equal moments fire in the order of setting', () => {
  const timers = new Deadlines<string>();
  timers.set('x', 5);
  timers.set('y', 5);
  timers.set('x', 5);
  assert.deepEqual(timers.due(5), ['y', 'x']);
});

test('Deadlines: a moment that is no number is a bug and throws', () => {
  assert.throws(() => new Deadlines<string>().set('x', Number.NaN), /finite/);
});

test('Deadlines: next always equals the least of what runs', () => {
  const action = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd'), at: fc.nat(50), clear: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const timers = new Deadlines<string>();
      const model = new Map<string, number>();
      for (const { name, at, clear } of actions) {
        if (clear) {
          timers.clear(name);
          model.delete(name);
        } else {
          timers.set(name, at);
          model.set(name, at);
        }
        assert.equal(timers.next, model.size === 0 ? undefined : Math.min(...model.values()));
      }
    }),
  );
});

test('earliest: undefined moments do not count', () => {
  assert.equal(earliest(undefined, 7, 3, undefined), 3);
  assert.equal(earliest(undefined), undefined);
});

test('Deadlines: many timers, most of them moved or cleared, fire in order of moment and of setting', () => {
  const random = new SeededRandom(7);
  const timers = new Deadlines<string>();
  const model = new Map<string, { at: number; order: number }>();
  for (let order = 0; order < 3000; order++) {
    const name = `t${random.below(400)}`;
    if (random.below(3) === 0) {
      timers.clear(name);
      model.delete(name);
    } else {
      const at = random.below(500);
      timers.set(name, at);
      model.set(name, { at, order });
    }
  }
  const wanted = [...model].sort(([, a], [, b]) => a.at - b.at || a.order - b.order).map(([name]) => name);
  assert.equal(timers.size, wanted.length);
  assert.deepEqual(timers.due(500), wanted);
  assert.equal(timers.next, undefined);
});

test.run();
