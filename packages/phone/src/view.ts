import type { Millis } from '@switchhook/sans-io';
import type { RegistrationState } from '@switchhook/sip-core';
import type {
  CoarseState,
  JoinSnapshot,
  LineSnapshot,
  LineState,
  RegistrationSnapshot,
  Snapshot,
  TransferSnapshot,
} from './control/protocol.ts';
import { isCompleting, isRegistered, lamps } from './lamps.ts';
import { canDo, canDoWith } from './reducer/can-do.ts';
import { allSettings } from './reducer/choices.ts';
import type { PhoneAccount } from './reducer/door.ts';
import {
  callsIn,
  currentTransfer,
  handTransfer,
  heldCalls,
  inHand,
  isDead,
  isLeg,
  liveTransfer,
  nameOf,
} from './reducer/inquiry.ts';
import { bridges, conference, joinOf } from './reducer/joined.ts';
import { type Standing, standingOf } from './reducer/standing.ts';
import type { Call, PhoneState, TransferRecord } from './reducer/state.ts';
import { watched } from './reducer/watched.ts';

/** The snapshot without what only its publisher knows. */
export type PhoneView = Omit<Snapshot, 'ts' | 'seq'>;

/** A moment of the runtime's scale as ISO 8601 UTC: cores know no calendar. */
export type Stamp = (at: Millis) => string;

/** The phone as everybody sees it: lamps, display, socket, MQTT. */
export function view(state: PhoneState, stamp: Stamp): PhoneView {
  const standing = standingOf(state);
  const shown = shownOn(state, standing.hand);
  const lines = shown.map((call, i) =>
    call === undefined ? emptyLine(state, i + 1) : lineOf(standing, i + 1, call, stamp),
  );
  const waiting = state.calls
    .filter((call) => !shown.includes(call))
    .map((call) => lineOf(standing, call.line, call, stamp));
  return {
    phone: coarse(state),
    hook: state.hook,
    route: state.route,
    ...headsetOf(state),
    mute: state.mute,
    dnd: state.choices.dnd,
    settings: allSettings(state),
    lines,
    waiting,
    transfer: transferOf(state),
    registrations: state.settings.accounts.map((account) =>
      registrationOf(account, state.registrations[account.id], stamp),
    ),
    ...mailboxesOf(state),
    blf: state.settings.blf.map((key, i) => ({
      n: i + 1,
      target: clean(key.target),
      label: clean(key.label),
      state: watched(state, i + 1, key).state,
    })),
    display: display(state),
    lamps: lamps(state),
    canDo: canDo(state, standing),
  };
}

/** What a person goes by who only looks at the telephone, without the words, moments and lists of the whole view. */
export interface Glance {
  readonly hook: Snapshot['hook'];
  readonly lines: readonly GlancedLine[];
  readonly waiting: readonly GlancedLine[];
  readonly transfer: Pick<TransferSnapshot, 'state' | 'outcome'> | null;
}

/** One line of a `Glance`. */
export type GlancedLine = Pick<LineSnapshot, 'n' | 'state' | 'callId'> & {
  readonly party: { readonly number: string } | null;
};

/** Look at the telephone: of the view the lines, the hook and the transfer. */
export function glance(state: PhoneState): Glance {
  const shown = shownOn(state, inHand(state));
  const lines = shown.map((call, i) => (call === undefined ? emptyGlance(state, i + 1) : glanceAt(call, i + 1)));
  const waiting = state.calls.filter((call) => !shown.includes(call)).map((call) => glanceAt(call, call.line));
  const record = currentTransfer(state);
  const transfer = record === undefined ? null : { state: record.machine.name, outcome: record.outcome?.name ?? null };
  return { hook: state.hook, lines, waiting, transfer };
}

function glanceAt(call: Call, n: number): GlancedLine {
  return { n, state: call.phase.name, callId: call.id, party: { number: clean(call.number) } };
}

function emptyGlance(state: PhoneState, n: number): GlancedLine {
  return { n, state: emptyState(state, n), callId: null, party: null };
}

/** The call that each line shows, first line first. */
function shownOn(state: PhoneState, hand: Call | undefined): readonly (Call | undefined)[] {
  return Array.from({ length: state.settings.lines }, (_, i) => foremost(state, hand, i + 1));
}

function foremost(state: PhoneState, hand: Call | undefined, line: number): Call | undefined {
  const calls = state.calls.filter((call) => call.line === line);
  return (
    calls.find((call) => call === hand) ??
    calls.find((call) => call.phase.name === 'ringing') ??
    calls.find((call) => call.phase.name !== 'ending') ??
    calls[0]
  );
}

function emptyState({ prompt }: PhoneState, n: number): LineState {
  if (prompt?.line !== n || prompt.tone === 'forgotten') return 'idle';
  return prompt.digits === '' ? 'dial-tone' : 'dialing';
}

function emptyLine(state: PhoneState, n: number): LineSnapshot {
  return {
    n,
    account: null,
    state: emptyState(state, n),
    callId: null,
    direction: null,
    party: null,
    via: null,
    since: null,
    heldSince: null,
    localHold: false,
    remoteHold: false,
    secure: 'no',
    codec: null,
    canDo: [],
  };
}

function lineOf(standing: Standing, n: number, call: Call, stamp: Stamp): LineSnapshot {
  return {
    n,
    account: call.account,
    state: call.phase.name,
    callId: call.id,
    direction: call.direction,
    party: partyOf(call),
    via: call.via === undefined ? null : clean(call.via),
    since: stamp(call.since),
    heldSince: call.heldSince === undefined ? null : stamp(call.heldSince),
    localHold: call.phase.name === 'held' || call.phase.name === 'holding',
    remoteHold: call.remoteHold,
    secure: call.secure,
    codec: call.codec ?? null,
    canDo: canDoWith(standing, call.id),
    ...joinedOf(standing.state, call, stamp),
  };
}

/** Who is at the other end of a conference or a bridge. */
function joinedOf(state: PhoneState, { id, phase }: Call, stamp: Stamp): { readonly joined?: JoinSnapshot } {
  const record = joinOf(state, id);
  const other = record === undefined ? undefined : state.calls.find((each) => each.id !== id && isLeg(record, each.id));
  if (record?.joinedSince === undefined || other === undefined) return {};
  if (phase.name !== 'joined' || phase.mode === 'silent') return {};
  const { transfer } = record.pair;
  return {
    joined: {
      transferId: transfer,
      mode: phase.mode,
      with: other.id,
      party: partyOf(other),
      since: stamp(record.joinedSince),
    },
  };
}

function partyOf(call: Call): JoinSnapshot['party'] {
  const display = call.peer?.party.display;
  return {
    number: clean(call.number),
    name: display === undefined ? null : clean(display),
    verified: call.peer?.party.verified ?? false,
  };
}

/** Words that Home Assistant users know (features.md §1.14). */
export function coarse(state: PhoneState): CoarseState {
  if (isCompleting(state) && !hasCallBeside(state)) return 'transferring';
  const hand = inHand(state)?.phase.name;
  if (hand === 'talking' || hand === 'joined' || hand === 'connecting' || hand === 'resuming' || hand === 'holding')
    return 'talking';
  if (hand === 'dialing' || hand === 'ringback') return 'dialing';
  if (callsIn(state, 'ringing').length > 0) return 'ringing';
  if (state.prompt !== undefined && state.prompt.tone !== 'forgotten') return 'dialing';
  if (callsIn(state, 'held').some((call) => !isHandedOver(state, call))) return 'held';
  if (callsIn(state, 'held', 'joined').length > 0) return 'transferring';
  return 'idle';
}

function transferOf(state: PhoneState): TransferSnapshot | null {
  const record = currentTransfer(state);
  if (record === undefined) return null;
  const { outcome } = record;
  const failed = outcome?.name === 'failed' ? outcome : undefined;
  return {
    transferId: record.pair.transfer,
    kind: record.kind,
    state: record.machine.name,
    stage: failed?.stage ?? null,
    caller: record.pair.caller,
    consult: record.pair.target ?? null,
    outcome: outcome?.name ?? null,
    code: failed?.status ?? null,
    reason: failed?.phrase === undefined ? (outcome?.name === 'unknown' ? outcome.why : null) : clean(failed.phrase),
    evidence: outcome?.name === 'completed' ? outcome.evidence.name : null,
  };
}

function headsetOf({ headset }: PhoneState): Pick<PhoneView, 'headset'> {
  if (headset === undefined) return {};
  return { headset: { ...headset, name: clean(headset.name), battery: headset.battery ?? null } };
}

function mailboxesOf({ mailboxes }: PhoneState): Pick<PhoneView, 'mwi' | 'mailboxes'> {
  const mwi = { waiting: false, new: 0, old: 0, urgentNew: 0 };
  const each = Object.entries(mailboxes).map(([account, { waiting, new: fresh, old, urgentNew }]) => {
    mwi.waiting ||= waiting;
    mwi.new += fresh;
    mwi.old += old;
    mwi.urgentNew += urgentNew;
    return { account, waiting, new: fresh, old, urgentNew };
  });
  return { mwi, mailboxes: each };
}

function registrationOf(
  account: PhoneAccount,
  state: RegistrationState | undefined,
  stamp: Stamp,
): RegistrationSnapshot {
  const failed = state?.name === 'failed' ? state : undefined;
  return {
    account: account.id,
    state: state?.name ?? 'unregistered',
    code: failed?.status ?? null,
    reason: failed === undefined ? null : clean(failed.phrase ?? failed.why),
    expiresAt: state?.name === 'registered' ? stamp(state.expiresAt) : null,
    nextTryAt: failed === undefined ? null : stamp(failed.nextTryAt),
    transport: account.transport,
  };
}

/** At most two lines, without control characters, whatever the network called itself. */
export function display(state: PhoneState): readonly string[] {
  return lines(state)
    .map((line) => clean(line).slice(0, 64))
    .filter((line) => line !== '')
    .slice(0, 2);
}

function lines(state: PhoneState): readonly string[] {
  if (state.message !== undefined) return state.message.text;
  const { prompt } = state;
  const back = callsIn(state, 'held').find((call) => call.recalling);
  if (prompt?.picked !== undefined)
    return [`Redial ${prompt.picked + 1} of ${state.lastNumbers.length}`, prompt.digits];
  if (state.ahead !== '') return [liveTransfer(state) === undefined ? 'Number?' : 'Transfer to?', state.ahead];
  if (prompt !== undefined && prompt.tone === 'forgotten' && prompt.purpose.name === 'call' && back === undefined)
    return ['Handset is off', 'Put it down'];
  if (prompt !== undefined && (!isDead(prompt) || back === undefined))
    return prompt.purpose.name === 'transfer' ? ['Transfer to?', prompt.digits] : ['Number?', prompt.digits];
  const live = liveTransfer(state);
  if (live !== undefined && isCompleting(state) && !hasCallBeside(state)) {
    return [underWay(live), live.to ?? ''];
  }
  const ringing = callsIn(state, 'ringing').find((call) => call.replaces === undefined);
  const hand = inHand(state);
  const held = heldCalls(state).filter((call) => !isHandedOver(state, call));
  const [one, other] = conference(state);
  if (hand?.phase.name === 'joined' && one !== undefined && other !== undefined && ringing === undefined)
    return [`${nameOf(one)} + ${nameOf(other)}`, 'All three talk. Put down = hand over'];
  if (hand !== undefined) {
    const second = ringing ?? held[0];
    const word = ringing === undefined ? 'Held' : 'Waiting';
    return [
      `${inHandWord(hand)}${nameOf(hand)}`,
      second === undefined ? (hand.via ?? '') : `${word}: ${nameOf(second)}`,
    ];
  }
  if (ringing !== undefined)
    return [`Call from ${nameOf(ringing)}`, ringing.via ?? (nameOf(ringing) === ringing.number ? '' : ringing.number)];
  const first = back ?? held[0];
  if (first !== undefined)
    return [`${first.recalling ? 'Calls back' : 'On hold'}: ${nameOf(first)}`, first.via ?? 'Hold = take back'];
  const [pair] = bridges(state);
  if (pair !== undefined) {
    const names = state.calls.filter(({ id }) => pair.calls.includes(id)).map(nameOf);
    return ['Joined by this phone: keep it on', names.join(' + ')];
  }
  return [isRegistered(state) ? (state.settings.accounts[0]?.user ?? '') : 'Not registered', chosen(state)];
}

/** What becomes of calls that come, where they do not simply ring. */
function chosen({ choices, accountChoices }: PhoneState): string {
  if (choices.forwardAlways !== '') return `All calls to ${choices.forwardAlways}`;
  if (choices.dnd) return 'Do not disturb';
  for (const [account, own] of Object.entries(accountChoices)) {
    if (own.forwardAlways) return `Calls of ${account} to ${own.forwardAlways}`;
    if (own.dnd) return `Do not disturb: ${account}`;
  }
  if (choices.forwardBusy !== '') return `When busy to ${choices.forwardBusy}`;
  return choices.forwardNoAnswer === '' ? '' : `No answer: to ${choices.forwardNoAnswer}`;
}

/** Beside a transfer that is only watched another call rings, or has the person's attention: it is what is shown. */
function hasCallBeside(state: PhoneState): boolean {
  return handTransfer(state) === undefined && (inHand(state) ?? callsIn(state, 'ringing')[0]) !== undefined;
}

/** The transfer is done: this call only waits for its BYE. */
function isHandedOver(state: PhoneState, call: Call): boolean {
  return state.transfers.some((record) => record.machine.name === 'settling' && isLeg(record, call.id));
}

function underWay({ machine }: TransferRecord): string {
  if (machine.name === 'armed') return 'Will connect when answered';
  return machine.name === 'bridging' ? 'Joining…' : 'Transferring…';
}

function inHandWord(call: Call): string {
  switch (call.phase.name) {
    case 'dialing':
    case 'ringback':
      return 'Calling ';
    case 'holding':
      return 'Holding ';
    case 'resuming':
      return 'Taking back ';
    case 'talking':
      return call.remoteHold ? 'Held by ' : '';
    case 'joined':
    case 'connecting':
    case 'ringing':
    case 'held':
    case 'ending':
      return '';
    default:
      call.phase satisfies never;
      throw new Error('unknown phase');
  }
}

/** Without control characters and direction overrides, which would turn a display or a terminal around. */
function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '').trim();
}
