import assert from 'node:assert/strict';
import { test } from 'uvu';
import { account, Bench, call } from '../test/bench.ts';
import { lampChange, lampLevel, lampPatterns, lamps } from './lamps.ts';

test('phone-ux §4.3: each pattern is on and off for its times', () => {
  const spans = (name: keyof typeof lampPatterns, until: number) => {
    const changes: number[] = [];
    for (let ms = 1; ms < until; ms++) {
      if (lampLevel(lampPatterns[name], ms) !== lampLevel(lampPatterns[name], ms - 1)) changes.push(ms);
    }
    return changes;
  };
  assert.deepEqual(spans('fast-green', 900), [200, 400, 600, 800]);
  assert.deepEqual(spans('gap-green', 2100), [1800, 2000]);
  assert.deepEqual(spans('double-green', 1300), [100, 200, 300, 1000, 1100, 1200]);
  assert.deepEqual(spans('blip-red', 3100), [50, 3000, 3050]);
  assert.ok(lampLevel(lampPatterns['solid-green'], 12_345));
  assert.ok(!lampLevel(lampPatterns['off'], 12_345));
});

test('phone-ux §4.3: the next change is told, so that nobody has to poll', () => {
  for (const name of ['fast-green', 'double-green', 'blip-red'] as const) {
    for (let now = 0; now < 4000; now += 37) {
      const at = lampChange(lampPatterns[name], now);
      assert.ok(at !== undefined && at > now);
      assert.notEqual(lampLevel(lampPatterns[name], at), lampLevel(lampPatterns[name], at - 1));
      for (let ms = now; ms < at; ms++)
        assert.equal(lampLevel(lampPatterns[name], ms), lampLevel(lampPatterns[name], now));
    }
  }
  assert.equal(lampChange(lampPatterns['solid-red'], 5), undefined);
});

test('phone-ux §4.3: idle off, ringing fast, talking solid, held slow, held by the other side with a gap', () => {
  const bench = new Bench();
  const line1 = () => lamps(bench.state)['line1'];
  assert.equal(line1(), 'off');
  bench.ring('a');
  assert.equal(line1(), 'fast-green');
  bench.want({ verb: 'hook.lift' });
  bench.up('a');
  assert.equal(line1(), 'solid-green');
  bench.tell({ type: 'peer-held', call: call('a'), on: true });
  assert.equal(line1(), 'gap-green');
  bench.want({ verb: 'key.hold' });
  bench.held('a');
  assert.equal(line1(), 'slow-green');
});

test('phone-ux §4.3: not registered blips on every idle line, mute, dnd and message have their own lamps', () => {
  const bench = new Bench({}, false);
  assert.deepEqual([lamps(bench.state)['line1'], lamps(bench.state)['line2']], ['blip-red', 'blip-red']);
  bench.want({ verb: 'key.dnd' });
  bench.tell({ type: 'mailbox', account, mailbox: { waiting: true, new: 2, old: 0, urgentNew: 0 } });
  assert.deepEqual([lamps(bench.state)['dnd'], lamps(bench.state)['message']], ['solid-red', 'slow-red']);
});

test.run();
