import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseServer, type ServerAddress } from '@switchhook/phone/node';
import type { TlsSettings } from '@switchhook/sip-core/node';
import type { AccountConfiguration, Configuration } from '../configuration/schema.ts';
import { StartFault } from './configuration-file.ts';

/** How TLS is spoken, the files of the configuration at `path` read. Throws `StartFault`. */
export function tlsSettings(
  tls: Configuration['tls'],
  path: string,
  nameOf: NonNullable<TlsSettings['nameOf']>,
): TlsSettings {
  const file = (key: 'ca' | 'cert' | 'key'): Partial<Record<typeof key, string>> => {
    const name = tls[key];
    if (name === undefined) return {};
    try {
      return { [key]: readFileSync(resolve(dirname(path), name), 'utf8') };
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new StartFault(
        `tls.${key}: the file ${name} cannot be read (${code}): it must be a PEM file that this user may read`,
      );
    }
  };
  const { verify, fingerprint, wildcards } = tls;
  const pin = fingerprint === undefined ? {} : { fingerprint };
  return { ...file('ca'), ...file('cert'), ...file('key'), verify, wildcards, ...pin, nameOf };
}

/** Whom the certificate at the address of an account's server must be for: the name as it was written (RFC 5922 §4). */
export function namesOf(
  accounts: readonly AccountConfiguration[],
  servers: readonly ServerAddress[],
): NonNullable<TlsSettings['nameOf']> {
  const names = new Map<string, string>();
  for (const [i, account] of accounts.entries()) {
    const server = servers[i];
    if (account.transport !== 'tls' || server === undefined) continue;
    const { host } = parseServer(account.server ?? account.domain);
    for (const address of [server.host, ...(server.alsoAt ?? [])]) names.set(`${address} ${server.port}`, host);
  }
  return (host, port) => names.get(`${host} ${port}`);
}

/** Whether TLS could not make anything of a file. */
export function isBadPem(error: unknown): boolean {
  return /^ERR_(OSSL|SSL|CRYPTO)/.test((error as NodeJS.ErrnoException).code ?? '');
}

/** What to say of such a file. */
export function badPem(error: unknown, { ca, cert, key }: Configuration['tls']): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const files = [ca, cert, key].filter((name) => name !== undefined).join(', ');
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH')
    return `tls.key is not the key of tls.cert: ${key} and ${cert} do not belong together`;
  return `tls: ${files} cannot be used (${message}): each must be PEM, the key without a passphrase`;
}
