import type { TransferOutcome } from '@switchhook/transfer';
import type { ErrorCode } from '../control/protocol.ts';
import { ringBack } from './acts.ts';
import type { Draft } from './draft.ts';
import { isLeg, nameOf } from './inquiry.ts';
import type { TransferRecord } from './state.ts';
import { outcomeText, toneFor, viaFor, wordFor } from './texts.ts';

const shownMs = 3_000;
const failureShownMs = 8_000;

/** A verdict as the person hears, sees and is told it (phone-ux.md §4.2). */
export function announceOutcome(d: Draft, record: TransferRecord, outcome: TransferOutcome): void {
  const { transfer, caller, target } = record.pair;
  const targetCall = target === undefined ? undefined : d.call(target);
  const to = targetCall === undefined ? (record.to ?? '') : nameOf(targetCall);
  const number = record.to ?? '';
  const base = { transferId: transfer, callId: caller, ...(number === '' ? {} : { number }) };
  switch (outcome.name) {
    case 'completed':
      d.beep('confirmation');
      d.say(shownMs, ...outcomeText(to, outcome));
      d.notice({ event_type: 'transferCompleted', ...base, evidence: outcome.evidence.name });
      for (const { ticket } of takeTickets(d, record))
        d.done(ticket, { transferId: transfer, evidence: outcome.evidence.name });
      d.patchCall(caller, { handed: { transfer, to: record.to } });
      if (target !== undefined) d.patchCall(target, { handed: { transfer, to: undefined } });
      return;
    case 'unknown':
      d.beep('unknown');
      d.say(failureShownMs, ...outcomeText(to, outcome));
      d.notice({ event_type: 'transferUnknown', ...base, reason: outcome.why });
      for (const { ticket } of takeTickets(d, record))
        d.failed(ticket, 'transfer_unknown', 'Not confirmed; both calls are kept');
      callBack(d, record);
      return;
    case 'failed':
      fail(d, record, outcome, to);
      d.notice({
        event_type: 'transferFailed',
        ...base,
        reason: outcome.stage,
        ...(outcome.status === undefined ? {} : { code: outcome.status }),
      });
      return;
    default:
      outcome satisfies never;
      throw new Error('unknown outcome');
  }
}

function fail(
  d: Draft,
  record: TransferRecord,
  outcome: Extract<TransferOutcome, { name: 'failed' }>,
  to: string,
): void {
  const { stage, status } = outcome;
  const text = outcomeText(to, outcome);
  const via = viaFor(record.to ?? to, outcome);
  const callerThere = d.call(record.pair.caller) !== undefined && stage !== 'caller-gone';
  if (callerThere && via !== undefined) d.patchCall(record.pair.caller, { via });
  switch (stage) {
    case 'cancelled':
      d.say(shownMs, text[0]);
      break;
    case 'caller-gone':
      d.beep('caller-gone');
      d.say(failureShownMs, ...text);
      break;
    case 'consult':
      d.beep(toneFor(status));
      d.say(failureShownMs, ...text);
      break;
    case 'target-gone':
    case 'hold':
      d.beep('reorder');
      d.say(failureShownMs, ...text);
      break;
    case 'refer':
    case 'notify':
    case 'bridge':
      d.beep('reorder');
      d.say(failureShownMs, ...text);
      d.set({ failedLines: d.state.calls.filter((call) => isLeg(record, call.id)).map((call) => call.line) });
      break;
    default:
      stage satisfies never;
      throw new Error('unknown stage');
  }
  const code = codeFor(stage);
  const why = stage === 'cancelled' ? 'Cancelled' : stage === 'caller-gone' ? 'The caller hung up' : wordFor(status);
  for (const { ticket } of takeTickets(d, record)) d.failed(ticket, code, why, status);
  if (callerThere) callBack(d, record);
}

/** The handset lies on the hook: the held caller rings the phone (phone-ux.md §4.2 step 8). */
function callBack(d: Draft, record: TransferRecord): void {
  const caller = d.call(record.pair.caller);
  if (record.putDown && caller !== undefined && caller.phase.name !== 'ending') ringBack(d, caller.id);
}

function codeFor(stage: Extract<TransferOutcome, { name: 'failed' }>['stage']): ErrorCode {
  switch (stage) {
    case 'hold':
      return 'hold_refused';
    case 'consult':
      return 'consult_failed';
    case 'refer':
      return 'refer_rejected';
    case 'notify':
    case 'bridge':
    case 'caller-gone':
    case 'target-gone':
    case 'cancelled':
      return 'transfer_failed';
    default:
      stage satisfies never;
      throw new Error('unknown stage');
  }
}

/** Those who wait for the verdict, or for a start that will not come. */
function takeTickets(d: Draft, record: TransferRecord) {
  const { transfer } = record.pair;
  return d.take((until) => (until.name === 'outcome' || until.name === 'started') && until.transfer === transfer);
}
