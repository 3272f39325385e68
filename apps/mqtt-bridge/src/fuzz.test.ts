import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { hmac, start, told } from '../test/fixture.ts';
import { signedText } from './signature.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const signed = { id: 'h1', cmd: 'call.dial', args: { to: '214' }, ts: '2026-11-22T10:00:00Z', client: 'panel' };
const SIGNED = JSON.stringify({ v: 1, ...signed, sig: hmac(KEY, signedText(signed)) });

const SEEDS = [
  '{"v":1,"id":"8f0c","cmd":"transfer.start","args":{"to":"9999"},"ifSeq":3,"expiresAt":"2030-01-01T00:00:00Z"}',
  '{"id":"a","cmd":"call.dtmf","args":{"digits":"1","__proto__":{"x":1}}}',
  'PRESS',
  'ON',
  '100',
  'handset',
  '+3612345678',
  '[[[[[[[[1]]]]]]]]',
  SIGNED,
].map((text) => [...new TextEncoder().encode(text)]);

const TOPICS = ['cmd', 'cmd/call.dial', 'admin/cmd', 'cmd/__proto__', 'reply/x', 'cmd/transfer.complete'];
const SETTINGS = ['dnd', 'mute', 'route', 'volume_ring', 'volume___proto__', 'auto_answer', 'forward_busy@reception'];
const KEYS = [...SETTINGS, '__proto__', 'constructor', '@', 'a'.repeat(200), 'ü'];

function mutated(random: SeededRandom, seed: readonly number[]): Uint8Array {
  const payload = [...seed];
  for (let k = random.below(4); k >= 0; k--) {
    const at = random.below(payload.length + 1);
    if (random.chance(0.3)) payload.splice(at, random.below(5));
    else payload.splice(at, random.chance(0.5) ? 1 : 0, random.below(256));
  }
  return Uint8Array.from(payload);
}

test('bad input: 10^5 mutated payloads on every form never throw, and each is answered, noted or passed on', () => {
  const { bridge, now } = start({ lent: ['dnd', '__proto__'] });
  const random = new SeededRandom(11);
  for (let i = 0; i < 100_000; i++) {
    const path = random.chance(0.4) ? `set/${random.pick(KEYS)}` : random.pick(TOPICS);
    const topic = random.chance(0.02) ? 'homeassistant/status' : `switchhook/rcp1/${path}`;
    const payload = mutated(random, random.pick(SEEDS));
    const out = bridge.receive({ type: 'message', topic, payload, retain: random.chance(0.1) }, now.at + i * 100);
    assert.ok(out.length > 0);
    for (const line of told(out)) assert.ok(line.role !== 'local' && typeof line.cmd === 'string');
  }
});

test('bad input: 10^5 mutated signed envelopes: none that differs from the signed one is carried out', () => {
  const clients = { panel: { key: KEY, roles: ['operator' as const] } };
  const { bridge, now } = start({ signing: { required: true, hmac, clients } });
  const random = new SeededRandom(12);
  const seed = SEEDS.at(-1)!;
  let passed = 0;
  for (let i = 0; i < 100_000; i++) {
    const out = bridge.receive(
      {
        type: 'message',
        topic: 'switchhook/rcp1/cmd',
        payload: mutated(random, seed),
        retain: false,
      },
      // the calendar of these tests: it stays within the thirty seconds of the signature
      now.at + (i % 250) * 50,
    );
    for (const line of told(out)) {
      passed++;
      assert.deepEqual(
        [line.cmd, line.args],
        [signed.cmd, signed.args],
        'white space and order may differ, nothing else',
      );
    }
  }
  assert.ok(passed < 10, `${passed} passed`);
});

test.run();
