import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readConfiguration } from '../configuration/read.ts';
import { registrationAdvice } from './registration-advice.ts';

const reading = readConfiguration(
  'accounts: [{id: a, user: "1", domain: pbx.example, server: "192.0.2.1:5080", password: hunter2}]',
);
assert.ok(reading.ok);
const account = reading.configuration.accounts[0]!;

const cases = [
  [
    'wrong-password',
    401,
    /192\.0\.2\.1:5080 does not accept the password \(401 Unauthorized\): check password or passwordFile, and authId/,
  ],
  ['forbidden', 403, /forbids this account \(403 Unauthorized\): check user and domain/],
  ['timeout', undefined, /does not answer: check server, transport \(udp\) and firewalls/],
  ['transport', undefined, /cannot be reached: check server, its port/],
  ['refused', 404, /refused the registration \(404 Unauthorized\)/],
] as const;
for (const [why, status, wanted] of cases) {
  test(`registration: ${why} is one line that names the key to mend`, () => {
    const line = registrationAdvice(account, {
      name: 'failed',
      why,
      nextTryAt: 0,
      ...(status === undefined ? {} : { status, phrase: 'Unauthorized' }),
    });
    assert.match(line, wanted);
    assert.match(line, /^account a: [^\n]*$/);
    assert.ok(!line.includes('hunter2'));
  });
}

test.run();
