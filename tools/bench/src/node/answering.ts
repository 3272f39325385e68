import { type Bench, median, type NotRun, type Result, result } from '../result.ts';
import { lossFree } from '../sipp-statistics.ts';
import { freePort, MeasuredProcess, pause } from './measured-process.ts';
import { placeCalls, sippMissing } from './sipp.ts';

type Kind = 'ours' | 'npm' | 'floor';

interface Answerer {
  readonly process: MeasuredProcess;
  readonly port: number;
}

const WARM_UP = { rate: 500, calls: 1000 } as const;
/** Rates that 2b tries, calls a second: up this ladder until one loses, then twice between. */
const RATES = [500, 1000, 2000, 3000, 4500, 6500, 9000];
const RATE_SECONDS = 2;
const HELD = 2000;
const MB = 1e6;

/** 2a–2c: calls answered under SIPp, ours and one written on npm `sip`, each in a process of its own. */
export const answering: Bench = { name: 'answer', ids: ['2a', '2b', '2c'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const missing = sippMissing();
  if (missing !== undefined) return answering.ids.map((id) => ({ id, why: missing }));
  return [...(await cpuAndMemory()), ...(await rates()), await flatness()];
}

async function start(kind: Kind, ...args: readonly string[]): Promise<Answerer> {
  const file = kind === 'ours' ? 'answerer' : kind === 'npm' ? 'npm-sip-answerer' : 'echo-answerer';
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const all = kind === 'npm' ? [String(await freePort())] : args;
  const started = await MeasuredProcess.fork<number>(new URL(`./${file}.${extension}`, import.meta.url), all);
  return { process: started.process, port: started.first };
}

/** 2a and 2c, all three processes alive at a time and loaded in turn. */
async function cpuAndMemory(): Promise<readonly (Result | NotRun)[]> {
  const answerers = { ours: await start('ours'), npm: await start('npm'), floor: await start('floor') };
  try {
    const used: Record<Kind, number[]> = { ours: [], npm: [], floor: [] };
    for (const kind of ['ours', 'npm', 'floor'] as const) await placeCalls(answerers[kind].port, WARM_UP);
    for (let round = 0; round < 3; round++)
      for (const kind of ['ours', 'npm', 'floor'] as const) used[kind].push(await cpuOfCall(answerers[kind], kind));
    const [ours, npm, floor] = [median(used.ours), median(used.npm), median(used.floor)];
    const held = { ours: await memoryOfHeld(answerers.ours), npm: await memoryOfHeld(answerers.npm) };
    const what = 'CPU of answering one call';
    return [
      result('2a', what, 'us', ours, 'pjsip (recorded): npm sip', npm, {
        text: '<= 0.6 x npm sip',
        met: (_, ratio) => ratio <= 0.6,
      }),
      result('2a-npm-sip', what, 'us', ours, 'npm sip', npm, { text: '<= 1/3 x', met: (_, ratio) => ratio <= 1 / 3 }),
      result('2a-floor', what, 'us', ours, 'dgram without SIP', floor, {
        text: '<= 3 x',
        met: (_, ratio) => ratio <= 3,
      }),
      result('2c', 'live heap of 1,000 held calls', 'MB', held.ours, 'npm sip', held.npm, {
        text: '<= 10 MB',
        met: (value) => value <= 10,
      }),
    ];
  } finally {
    for (const answerer of Object.values(answerers)) await answerer.process.stop();
  }
}

async function cpuOfCall({ process, port }: Answerer, kind: Kind): Promise<number> {
  const load = { rate: 500, calls: 750 };
  const before = process.cpuUs();
  const { successful } = await placeCalls(port, load);
  if (successful !== load.calls) throw new Error(`${kind} answered ${successful} of ${load.calls} calls`);
  return (process.cpuUs() - before) / successful;
}

/** Live octets that 1,000 calls take which are up, MB: what INVITE and ACK leave behind, transactions included. */
async function memoryOfHeld({ process, port }: Answerer): Promise<number> {
  const before = await process.ask<number>('memory');
  const load = placeCalls(port, { rate: 1000, calls: HELD, holdMs: 5000 });
  await pause(3500);
  const during = await process.ask<number>('memory');
  const { successful } = await load;
  if (successful !== HELD) throw new Error(`only ${successful} of ${HELD} calls were held`);
  return (during - before) / MB / (HELD / 1000);
}

/** 2b. */
async function rates(): Promise<readonly (Result | NotRun)[]> {
  const ours = await highestRate('ours');
  const npm = await highestRate('npm');
  return [
    result('2b', 'loss-free calls a second, one process', '/s', ours, 'pjsip (recorded): npm sip', npm, {
      text: '>= 6 x npm sip',
      met: (_, ratio) => ratio >= 6,
    }),
  ];
}

/** The highest rate that two seconds of calls pass without one failed call and without one retransmission. */
async function highestRate(kind: Kind): Promise<number> {
  const answerer = await start(kind);
  const passes = async (rate: number): Promise<boolean> => {
    const calls = rate * RATE_SECONDS;
    const statistics = await placeCalls(answerer.port, { rate, calls });
    return lossFree(statistics, calls) && statistics.callRate > rate * 0.8;
  };
  try {
    await placeCalls(answerer.port, WARM_UP);
    let good = 0;
    let bad = Number.POSITIVE_INFINITY;
    for (const rate of RATES) {
      // One second chance: a neighbour on the same machine can spoil a run.
      if (!(await passes(rate)) && !(await passes(rate))) {
        bad = rate;
        break;
      }
      good = rate;
    }
    for (let step = 0; step < 2 && Number.isFinite(bad); step++) {
      const middle = Math.round((good + bad) / 2);
      if (await passes(middle)) good = middle;
      else bad = middle;
    }
    return good;
  } finally {
    await answerer.process.stop();
  }
}

/** 2c: what stays when calls have ended and their timers have run out, T1 being 20 ms so that this takes no minute. */
async function flatness(): Promise<Result> {
  const { process, port } = await start('ours', '20');
  try {
    const settled = async (calls: number): Promise<number> => {
      await placeCalls(port, { rate: 800, calls });
      await pause(2500);
      return (await process.ask<number>('memory')) / MB;
    };
    await settled(1500);
    const early = await settled(500);
    const late = await settled(6000);
    return result('2c-flat', 'live heap after 8,000 calls', 'MB', late, 'after 2,000 calls', early, {
      text: '<= 1.2 x',
      met: (_, ratio) => ratio <= 1.2,
    });
  } finally {
    await process.stop();
  }
}
