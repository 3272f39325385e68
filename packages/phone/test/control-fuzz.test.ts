import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { ControlSession, decodeLine, verbTable } from '../src/control/index.ts';

const lines = 100_000;
const verbs = [...verbTable.keys(), 'subscribe', 'state.get', 'transfer.explain'];
const names = ['to', 'callId', 'transferId', 'topics', 'digit', 'line', 'percent', 'key', 'value'];
const values: readonly unknown[] = ['9999', 5, -1, null, true, {}, [], 'x'.repeat(100), ['state'], { a: { b: {} } }];
const words = [
  '{',
  '}',
  '"',
  ':',
  ',',
  '[',
  ']',
  '\\',
  '\u0000',
  'null',
  '1e999',
  '__proto__',
  '\ud800',
  '-',
  'call.dial',
  '"role":"admin"',
  '\\u202e',
];

function template(random: SeededRandom): string {
  const cmd = random.chance(0.9) ? random.pick(verbs) : random.pick(words);
  const args: Record<string, unknown> = {};
  for (const name of names) {
    if (random.chance(0.2)) args[name] = random.pick(values);
  }
  return JSON.stringify({
    v: random.chance(0.95) ? 1 : random.pick(values),
    id: String(random.below(1000)),
    cmd,
    args: random.chance(0.95) ? args : random.pick(values),
  });
}

function mutate(random: SeededRandom, line: string): string {
  let text = line;
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(text.length + 1);
    switch (random.below(5)) {
      case 0:
        text = text.slice(0, at) + random.pick(words) + text.slice(at);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at + 1 + random.below(8));
        break;
      case 2:
        text = text.slice(0, at) + String.fromCharCode(random.below(0x10000)) + text.slice(at + 1);
        break;
      case 3:
        text = text.slice(0, at);
        break;
      default:
        text = text.slice(0, at) + text.slice(random.below(text.length + 1));
    }
  }
  return text;
}

test('mqtt §3.5: 100 000 mutated lines: never a throw, and every fault is a word of the list', () => {
  const random = new SeededRandom(41);
  const found = { good: 0, bad_json: 0, bad_schema: 0, unknown_verb: 0 };
  for (let i = 0; i < lines; i++) {
    const text = mutate(random, template(random));
    const decoded = decodeLine(text);
    if (decoded.ok) found.good += 1;
    else found[decoded.fault] += 1;
  }
  for (const [word, count] of Object.entries(found)) assert.ok(count > 100, `${word} was hardly met: ${count}`);
});

test('mqtt §3.5: a session that gets mutated lines answers each with one line at most before it is submitted', () => {
  const random = new SeededRandom(42);
  const session = new ControlSession({ client: 'c', phone: 'p', version: '0', wall: (now) => now });
  for (let i = 0; i < 5_000; i++) {
    const out = session.receive({ type: 'line', text: mutate(random, template(random)) }, i * 60);
    assert.ok(out.length <= 2);
    for (const each of out) if (each.type === 'send') assert.doesNotThrow(() => JSON.parse(each.line));
  }
});

test.run();
