import assert from 'node:assert/strict';
import { test } from 'uvu';
import { accountOf, settingsOf } from './phone-settings.ts';
import { readConfiguration } from './read.ts';

function configured(yaml: string) {
  const read = readConfiguration(yaml);
  if (!read.ok) throw new Error(JSON.stringify(read));
  return read.configuration;
}

const two = `
accounts:
  - { id: desk, user: 1000, domain: pbx.test, profile: kamailio }
  - { id: shop, user: 7, domain: shop.test, server: "192.0.2.1:5080" }
transfer:
  profile: asterisk
  localBridge: ask
  timers: { byeGraceMs: 100 }
`;

test('transfer §10: rules of the exchange of each account, what the file says counts for all of them', () => {
  const settings = settingsOf(configured(two));
  const [desk, shop] = settings.accounts;
  assert.equal(settings.transfer.referToSource, 'aor', 'the profile of the phone');
  assert.equal(desk?.transfer?.referToSource, 'contact', 'its own profile');
  assert.equal(shop?.transfer, undefined);
  for (const rules of [settings.transfer, desk?.transfer])
    assert.deepEqual([rules?.localBridge, rules?.byeGraceMs], ['ask', 100]);
  assert.deepEqual([desk?.nextHop, shop?.nextHop], ['pbx.test', '192.0.2.1:5080']);
});

test('transfer §10: each rule of joining and of the ringing specialist has its key, and keeps the profile where none is given', () => {
  const accounts = 'accounts: [{ id: a, user: 1, domain: b.test }]\n';
  const none = settingsOf(configured(accounts)).transfer;
  assert.deepEqual(
    [none.localBridge, none.semiAttended, none.acrossAccounts, none.protectTarget, none.referSub],
    ['auto', 'arm', 'bridge', false, true],
  );
  const keys = 'localBridge: never, semiAttended: early, acrossAccounts: try, protectTarget: true, referSub: false';
  const all = settingsOf(configured(`${accounts}transfer: { ${keys}, holdTarget: false, retryOtherForm: false }`));
  const { localBridge, semiAttended, acrossAccounts, protectTarget, referSub, holdTarget, retryOtherForm } =
    all.transfer;
  assert.deepEqual(
    { localBridge, semiAttended, acrossAccounts, protectTarget, referSub, holdTarget, retryOtherForm },
    {
      localBridge: 'never',
      semiAttended: 'early',
      acrossAccounts: 'try',
      protectTarget: true,
      referSub: false,
      holdTarget: false,
      retryOtherForm: false,
    },
  );
});

test('transfer §10: a rule that does not exist is refused with the words that do', () => {
  const read = readConfiguration(
    'accounts: [{ id: a, user: 1, domain: b.test }]\ntransfer: { localBridge: yes please }',
  );
  assert.ok(!read.ok);
  assert.match(JSON.stringify(read), /one of auto, ask, never/);
});

test('RFC 4028 §4: a session timer is 90 s at least, 0 is none; RFC 5627: the phone keeps the name that it is given', () => {
  const one = (more: string) => `accounts: [{ id: a, user: 1, domain: b.test${more} }]`;
  const server = { host: '192.0.2.1', port: 5060 };
  const sip = (more: string) => accountOf(configured(one(more)).accounts[0]!, server, undefined);
  assert.equal(sip('').sessionExpiresS, 1800);
  assert.equal(sip(', sessionExpiresS: 0').sessionExpiresS, 0);
  assert.ok(!readConfiguration(one(', sessionExpiresS: 30')).ok);
  const instance = 'urn:uuid:00000000-0000-1000-8000-000a95a0e128';
  assert.equal(sip(`, instance: "${instance}"`).instance, instance);
  assert.ok(!readConfiguration(one(', instance: me')).ok);
  assert.equal(sip(', replaceRinging: true').replaceRinging, true);
});

test.run();
