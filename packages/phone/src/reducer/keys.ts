import type { Intent } from '../intent.ts';
import type { PlainIntent } from './can-do.ts';
import { blfKey, blindKey, digit, nothing, type Plain, redial, send, voicemailKey } from './dialling.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { begin, endThen } from './errand.ts';
import { headsetStep } from './headset.ts';
import { hookStep } from './hook.ts';
import { callsIn, handTransfer, heldCalls, inHand, isLeg, liveTransfer, restingTransfer } from './inquiry.ts';
import { bridged, conference, joinOf } from './joined.ts';
import { blfLong, cancelAll, park, redialList, showLine } from './long-keys.ts';
import type { Call, TransferRecord } from './state.ts';

/** Verbs of the hand at the phone: what they mean depends on where the phone is (phone-ux.md §4.1). */
export type HandIntent = Exclude<Intent, PlainIntent>;

/** What the hand did. */
export function handStep(d: Draft, intent: HandIntent, ticket: Ticket | undefined, plain: Plain): void {
  switch (intent.verb) {
    case 'key.digit':
      digit(d, intent.digit, ticket, plain);
      return;
    case 'key.send':
      send(d, ticket, plain, intent.verb);
      return;
    case 'key.line':
      lineKey(d, intent.line, ticket, plain);
      return;
    case 'key.line-long':
      showLine(d, intent.line, ticket);
      return;
    case 'key.hold-long':
      park(d, ticket, plain);
      return;
    case 'key.cancel-long':
      cancelAll(d, ticket, plain);
      return;
    case 'key.redial-long':
      redialList(d, ticket);
      return;
    case 'key.blf-long':
      blfLong(d, intent.n, ticket, plain);
      return;
    case 'key.hold':
      holdKey(d, ticket, plain);
      return;
    case 'key.transfer':
      transferKey(d, ticket, plain);
      return;
    case 'key.transfer-long':
      blindKey(d, ticket, plain);
      return;
    case 'key.conference':
      conferenceKey(d, ticket, plain);
      return;
    case 'key.cancel':
      cancelKey(d, ticket, plain);
      return;
    case 'key.redial':
      redial(d, ticket, plain, intent.verb);
      return;
    case 'key.mute':
      plain(d, { verb: 'call.mute' }, ticket);
      return;
    case 'key.dnd':
      plain(d, { verb: 'settings.set', key: 'dnd', value: !d.state.choices.dnd }, ticket);
      return;
    case 'key.blf':
      blfKey(d, intent.n, ticket, plain);
      return;
    case 'key.voicemail':
      voicemailKey(d, ticket, plain);
      return;
    case 'hook.lift':
    case 'hook.put-down':
    case 'hook.flash':
      hookStep(d, intent.verb, ticket, plain);
      return;
    case 'headset.short':
    case 'headset.long':
    case 'headset.double':
    case 'headset.triple':
    case 'headset.redial':
      headsetStep(d, intent.verb, ticket, plain);
      return;
    default:
      intent satisfies never;
      throw new Error('unknown key');
  }
}

/**
 * The call of a line that its key means: what rings, else the one in hand, else who has been held longest. With several
 * on one line, the key of the one that talks means the one that waits.
 */
export function lineCall(d: Draft, line: number): Call | undefined {
  const calls = d.state.calls.filter((call) => call.line === line && call.phase.name !== 'ending');
  const order = ['ringing', 'talking', 'connecting', 'ringback', 'dialing', 'holding', 'resuming', 'joined', 'held'];
  const place = (call: Call) => order.indexOf(call.phase.name);
  return calls.sort((a, b) => place(a) - place(b) || (a.heldSince ?? 0) - (b.heldSince ?? 0))[0];
}

function lineKey(d: Draft, line: number, ticket: Ticket | undefined, plain: Plain): void {
  if (!Number.isInteger(line) || line < 1 || line > d.state.settings.lines) {
    d.refuse(ticket, 'key.line', 'bad_schema', 'No such line');
    return;
  }
  const call = lineCall(d, line);
  if (call === undefined) {
    const { prompt } = d.state;
    if (prompt?.line === line) {
      closeSeized(d, ticket, plain);
      return;
    }
    const hand = inHand(d.state);
    const free = hand === undefined || (hand.phase.name === 'talking' && !hand.emergency);
    if (!free || d.state.errand !== undefined || handTransfer(d.state) !== undefined) {
      nothing(d, ticket, 'key.line', 'Not now');
      return;
    }
    if (prompt !== undefined) d.set({ prompt: { ...prompt, line } });
    else {
      begin(d, { name: 'seize', line }, ticket);
      return;
    }
    d.done(ticket);
    return;
  }
  switch (call.phase.name) {
    case 'ringing':
      plain(d, { verb: 'call.answer', callId: call.id }, ticket);
      return;
    case 'held':
      plain(d, { verb: 'call.resume', callId: call.id }, ticket);
      return;
    case 'talking': {
      const [waits] = callsIn(d.state, 'held')
        .filter((each) => each.line === line)
        .sort((a, b) => (a.heldSince ?? 0) - (b.heldSince ?? 0));
      if (waits !== undefined) plain(d, { verb: 'call.resume', callId: waits.id }, ticket);
      else if (d.state.settings.lineKeyHolds) plain(d, { verb: 'call.hold', callId: call.id }, ticket);
      else nothing(d, ticket, 'key.line', 'The key Hold holds');
      return;
    }
    case 'joined': {
      // the key of a joined pair takes the person back in; of a conference, to the one of that line alone
      const record = joinOf(d.state, call.id);
      const other = call.phase.mode === 'bridge' ? 'transfer.merge' : 'transfer.swap';
      if (record === undefined || call.phase.mode === 'silent') nothing(d, ticket, 'key.line', 'One moment');
      else plain(d, { verb: other, transferId: record.pair.transfer }, ticket);
      return;
    }
    case 'connecting':
    case 'ringback':
    case 'dialing':
    case 'holding':
    case 'resuming':
    case 'ending':
      nothing(d, ticket, 'key.line', 'One moment');
      return;
    default:
      call.phase satisfies never;
      throw new Error('unknown phase');
  }
}

/** Hold: hold, take back, or swap (also between the legs of a transfer). */
export function holdKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const held = heldCalls(d.state);
  const live = handTransfer(d.state);
  if (live !== undefined) {
    plain(d, { verb: 'transfer.swap', transferId: live.pair.transfer }, ticket);
    return;
  }
  if (inHand(d.state) !== undefined) plain(d, { verb: held.length > 0 ? 'call.swap' : 'call.hold' }, ticket);
  else plain(d, { verb: 'call.resume' }, ticket);
}

function transferKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  if (d.state.prompt?.purpose.name === 'transfer') {
    send(d, ticket, plain, 'key.transfer');
    return;
  }
  const record = toComplete(d);
  const among = bridged(d.state, true);
  if (record !== undefined) plain(d, { verb: 'transfer.complete', transferId: record.pair.transfer }, ticket);
  else if (among !== undefined) plain(d, { verb: 'transfer.bridge', transferId: among.pair.transfer }, ticket);
  else plain(d, { verb: 'transfer.start' }, ticket);
}

/**
 * Conference: all three together; of a pair that the phone has joined, back in, and out again. Two calls that stand for
 * themselves become a transfer first, the held one its caller.
 */
function conferenceKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const [together] = conference(d.state);
  const [talking] = callsIn(d.state, 'talking');
  const [held, another] = callsIn(d.state, 'held');
  const record = toComplete(d);
  const alone = bridged(d.state, false);
  if (together !== undefined) {
    const transfer = joinOf(d.state, together.id);
    if (transfer?.machine.name === 'bridged')
      plain(d, { verb: 'transfer.bridge', transferId: transfer.pair.transfer }, ticket);
    else nothing(d, ticket, 'key.conference', 'All three talk');
  } else if (record !== undefined) plain(d, { verb: 'transfer.merge', transferId: record.pair.transfer }, ticket);
  else if (talking !== undefined && held !== undefined && another === undefined) {
    plain(d, { verb: 'transfer.start', callId: held.id, consult: talking.id }, undefined);
    plain(d, { verb: 'transfer.merge' }, ticket);
  } else if (alone !== undefined) plain(d, { verb: 'transfer.merge', transferId: alone.pair.transfer }, ticket);
  else nothing(d, ticket, 'key.conference', 'Two calls are needed');
}

/** The transfer that one press completes: the live one, or one without success whose two calls are still there. */
export function toComplete(d: Draft): TransferRecord | undefined {
  const live = liveTransfer(d.state);
  if (live !== undefined) return live;
  const resting = restingTransfer(d.state);
  if (resting?.machine.name !== 'restored' && resting?.machine.name !== 'unsure') return undefined;
  const { caller, target } = resting.pair;
  return d.call(caller) !== undefined && target !== undefined && d.call(target) !== undefined ? resting : undefined;
}

/** The seized line is given back; who was put aside for it returns. */
function closeSeized(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const { prompt } = d.state;
  if (prompt?.purpose.name === 'transfer') {
    plain(d, { verb: 'transfer.cancel', transferId: prompt.purpose.transfer }, ticket);
    return;
  }
  d.set({ prompt: undefined });
  const held = heldCalls(d.state);
  const [back] = held;
  if (back !== undefined && held.length === 1 && handTransfer(d.state) === undefined)
    plain(d, { verb: 'call.resume', callId: back.id }, ticket);
  else d.done(ticket);
}

/** Cancel ends what was begun and brings the caller back by one key. */
export function cancelKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  if (d.state.prompt !== undefined) {
    closeSeized(d, ticket, plain);
    return;
  }
  const aside = callsIn(d.state, 'ringing').length + heldCalls(d.state).length > 0;
  const live = aside ? handTransfer(d.state) : liveTransfer(d.state);
  const transfer = live ?? restingTransfer(d.state) ?? bridged(d.state, true);
  const hand = inHand(d.state);
  if (transfer !== undefined && (hand === undefined || isLeg(transfer, hand.id))) {
    plain(d, { verb: 'transfer.cancel', transferId: transfer.pair.transfer }, ticket);
    return;
  }
  const held = heldCalls(d.state);
  if (hand !== undefined) {
    const [back] = held;
    if (
      back !== undefined &&
      held.length === 1 &&
      d.state.errand === undefined &&
      handTransfer(d.state) === undefined
    ) {
      endThen(d, hand.id, { name: 'resume', call: back.id }, ticket);
    } else plain(d, { verb: 'call.hangup', callId: hand.id }, ticket);
    return;
  }
  const [ringing] = callsIn(d.state, 'ringing');
  if (ringing !== undefined && ringing.replaces === undefined)
    plain(d, { verb: 'call.reject', callId: ringing.id }, ticket);
  else if (held.length > 0) plain(d, { verb: 'call.resume' }, ticket);
  else if (bridged(d.state, false) !== undefined) plain(d, { verb: 'transfer.merge' }, ticket);
  else nothing(d, ticket, 'key.cancel', 'Nothing to cancel');
}
