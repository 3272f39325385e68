import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The real desk phone in a process of its own, without an exchange behind it. */
export interface PhoneProcess {
  readonly socket: string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function startPhone(socketFolder?: string): Promise<PhoneProcess> {
  const folder = socketFolder ?? mkdtempSync(join(tmpdir(), 'bridge-'));
  const socket = join(folder, 'control.sock');
  const file = join(folder, 'phone.yaml');
  const account = { id: 'reception', user: '1000', domain: '127.0.0.1', server: '127.0.0.1:9', register: false };
  const configuration = {
    accounts: [account],
    network: { bind: '127.0.0.1', sipPort: 0 },
    audio: { sound: 'silence' },
    control: { socket },
    log: { level: 'warn', folder },
  };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 }); // JSON is YAML
  const args = [
    '--conditions=@switchhook/source',
    '--import',
    'tsx',
    'apps/desk-phone/src/node/main.ts',
    'phone',
    '--config',
    file,
  ];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout!.on('data', (chunk) => (said += chunk));
  child.stderr!.on('data', (chunk) => (said += chunk));
  process.on('exit', () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  for (const end = Date.now() + 20_000; !existsSync(socket); await new Promise((next) => setTimeout(next, 20)))
    if (child.exitCode !== null || Date.now() > end) throw new Error(`the phone does not start:\n${said}`);
  return {
    socket,
    async kill(signal) {
      if (child.exitCode !== null) return;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill(signal);
      await gone;
    },
  };
}
