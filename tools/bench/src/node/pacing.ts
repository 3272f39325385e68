import { isMainThread, parentPort, type Worker, workerData } from 'node:worker_threads';
import type { MediaId, SessionPlan } from '@switchhook/rtp-media';
import {
  loadLibc,
  type MediaSocket,
  openPollIo,
  soundWorkerUrl,
  startMediaWorker,
  startWorker,
} from '@switchhook/rtp-media/node';
import { type Bench, median, type NotRun, quantile, type Result, result } from '../result.ts';

const HOST = '127.0.0.1';
const PACKET_MS = 20;
const WARM_UP_MS = 2500;
const SESSION = 'pacing' as MediaId;
const CLOCK_MONOTONIC = 1;
const TIMER_ABSTIME = 1;
const STOP = 0;

/** How evenly packets arrive: the gaps between two arrivals against 20 ms, by the kernel's arrival stamps. */
export interface Pace {
  readonly packets: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** RFC 3550 §6.4.1, mean over the run. */
  readonly jitterMs: number;
  /** How much the stream gets ahead (below 0) or behind in a minute. */
  readonly driftMsPerMinute: number;
}

/** What the main thread of the measured process does meanwhile. */
export type Burden = 'idle' | 'blocked' | 'garbage';

/** The media worker and a bare `clock_nanosleep` to absolute times, at the same priority and at the same time. */
export interface PacingRow {
  readonly burden: Burden;
  readonly worker: Pace;
  readonly timer: Pace;
}

type Role =
  | { readonly pacing: 'observer' }
  | { readonly pacing: 'timer'; readonly port: number; readonly flags: SharedArrayBuffer };

/** From the observer: first its ports, then what arrived since the last question, ms. */
type Observed = { readonly ports: readonly number[] } | { readonly arrivals: readonly (readonly number[])[] };

/** Measure each burden for `seconds`. Needs Linux; throws one line where there is no poll loop. */
export async function measurePacing(seconds: number): Promise<readonly PacingRow[]> {
  const observer = startRole({ pacing: 'observer' });
  const flags = new SharedArrayBuffer(4);
  const first = await next(observer);
  if (!('ports' in first)) throw new Error('the observer did not open its ports');
  const [workerPort, timerPort] = first.ports;
  const media = await startMediaWorker({
    workerUrl: soundWorkerUrl(),
    host: HOST,
    ports: { from: 30_000, to: 39_999 },
    sound: { type: 'tone', cadence: '440' },
  });
  const timer = startRole({ pacing: 'timer', port: timerPort!, flags });
  try {
    media.open(SESSION);
    media.send({ type: 'plan', session: SESSION, plan: plan(workerPort!) });
    media.send({ type: 'connect', sessions: [SESSION] });
    await pause(WARM_UP_MS);
    const rows: PacingRow[] = [];
    for (const burden of ['idle', 'blocked', 'garbage'] as const) {
      await arrivals(observer);
      const lift = shoulder(burden);
      await pause(seconds * 1000);
      lift();
      const [ours, theirs] = await arrivals(observer);
      rows.push({ burden, worker: pace(ours!), timer: pace(theirs!) });
    }
    return rows;
  } finally {
    Atomics.store(new Int32Array(flags), STOP, 1);
    await Promise.all([media.close(), timer.terminate(), observer.terminate()]);
  }
}

/** Rows 4a and 4b. pjsua's figures are recorded ones; the timer's are of the same run. */
export const pacing: Bench = {
  name: 'pacing',
  ids: ['4a', '4b'],
  run: async (): Promise<readonly (Result | NotRun)[]> => {
    const [idle, ...burdened] = await measurePacing(10);
    const recorded = 'pjsua (recorded)';
    return [
      result('4a', 'RTP pacing idle, jitter J', 'ms', idle!.worker.jitterMs, recorded, 0.42, {
        text: '≤ 0.25×',
        met: (_, ratio) => ratio <= 0.25,
      }),
      result('4a', 'RTP pacing idle, p99', 'ms', idle!.worker.p99Ms, recorded, 0.8, {
        text: '≤ 1×',
        met: (_, ratio) => ratio <= 1,
      }),
      result('4a-floor', 'RTP pacing idle, p99', 'ms', idle!.worker.p99Ms, 'clock_nanosleep', idle!.timer.p99Ms, {
        text: '≤ 2× + 0.5 ms',
        met: (value) => value <= 2 * idle!.timer.p99Ms + 0.5,
      }),
      result('4a', 'RTP drift in a minute', 'ms', Math.abs(idle!.worker.driftMsPerMinute), 'goal', 1, {
        text: '< 1 ms',
        met: (value) => value < 1,
      }),
      ...burdened.map(({ burden, worker, timer }) =>
        result('4b', `RTP pacing, main thread ${burden}, p99`, 'ms', worker.p99Ms, 'clock_nanosleep', timer.p99Ms, {
          text: '≤ 2× + 0.5 ms',
          met: (value) => value <= 2 * timer.p99Ms + 0.5,
        }),
      ),
    ];
  },
};

function plan(port: number): SessionPlan {
  const codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 } as const;
  return {
    remote: { host: HOST, port },
    remoteRtcp: undefined,
    codec,
    receive: [codec],
    telephoneEvent: undefined,
    direction: 'sendonly',
    ptimeMs: PACKET_MS,
  };
}

function startRole(role: Role): Worker {
  const worker = startWorker(new URL(import.meta.url), { workerData: role });
  worker.on('error', (error) => console.error(`pacing: ${role.pacing}: ${String(error)}`));
  return worker;
}

function next(worker: Worker): Promise<Observed> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('exit', () => reject(new Error('the observer ended')));
  });
}

async function arrivals(observer: Worker): Promise<readonly (readonly number[])[]> {
  observer.postMessage('take');
  const got = await next(observer);
  return 'arrivals' in got ? got.arrivals : [];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Burden this thread; the function returned takes it off. */
function shoulder(burden: Burden): () => void {
  if (burden === 'idle') return () => {};
  const kept: unknown[] = [];
  const timer = setInterval(
    () => {
      const until = performance.now() + 50;
      while (performance.now() < until) {
        if (burden === 'blocked') continue;
        kept.push(Array.from({ length: 200 }, (_, at) => ({ at, text: `${at}` })));
        if (kept.length > 2000) kept.length = 0;
      }
    },
    burden === 'blocked' ? 200 : 60,
  );
  return () => clearInterval(timer);
}

function pace(at: readonly number[]): Pace {
  const gaps = at.slice(1).map((arrived, index) => arrived - at[index]! - PACKET_MS);
  const deviations = gaps.map(Math.abs);
  let jitter = 0;
  let sum = 0;
  for (const deviation of deviations) {
    jitter += (deviation - jitter) / 16;
    sum += jitter;
  }
  const span = at.at(-1)! - at[0]!;
  // The median of the first and the last second: one late packet is no drift.
  const off = at.map((arrived, index) => arrived - at[0]! - index * PACKET_MS);
  const drift = median(off.slice(-50)) - median(off.slice(0, 50));
  return {
    packets: at.length,
    p50Ms: median(deviations),
    p99Ms: quantile(deviations, 0.99),
    maxMs: Math.max(...deviations),
    jitterMs: sum / deviations.length,
    driftMsPerMinute: (drift / span) * 60_000,
  };
}

/** Stamps what comes to two ports. Its own delays do not count: the stamps are the kernel's. */
async function observe(): Promise<void> {
  const io = openPollIo({ host: HOST });
  if (typeof io === 'string') throw new Error(io);
  const sockets: MediaSocket[] = [];
  for (let port = 20_000 + (process.pid % 9000); sockets.length < 2; port++) {
    const socket = await io.bind(port);
    if (socket !== undefined) sockets.push(socket);
  }
  let seen = sockets.map((): number[] => []);
  io.onDatagram = (socket, _bytes, _from, now) => void seen[sockets.indexOf(socket)]!.push(now);
  for (const socket of sockets) io.listen(socket);
  const post = (message: Observed): void => parentPort!.postMessage(message);
  parentPort!.on('message', () => {
    post({ arrivals: seen });
    seen = sockets.map(() => []);
  });
  post({ ports: sockets.map(({ port }) => port) });
  for (;;) await io.wait(io.now() + PACKET_MS, []);
}

/** A bare sender: sleeps to absolute times, 20 ms apart, and sends 172 octets. */
async function beat(port: number, flags: SharedArrayBuffer): Promise<void> {
  const libc = loadLibc();
  const io = openPollIo({ host: HOST });
  if (typeof libc === 'string' || typeof io === 'string') throw new Error('no poll loop');
  const socket = (await io.bind(0))!;
  const packet = new Uint8Array(172);
  const to = { host: HOST, port };
  const time = new Uint8Array(libc.longBytes * 2);
  const long = libc.longBytes === 8 ? new BigInt64Array(time.buffer) : new Int32Array(time.buffer);
  libc.clockGettime(CLOCK_MONOTONIC, time);
  let seconds = Number(long[0]);
  let nanoseconds = Number(long[1]);
  const stop = new Int32Array(flags);
  while (Atomics.load(stop, STOP) === 0) {
    nanoseconds += PACKET_MS * 1e6;
    if (nanoseconds >= 1e9) {
      nanoseconds -= 1e9;
      seconds++;
    }
    if (long instanceof BigInt64Array) {
      long[0] = BigInt(seconds);
      long[1] = BigInt(nanoseconds);
    } else {
      long[0] = seconds;
      long[1] = nanoseconds;
    }
    libc.clockNanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, time, null);
    io.send(socket, packet, to);
  }
}

const role = workerData as Role | null;
if (!isMainThread && role?.pacing === 'observer') await observe();
if (!isMainThread && role?.pacing === 'timer') await beat(role.port, role.flags);
