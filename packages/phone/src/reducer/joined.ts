import type { CallId } from '@switchhook/sip-core';
import type { Leg, TransferEvent } from '@switchhook/transfer';
import type { Draft } from './draft.ts';
import { callsIn, emergencyCall, isLeg } from './inquiry.ts';
import type { Bridge, Call, PhoneState, TransferRecord } from './state.ts';

/*
 * Two calls that this phone joins (transfer.md §10):
 *
 *  held ──resume──► resuming ──resumed──► joined silent ──merge──► joined conference: all three talk
 *  talking ─────────────────────────────────┘       │  ▲               │      ▲
 *                                                   └──┼──bridge──► joined bridge: the two, without us
 *                            unjoin: one talks, the other is silent until it is held
 */

/** Take a leg back without the person's ear, for a `merge` or `bridge` to come; the answer when it is known at once. */
export function askJoin(d: Draft, record: TransferRecord, call: Call | undefined, leg: Leg): TransferEvent | undefined {
  if (call === undefined) return { type: 'resume-refused', leg, status: 481 };
  const { phase } = call;
  const apart = record.machine.name === 'bridging';
  // three-way talk needs the person, whom an emergency call has
  if (!apart && emergencyCall(d.state) !== undefined) return { type: 'resume-refused', leg, status: 486 };
  switch (phase.name) {
    case 'joined':
      return { type: 'resumed', leg };
    case 'talking':
      if (apart) d.phase(call.id, { name: 'joined', mode: 'silent' });
      return { type: 'resumed', leg };
    case 'held':
      if (phase.mutedOnly) {
        d.phase(call.id, { name: 'joined', mode: 'silent' });
        return { type: 'resumed', leg };
      }
      d.phase(call.id, { name: 'resuming', joining: true });
      d.emit({ type: 'resume', call: call.id });
      return undefined;
    case 'resuming':
      d.phase(call.id, { name: 'resuming', joining: true });
      return undefined;
    case 'holding':
      d.patchRecord(record.pair.transfer, { pendingJoin: [...record.pendingJoin.filter((each) => each !== leg), leg] });
      return undefined;
    case 'ending':
      return undefined;
    case 'dialing':
    case 'ringback':
    case 'ringing':
    case 'connecting':
      return { type: 'resume-refused', leg, status: 491 };
    default:
      phase satisfies never;
      throw new Error('unknown phase');
  }
}

/** Both legs hear each other, and us when `mode` is `conference`. */
export function join(d: Draft, record: TransferRecord, mode: 'conference' | 'bridge'): void {
  for (const call of d.state.calls) {
    const { name } = call.phase;
    if (!isLeg(record, call.id) || (name !== 'joined' && name !== 'talking')) continue;
    d.phase(call.id, { name: 'joined', mode });
    d.patchCall(call.id, { recalling: false });
  }
  d.patchRecord(record.pair.transfer, { joinedSince: d.record(record.pair.transfer)?.joinedSince ?? d.now });
}

/** The person is with one leg alone; the other is silent and waits for its hold. */
export function unjoin(d: Draft, record: TransferRecord, talking: Leg): void {
  for (const call of d.state.calls) {
    if (!isLeg(record, call.id) || call.phase.name !== 'joined') continue;
    const isTalking = call.id === (talking === 'caller' ? record.pair.caller : record.pair.target);
    d.phase(call.id, isTalking && !record.putDown ? { name: 'talking' } : { name: 'joined', mode: 'silent' });
  }
  d.patchRecord(record.pair.transfer, { joinedSince: undefined });
}

/** The calls that talk with each other and the person. */
export function conference(state: PhoneState): readonly Call[] {
  return callsIn(state, 'joined').filter(({ phase }) => phase.name === 'joined' && phase.mode === 'conference');
}

/** The pairs that talk through this phone without it. */
export function bridges(state: PhoneState): readonly Bridge[] {
  return state.transfers.flatMap((record) => {
    const calls = state.calls
      .filter(({ id, phase }) => isLeg(record, id) && phase.name === 'joined' && phase.mode === 'bridge')
      .map(({ id }) => id);
    return calls.length < 2 ? [] : [{ transfer: record.pair.transfer, calls }];
  });
}

/** The transfer that joined this call with another one. */
export function joinOf(state: PhoneState, call: CallId): TransferRecord | undefined {
  const joined = state.calls.some(({ id, phase }) => id === call && phase.name === 'joined');
  return joined ? state.transfers.find((record) => isLeg(record, call) && record.joinedSince !== undefined) : undefined;
}

/** The pair that the phone has joined and that the person is (`withUs`) or is not in. */
export function bridged(state: PhoneState, withUs: boolean): TransferRecord | undefined {
  return state.transfers.findLast(({ machine }) => machine.name === 'bridged' && machine.withUs === withUs);
}
