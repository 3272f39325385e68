import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { parseMessage } from '@switchhook/sip-core';
import { test } from 'uvu';
import type { Party } from './party.ts';
import { EXCHANGE, PHONE, Scene } from './scene.ts';

/** REFERs that are wrong or mean harm, at a phone that takes REFERs in the dialog of an answered call. */

const GOOD = 'Refer-To: <sip:9999@office.example>';

function referred(fields: readonly string[]): { scene: Scene; transferor: Party; target: Party; text: string } {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  const target = scene.party('9999');
  scene.talking(transferor);
  const from = scene.wire.length;
  transferor.asks('REFER', fields);
  scene.ms(100);
  const said = scene.wire.slice(from).filter((seen) => seen.from === PHONE);
  for (const { text, message } of said) assert.ok(message !== undefined, `the phone said\n${text}`);
  return { scene, transferor, target, text: said.map((seen) => seen.text).join('\n') };
}

const replaces = (value: string) => `Refer-To: <sip:9999@office.example?Replaces=${value}>`;
const ids = 'abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2';
const evil = 'sip:evil@203.0.113.66';

/** What is refused, with the status that the specification gives; no word of it goes out. */
const refused: readonly (readonly [why: string, status: number, ...fields: string[]])[] = [
  ['no Refer-To', 400],
  ['two Refer-To', 400, GOOD, 'Refer-To: <sip:evil@203.0.113.66>'],
  ['two values in one Refer-To', 400, `${GOOD}, <${evil}>`],
  ['two values, the compact form and the long one', 400, GOOD, `r: <${evil}>`],
  ['an empty Refer-To', 400, 'Refer-To: '],
  ['empty brackets', 400, 'Refer-To: <>'],
  ['an open bracket', 400, 'Refer-To: <sip:evil@office.example'],
  ['no host', 400, 'Refer-To: <sip:evil@>'],
  ['nothing but a scheme', 400, 'Refer-To: <sip:>'],
  ['a blank in the host', 400, 'Refer-To: <sip:evil@of fice.example>'],
  ['a port of nothing', 400, 'Refer-To: <sip:evil@office.example:0>'],
  ['a port beyond all ports', 400, 'Refer-To: <sip:evil@office.example:65536>'],
  ['a quote in the URI', 400, 'Refer-To: <sip:evil@office.example;x="y">'],
  ['http', 416, 'Refer-To: <http://evil.example/>'],
  ['mailto', 416, 'Refer-To: <mailto:evil@office.example>'],
  ['javascript', 416, 'Refer-To: <javascript:evil(1)>'],
  ['urn:service:sos', 416, 'Refer-To: <urn:service:sos>'],
  ['tel, which the dial plan does not map', 416, 'Refer-To: <tel:+442079460000>'],
  ['method=BYE', 603, 'Refer-To: <sip:evil@office.example;method=BYE>'],
  ['method=REFER', 603, 'Refer-To: <sip:evil@office.example;METHOD=refer>'],
  ['an unfinished escape in a header', 400, replaces('evil%4')],
  ['an escape that is none', 400, replaces('evil%ZZ')],
  ['escapes that are no UTF-8', 400, replaces('%C3%28evil')],
  ['CR LF in Replaces', 400, replaces(`${ids}%0D%0AVia:%20evil`)],
  ['LF in a header that is dropped', 400, `Refer-To: <sip:9999@office.example?Subject=evil%0Ax>`],
  ['NUL in Replaces', 400, replaces(`%00evil${ids}`)],
  ['CR LF in the user', 400, 'Refer-To: <sip:99%0D%0Aevil@office.example>'],
  ['NUL in the user', 400, 'Refer-To: <sip:99%00evil@office.example>'],
  ['Replaces without tags', 400, replaces('evil%40h')],
  ['Replaces without from-tag', 400, replaces('evil%40h%3Bto-tag%3D1')],
  ['Replaces with a tag twice', 400, replaces('evil%40h%3Bto-tag%3D1%3Bto-tag%3D2%3Bfrom-tag%3D3')],
  ['Replaces with an empty tag', 400, replaces('evil%40h%3Bto-tag%3D%3Bfrom-tag%3D3')],
  ['Replaces with a blank in the Call-ID', 400, replaces('evil%20h%3Bto-tag%3D1%3Bfrom-tag%3D2')],
  ['Replaces that is escaped twice', 400, replaces('evil%2540h%253Bto-tag%253D1%253Bfrom-tag%253D2')],
  ['Replaces twice', 400, replaces(`${ids}&Replaces=${ids}`)],
  ['Require of something else', 420, 'Refer-To: <sip:9999@office.example?Require=evil>'],
  ['Require of Replaces and something else', 420, 'Refer-To: <sip:9999@office.example?Require=replaces%2Cevil>'],
  ['a Require of the REFER itself that nobody knows', 420, GOOD, 'Require: evil'],
];

for (const [why, status, ...fields] of refused) {
  test(`RFC 3515 §2.4.2: REFER with ${why} gets ${status}, the call stays, nobody is called`, () => {
    const { scene, transferor, text } = referred(fields);
    assert.deepEqual(transferor.statuses('REFER'), [status]);
    assert.equal(scene.sent('INVITE').length, 0);
    assert.equal(scene.sent('NOTIFY').length, 0);
    assert.ok(status === 420 || !text.includes('evil'), `copied outward\n${text}`);
    assert.deepEqual(scene.stage, { 2001: 'talking' });
    scene.over();
  });
}

test('RFC 3261 §19.1.5: dangerous header fields in Refer-To are dropped, each of them, and the call is placed without them', () => {
  const names = 'From To Call-ID CSeq Via Record-Route Route Contact Authorization Proxy-Authorization Content-Type';
  const more =
    'Content-Length Max-Forwards body Organization P-Asserted-Identity Remote-Party-ID Referred-By Subject Accept';
  for (const name of `${names} ${more}`.split(' ')) {
    const { scene, transferor, target } = referred([
      `Refer-To: <sip:9999@office.example?${name}=%3Csip%3Aevil%40203.0.113.66%3E&Replaces=${ids}>`,
    ]);
    assert.deepEqual(transferor.statuses('REFER'), [202], name);
    const { text, to } = scene.wire.find((seen) => seen.from === PHONE && seen.text.startsWith('INVITE'))!;
    assert.ok(!/evil|203\.0\.113\.66/.test(text), text);
    assert.equal(to, EXCHANGE);
    assert.equal(target.request('INVITE').headers.get('Replaces'), 'abc@h;to-tag=1;from-tag=2');
    scene.over();
  }
});

test('RFC 3261 §19.1.5: maddr, ttl, lr and method=INVITE of Refer-To do not reach the Request-URI, nor move where it goes', () => {
  const { scene, target } = referred(['Refer-To: <sip:9999@office.example;maddr=203.0.113.66;ttl=1;lr;method=INVITE>']);
  assert.equal(target.request('INVITE').uri, 'sip:9999@office.example');
  assert.ok(scene.wire.every(({ from, to }) => from !== PHONE || to === EXCHANGE));
  scene.over();
});

test('RFC 3261 §25.1: what is escaped once more in a user part stays escaped once, and + is no blank', () => {
  const { scene, text } = referred(['Refer-To: <sip:99%252B9+9@office.example>']);
  assert.match(text, /^INVITE sip:99%252B9\+9@office\.example SIP/m);
  scene.over();
});

test('RFC 3515 §2.4.2: a display name with brackets, commas and quotes in it is only a name', () => {
  const { scene, transferor, target } = referred(['Refer-To: "a, <sip:evil@h> \\" x" <sip:9999@office.example>']);
  assert.deepEqual(transferor.statuses('REFER'), [202]);
  assert.equal(target.request('INVITE').uri, 'sip:9999@office.example');
  scene.over();
});

test('RFC 3892 §2.1: a Referred-By that cannot be read does not decide, and brings no second line', () => {
  for (const value of ['<', '"x', 'sip:', '<sip:a@b>;cid=', 'x'.repeat(4000), '<sip:a@b>, <sip:c@d>', '%0d%0aX: y']) {
    const { scene, transferor, text } = referred([GOOD, `Referred-By: ${value}`]);
    const status = transferor.statuses('REFER')[0] ?? 0;
    assert.ok(status === 202 || (status >= 400 && status < 500), `${value}: ${status}`);
    assert.ok(!/^X: y/m.test(text), text);
    assert.equal(scene.phase(transferor) === 'talking' || scene.phase(transferor) === 'held', true);
    scene.over();
  }
});

test('sip-core §10: values of any size are refused or taken, the phone lives and keeps its call', () => {
  for (const size of [300, 3_000, 20_000]) {
    for (const field of [
      `Refer-To: <sip:${'9'.repeat(size)}@office.example>`,
      `Refer-To: <sip:9999@${'a.'.repeat(size / 2)}example>`,
      `Refer-To: <sip:9999@office.example?Replaces=${'a'.repeat(size)}%3Bto-tag%3D1%3Bfrom-tag%3D2>`,
      `Refer-To: <sip:9999@office.example?${'X=y&'.repeat(size / 4)}Replaces=${ids}>`,
      `Refer-To: <sip:9999@office.example${';a=b'.repeat(size / 4)}>`,
      `Refer-To: "${'\\"'.repeat(size / 2)}" <sip:9999@office.example>`,
    ]) {
      const { scene, transferor } = referred([field]);
      assert.equal(transferor.statuses('REFER').length, 1, field.slice(0, 60));
      scene.over();
    }
  }
});

test('sip-core §10: a REFER with octets turned round, lost or put in makes no message that is none, and ends no other call', () => {
  const random = new SeededRandom(20_261_122);
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  scene.talking(transferor);
  transferor.asks('REFER', [replaces(ids), 'Referred-By: <sip:2001@office.example>']);
  const good = scene.wire.at(-1)!.text;
  scene.ms(50);
  for (let n = 0; n < 400; n++) {
    const octets = new TextEncoder().encode(good.replace(/branch=[^;]+/, `branch=z9hG4bK${n}`));
    for (let k = random.below(4); k >= 0; k--) octets[random.below(octets.length)] = random.below(256);
    scene.throwIn(EXCHANGE, octets.slice(0, random.chance(0.2) ? random.below(octets.length) : octets.length));
    if (n % 20 === 0) scene.ms(20);
  }
  scene.seconds(1);
  for (const { from, message, text } of scene.wire) {
    // Only the refusal of an unreadable request, which copies its fields, may be unreadable itself.
    if (from === PHONE && message === undefined) assert.match(text, /^SIP\/2\.0 [45]\d\d /);
    if (from === PHONE) assert.ok(parseMessage(new TextEncoder().encode(text), 'datagram').ok || message === undefined);
  }
  assert.ok(['talking', 'held'].includes(scene.phase(transferor) ?? 'gone'));
  scene.over();
});

test.run();
