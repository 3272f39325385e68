import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Acknowledgement, Snapshot } from '@switchhook/phone/control';
import { connectControl } from '@switchhook/phone/control/node';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The real desk phone as a process, steered over its control socket. */
export interface DeskPhone {
  readonly port: number;
  /** Wait until the picture is as wanted, or fail with what it is. */
  until(what: string, wanted: (state: Snapshot) => boolean, limitMs?: number): Promise<Snapshot>;
  ask(cmd: string, args?: Readonly<Record<string, unknown>>): Promise<Acknowledgement>;
  close(): Promise<void>;
}

/** What of the configuration differs from the plain one. */
export interface PhoneOptions {
  readonly account?: Readonly<Record<string, unknown>>;
  readonly transfer?: Readonly<Record<string, unknown>>;
  readonly network?: Readonly<Record<string, unknown>>;
  readonly tls?: Readonly<Record<string, unknown>>;
  readonly blf?: readonly Readonly<Record<string, unknown>>[];
  /** How long its start may take. */
  readonly limitMs?: number;
}

/** Start `switchhook phone` on `port` with an account at `server` on loopback that needs no registration. */
export async function startDeskPhone(
  folder: string,
  port: number,
  server: number,
  { account = {}, transfer = {}, network = {}, tls = {}, blf = [], limitMs = 60_000 }: PhoneOptions = {},
): Promise<DeskPhone> {
  const socket = join(folder, `phone-${port}.sock`);
  const file = join(folder, `phone-${port}.yaml`);
  // a range of its own: phones of other runs may sit in the default one; below the ports that the system gives away
  const from = 20_000 + (port % 600) * 20;
  const rtpPorts = { from, to: from + 19 };
  const configuration = {
    accounts: [
      {
        id: 'reception',
        user: '1000',
        domain: `127.0.0.1:${server}`,
        server: `127.0.0.1:${server}`,
        register: false,
        ...account,
      },
    ],
    network: { bind: '127.0.0.1', sipPort: port, rtpPorts, ...network },
    tls,
    blf,
    audio: { sound: 'silence' },
    transfer,
    control: { socket },
    log: { level: 'warn', folder },
  };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 }); // JSON is YAML
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--conditions=@switchhook/source',
      '--import',
      'tsx',
      'apps/desk-phone/src/node/main.ts',
      'phone',
      '--config',
      file,
    ],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stdout!.on('data', (chunk) => (said += chunk));
  child.stderr!.on('data', (chunk) => (said += chunk));
  await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`the phone ended with ${child.exitCode}:\n${said}`);
      return existsSync(socket);
    },
    limitMs,
    () => `the phone made no control socket:\n${said}`,
  );
  await waitFor(
    () => child.exitCode !== null || hasMediaPorts(child.pid!, rtpPorts),
    limitMs,
    () => `the phone has no port for sound:\n${said}`,
  );
  const client = await connectWithin(5000, socket);
  let state: Snapshot | undefined;
  const watchers = new Set<() => void>();
  client.onPublication = (publication) => {
    if (publication.type !== 'state') return;
    state = publication;
    for (const watcher of watchers) watcher();
  };
  await client.request('subscribe', { topics: ['state', 'event'] });
  return {
    port,
    until: (what, wanted, limitMs = 30_000) =>
      new Promise((done, fail) => {
        const limit = setTimeout(() => {
          watchers.delete(look);
          fail(new Error(`never ${what}; the phone shows ${JSON.stringify(state)}\n${said}`));
        }, limitMs);
        const look = () => {
          if (state === undefined || !wanted(state)) return;
          clearTimeout(limit);
          watchers.delete(look);
          done(state);
        };
        watchers.add(look);
        look();
      }),
    ask: (cmd, args) => client.request(cmd, args),
    async close() {
      client.close();
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 8000);
      await gone;
      clearTimeout(force);
    },
  };
}

/** Whether the media worker of `pid` stands: until then the phone keeps callers waiting a moment, and a loaded machine longer. */
function hasMediaPorts(pid: number, range: { readonly from: number; readonly to: number }): boolean {
  const sockets = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      sockets.add(readlinkSync(`/proc/${pid}/fd/${fd}`));
    } catch {
      // closed since
    }
  }
  return readFileSync(`/proc/${pid}/net/udp`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .some(([, local = '', , , , , , , , inode = '']) => {
      const port = Number.parseInt(local.split(':')[1] ?? '', 16);
      return port >= range.from && port <= range.to && sockets.has(`socket:[${inode}]`);
    });
}

/** The socket's file is there a moment before anybody listens. */
async function connectWithin(limitMs: number, socket: string): ReturnType<typeof connectControl> {
  for (const end = Date.now() + limitMs; ; ) {
    try {
      return await connectControl(socket);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Look every 20 ms until `done`. */
export async function waitFor(done: () => boolean, limitMs: number, trouble: () => string): Promise<void> {
  for (const end = Date.now() + limitMs; !done(); ) {
    if (Date.now() > end) throw new Error(trouble());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
