import type { ErrorCode } from '../control/protocol.ts';
import type { Draft } from './draft.ts';
import type { PhoneState, Waiting } from './state.ts';

type Verdict =
  | { readonly done: Readonly<Record<string, string>> }
  | { readonly failed: ErrorCode; readonly text: string };

/** Settle every ticket whose story has come to its end in this state. Verdicts of transfers are settled with them. */
export function settleWaiting(d: Draft): void {
  for (const each of d.state.waiting) {
    const verdict = verdictOf(d.state, each.until);
    if (verdict === undefined) continue;
    d.set({ waiting: d.state.waiting.filter((other) => other !== each) });
    if ('done' in verdict) d.done(each.ticket, verdict.done);
    else d.failed(each.ticket, verdict.failed, verdict.text);
  }
}

function verdictOf(state: PhoneState, until: Waiting['until']): Verdict | undefined {
  switch (until.name) {
    case 'answered': {
      const call = state.calls.find((each) => each.id === until.call);
      if (call === undefined || call.phase.name === 'ending')
        return { failed: 'unknown_call', text: 'The caller hung up' };
      return call.phase.name === 'connecting' ? undefined : { done: { callId: until.call } };
    }
    case 'ended':
      return state.calls.some((call) => call.id === until.call) ? undefined : { done: { callId: until.call } };
    case 'started': {
      const record = state.transfers.find((each) => each.pair.transfer === until.transfer);
      if (record === undefined || record.outcome !== undefined)
        return { failed: 'transfer_failed', text: 'The transfer is over' };
      return record.machine.name === 'holding' ? undefined : { done: { transferId: until.transfer } };
    }
    case 'outcome':
      return state.transfers.some((each) => each.pair.transfer === until.transfer)
        ? undefined
        : { failed: 'transfer_failed', text: 'The transfer is over' };
    case 'cancelled': {
      const record = state.transfers.find((each) => each.pair.transfer === until.transfer);
      if (record === undefined) return { done: { transferId: until.transfer } };
      const { name } = record.machine;
      if (name === 'retrieving' || name === 'unmerging') return undefined;
      // out of a conference: one is held again
      if (name === 'consulting' || name === 'swapped') return { done: { transferId: until.transfer } };
      return { failed: 'hold_refused', text: 'The caller could not be taken back yet' };
    }
    case 'joined': {
      const record = state.transfers.find((each) => each.pair.transfer === until.transfer);
      const machine = record?.machine;
      if (machine?.name === 'merging') return undefined;
      const here = machine?.name === 'merged' || (machine?.name === 'bridged' && machine.withUs);
      return here
        ? { done: { transferId: until.transfer } }
        : { failed: 'hold_refused', text: 'They could not be joined' };
    }
    case 'swapped': {
      const record = state.transfers.find((each) => each.pair.transfer === until.transfer);
      if (record === undefined) return { failed: 'not_in_state', text: 'The transfer is over' };
      if (
        record.machine.name === 'swapping' ||
        record.machine.name === 'unmerging' ||
        record.machine.name === 'retrieving' ||
        record.pendingResume !== undefined
      )
        return undefined;
      const id = until.to === 'caller' ? record.pair.caller : record.pair.target;
      const phase = state.calls.find((call) => call.id === id)?.phase.name;
      if (phase === 'resuming') return undefined;
      if (phase === 'talking') return { done: { transferId: until.transfer } };
      return { failed: 'hold_refused', text: 'The other call could not be taken back' };
    }
    default:
      until satisfies never;
      throw new Error('unknown wait');
  }
}
