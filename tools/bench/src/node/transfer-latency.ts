import { compileSooner } from '@switchhook/phone/node';
import { type Bench, median, type NotRun, quantile, type Result, result } from '../result.ts';
import { oneWayMs } from './echo.ts';
import { linphoneMissing, linphoneTransfersApart } from './linphone.ts';
import { pause } from './measured-process.ts';
import { TransferAgent } from './transfer-agent.ts';

const TRANSFERS = 200;
/** Until the compiler has settled on the path; the first hundred stand in the table too, as `7a-first`. */
const WARM_UP = 400;
const FIRST = 100;
/** Between the acts of a transfer, as between those of people: media ports are opened and closed meanwhile. */
const SETTLE_MS = 5;
/** In one transfer, of the busiest agent. */
const CALLS_EACH = 2;
/** Of linphonec, which needs a second or two for each. */
const LINPHONE_TRANSFERS = 15;
const LINPHONE_LIMIT_MS = 60_000;
/** pjsua x 3 on the machine of the performance page, ms. */
const PJSUA_MS = 2.4;

/**
 * 7a: from REFER to the NOTIFY that says 200, among three agents of ours on loopback, each with sockets and a media worker of
 * its own, in one process (the three pjsua of the recorded figure were three) that compiles as the desk phone does. The transferee opens media and makes its offer, the target answers with its own.
 */
export const transfers: Bench = { name: 'transfer', ids: ['7a'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const { first, times } = await measure();
  const wire = median(await oneWayMs(500));
  const rows: (Result | NotRun)[] = [
    result('7a', 'REFER -> NOTIFY 200, median', 'ms', median(times), 'pjsua (recorded)', PJSUA_MS, {
      text: '<= 1 x',
      met: (_, ratio) => ratio <= 1,
    }),
    result('7a-p99', 'REFER -> NOTIFY 200, p99', 'ms', quantile(times, 0.99), 'pjsua (recorded)', PJSUA_MS, {
      text: '<= 3 x',
      met: (_, ratio) => ratio <= 3,
    }),
    result('7a-first', 'the same, first 100 of a process', 'ms', median(first), 'pjsua (recorded)', PJSUA_MS, {
      text: '<= 1 x',
      met: (_, ratio) => ratio <= 1,
    }),
    result('7a-floor', 'REFER -> NOTIFY 200, median', 'ms', median(times), '4 UDP messages', 4 * wire, {
      text: '<= 24 x',
      met: (_, ratio) => ratio <= 24,
    }),
  ];
  rows.push(await besideLinphone(median(times)));
  return rows;
}

/** 7a-linphonec: three linphonec of the same run, each a process as they are sold. */
async function besideLinphone(ours: number): Promise<Result | NotRun> {
  const id = '7a-linphonec';
  const why = linphoneMissing();
  if (why !== undefined) return { id, why };
  try {
    const theirs = await linphoneTransfersApart(LINPHONE_TRANSFERS, LINPHONE_LIMIT_MS);
    return result(id, 'REFER -> NOTIFY 200, median', 'ms', ours, 'three linphonec', median(theirs), {
      text: '<= 1 x',
      met: (_, ratio) => ratio <= 1,
    });
  } catch (error) {
    return { id, why: error instanceof Error ? error.message : String(error) };
  }
}

async function measure(): Promise<{ readonly first: readonly number[]; readonly times: readonly number[] }> {
  compileSooner();
  const transferor = await TransferAgent.open('transferor');
  const caller = await TransferAgent.open('caller');
  const target = await TransferAgent.open('target');
  try {
    transferor.knows(caller, target);
    caller.knows(transferor, target);
    target.knows(transferor, caller);
    const all: number[] = [];
    for (let i = 0; i < WARM_UP + TRANSFERS; i++) all.push(await transferOnce(transferor, caller, target));
    return { first: all.slice(0, FIRST), times: all.slice(WARM_UP) };
  } finally {
    for (const agent of [transferor, caller, target]) await agent.close();
  }
}

/** One attended transfer: caller calls transferor, who calls target and hands the caller over. */
async function transferOnce(transferor: TransferAgent, caller: TransferAgent, target: TransferAgent): Promise<number> {
  await Promise.all([transferor, caller, target].map((agent) => agent.hasPortsFor(CALLS_EACH)));
  const first = transferor.next('answered');
  caller.dial(transferor);
  const { call } = await first;
  const [second, heard] = [transferor.next('answered'), target.next('answered')];
  transferor.dial(target);
  const { dialog, peer } = await second;
  await heard; // the consultation stands at both its ends
  await pause(SETTLE_MS);
  const over = transferor.notifiedFinally();
  const began = performance.now();
  transferor.refer(call, peer, dialog);
  await over;
  const ms = performance.now() - began;
  const left = [transferor.allEnded(), caller.allEnded(), target.allEnded()];
  transferor.hangUpAll();
  caller.hangUpAll();
  await Promise.all(left);
  await pause(SETTLE_MS);
  return ms;
}
