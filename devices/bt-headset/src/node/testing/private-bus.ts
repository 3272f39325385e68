import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no bus can be started here; undefined where it can. */
export function noBusDaemon(): string | undefined {
  try {
    execFileSync('dbus-daemon', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no dbus-daemon here (Debian package dbus)';
  }
}

/** A real message bus of our own, on a socket in a folder of its own. */
export class PrivateBus {
  readonly address: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'switchhook-bus-'));
  readonly #socket: string;
  #daemon: ChildProcess | undefined;

  constructor() {
    this.#socket = join(this.#folder, 'bus');
    this.address = `unix:path=${this.#socket}`;
    writeFileSync(
      join(this.#folder, 'bus.conf'),
      `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>${this.address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/></policy></busconfig>`,
    );
  }

  /** Resolves once clients can connect. */
  async start(): Promise<void> {
    const daemon = spawn('dbus-daemon', [`--config-file=${this.#folder}/bus.conf`, '--nofork', '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#daemon = daemon;
    await new Promise<void>((resolve, reject) => {
      daemon.once('error', reject);
      daemon.once('exit', (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
      daemon.stdout?.once('data', () => resolve());
    });
  }

  /** Everybody on it is thrown off. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill();
    await ended;
    if (existsSync(this.#socket)) rmSync(this.#socket);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Wait until `found` gives something; real time, up to ten seconds. */
export async function until<T>(what: string, found: () => T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 1000; tries++) {
    const value = found();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`it did not come: ${what}`);
}
