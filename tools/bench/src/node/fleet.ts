import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bench, median, type NotRun, quantile, type Result, result } from '../result.ts';
import { MeasuredProcess, pause } from './measured-process.ts';
import { startMosquitto } from './mosquitto.ts';
import { BRIDGE, commandLatency, NO_GOAL } from './mqtt-latency.ts';
import { Panel } from './mqtt-panel.ts';

/** Bridges that share a process where there are too many for one each. */
const SHARED_BY = 50;
const COMMANDS = 300;
const SIZES = [1, 10, 100, 500];
const ONLINE_WITHIN_MS = 150_000;

/** 8 and the fleet: bridges, a real phone or simulated ones, and a mosquitto on loopback. */
export const fleet: Bench = { name: 'fleet', ids: ['8', 'fleet'], limitMs: 600_000, run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const rows: (Result | NotRun)[] = [];
  const broker = await startMosquitto();
  if (broker === undefined)
    return fleet.ids.map((id) => ({ id, why: 'mosquitto is missing: apt-get install mosquitto' }));
  try {
    rows.push(...(await commandLatency(broker.url)));
  } finally {
    await broker.stop();
  }
  for (const size of SIZES) {
    console.error(`bench: fleet of ${size}`);
    try {
      rows.push(...(await fleetOf(size)));
    } catch (error) {
      rows.push({ id: `fleet-${size}`, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return rows;
}

async function fleetOf(size: number): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-'));
  const broker = await startMosquitto();
  if (broker === undefined) throw new Error('mosquitto is missing');
  const started: MeasuredProcess[] = [];
  const file = (name: string) => new URL(`./${name}.js`, import.meta.url);
  const panel = await Panel.join(broker.url);
  try {
    const phones = await MeasuredProcess.fork(file('fleet-phones'), [folder, String(size)]);
    started.push(phones.process);
    const echo = median(await inOrder(100, () => panel.echo()));
    const began = performance.now();
    const bridges = await startBridges(size, broker.url, folder, file('fleet-bridges'));
    started.push(...bridges);
    while (panel.online < size) {
      if (performance.now() - began > ONLINE_WITHIN_MS) throw new Error(`${panel.online} of ${size} are online`);
      await pause(5);
    }
    const onlineMs = performance.now() - began;
    await pause(2000);
    const trips: number[] = [];
    let changes = 0;
    const before = Array.from({ length: size }, (_, i) => panel.said(`phone${i + 1}`));
    for (let i = 0; i < COMMANDS; i++) {
      const phone = `phone${(i % size) + 1}`;
      // each phone dials, then hangs up; never more than a phone's share a second
      trips.push(
        await panel.command(phone, Math.floor(i / size) % 2 === 0 ? 'call.dial' : 'call.hangup', argsOf(i, size)),
      );
      changes++;
      if (size < 20) await pause(60 / size);
    }
    await pause(500);
    const said = before.reduce((sum, count, i) => sum + panel.said(`phone${i + 1}`) - count, 0);
    const memory = bridges.reduce((sum, each) => sum + each.rssMb(), 0) / size;
    const shared = size > 10 ? `, ${SHARED_BY} share a process` : '';
    const id = `fleet-${size}`;
    const of = `${size} phone${size === 1 ? '' : 's'}${shared}`;
    return [
      result(`${id}-connect`, `${of}: start -> all online`, 'ms', onlineMs, 'broker echo', echo, NO_GOAL),
      result(`${id}-p50`, `${of}: command -> done, p50`, 'ms', median(trips), 'broker echo', echo, NO_GOAL),
      result(`${id}-p99`, `${of}: command -> done, p99`, 'ms', quantile(trips, 0.99), 'broker echo', echo, NO_GOAL),
      result(`${id}-messages`, `${of}: messages a state change`, '', said / changes, 'one', 1, NO_GOAL),
      result(`${id}-memory`, `${of}: memory a phone`, 'MB', memory, 'bare Node', 40, NO_GOAL),
    ];
  } finally {
    await panel.close();
    await Promise.all(started.map((each) => each.stop()));
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function argsOf(i: number, size: number): object {
  return Math.floor(i / size) % 2 === 0 ? { to: '9999' } : {};
}

/** One process a bridge as users start it, or, where there are many, instances of fifty. */
async function startBridges(
  size: number,
  url: string,
  folder: string,
  sharedFile: URL,
): Promise<readonly MeasuredProcess[]> {
  if (size <= 10)
    return Array.from({ length: size }, (_, i) => {
      const file = join(folder, `${i + 1}.yaml`);
      const configuration = {
        id: `phone${i + 1}`,
        broker: { url },
        control: join(folder, `${i + 1}.sock`),
        stateFolder: folder,
        log: { level: 'warn' },
      };
      writeFileSync(file, JSON.stringify(configuration)); // JSON is YAML
      return MeasuredProcess.spawn(BRIDGE, ['--config', file]);
    });
  const ranges = Array.from({ length: Math.ceil(size / SHARED_BY) }, (_, i) => i * SHARED_BY);
  const all = ranges.map((from) =>
    MeasuredProcess.fork(sharedFile, [url, folder, String(from + 1), String(Math.min(from + SHARED_BY, size))]),
  );
  return (await Promise.all(all)).map((each) => each.process);
}

async function inOrder(times: number, act: () => Promise<number>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push(await act());
  return all;
}
