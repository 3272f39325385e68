import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RealPhoneOptions, SeenPhone } from '@switchhook/lab/node';
import type { Snapshot } from '@switchhook/phone/control';
import { type ControlClient, connectControl } from '@switchhook/phone/control/node';
import type { RuntimeListener } from '@switchhook/phone/node';
import { until } from '../guest/until.ts';

const MAIN = resolve(import.meta.dirname, '../../../../apps/desk-phone/dist/node/main.js');
const START_MS = 60_000;

/** What of the configuration is not the office's: sound, keys, headset. */
export type DeskConfiguration = Readonly<Record<string, unknown>>;

/** The real `switchhook phone` process on the receptionist's desk, as its user would start it, seen over its control socket. */
export class DeskProcess implements SeenPhone {
  /** Where its socket is, for the MQTT bridge. */
  readonly controlPath: string;
  readonly runtime: SeenPhone['runtime'];
  readonly #child: ChildProcess;
  readonly #listeners = new Set<RuntimeListener>();
  #client: ControlClient | undefined;
  #snapshot: Snapshot | undefined;
  #said = '';

  private constructor(folder: string, file: string) {
    this.controlPath = join('/run', 'control.sock');
    this.#child = spawn(process.execPath, [MAIN, 'phone', '--config', file], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk) => {
        this.#said += chunk;
        process.stdout.write(chunk);
      });
    const picture = () => this.#picture();
    this.runtime = {
      snapshot: picture,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      get idle() {
        return picture().lines.every(({ state }) => state === 'idle');
      },
    };
  }

  /** Write the configuration to `folder` and start the phone with it; resolves once it shows its picture. */
  static async start(folder: string, told: RealPhoneOptions, more: DeskConfiguration): Promise<DeskProcess> {
    const { plan, exchange, domain, password } = told;
    const file = join(folder, 'switchhook.yaml');
    const socket = join('/run', 'control.sock');
    const configuration = {
      name: 'reception',
      accounts: [{ id: 'reception', user: plan.user, domain, password, server: `${exchange.wan}:${exchange.sipPort}` }],
      network: { bind: plan.lan, advertise: plan.wan, sipPort: plan.sipPort, rtpPorts: plan.rtpPorts },
      control: { socket },
      log: { level: 'debug', file: join(folder, 'phone.log'), folder: join(folder, 'state') },
      ...more,
    };
    writeFileSync(file, JSON.stringify(configuration, null, 1), { mode: 0o600 }); // JSON is YAML
    const desk = new DeskProcess(folder, file);
    const ended = () => desk.#child.exitCode !== null;
    await until(
      'the phone has a control socket',
      () => ended() || existsSync(socket),
      START_MS,
      () => desk.#said,
    );
    if (ended()) throw new Error(`the phone ended: ${desk.#said}`);
    await desk.#connect();
    return desk;
  }

  async close(): Promise<void> {
    this.#client?.close();
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(force);
  }

  async #connect(): Promise<void> {
    const client = await connectControl(this.controlPath);
    this.#client = client;
    client.onPublication = (publication) => {
      if (publication.type === 'state') {
        this.#snapshot = publication;
        for (const listener of this.#listeners) listener.snapshot?.(publication);
      } else if (publication.type === 'event') {
        for (const listener of this.#listeners) listener.notice?.(publication, publication.seq, publication.ts);
      }
    };
    await client.request('subscribe', { topics: ['state', 'event'] });
    await until('the phone shows its picture', () => this.#snapshot !== undefined);
  }

  #picture(): Snapshot {
    if (this.#snapshot === undefined) throw new Error('the phone has shown no picture yet');
    return this.#snapshot;
  }
}
