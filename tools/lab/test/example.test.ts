import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { Snapshot } from '@switchhook/phone/control';
import { test } from 'uvu';
import type { ExchangeStyle } from '../src/exchange/settings.ts';
import { type GuestAccount, GuestOffice } from '../src/node/guest-office.ts';
import { until } from '../src/node/real-office.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const PATIENCE_MS = 25_000;
const LOCAL = { door: 'control', client: 'test', role: 'local' } as const;

/** The example as a process of its own, and what it has printed. */
class Example {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  printed = '';
  #listeners: (() => void)[] = [];

  constructor({ user, password, domain, server }: GuestAccount, specialist: string) {
    const args = ['--conditions=@switchhook/source', '--import', 'tsx', 'examples/attended-transfer.ts'];
    this.#child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SIP_USER: user,
        SIP_PASSWORD: password,
        SIP_DOMAIN: domain,
        SIP_SERVER: server,
        SIP_SPECIALIST: specialist,
      },
    });
    this.#gone = new Promise((gone) => this.#child.once('exit', gone));
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.on('data', (chunk) => {
        this.printed += chunk;
        for (const listener of this.#listeners) listener();
      });
    }
  }

  /** Resolves when the example has printed `line`; rejects with all that it printed. */
  prints(line: string): Promise<void> {
    return new Promise((printed, reject) => {
      const look = (): void => {
        if (!this.printed.split('\n').includes(line)) return;
        clearTimeout(limit);
        printed();
      };
      const limit = setTimeout(() => reject(new Error(`no line "${line}" among:\n${this.printed}`)), PATIENCE_MS);
      this.#listeners.push(look);
      look();
    });
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}

const busy = ({ lines }: Snapshot) => lines.filter((line) => line.state !== 'idle');
const talksTo = (number: string) => (snapshot: Snapshot) =>
  busy(snapshot).length === 1 && busy(snapshot)[0]!.state === 'talking' && busy(snapshot)[0]!.party?.number === number;
const idle = (snapshot: Snapshot) => busy(snapshot).length === 0;

for (const style of ['proxy', 'b2bua'] satisfies ExchangeStyle[]) {
  test(`examples/attended-transfer.ts (${style}): registers, answers, asks the specialist and hands the caller over`, async () => {
    const office = await GuestOffice.open(style);
    const { caller, specialist } = office.phones;
    const example = new Example(office.guest, office.specialistUser);
    specialist.runtime.subscribe({
      snapshot: ({ lines }) => {
        if (lines.some((line) => line.state === 'ringing')) specialist.runtime.submit({ verb: 'call.answer' }, LOCAL);
      },
    });
    try {
      await example.prints('Registration: registered');
      caller.runtime.submit({ verb: 'call.dial', to: office.guest.user }, LOCAL);
      for (const line of [
        'Call from 1001: talking',
        'Call from 1001: held',
        'Call to 9999: talking',
        'Transferred (notify)',
        'Call from 1001: ended',
        'Call to 9999: ended',
      ])
        await example.prints(line);
      await until(caller.runtime, talksTo('9999'), 'the caller talks to the specialist', PATIENCE_MS);
      await until(specialist.runtime, talksTo('1001'), 'the specialist talks to the caller', PATIENCE_MS);
      caller.runtime.submit({ verb: 'call.hangup' }, LOCAL);
      await until(specialist.runtime, idle, 'it is one call: it ends for both', PATIENCE_MS);
    } finally {
      await example.stop();
      await office.close();
    }
  });
}

test.run();
