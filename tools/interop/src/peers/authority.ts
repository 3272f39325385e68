import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, PEM files. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Whose signature everybody in the office believes. */
export class Authority {
  /** Its own certificate, a PEM file. */
  readonly cert: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.cert = join(folder, 'office.pem');
    this.#openssl(
      'req',
      '-x509',
      '-days',
      '2',
      ...KEY,
      '-keyout',
      'office.key',
      '-out',
      'office.pem',
      '-subj',
      '/CN=office',
    );
  }

  /** A certificate for an address. As a DNS name too: linphone knows no addresses among names. */
  issue(host: string): Certified {
    writeFileSync(join(this.#folder, `${host}.ext`), `subjectAltName=IP:${host},DNS:${host}\n`);
    this.#openssl('req', '-new', ...KEY, '-keyout', `${host}.key`, '-out', `${host}.csr`, '-subj', `/CN=${host}`);
    const signed = ['-CA', 'office.pem', '-CAkey', 'office.key', '-CAcreateserial', '-extfile', `${host}.ext`];
    this.#openssl('x509', '-req', '-days', '2', '-in', `${host}.csr`, '-out', `${host}.pem`, ...signed);
    return { cert: join(this.#folder, `${host}.pem`), key: join(this.#folder, `${host}.key`) };
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }
}
