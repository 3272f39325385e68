import type { CallId } from '@switchhook/sip-core';
import type { CallEvent, ReferEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { isLeg, liveTransfer, userOf } from './inquiry.ts';
import type { Call } from './state.ts';

/** Where others transfer us: an INVITE with Replaces takes a call's place, a REFER asks us to call somebody. */

/** An INVITE with Replaces: answered without ringing when it may, and the old call is untouched until its ACK. */
export function replacing(
  d: Draft,
  event: Extract<CallEvent, { type: 'incoming' }>,
  replaces: { readonly call: CallId; readonly early: boolean },
): void {
  const old = d.call(replaces.call);
  const refuse = (status: number) => {
    d.emit({ type: 'reject', call: event.call, status });
    d.emit({ type: 'note', word: 'replaces-refused', detail: String(status) });
  };
  if (old === undefined || old.phase.name === 'ending') {
    refuse(603); // RFC 3891 §3: the dialog has ended
    return;
  }
  const { name } = old.phase;
  const established = name === 'talking' || name === 'held' || name === 'holding' || name === 'resuming';
  if (!established) {
    refuse(481); // RFC 3891 §3: an early dialog that the far end began is not replaced
    return;
  }
  // RFC 3891 §5: only who may speak for the other party; here: our own registrar
  if (!event.trusted || !old.trusted) {
    refuse(403);
    return;
  }
  const live = liveTransfer(d.state);
  const twice = d.state.calls.some((call) => call.replaces === old.id);
  if (old.emergency || twice || (live !== undefined && isLeg(live, old.id)) || d.state.errand?.call === old.id) {
    refuse(486);
    return;
  }
  const uri = event.peer.party.uri;
  const call: Call = {
    ...old,
    id: event.call,
    account: event.account,
    direction: 'in',
    phase: { name: 'ringing' },
    number: userOf(uri),
    address: uri,
    peer: event.peer,
    dialog: undefined,
    trusted: event.trusted,
    remoteHold: false,
    via: `transferred by ${event.referredBy === undefined ? old.number : userOf(event.referredBy.replace(/^.*<|>.*$/g, ''))}`,
    since: d.now,
    heldSince: undefined,
    recalling: false,
    reportTo: undefined,
    replaces: old.id,
  };
  d.set({ calls: [...d.state.calls, call] });
  d.emit({ type: 'answer', call: call.id });
}

/** The ACK has come: the new call is where the old one was, and the old one goes. */
export function replacedAnswered(d: Draft, call: Call, replaced: CallId): void {
  const old = d.call(replaced);
  d.patchCall(call.id, { replaces: undefined, since: d.now });
  const name = old?.phase.name;
  if (old !== undefined) d.phase(old.id, { name: 'ending' });
  // the far end of the new call has not been held: it only hears nothing of us until it is taken back
  if (name === 'held' || name === 'holding' || name === 'resuming') d.phase(call.id, { name: 'held', mutedOnly: true });
  else if (name === 'talking') d.phase(call.id, { name: 'talking' });
  else d.phase(call.id, { name: 'held', mutedOnly: true });
  d.notice({ event_type: 'answered', callId: call.id, number: call.number });
}

/** A REFER reached us. Refused unless the house allows it for calls over our own registrar. */
export function referRequested(d: Draft, event: Extract<ReferEvent, { type: 'refer-requested' }>): void {
  d.emit({ type: 'answer-refer', refer: event.refer, status: event.call === undefined ? 403 : 603 });
  d.emit({ type: 'note', word: 'refer-refused', detail: event.referTo });
}
