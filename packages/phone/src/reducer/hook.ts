import { hangUp, ringBack, seize } from './acts.ts';
import { changedRecord } from './changed.ts';
import { type Plain, send } from './dialling.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { giveUp } from './errand.ts';
import { callsIn, emergencyCall, handTransfer, heldCalls, inHand, isLeg, isUnderWay, liveTransfer } from './inquiry.ts';
import { bridged } from './joined.ts';
import { chooseRoute } from './routes.ts';
import type { Call } from './state.ts';
import { pressed } from './transfer-facts.ts';
import { drive, machineAccepts } from './transfer-machine.ts';

/** The hook switch (phone-ux.md §4.4). */
export function hookStep(
  d: Draft,
  verb: 'hook.lift' | 'hook.put-down' | 'hook.flash',
  ticket: Ticket | undefined,
  plain: Plain,
): void {
  switch (verb) {
    case 'hook.lift':
      lift(d, ticket, plain);
      return;
    case 'hook.put-down':
      putDown(d, ticket);
      return;
    case 'hook.flash':
      flash(d, ticket, plain);
      return;
    default:
      verb satisfies never;
      throw new Error('unknown hook');
  }
}

/** Lift: take the call that came back, answer, go on with the call on another route, or get a dial tone. */
function lift(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  d.set({ hook: 'off', transfers: d.state.transfers.map((record) => changedRecord(record, { putDown: false })) });
  if (d.state.route !== 'handset' && !d.state.lostRoutes.includes('handset')) {
    chooseRoute(d, 'handset');
  }
  const back = d.state.calls.find((call) => call.recalling && call.phase.name === 'held');
  const ringing = callsIn(d.state, 'ringing').find((call) => call.replaces === undefined);
  const held = heldCalls(d.state);
  const live = liveTransfer(d.state);
  const watched = live !== undefined && handTransfer(d.state) === undefined;
  if (hasTurnedBack(d)) d.done(ticket);
  else if (back !== undefined && live !== undefined && isLeg(live, back.id))
    plain(d, { verb: 'transfer.cancel', transferId: live.pair.transfer }, ticket);
  else if (d.state.prompt?.picked !== undefined) send(d, ticket, plain, 'hook.lift');
  else if (inHand(d.state) !== undefined || d.state.prompt !== undefined || d.state.errand !== undefined)
    d.done(ticket);
  else if (live !== undefined && !(watched && ringing !== undefined)) d.done(ticket);
  else if (back !== undefined) plain(d, { verb: 'call.resume', callId: back.id }, ticket);
  else if (ringing !== undefined) plain(d, { verb: 'call.answer', callId: ringing.id }, ticket);
  else if (held.length === 1 && held[0] !== undefined) plain(d, { verb: 'call.resume', callId: held[0].id }, ticket);
  else {
    seize(d, undefined);
    d.done(ticket);
  }
}

/** Lifted again before the call that shall ring back was held: it comes back as soon as the far end has answered. */
function hasTurnedBack(d: Draft): boolean {
  const call = callsIn(d.state, 'holding', 'resuming').find((each) => each.recalling);
  if (call === undefined) return false;
  d.patchCall(call.id, { recalling: false });
  if (call.phase.name === 'holding') {
    const goal = { name: 'resume', call: call.id } as const;
    d.set({ errand: { name: 'holding', call: call.id, goal, ticket: d.state.errand?.ticket } });
  }
  return true;
}

/** Put down: complete the transfer, or end what is in hand; a held caller is never dropped but rings back. */
function putDown(d: Draft, ticket: Ticket | undefined): void {
  const transfers = d.state.transfers.map((record) => changedRecord(record, { putDown: true }));
  d.set({ hook: 'on', beep: undefined, transfers });
  const live = handTransfer(d.state);
  const { prompt, errand } = d.state;
  const among = bridged(d.state, true);
  if (among !== undefined && inHand(d.state)?.phase.name === 'joined') {
    // the two whom the phone has joined go on without the person
    d.set({ prompt: undefined });
    drive(d, among.pair.transfer, { type: 'bridge' });
    d.done(ticket);
    return;
  }
  if (errand !== undefined) giveUp(d, errand);
  // digits typed beside a transfer are given up with the handset: nobody is there to talk to whom they would ring
  if (prompt?.purpose.name === 'call') d.set({ prompt: undefined });
  if (live !== undefined) {
    const id = live.pair.transfer;
    const emergency = emergencyCall(d.state);
    if (emergency !== undefined) hangUp(d, emergency.id); // it ends with the handset like any other
    const choosing = prompt?.purpose.name === 'transfer';
    if (
      d.state.settings.completeOnHook &&
      emergency === undefined &&
      !choosing &&
      live.to !== undefined &&
      machineAccepts(d.state, live, 'complete')
    ) {
      drive(d, id, pressed(d.state, live, 'complete'));
    } else if (!isUnderWay(live) && machineAccepts(d.state, live, 'cancel')) {
      drive(d, id, { type: 'cancel' });
    } else if (live.machine.name === 'retrieving') ringBack(d, live.pair.caller);
    // a leg that is not held for the transfer hears nothing of an empty room; who was talked to beside it is let go
    for (const call of callsIn(d.state, 'talking')) {
      if (isLeg(live, call.id)) d.phase(call.id, { name: 'held', mutedOnly: true });
      else hangUp(d, call.id);
    }
    d.done(ticket);
    return;
  }
  d.set({ prompt: undefined });
  const hand = inHand(d.state);
  if (hand !== undefined && hand.phase.name !== 'holding') hangUp(d, hand.id);
  for (const call of [...heldCalls(d.state), ...callsIn(d.state, 'holding')]) keep(d, call);
  d.done(ticket);
}

function keep(d: Draft, call: Call): void {
  if (d.state.settings.onHookWithHeld === 'drop') hangUp(d, call.id);
  else d.patchCall(call.id, { recalling: true });
}

/** Flash (R): the waiting call, the other call, or a transfer. */
function flash(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const ringing = callsIn(d.state, 'ringing').find((call) => call.replaces === undefined);
  const live = handTransfer(d.state);
  const held = heldCalls(d.state).length > 0;
  if (live !== undefined) {
    if (d.state.prompt !== undefined) plain(d, { verb: 'transfer.cancel', transferId: live.pair.transfer }, ticket);
    else plain(d, { verb: 'transfer.swap', transferId: live.pair.transfer }, ticket);
  } else if (ringing !== undefined) plain(d, { verb: 'call.answer', callId: ringing.id }, ticket);
  else if (held && inHand(d.state) !== undefined) plain(d, { verb: 'call.swap' }, ticket);
  else if (callsIn(d.state, 'talking').length > 0) plain(d, { verb: 'transfer.start' }, ticket);
  else if (held) plain(d, { verb: 'call.resume' }, ticket);
  else d.refuse(ticket, 'hook.flash', 'not_in_state', 'No call');
}
