import type { CallId } from '@switchhook/sip-core';
import type { Scalar } from '../control/settings.ts';
import type { Intent } from '../intent.ts';
import { askHold, hangUp, place } from './acts.ts';
import { judge, type PlainIntent } from './can-do.ts';
import { settingName, withSetting } from './choices.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { answerNow, begin } from './errand.ts';
import { handTransfer, heldCalls, inHand, isEmergency, isLeg, liveTransfer, restingTransfer } from './inquiry.ts';
import { conference, joinOf } from './joined.ts';
import { handStep } from './keys.ts';
import { endAll } from './long-keys.ts';
import { chooseRoute } from './routes.ts';
import type { TransferRecord } from './state.ts';
import { type Press, pressed } from './transfer-facts.ts';
import { beginAttended, beginBlind, beginJoin, drive, machineAccepts } from './transfer-machine.ts';
import { pickup } from './watched.ts';

/** Somebody wants something: a key's verb is read by where the phone is, every other one says it itself. */
export function intentStep(d: Draft, intent: Intent, ticket: Ticket | undefined): void {
  const { asks } = d.state;
  if (endsTone(intent.verb)) d.set({ beep: undefined, message: undefined, asks: undefined });
  if (asks === 'end-all' && (intent.verb === 'key.cancel' || intent.verb === 'key.cancel-long')) endAll(d, ticket);
  else if (isPlain(intent)) plainStep(d, intent, ticket);
  else handStep(d, intent, ticket, plainStep);
}

/** A tone or text about the last call does not last into the next one: whoever goes on with calls has had it. */
function endsTone(verb: Intent['verb']): boolean {
  return !/^(audio|settings|system)\.|\.(mute|dnd|dtmf)$/.test(verb);
}

/** Whether the verb means the same in every state. */
export function isPlain(intent: Intent): intent is PlainIntent {
  return !/^(key|hook|headset)\./.test(intent.verb);
}

/** Who enters digits is not disturbed by a waiting caller until so long after the last of them. */
const digitsQuietMs = 3_000;

/** Judge by the table, then do it. */
export function plainStep(d: Draft, intent: PlainIntent, ticket: Ticket | undefined): void {
  const verdict = judge(d.state, intent);
  if (!verdict.ok) {
    d.refuse(ticket, intent.verb, verdict.code, verdict.text);
    return;
  }
  const id = verdict.call;
  switch (intent.verb) {
    case 'call.dial':
      if (isEmergency(d.state.settings, intent.to)) emergency(d, intent.to, ticket);
      else begin(d, { name: 'dial', to: intent.to, account: intent.account, line: intent.line }, ticket);
      return;
    case 'call.answer':
      if (id === undefined) throw new Error('answer what?');
      if (inHand(d.state) === undefined) answerNow(d, id, ticket);
      else begin(d, { name: 'answer', call: id }, ticket);
      return;
    case 'call.reject':
      if (id === undefined) throw new Error('reject what?');
      hangUp(d, id, intent.code ?? 486);
      d.wait(ticket, { name: 'ended', call: id });
      return;
    case 'call.hangup':
      if (id === undefined) throw new Error('hang up what?');
      hangUp(d, id);
      d.wait(ticket, { name: 'ended', call: id });
      return;
    case 'call.hold':
      begin(d, { name: 'nothing' }, ticket);
      return;
    case 'call.resume': {
      if (id === undefined) throw new Error('resume what?');
      const live = liveTransfer(d.state) ?? restoredAround(d, id);
      if (live !== undefined && isLeg(live, id)) swap(d, live.pair.transfer, ticket);
      else {
        d.set({ prompt: undefined });
        begin(d, { name: 'resume', call: id }, ticket);
      }
      return;
    }
    case 'call.swap': {
      const [held] = heldCalls(d.state);
      const live = handTransfer(d.state) ?? (held === undefined ? undefined : restoredAround(d, held.id));
      if (live !== undefined) swap(d, live.pair.transfer, ticket);
      else if (held !== undefined) begin(d, { name: 'resume', call: held.id }, ticket);
      else throw new Error('swap what?');
      return;
    }
    case 'call.dtmf':
      if (id === undefined) throw new Error('digits to whom?');
      for (const call of intent.callId === undefined ? heardBy(d, id) : [id]) {
        const durationMs = Math.min(5000, Math.max(40, intent.durationMs ?? 100));
        d.emit({ type: 'dtmf', call, digits: intent.digits.toUpperCase(), durationMs });
      }
      d.set({ quiet: { forMs: digitsQuietMs } });
      d.done(ticket);
      return;
    case 'call.mute':
      d.set({ mute: intent.on ?? !d.state.mute });
      d.done(ticket, { mute: d.state.mute });
      return;
    case 'audio.route':
      chooseRoute(d, intent.route);
      d.done(ticket);
      return;
    case 'audio.volume':
      volume(d, intent.route ?? d.state.route, intent.percent);
      d.done(ticket);
      return;
    case 'transfer.start': {
      if (id === undefined) throw new Error('transfer whom?');
      if (intent.consult !== undefined) {
        d.done(ticket, { transferId: beginJoin(d, id, intent.consult) });
        return;
      }
      const transfer = beginAttended(d, id, intent.to);
      d.wait(ticket, { name: 'started', transfer });
      return;
    }
    case 'transfer.blind': {
      const call = id === undefined ? undefined : d.call(id);
      const transfer = call === undefined ? undefined : beginBlind(d, call, intent.to);
      if (transfer === undefined) throw new Error('transfer whom?');
      d.wait(ticket, { name: 'outcome', transfer });
      return;
    }
    case 'transfer.complete':
    case 'transfer.cancel':
    case 'transfer.swap':
    case 'transfer.merge':
    case 'transfer.bridge': {
      const { record } = verdict;
      if (record === undefined) throw new Error('which transfer?');
      press(d, record, intent.verb.slice('transfer.'.length) as Press, ticket);
      return;
    }
    case 'blf.pickup': {
      const goal = pickup(d.state, intent.n);
      if (goal === undefined) throw new Error('pick up what?');
      begin(d, goal, ticket);
      return;
    }
    case 'settings.set':
      set(d, intent.key, intent.value);
      d.done(ticket);
      return;
    case 'system.reregister':
      d.emit({ type: 'reregister' });
      d.done(ticket);
      return;
    default:
      intent satisfies never;
      throw new Error('unknown intent');
  }
}

/** The others of a conference besides the one of `id`. */
function heardBy(d: Draft, id: CallId): readonly CallId[] {
  const all = conference(d.state).map((call) => call.id);
  return all.includes(id) ? all : [id];
}

/** Tell a transfer what the person wants of it; the table has judged. */
export function press(d: Draft, record: TransferRecord, verb: Press, ticket: Ticket | undefined): void {
  const { transfer } = record.pair;
  switch (verb) {
    case 'swap':
      swap(d, transfer, ticket);
      return;
    case 'complete':
    case 'bridge':
      // a pair that was joined already has its verdict: the person only leaves it
      if (record.outcome?.name === 'completed') d.done(ticket, { transferId: transfer });
      else d.wait(ticket, { name: 'outcome', transfer });
      break;
    case 'cancel':
      d.wait(ticket, { name: 'cancelled', transfer });
      break;
    case 'merge':
      d.wait(ticket, { name: 'joined', transfer });
      break;
    default:
      verb satisfies never;
      throw new Error('unknown press');
  }
  drive(d, transfer, pressed(d.state, record, verb));
}

/** A transfer that failed and whose other leg talks: its own machine swaps the two. */
function restoredAround(d: Draft, held: string) {
  const resting = restingTransfer(d.state);
  const hand = inHand(d.state);
  if (resting?.machine.name !== 'restored' || hand === undefined) return undefined;
  const legs = [resting.pair.caller as string, resting.pair.target as string];
  const talking = resting.machine.talking === 'caller' ? resting.pair.caller : resting.pair.target;
  return legs.includes(held) && hand.id === talking ? resting : undefined;
}

function swap(d: Draft, transfer: Parameters<typeof drive>[1], ticket: Ticket | undefined): void {
  const record = d.record(transfer);
  const machine = record?.machine;
  const first = machine?.name === 'merged' && machine.talking === 'caller';
  const talks = record !== undefined && d.call(record.pair.caller)?.phase.name === 'talking';
  const to = first || talks ? 'target' : 'caller';
  d.wait(ticket, { name: 'swapped', transfer, to });
  drive(d, transfer, { type: 'swap' });
}

/** Dialled from every local state and without waiting for anybody (features.md §1.3). */
function emergency(d: Draft, to: string, ticket: Ticket | undefined): void {
  const { errand } = d.state;
  if (errand !== undefined) {
    d.set({ errand: undefined });
    d.failed(errand.ticket, 'not_in_state', 'An emergency call was placed');
  }
  const live = liveTransfer(d.state);
  // who talks with both leaves them to each other
  const [together] = conference(d.state);
  const joined = together === undefined ? undefined : joinOf(d.state, together.id);
  const leaves = joined !== undefined && machineAccepts(d.state, joined, 'bridge');
  for (const call of d.state.calls) {
    const { name } = call.phase;
    if (name === 'talking') askHold(d, call.id);
    if (name === 'dialing' || name === 'ringback' || name === 'connecting') hangUp(d, call.id);
  }
  const call = d.mintCall();
  if (!place(d, { call, to, account: undefined, line: undefined })) {
    d.refuse(ticket, 'call.dial', 'not_registered', 'No account');
    return;
  }
  if (joined !== undefined && leaves) drive(d, joined.pair.transfer, { type: 'bridge' });
  // nobody has time for a target: the caller waits, and comes back by key or by recall
  if (live !== undefined && ['holding', 'calling-target', 'armed'].includes(live.machine.name))
    drive(d, live.pair.transfer, { type: 'cancel' });
  d.set({ message: undefined });
  d.done(ticket, { callId: call });
}

function volume(d: Draft, of: 'handset' | 'headset' | 'speaker' | 'ring', percent: number): void {
  set(d, `volume_${of}`, percent);
}

/** `judge` has seen to key and value. */
function set(d: Draft, text: string, value: Scalar): void {
  const name = settingName(d.state.settings, text);
  if (name === undefined) throw new Error(`setting ${text} passed the table`);
  if (name.key === 'route') chooseRoute(d, value as 'handset');
  d.set(withSetting(d.state, name, value));
  if (name.key.startsWith('volume_'))
    d.emit({ type: 'volume', route: name.key.slice('volume_'.length) as 'ring', percent: Number(value) });
  // muting is a wish of the moment, not kept
  if (name.key !== 'mute') d.emit({ type: 'save', key: text, value });
}
