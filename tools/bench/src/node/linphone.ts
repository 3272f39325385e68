import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pause } from './measured-process.ts';
import { HOST } from './raw-peer.ts';

/** What one step may take before the round is given up. */
const STEP_MS = 20_000;
/** Transferor, caller, target. linphonec refers to an address without its port, so the target has the usual one. */
const PORTS = [5062, 5064, 5060] as const;
/** A network of its own: those ports are free there. linphonec wants a route to somewhere. */
const NETWORK = 'ip link set lo up && ip addr add 10.99.0.1/24 dev lo && ip route add default dev lo && exec "$0" "$@"';

/** What is missing for three linphonec and a capture of what they say; undefined when all is here. */
export function linphoneMissing(): string | undefined {
  if (spawnSync('linphonec', ['--version']).error !== undefined)
    return 'linphonec is not here: install the package linphone-cli';
  if (spawnSync('tshark', ['--version']).error !== undefined) return 'tshark is not here: install the package tshark';
  if (spawnSync('unshare', ['-n', 'true']).status !== 0)
    return 'no network of its own for linphonec: root and unshare are needed';
  return undefined;
}

/** `linphoneTransfers` in a process and a network of their own. */
export function linphoneTransfersApart(count: number, limitMs: number): Promise<readonly number[]> {
  const file = join(import.meta.dirname, `linphone-process${extname(import.meta.filename)}`);
  const command = [process.execPath, ...process.execArgv, file, String(count), String(limitMs)];
  const child = spawn('unshare', ['-n', 'sh', '-c', NETWORK, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += chunk));
  child.stderr.on('data', (chunk) => (said.err += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(said.out) as number[]);
      else reject(new Error(/Error: (.*)/.exec(said.err)?.[1] ?? 'linphonec did no transfers'));
    });
  });
}

/**
 * `count` attended transfers among three linphonec on loopback: milliseconds from REFER to the NOTIFY that says 200, by
 * the time stamps of a capture. They speak to each other directly; nothing of ours is in the way.
 */
export async function linphoneTransfers(count: number, limitMs: number): Promise<readonly number[]> {
  const end = Date.now() + limitMs;
  const home = mkdtempSync(join(tmpdir(), 'bench-linphone-'));
  const capture = await Capture.start(PORTS);
  const phones: Linphone[] = [];
  try {
    for (const [index, port] of PORTS.entries()) phones.push(await Linphone.start(join(home, String(index)), port));
    const [transferor, caller, target] = phones as [Linphone, Linphone, Linphone];
    const times: number[] = [];
    while (times.length < count && Date.now() < end) {
      const first = await transferor.call(caller.port);
      await transferor.ask(`pause ${first}`, /paused/);
      const second = await transferor.call(target.port);
      const took = capture.next();
      transferor.type(`transfer ${first} --to-call ${second}`);
      times.push(await withLimit(took, 'linphonec told of no transfer'));
      await transferor.idle();
      caller.type('terminate all');
      await caller.idle();
      await target.idle();
    }
    return times;
  } finally {
    for (const phone of phones) phone.kill();
    capture.kill();
    rmSync(home, { recursive: true, force: true });
  }
}

/** One linphonec that answers every call. */
class Linphone {
  readonly port: number;
  readonly #child: ChildProcess;
  #said = '';

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    child.stdout!.on('data', (chunk) => (this.#said += chunk));
    child.stdin!.on('error', () => undefined);
  }

  static async start(home: string, port: number): Promise<Linphone> {
    mkdirSync(join(home, '.local/share/linphone'), { recursive: true });
    const file = join(home, 'linphonerc');
    const sections = [
      `[sip]\nsip_port=${port}\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\nregister_only_when_network_is_up=0`,
      `[rtp]\naudio_rtp_port=0`,
      '[video]\ncapture=0\ndisplay=0',
    ];
    writeFileSync(file, `${sections.join('\n')}\n`);
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C' };
    const child = spawn('linphonec', ['-a', '-c', file], { cwd: home, env, stdio: ['pipe', 'pipe', 'ignore'] });
    const phone = new Linphone(child, port);
    await phone.ask('soundcard use files', /Using wav files/);
    return phone;
  }

  type(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Type a line and wait for the answer to it. */
  async ask(line: string, pattern: RegExp): Promise<RegExpExecArray> {
    const from = this.#said.length;
    this.type(line);
    for (const end = Date.now() + STEP_MS; ; await pause(5)) {
      const found = pattern.exec(this.#said.slice(from));
      if (found !== null) return found;
      if (Date.now() > end || this.#child.exitCode !== null) {
        throw new Error(
          `linphonec did not answer "${line}" but: ${this.#said.slice(from).replaceAll('\n', ' ').slice(-300)}`,
        );
      }
    }
  }

  /** Call another one; its number of the call when sound flows. */
  async call(port: number): Promise<string> {
    const found = await this.ask(
      `call sip:peer@${HOST}${port === 5060 ? '' : `:${port}`}`,
      /Media streams established with .* for call (\d+)/,
    );
    return found[1]!;
  }

  async idle(): Promise<void> {
    for (const end = Date.now() + STEP_MS; ; await pause(50)) {
      const [answer] = await this.ask('calls', /Call states|No active call/);
      if (answer === 'No active call') return;
      if (Date.now() > end) throw new Error('linphonec keeps its calls');
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** What passes on loopback among some ports, with the kernel's time stamps. */
class Capture {
  readonly #child: ChildProcess;
  #rest = '';
  #referAtMs: number | undefined;
  #done: ((ms: number) => void) | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout!.on('data', (chunk) => {
      const lines = `${this.#rest}${chunk}`.split('\n');
      this.#rest = lines.pop()!;
      for (const line of lines) this.#take(line);
    });
  }

  static async start(ports: readonly number[]): Promise<Capture> {
    const filter = ports.map((port) => `udp port ${port}`).join(' or ');
    const fields = ['-T', 'fields', '-e', 'frame.time_epoch', '-e', 'udp.payload'];
    const child = spawn('tshark', ['-i', 'lo', '-l', '-n', '-f', filter, ...fields], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new Promise<void>((resolve, reject) => {
      let said = '';
      child.stderr.on('data', (chunk) => {
        said += chunk;
        if (said.includes('Capturing on')) resolve();
      });
      child.on('exit', () => reject(new Error(`tshark may not capture on loopback here: ${said.slice(-200)}`)));
    });
    await withLimit(started, 'tshark does not capture');
    return new Capture(child);
  }

  /** Milliseconds of the next transfer. */
  next(): Promise<number> {
    this.#referAtMs = undefined;
    return new Promise((resolve) => (this.#done = resolve));
  }

  kill(): void {
    this.#child.kill('SIGTERM');
  }

  #take(line: string): void {
    const [time = '', hex = ''] = line.split('\t');
    const text = Buffer.from(hex, 'hex').toString('latin1');
    const atMs = Number(time) * 1000;
    if (text.startsWith('REFER ')) this.#referAtMs ??= atMs;
    if (text.startsWith('NOTIFY ') && /\r\n\r\nSIP\/2\.0 2\d\d/.test(text) && this.#referAtMs !== undefined) {
      this.#done?.(atMs - this.#referAtMs);
      this.#done = undefined;
    }
  }
}

async function withLimit<T>(work: Promise<T>, trouble: string): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(trouble)), STEP_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(limit));
}
