import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { readConfiguration } from '../configuration/read.ts';
import { StartFault } from './configuration-file.ts';
import { badPem, isBadPem, namesOf, tlsSettings } from './tls-files.ts';

function configured(tls: string, account = 'domain: pbx.test') {
  const read = readConfiguration(`accounts: [{ id: a, user: 1, ${account}, transport: tls }]\ntls: ${tls}`);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read;
}

test('tls: files are found beside the configuration, and one that is missing is named with its key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-tls-'));
  writeFileSync(join(folder, 'ca.pem'), 'CA');
  const { tls } = configured('{ ca: ca.pem }').configuration;
  const settings = tlsSettings(tls, join(folder, 'phone.yaml'), () => undefined);
  assert.deepEqual([settings.ca, settings.verify, settings.wildcards, settings.cert], ['CA', true, false, undefined]);
  const gone = configured('{ ca: gone.pem }').configuration.tls;
  assert.throws(
    () => tlsSettings(gone, join(folder, 'phone.yaml'), () => undefined),
    (error) =>
      error instanceof StartFault && /^tls\.ca: the file gone\.pem cannot be read \(ENOENT\)/.test(error.message),
  );
  rmSync(folder, { recursive: true });
});

test('RFC 5922 §4: the certificate at an address must be for the name that was written, at all addresses of it', () => {
  const { accounts } = configured('{}', 'domain: pbx.test, server: "edge.test:5071"').configuration;
  const nameOf = namesOf(accounts, [{ host: '192.0.2.1', port: 5071, alsoAt: ['192.0.2.2'] }]);
  assert.equal(nameOf('192.0.2.1', 5071), 'edge.test');
  assert.equal(nameOf('192.0.2.2', 5071), 'edge.test');
  assert.equal(nameOf('192.0.2.1', 5061), undefined);
});

test('tls: a certificate without its key, a strange fingerprint and an unknown key are refused; verify: false is warned of', () => {
  const faults = (tls: string) =>
    JSON.stringify(readConfiguration(`accounts: [{ id: a, user: 1, domain: b.test }]\ntls: ${tls}`));
  assert.match(faults('{ cert: a.pem }'), /tls\.key beside it: a certificate and its key belong together/);
  assert.match(faults('{ key: a.key }'), /tls\.cert beside it/);
  assert.match(faults('{ fingerprint: abc }'), /64 hexadecimal digits/);
  assert.match(faults('{ verfy: false }'), /verify/);
  assert.match(configured('{ verify: false }').warnings.join(), /tls\.verify is false: whoever stands between/);
  assert.ok(
    !configured(`{ verify: false, fingerprint: "${'ab'.repeat(32)}" }`)
      .warnings.join()
      .includes('tls.verify'),
  );
});

test('tls: files that TLS can make nothing of are told apart from ports in use', () => {
  const { tls } = configured('{ cert: a.pem, key: a.key }').configuration;
  const mismatch = Object.assign(new Error('key values mismatch'), { code: 'ERR_OSSL_X509_KEY_VALUES_MISMATCH' });
  assert.ok(isBadPem(mismatch) && !isBadPem(Object.assign(new Error(), { code: 'EADDRINUSE' })));
  assert.match(badPem(mismatch, tls), /a\.key and a\.pem do not belong together/);
  assert.match(
    badPem(Object.assign(new Error('no start line'), { code: 'ERR_OSSL_PEM_NO_START_LINE' }), tls),
    /a\.pem, a\.key cannot be used \(no start line\)/,
  );
});

test.run();
