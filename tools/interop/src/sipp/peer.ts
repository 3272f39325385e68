import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');

/** SIPp gives up after this; longer than any case takes on a busy machine. */
const LIMIT_S = 120;

/** A change to a scenario's text: every `from` must be there, so that a variant can never silently be the original. */
export interface Variant {
  readonly from: string | RegExp;
  readonly to: string;
}

/** One scripted peer: a SIPp process that plays one scenario once. */
export interface Peer {
  readonly name: string;
  readonly port: number;
  /** Undefined when every step and every check of the scenario passed, else what SIPp wrote. */
  readonly ended: Promise<string | undefined>;
  /** What the scenario logged so far. */
  logged(): string;
  kill(): void;
}

/** Whether SIPp is here. */
export function hasSipp(): boolean {
  return spawnSync('sipp', ['-v']).error === undefined;
}

/** Start a scenario on `port` of loopback; `callee` is whom it calls when it calls. */
export function startPeer(
  scenario: string,
  folder: string,
  port: number,
  {
    callee,
    keys = {},
    variants = [],
  }: { callee?: number; keys?: Record<string, string>; variants?: readonly Variant[] } = {},
): Peer {
  let text = readFileSync(join(SCENARIOS, `${scenario}.xml`), 'utf8');
  for (const { from, to } of variants) {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`scenario ${scenario} has nothing like ${from}`);
    text = changed;
  }
  return playScenario(scenario, text, folder, port, callee, keys);
}

/** Play a scenario's text on `port` of loopback. */
export function playScenario(
  scenario: string,
  text: string,
  folder: string,
  port: number,
  callee?: number,
  keys: Readonly<Record<string, string>> = {},
): Peer {
  const base = join(folder, `${scenario}-${port}`);
  writeFileSync(`${base}.xml`, text);
  const args = [
    '-sf',
    `${base}.xml`,
    '-i',
    '127.0.0.1',
    '-mi',
    '127.0.0.1',
    '-p',
    String(port),
    '-m',
    '1',
    '-nostdin',
    '-timeout',
    `${LIMIT_S}s`,
  ];
  args.push(
    '-timeout_error',
    '-trace_err',
    '-error_file',
    `${base}.err`,
    '-trace_msg',
    '-message_file',
    `${base}.messages`,
    '-trace_logs',
    '-log_file',
    `${base}.log`,
  );
  for (const [key, value] of Object.entries(keys)) args.push('-key', key, value);
  if (callee !== undefined) args.push(`127.0.0.1:${callee}`);
  const child: ChildProcess = spawn('sipp', args, { cwd: folder, stdio: 'ignore' });
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('exit', (code) =>
      resolve(code === 0 ? undefined : `exit code ${code}\n${read(`${base}.err`).slice(0, 4000)}`),
    );
    child.on('error', (error) => resolve(error.message));
  });
  return { name: scenario, port, ended, logged: () => read(`${base}.log`), kill: () => child.kill('SIGKILL') };
}

/** UDP ports of loopback that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'));
  const ports = await Promise.all(
    sockets.map(
      (socket) => new Promise<number>((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket.address().port))),
    ),
  );
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  return ports;
}
