import assert from 'node:assert/strict';
import { test } from 'uvu';
import { describeNames, identitiesOf, isFor } from './identity.ts';

const cert = (altNames: string | undefined, commonName?: string) => ({ altNames, commonName });

test('RFC 5922 §7.1: sip URIs without a user part, then DNS names; the common name only where there are none', () => {
  assert.deepEqual(
    identitiesOf(cert('DNS:a.test, URI:sip:B.test, URI:sip:bob@c.test, URI:https://d.test, IP Address:192.0.2.1')),
    {
      sip: ['b.test'],
      dns: ['a.test'],
      addresses: ['192.0.2.1'],
    },
  );
  assert.ok(isFor('pbx.test', cert(undefined, 'pbx.test')));
  assert.ok(!isFor('pbx.test', cert('DNS:other.test', 'pbx.test')), 'the common name is not looked at beside others');
  assert.ok(!isFor('pbx.test', cert('email:a@pbx.test', 'pbx.test')));
});

test('RFC 5922 §7.2: a sip URI decides where there is one, names are compared without case, and whole', () => {
  assert.ok(isFor('PBX.test', cert('URI:sip:pbx.TEST')));
  assert.ok(!isFor('pbx.test', cert('URI:sip:other.test, DNS:pbx.test')));
  assert.ok(isFor('pbx.test.', cert('DNS:pbx.test')));
  for (const other of ['xpbx.test', 'pbx.test.evil', 'test', 'a.pbx.test'])
    assert.ok(!isFor(other, cert('DNS:pbx.test')), other);
});

test('RFC 5922 §7.2: wildcards count nothing, by setting for one whole label', () => {
  assert.ok(!isFor('a.pbx.test', cert('DNS:*.pbx.test')));
  assert.ok(isFor('a.pbx.test', cert('DNS:*.pbx.test'), true));
  for (const [name, pattern] of [
    ['pbx.test', '*.test'],
    ['a.b.pbx.test', '*.pbx.test'],
    ['pbx.test', '*.pbx.test'],
    ['ab.pbx.test', 'a*.pbx.test'],
    ['a.pbx.test', '*'],
  ] as const)
    assert.ok(!isFor(name, cert(`DNS:${pattern}`), true), `${name} ${pattern}`);
});

test('RFC 5922 §7.2: an address is only what the certificate calls an address', () => {
  assert.ok(isFor('192.0.2.1', cert('IP Address:192.0.2.1')));
  assert.ok(!isFor('192.0.2.1', cert('DNS:192.0.2.1', '192.0.2.1')));
  assert.ok(!isFor('192.0.2.1', cert(undefined, '192.0.2.1')));
  assert.ok(isFor('[2001:db8::1]', cert('IP Address:2001:DB8:0:0:0:0:0:1')));
  assert.ok(!isFor('2001:db8::2', cert('IP Address:2001:DB8:0:0:0:0:0:1')));
});

test('sip-core §10: a name that was quoted because of its signs is no name, and hides none', () => {
  const sly = 'DNS:"evil.test, DNS:pbx.test", DNS:real.test, DNS:"a\\"b, DNS:pbx.test"';
  assert.ok(!isFor('pbx.test', cert(sly)));
  assert.ok(isFor('real.test', cert(sly)));
  assert.equal(describeNames(cert(sly)), 'real.test');
  assert.equal(describeNames(cert(undefined)), 'nobody');
});

test.run();
