import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type AddressKind, canonicalHost, kindOf, sameEndpoint, sendTarget } from './address.ts';

const own = { host: '192.0.2.10', port: 4000 };

test('sip-core §10: every address has its kind', () => {
  const cases: readonly (readonly [string, AddressKind])[] = [
    ['192.0.2.1', 'unicast'],
    ['10.0.0.1', 'unicast'],
    ['223.255.255.255', 'unicast'],
    ['127.0.0.1', 'loopback'],
    ['127.255.0.9', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'hostile'],
    ['224.0.0.1', 'hostile'],
    ['239.255.255.255', 'hostile'],
    ['255.255.255.255', 'hostile'],
    ['240.0.0.1', 'hostile'],
    ['1.2.3', 'hostile'],
    ['1.2.3.999', 'hostile'],
    ['2130706433', 'hostile'],
    ['', 'hostile'],
    ['pbx.example.com', 'name'],
    ['2001:db8::1', 'unicast'],
    ['fe80::1', 'unicast'],
    ['fe80::1%eth0', 'name'],
    ['::', 'unspecified'],
    ['0:0:0:0:0:0:0:0', 'unspecified'],
    ['::1', 'loopback'],
    ['ff02::1', 'hostile'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:224.0.0.1', 'hostile'],
    ['::ffff:0.0.0.0', 'unspecified'],
    ['::ffff:c000:201', 'unicast'],
    ['1:2:3:4:5:6:7:8:9', 'name'],
    ['1::2::3', 'name'],
  ];
  for (const [host, kind] of cases) assert.equal(kindOf(host), kind, host);
});

test('sip-core §10: a send target is a usable place, a hold, or bad', () => {
  assert.deepEqual(sendTarget('192.0.2.1', 40000, own), { host: '192.0.2.1', port: 40000 });
  assert.deepEqual(sendTarget('192.0.2.1', 40001, own), { host: '192.0.2.1', port: 40001 });
  assert.equal(sendTarget('0.0.0.0', 40000, own), 'hold');
  assert.equal(sendTarget('192.0.2.1', 0, own), 'hold');
  assert.equal(sendTarget('192.0.2.1', 9, own), 'hold');
  for (const port of [1, 53, 123, 1023]) assert.equal(sendTarget('192.0.2.1', port, own), 'bad');
  assert.deepEqual(sendTarget('192.0.2.1', 1024, own), { host: '192.0.2.1', port: 1024 });
  for (const host of ['224.0.0.1', '255.255.255.255', '0.0.0.1', 'ff02::1', 'evil.example', '127.0.0.1', '::1']) {
    assert.equal(sendTarget(host, 40000, own), 'bad', host);
  }
  assert.equal(sendTarget(undefined, 40000, own), 'bad');
});

test('sip-core §10: our own endpoint is bad, another port of our host is a second line', () => {
  assert.equal(sendTarget('192.0.2.10', 4000, own), 'bad');
  assert.equal(sendTarget('::ffff:192.0.2.10', 4000, own), 'bad');
  assert.deepEqual(sendTarget('192.0.2.10', 4002, own), { host: '192.0.2.10', port: 4002 });
});

test('sip-core §10: loopback may talk to loopback', () => {
  assert.deepEqual(sendTarget('127.0.0.1', 4002, { host: '127.0.0.1', port: 4000 }), { host: '127.0.0.1', port: 4002 });
});

test('one spelling for one address', () => {
  assert.equal(canonicalHost('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(canonicalHost('2001:DB8::1'), canonicalHost('2001:0db8:0:0::1'));
  assert.ok(sameEndpoint({ host: '::1', port: 1 }, { host: '0:0:0:0:0:0:0:1', port: 1 }));
  assert.ok(!sameEndpoint({ host: '::1', port: 1 }, { host: '::1', port: 2 }));
});

test.run();
