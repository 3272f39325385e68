import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/node/main.ts', import.meta.url));

/** How long anything that is waited for may take on a loaded machine. */
export const LIMIT_MS = 20_000;

/** A UDP port that is free now. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A folder of this test alone, removed at its end. */
export function testFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'switchhook-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** One run of the `switchhook` command. */
export class DeskProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output = '';
  errors = '';
  #heard: (() => void)[] = [];

  constructor(...words: readonly string[]) {
    this.child = spawn(process.execPath, ['--conditions=@switchhook/source', '--import', 'tsx', MAIN, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'close').then(([code]) => code as number | null);
    this.child.stdout?.on('data', (chunk) => this.#grow('output', chunk));
    this.child.stderr?.on('data', (chunk) => this.#grow('errors', chunk));
  }

  /** Resolves once the process has said something that matches; rejects when it ends or takes too long. */
  async says(pattern: RegExp): Promise<void> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    for (;;) {
      if (pattern.test(this.output) || pattern.test(this.errors)) return;
      if (limit.aborted || this.child.exitCode !== null)
        throw new Error(`never said ${pattern}:\n${this.output}${this.errors}`);
      await Promise.race([
        new Promise<void>((resolve) => this.#heard.push(resolve)),
        this.exited,
        once(limit, 'abort'),
      ]);
    }
  }

  #grow(stream: 'output' | 'errors', chunk: unknown): void {
    this[stream] += String(chunk);
    const heard = this.#heard;
    this.#heard = [];
    for (const wake of heard) wake();
  }
}

/** A configuration file for a phone on loopback, in silence. */
export function writeConfiguration(folder: string, sipPort: number, serverPort: number): string {
  const path = join(folder, 'switchhook.yaml');
  const text = `name: e2e
accounts: [{id: main, user: 1001, domain: 127.0.0.1, server: "127.0.0.1:${serverPort}", register: false}]
network: {bind: 127.0.0.1, sipPort: ${sipPort}, rtpPorts: {from: 30000, to: 30400}}
control: {socket: ${folder}/control.sock}
log: {folder: ${folder}/state}
audio: {sound: silence}
`;
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** Run the command to its end with something typed into it. */
export async function withAnswer(
  typed: string,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, ['--conditions=@switchhook/source', '--import', 'tsx', MAIN, ...words]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  child.stdin.end(typed);
  const [code] = await once(child, 'close');
  return { code: code as number | null, output };
}
