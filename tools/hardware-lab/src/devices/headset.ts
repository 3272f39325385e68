import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../guest/until.ts';

const PEER = resolve(import.meta.dirname, '../../guest/headset-peer.py');
/** Debian's own, since a Python built elsewhere may know no Bluetooth sockets. */
const PYTHON = '/usr/bin/python3';
const CONNECT_MS = 30_000;
const ANSWER_MS = 10_000;

/** What a headset can do, as AT+BRSF says it (HFP 1.8 §4.35.1): echo cancelling, three-way calling, CLIP, voice recognition, volume, codecs. */
const FEATURES = 0x9f;

/** A headset made of a kernel RFCOMM socket and what a person's finger does to it. */
export class ScriptedHeadset {
  /** Lines from the phone, in order. */
  readonly lines: string[] = [];
  #child: ChildProcess;
  #connected = false;
  #closed: string | undefined;
  #read = 0;

  private constructor(own: string, phone: string, channel: number) {
    this.#child = spawn(PYTHON, [PEER, own, phone, String(channel)], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface(this.#child.stdout!).on('line', (text) => {
      const [kind, line] = JSON.parse(text) as readonly [string, string];
      if (kind === 'connected') this.#connected = true;
      else if (kind === 'closed') this.#closed = line;
      else if (kind === 'line') this.lines.push(line);
    });
  }

  /** Connect from the adapter `own` to the phone's RFCOMM channel. */
  static async connect(own: string, phone: string, channel: number): Promise<ScriptedHeadset> {
    const headset = new ScriptedHeadset(own, phone, channel);
    await until('the headset is connected', () => headset.#connected || headset.#closed !== undefined, CONNECT_MS);
    if (headset.#closed !== undefined) throw new Error(`the headset is not connected: ${headset.#closed}`);
    return headset;
  }

  /** Why the connection is over; undefined while it stands. */
  get closed(): string | undefined {
    return this.#closed;
  }

  /** Send bytes as they are. */
  raw(text: string): void {
    this.#child.stdin!.write(`${JSON.stringify(text)}\n`);
  }

  /** Send a command and wait for its answer; resolves to the lines before it and the answer itself. */
  async command(text: string, answer: RegExp = /^(OK|ERROR|\+CME ERROR.*)$/): Promise<readonly string[]> {
    this.#read = this.lines.length;
    this.raw(`${text}\r`);
    await this.hears(answer);
    const end = this.lines.findIndex((line, i) => i >= this.#read && answer.test(line)) + 1;
    const here = this.lines.slice(this.#read, end);
    this.#read = end;
    return here;
  }

  /** A line that matches, said since the last command. */
  async hears(wanted: RegExp, limitMs = ANSWER_MS): Promise<string> {
    const found = () => this.lines.slice(this.#read).find((line) => wanted.test(line));
    await until(
      `the headset hears ${wanted}`,
      () => found() !== undefined,
      limitMs,
      () => JSON.stringify(this.lines.slice(-8)),
    );
    return found()!;
  }

  /** The service level connection as a headset with three-way calling makes it (HFP 1.8 §4.2). */
  async serviceLevel(): Promise<void> {
    await this.command(`AT+BRSF=${FEATURES}`, /^OK$/);
    await this.command('AT+BAC=1,2');
    await this.command('AT+CIND=?', /^OK$/);
    await this.command('AT+CIND?', /^OK$/);
    await this.command('AT+CMER=3,0,0,1', /^OK$/);
    await this.command('AT+CHLD=?');
    await this.command('AT+CLIP=1');
    await this.command('AT+CCWA=1');
  }

  /** Out of range, from one moment to the next. */
  async drop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
