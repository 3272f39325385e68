import { parentPort, workerData } from 'node:worker_threads';
import { compileSooner } from '@switchhook/phone/node';
import type { SimulateOptions } from './options.ts';
import { playSeed } from './play.ts';
import { count, emptyTally } from './tally.ts';

/** One worker's share of the seeds: every `of`th from `first` on, in batches; a batch's counts are one message. */
export interface Share {
  readonly options: SimulateOptions;
  readonly index: number;
  readonly of: number;
}

const BATCH = 20;

const port = parentPort;
if (port === null) throw new Error('the simulation worker runs in a worker thread');
compileSooner();
const { options, index, of } = workerData as Share;
const last = options.seed + options.offices;
let tally = emptyTally();
for (let seed = options.seed + index; seed < last; seed += of) {
  count(tally, playSeed(seed, options));
  if (tally.offices < BATCH) continue;
  port.postMessage(tally);
  tally = emptyTally();
}
port.postMessage(tally);
