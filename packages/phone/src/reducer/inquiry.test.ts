import assert from 'node:assert/strict';
import { test } from 'uvu';
import { settings } from '../../test/bench.ts';
import { isDialable } from '../dial-plan/dialable.ts';
import { isEmergency, plainNumber, recordOf, uriFor, userOf } from './inquiry.ts';

const [account] = settings().accounts;
assert.ok(account !== undefined);

test('transfer.md §10: dialled digits become a URI of the account, a typed URI stays as it is', () => {
  assert.equal(uriFor(account, '+36 1 234-5678'), 'sip:+3612345678@pbx.test');
  assert.equal(uriFor(account, '*21#'), 'sip:*21%23@pbx.test');
  assert.equal(uriFor(account, 'sip:anna@example.org'), 'sip:anna@example.org');
  assert.equal(uriFor(account, 'anna@example.org'), 'sip:anna@example.org');
  assert.equal(recordOf(account), 'sip:1000@pbx.test');
});

test('RFC 3261 §19.1.1: the user part of whatever a network wrote is shown, and never throws', () => {
  assert.equal(userOf('sip:2001@pbx.test;transport=udp'), '2001');
  assert.equal(userOf('sip:%2B361@pbx.test'), '+361');
  assert.equal(userOf('sip:%ZZ@pbx.test'), '%ZZ');
  assert.equal(userOf('sip:pbx.test;lr'), 'pbx.test');
  for (const odd of ['', '@', 'sip:', 'sip:@', ':', '\ud800', '%']) assert.equal(typeof userOf(odd), 'string');
});

test('features §1.3: an emergency number is known however it is written', () => {
  for (const number of ['112', '1 1 2', '1-1-2', '(112)', '112;phone-context=+36'])
    assert.ok(isEmergency(settings(), number), number);
  for (const uri of [
    'sip:112@pbx.test',
    'sips:112@pbx.test:5061;transport=tcp',
    '112@pbx.test',
    'tel:112',
    'sip:1%312@x',
  ])
    assert.ok(isEmergency(settings(), uri), uri);
  for (const uri of ['sip:desk@112', 'sip:112.test', 'sip:1123@pbx.test', 'a112@pbx.test'])
    assert.ok(!isEmergency(settings(), uri), uri);
  assert.ok(!isEmergency(settings(), '1123'));
  assert.equal(plainNumber('+36 (1) 234.5678'), '+3612345678');
});

test('mqtt §3.5: only what can stand in a Request-URI is dialled', () => {
  for (const good of ['9999', '+3612345678', '*21#', 'sip:x@example.org', 'anna.k']) assert.ok(isDialable(good), good);
  for (const bad of ['', ' ', 'a\r\nVia: x', '<sip:x>', '"x"', 'é', 'x'.repeat(200), '\ud800', '---']) {
    assert.ok(!isDialable(bad), bad);
  }
});

test.run();
