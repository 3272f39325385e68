import assert from 'node:assert/strict';
import { test } from 'uvu';
import { allVerbs, decodeLine, isoFrom, msFromIso, verbTable } from './index.ts';

const line = (fields: Record<string, unknown>) => JSON.stringify({ v: 1, id: 'x', ...fields });
function faultOf(text: string): string | undefined {
  const decoded = decodeLine(text);
  return decoded.ok ? undefined : decoded.fault;
}

test('mqtt §3.4: a command becomes the intent of its verb', () => {
  const decoded = decodeLine(line({ cmd: 'call.dial', args: { to: '9999', line: 2 }, role: 'dialer', ifSeq: 3 }));
  assert.deepEqual(decoded, {
    ok: true,
    value: {
      id: 'x',
      cmd: 'call.dial',
      role: 'dialer',
      ifSeq: 3,
      expiresAt: undefined,
      request: { name: 'intent', intent: { verb: 'call.dial', to: '9999', line: 2 }, needs: 'dialer' },
    },
  });
});

test('mqtt §3.4: transfer.complete never guesses: it must name its transfer', () => {
  assert.equal(faultOf(line({ cmd: 'transfer.complete' })), 'bad_schema');
  assert.equal(faultOf(line({ cmd: 'transfer.complete', args: { transferId: 't-1' } })), undefined);
});

test('mqtt §3.4: every verb refuses an argument that it does not know', () => {
  for (const verb of verbTable.keys())
    assert.equal(faultOf(line({ cmd: verb, args: { bogus: 1 } })), 'bad_schema', verb);
});

test('mqtt §3.4: a refused argument is named', () => {
  const decoded = decodeLine(line({ cmd: 'audio.volume', args: { percent: 400 } }));
  assert.ok(!decoded.ok && decoded.why === 'audio.volume: wrong-argument percent');
});

test('mqtt §3.4: arguments are checked by type and range, and not converted', () => {
  for (const args of [
    { to: 5 },
    { to: '' },
    { to: 'x'.repeat(129) },
    { to: '1', line: 0 },
    { to: '1', line: '1' },
    { to: ['1'] },
  ]) {
    assert.equal(faultOf(line({ cmd: 'call.dial', args })), 'bad_schema', JSON.stringify(args));
  }
  assert.equal(faultOf(line({ cmd: 'audio.volume', args: { percent: 101 } })), 'bad_schema');
  assert.equal(faultOf(line({ cmd: 'audio.route', args: { route: 'ceiling' } })), 'bad_schema');
});

test('mqtt §3.5: JSON, schema and verb are told apart, and the id is given back where it can be read', () => {
  assert.equal(faultOf('{'), 'bad_json');
  assert.equal(faultOf(''), 'bad_json');
  assert.equal(faultOf('[]'), 'bad_schema');
  assert.equal(faultOf('null'), 'bad_schema');
  assert.equal(faultOf(line({ cmd: 'call.fly' })), 'unknown_verb');
  assert.equal(faultOf(line({ cmd: 'toString' })), 'unknown_verb');
  const refused = decodeLine(line({ cmd: 'call.fly' }));
  assert.ok(!refused.ok && refused.id === 'x');
  const nameless = decodeLine('{"v":1,"cmd":"call.hold"}');
  assert.ok(!nameless.ok && nameless.id === undefined && nameless.fault === 'bad_schema');
  assert.equal(faultOf(JSON.stringify({ v: 2, id: 'x', cmd: 'call.hold' })), 'bad_schema');
});

test('mqtt §3.5: 64 KiB, depth 6, __proto__ refused', () => {
  const long = (bytes: number) =>
    line({ cmd: 'call.hold', pad: 'x'.repeat(bytes - line({ cmd: 'call.hold', pad: '' }).length) });
  assert.equal(long(65_536).length, 65_536);
  assert.equal(faultOf(long(65_536)), undefined);
  assert.equal(faultOf(long(65_537)), 'bad_json');
  assert.equal(faultOf(line({ cmd: 'call.hold', pad: 'é'.repeat(40_000) })), 'bad_json', 'bytes, not characters');
  const deep = (depth: number): unknown => (depth === 0 ? 1 : { a: deep(depth - 1) });
  assert.equal(faultOf(line({ cmd: 'call.hold', pad: deep(5) })), undefined);
  assert.equal(faultOf(line({ cmd: 'call.hold', pad: deep(6) })), 'bad_schema');
  assert.equal(
    faultOf(`{"v":1,"id":"x","cmd":"call.hold","pad":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
    'bad_schema',
  );
  assert.equal(faultOf('{"v":1,"id":"x","cmd":"call.hold","__proto__":{"role":"admin"}}'), 'bad_schema');
  assert.equal(faultOf('{"v":1,"id":"x","cmd":"call.dial","args":{"to":"1","__proto__":{}}}'), 'bad_schema');
});

test('mqtt §3.5: texts are NFC and carry no control character', () => {
  const decoded = decodeLine(line({ cmd: 'transfer.start', args: { to: 'e\u0301\u0000\r\n\u202ev' } }));
  assert.ok(decoded.ok && decoded.value.request.name === 'intent');
  assert.deepEqual(decoded.value.request.intent, { verb: 'transfer.start', to: 'év' });
});

test('mqtt §3.4: hello names each verb once', () => {
  assert.equal(new Set(allVerbs).size, allVerbs.length);
});

test('ISO 8601: moments go both ways and agree with the calendar', () => {
  for (const ms of [0, 951_782_400_000, 1_709_164_799_999, 1_700_000_000_123, 4_102_444_800_000, -1]) {
    assert.equal(isoFrom(ms), new Date(ms).toISOString());
    assert.equal(msFromIso(isoFrom(ms)), ms);
  }
  assert.equal(msFromIso('2026-11-22T10:41:00+01:00'), Date.parse('2026-11-22T09:41:00Z'));
  for (const bad of ['', 'now', '2026-13-01T00:00:00Z', '2026-02-29T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01']) {
    assert.equal(msFromIso(bad), undefined, bad);
  }
});

test.run();
