import assert from 'node:assert/strict';
import { test } from 'uvu';
import { hostOf, plainTarget, referToUri, replacesFor } from './refer-to.ts';
import { parseReferTo } from './referred-target.ts';

const dialog = { sipCallId: '12345600@atlanta.example.com', localTag: '1234567', remoteTag: '23431' };

test('RFC 3891 §3: to-tag is our remote tag and from-tag our local one, whoever called whom', () => {
  assert.equal(replacesFor(dialog), '12345600@atlanta.example.com;to-tag=23431;from-tag=1234567');
  assert.equal(replacesFor(dialog, true), '12345600@atlanta.example.com;to-tag=23431;from-tag=1234567;early-only');
});

test('RFC 3515 §2.1: Replaces is escaped as a header value of the URI', () => {
  assert.equal(
    referToUri({ uri: 'sip:c@192.0.2.9:5062', replaces: dialog }),
    'sip:c@192.0.2.9:5062?Replaces=12345600%40atlanta.example.com%3Bto-tag%3D23431%3Bfrom-tag%3D1234567',
  );
});

test('RFC 3261 §25.1: Call-ID and tags of a peer are escaped once, a percent sign too', () => {
  const odd = { sipCallId: 'abc%40d"<>ef@host', localTag: 'l`1+2%', remoteTag: "re%41'*!" };
  const uri = referToUri({ uri: 'sip:t@h.example', replaces: odd });
  assert.match(uri, /Replaces=abc%2540d%22%3C%3Eef%40host%3Bto-tag%3Dre%2541'\*!%3Bfrom-tag%3Dl%601%2B2%25$/);
  const back = parseReferTo(`<${uri}>`);
  assert.ok(back.ok);
  assert.equal(back.value.replaces, replacesFor(odd));
});

test('RFC 3891 §3: a lone surrogate in a Call-ID does not throw', () => {
  assert.ok(referToUri({ uri: 'sip:t@h', replaces: { ...dialog, sipCallId: 'a\ud800b' } }).includes('%EF%BF%BD'));
});

test('transfer.md §2.4: Require=replaces goes before Replaces, only when asked', () => {
  assert.ok(
    referToUri({ uri: 'sip:t@h', replaces: dialog, requireReplaces: true }).startsWith(
      'sip:t@h?Require=replaces&Replaces=',
    ),
  );
  assert.equal(referToUri({ uri: 'sip:t@h', requireReplaces: true }), 'sip:t@h');
});

test('transfer.md §2.4: parameters of one hop or message are taken away, those of the party stay', () => {
  const uri =
    '"A, <b>" <sip:t@h;method=BYE;transport=tcp;LR;maddr=1.2.3.4;ttl=3;user=phone;ob;gr=urn:uuid:f8?Subject=x>;tag=1';
  assert.equal(plainTarget(uri.replace('"A, <b>" ', '')), 'sip:t@h;transport=tcp;user=phone;gr=urn:uuid:f8');
  assert.equal(plainTarget('sip:t@h'), 'sip:t@h');
});

test('RFC 3261 §25.1: a user part may hold a question mark and a semicolon', () => {
  assert.equal(plainTarget('sip:a?b;c@h;lr'), 'sip:a?b;c@h');
  assert.equal(plainTarget('sip:h?Replaces=a@b'), 'sip:h');
});

test('RFC 3261 §19.1.1: IPv6 hosts', () => {
  assert.equal(plainTarget('sip:t@[2001:db8::7]:5070;ob'), 'sip:t@[2001:db8::7]:5070');
  assert.equal(hostOf('sip:t@[2001:DB8::7]:5070;x=y'), '[2001:db8::7]');
  assert.equal(hostOf('sip:H.Example:5060'), 'h.example');
});

test.run();
