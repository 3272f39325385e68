import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** A process of its own under measurement. Its CPU time and memory are the kernel's figures: Linux only. */
export class MeasuredProcess {
  readonly child: ChildProcess;

  constructor(child: ChildProcess) {
    this.child = child;
  }

  /** Start a Node file that speaks over IPC; resolves with its first message. */
  static async fork<First>(file: URL, args: readonly string[]): Promise<{ process: MeasuredProcess; first: First }> {
    const child = fork(file, [...args], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const measured = new MeasuredProcess(child);
    return { process: measured, first: await measured.next<First>() };
  }

  /** Start any command; what it prints is dropped. */
  static spawn(command: string, args: readonly string[], options: { readonly cwd?: string } = {}): MeasuredProcess {
    return new MeasuredProcess(spawn(command, [...args], { ...options, stdio: 'ignore' }));
  }

  /** Its next IPC message, or an error when it ends first. */
  next<Message>(): Promise<Message> {
    const { child } = this;
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the measured process ended with ${code}`));
      child.once('exit', ended);
      child.once('message', (message) => {
        child.off('exit', ended);
        resolve(message as Message);
      });
    });
  }

  /** Send it a message and wait for the answer. */
  ask<Answer>(question: string): Promise<Answer> {
    const answer = this.next<Answer>();
    this.child.send(question);
    return answer;
  }

  /** CPU time of all its threads so far, us. */
  cpuUs(): number {
    const tasks = `/proc/${this.child.pid}/task`;
    let ns = 0;
    for (const task of readdirSync(tasks))
      ns += Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    return ns / 1000;
  }

  /** Resident memory, MB. */
  rssMb(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024;
  }

  /** Ask it to end, and make it after two seconds. */
  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    else child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(force);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A UDP port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
