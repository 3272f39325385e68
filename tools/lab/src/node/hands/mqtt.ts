import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Snapshot } from '@switchhook/phone/control';
import { ControlServer, type Runtime } from '@switchhook/phone/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import { Aedes } from 'aedes';
import type { Hand, Step } from '../../people/hand.ts';
import { pause } from '../pause.ts';

const ROOT = resolve(import.meta.dirname, '../../../../..');
const ID = 'reception';
const BASE = `switchhook/${ID}`;
const START_MS = 40_000;
const ANSWER_MS = 10_000;

interface Answer {
  readonly id: string;
  readonly phase: 'accepted' | 'done' | 'failed';
  readonly error?: { readonly code: string; readonly message: string };
}

/** What may befall the bridge. */
export interface BridgeFate {
  /** Before this step it is killed without a word and another one started. */
  readonly killBefore?: Step['name'];
}

/** The hand on a phone of this process, which gets a control socket for it. */
export async function mqttHand(runtime: Runtime, fate: BridgeFate = {}): Promise<Hand> {
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-demo-'));
  const control = await ControlServer.open({
    runtime,
    clock: monotonicClock,
    path: join(folder, 'control.sock'),
    phone: ID,
    version: '0.1.0',
    wall: Date.now,
  });
  const closeAll = async (): Promise<void> => {
    await control.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const hand = await mqttHandAt(control.path, fate);
    return { ...hand, close: () => hand.close().then(closeAll) };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/**
 * Every step as a command through a broker: an embedded one, the real bridge process between it and the control socket of
 * whatever phone. It sees nothing of the phone but what the bridge publishes.
 */
export async function mqttHandAt(controlPath: string, fate: BridgeFate = {}): Promise<Hand> {
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-bridge-'));
  const broker = await Broker.open();
  let bridge = startBridge(folder, controlPath, broker.url);
  const trouble = () => bridge.trouble();
  const close = async (): Promise<void> => {
    await bridge.stop();
    await broker.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await broker.until(() => broker.picture !== undefined, 'the bridge publishes the phone', START_MS, trouble);
  } catch (error) {
    await close();
    throw error;
  }
  let count = 0;
  const command = async (cmd: string, args: Readonly<Record<string, unknown>>): Promise<void> => {
    const id = `demo-${++count}`;
    broker.publish(`${BASE}/cmd`, { v: 1, id, cmd, args, expiresAt: new Date(Date.now() + ANSWER_MS).toISOString() });
    const answered = () => broker.answers.find((answer) => answer.id === id);
    await broker.until(() => answered() !== undefined, `${cmd} is answered`, ANSWER_MS, trouble);
    const answer = answered();
    if (answer?.phase === 'failed') throw new Error(`${cmd}: ${answer.error?.code} ${answer.error?.message}`);
  };
  const another = async (): Promise<void> => {
    await bridge.kill();
    broker.picture = undefined;
    bridge = startBridge(folder, controlPath, broker.url);
    await broker.until(() => broker.picture !== undefined, 'the second bridge publishes the phone', START_MS, trouble);
  };
  const press = async (step: Step): Promise<void> => {
    if (step.name === fate.killBefore) await another();
    const picture = broker.picture;
    switch (step.name) {
      case 'answer':
        return command('call.answer', {});
      case 'transfer':
        // A message names the target at once: the digits that follow are in it already.
        return command('transfer.start', { to: '9999' });
      case 'dial':
        return;
      case 'complete':
        return command('transfer.complete', { transferId: picture?.transfer?.transferId });
      case 'hang-up':
        return command('call.hangup', {});
      default:
        throw step satisfies never;
    }
  };
  return { name: 'mqtt', press, close };
}

/** An embedded broker with one listener: what the bridge publishes, by topic. */
class Broker {
  readonly url: string;
  readonly answers: Answer[] = [];
  picture: Snapshot | undefined;
  readonly #aedes: Aedes;
  readonly #close: () => Promise<void>;

  private constructor(aedes: Aedes, port: number, close: () => Promise<void>) {
    this.#aedes = aedes;
    this.#close = close;
    this.url = `mqtt://127.0.0.1:${port}`;
  }

  static async open(): Promise<Broker> {
    const aedes = await Aedes.createBroker();
    const server = createServer(aedes.handle);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const broker = new Broker(aedes, (server.address() as AddressInfo).port, async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((closed) => server.close(() => closed()));
      await new Promise<void>((closed) => aedes.close(() => closed()));
    });
    const heard = (packet: { readonly topic: string; readonly payload: string | Buffer }, done: () => void) => {
      broker.#heard(packet.topic, packet.payload.toString());
      done();
    };
    await new Promise<void>((subscribed) => aedes.subscribe(`${BASE}/#`, heard, subscribed));
    return broker;
  }

  publish(topic: string, message: object): void {
    const payload = JSON.stringify(message);
    this.#aedes.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => {});
  }

  async until(fits: () => boolean, what: string, limitMs: number, trouble: () => string | undefined): Promise<void> {
    const limit = performance.now() + limitMs;
    while (!fits()) {
      const said = trouble();
      if (said !== undefined) throw new Error(`the MQTT bridge stopped: ${said}`);
      if (performance.now() > limit) throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
      await pause(5);
    }
  }

  close(): Promise<void> {
    return this.#close();
  }

  #heard(topic: string, text: string): void {
    if (topic === `${BASE}/state`) this.picture = JSON.parse(text) as Snapshot;
    if (topic.startsWith(`${BASE}/reply/`)) this.answers.push(JSON.parse(text) as Answer);
  }
}

function startBridge(
  folder: string,
  control: string,
  url: string,
): {
  readonly trouble: () => string | undefined;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
} {
  const file = join(folder, 'bridge.yaml');
  writeFileSync(
    file,
    JSON.stringify({ id: ID, broker: { url }, control, stateFolder: folder, log: { level: 'warn' } }),
  );
  const program = import.meta.url.endsWith('.ts')
    ? ['--conditions=@switchhook/source', '--import', 'tsx', join(ROOT, 'apps/mqtt-bridge/src/node/main.ts')]
    : [join(ROOT, 'apps/mqtt-bridge/dist/node/main.js')];
  const args = [...program, '--config', file];
  const child: ChildProcess = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout!.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await gone;
  };
  return {
    trouble: () => (child.exitCode === null ? undefined : said.trim() || `exit code ${child.exitCode}`),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
