import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** An authority of its own in a folder of its own, by the openssl command. */
export class Authority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'switchhook-ca-'));
  /** Its own certificate, PEM. */
  readonly cert: string;
  #count = 0;

  constructor(name = 'Test Authority') {
    this.#openssl(
      'req',
      '-x509',
      '-new',
      '-nodes',
      ...EC,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      `/CN=${name}`,
    );
    this.cert = this.#read('ca.pem');
  }

  /** Whether the command is there. */
  static get isPossible(): boolean {
    try {
      execFileSync('openssl', ['version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  /** A certificate for `names`, as `DNS:a.test,URI:sip:a.test`; `days` below 0: it has expired. */
  issue(names: string, days = 2): Pair {
    const name = `c${++this.#count}`;
    this.#openssl(
      'req',
      '-new',
      '-nodes',
      ...EC,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      '/CN=other.test',
    );
    writeFileSync(join(this.#folder, `${name}.ext`), `subjectAltName=${names}\n`);
    const [ca, way] = [
      ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ['-in', `${name}.csr`, '-out', `${name}.pem`],
    ];
    this.#openssl('x509', '-req', ...ca, ...way, '-days', String(days), '-extfile', `${name}.ext`);
    return { cert: this.#read(`${name}.pem`), key: this.#read(`${name}.key`) };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' });
  }

  #read(file: string): string {
    return readFileSync(join(this.#folder, file), 'utf8');
  }
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
