import { seize } from './acts.ts';
import { type Plain, redial } from './dialling.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { endThen } from './errand.ts';
import { callsIn, handTransfer, heldCalls, inHand, isLeg } from './inquiry.ts';
import { cancelKey, holdKey, toComplete } from './keys.ts';
import { offered } from './routes.ts';

type HeadsetVerb = 'headset.short' | 'headset.long' | 'headset.double' | 'headset.triple' | 'headset.redial';

/** One button's gestures, by where the phone is (phone-ux.md §4.7). */
export function headsetStep(d: Draft, verb: HeadsetVerb, ticket: Ticket | undefined, plain: Plain): void {
  const ringing = callsIn(d.state, 'ringing').find((call) => call.replaces === undefined);
  const hand = inHand(d.state);
  const held = heldCalls(d.state);
  const live = handTransfer(d.state);
  const done = toComplete(d);
  const { prompt } = d.state;
  switch (verb) {
    case 'headset.short':
      if (offered(d) === 'headset' && hand !== undefined) plain(d, { verb: 'audio.route', route: 'headset' }, ticket);
      else if (prompt !== undefined) cancelKey(d, ticket, plain);
      else if (live !== undefined && (hand === undefined || isLeg(live, hand.id))) {
        const talks = live.machine.name === 'consulting';
        if (talks && d.state.settings.headset.shortCompletesTransfer) {
          plain(d, { verb: 'transfer.complete', transferId: live.pair.transfer }, ticket);
        } else plain(d, { verb: 'transfer.cancel', transferId: live.pair.transfer }, ticket);
      } else if (live === undefined && hand !== undefined && ringing !== undefined && d.state.errand === undefined) {
        endThen(d, hand.id, { name: 'answer', call: ringing.id }, ticket);
      } else if (hand !== undefined) cancelKey(d, ticket, plain);
      else if (ringing !== undefined) plain(d, { verb: 'call.answer', callId: ringing.id }, ticket);
      else if (held.length > 0) plain(d, { verb: 'call.resume' }, ticket);
      else {
        seize(d, undefined);
        d.done(ticket);
      }
      return;
    case 'headset.long':
      if (ringing !== undefined) plain(d, { verb: 'call.reject', callId: ringing.id }, ticket);
      else if (hand === undefined && held.length === 0) redial(d, ticket, plain, verb);
      else holdKey(d, ticket, plain);
      return;
    case 'headset.double': {
      const consultTarget = d.state.settings.headset.consultTarget;
      if (ringing !== undefined && hand !== undefined) plain(d, { verb: 'call.answer', callId: ringing.id }, ticket);
      else if (ringing !== undefined) plain(d, { verb: 'call.reject', callId: ringing.id }, ticket);
      else if (hand === undefined && held.length === 0) redial(d, ticket, plain, verb);
      else if (live === undefined && hand?.phase.name === 'talking' && held.length === 0) {
        plain(d, { verb: 'transfer.start', ...(consultTarget === undefined ? {} : { to: consultTarget }) }, ticket);
      } else holdKey(d, ticket, plain);
      return;
    }
    case 'headset.triple':
      if (done !== undefined) plain(d, { verb: 'transfer.complete', transferId: done.pair.transfer }, ticket);
      else if (ringing !== undefined) plain(d, { verb: 'call.reject', callId: ringing.id }, ticket);
      else plain(d, { verb: 'call.mute' }, ticket);
      return;
    case 'headset.redial':
      if (done !== undefined && prompt === undefined) {
        plain(d, { verb: 'transfer.complete', transferId: done.pair.transfer }, ticket);
      } else redial(d, ticket, plain, verb);
      return;
    default:
      verb satisfies never;
      throw new Error('unknown gesture');
  }
}
