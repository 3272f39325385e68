import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { hmac } from '../test/fixture.ts';
import { canonicalJson, signedText } from './signature.ts';

test('mqtt §3.5 rule 5: canonical JSON has one spelling: names in order, no white space, numbers and texts as ECMAScript', () => {
  assert.equal(
    canonicalJson({ b: [1, { z: null, a: 'é"\n' }], a: 1e21 }),
    '{"a":1e+21,"b":[1,{"a":"é\\"\\n","z":null}]}',
  );
  assert.equal(
    canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6 }),
    '{"\\r":2,"1":4,"\u0080":6,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    'RFC 8785 §3.2.3: by UTF-16 code units',
  );
  assert.equal(canonicalJson({}), '{}');
});

test('mqtt §3.5 rule 5: the text that is signed, with the fields that must not be taken away', () => {
  const envelope = { id: 'a', cmd: 'call.dial', args: { to: '1' }, ts: '2026-11-22T10:00:00Z' };
  assert.equal(signedText(envelope), 'a|2026-11-22T10:00:00Z|call.dial|{"to":"1"}');
  assert.equal(
    signedText({ ...envelope, replyTo: 'client/p', ifSeq: 3, expiresAt: 'x' }),
    'a|2026-11-22T10:00:00Z|call.dial|{"to":"1"}|ifSeq=3|expiresAt=x|replyTo=client/p',
  );
});

test('docs/mqtt.md: the example signature is that of its envelope and key', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/mqtt.md'), 'utf8');
  const json = /^\{"v":1,.*"sig":.*\}$/m.exec(text)?.[0];
  const key = /key `([0-9a-f]{64})`/.exec(text)?.[1];
  const signed = /^(8f0d\|.*)$/m.exec(text)?.[1];
  assert.ok(json !== undefined && key !== undefined && signed !== undefined);
  const { sig, ...envelope } = JSON.parse(json) as Parameters<typeof signedText>[0] & { sig: string };
  assert.equal(signedText(envelope), signed);
  assert.equal(hmac(key, signed), sig);
});

test.run();
