import type { AccountId, CallId } from '@switchhook/sip-core';
import { type Planned, planned } from '../dial-plan/dial-plan.ts';
import type { PhoneAccount, PhoneSettings } from './door.ts';
import type { Call, CallPhase, PhoneState, TransferRecord } from './state.ts';

/** Calls that are in one of `names`. */
export function callsIn(state: PhoneState, ...names: readonly CallPhase['name'][]): readonly Call[] {
  return state.calls.filter((call) => names.includes(call.phase.name));
}

function isInHand({ phase }: Call): boolean {
  switch (phase.name) {
    case 'talking':
    case 'connecting':
    case 'ringback':
    case 'dialing':
    case 'holding':
      return true;
    case 'resuming':
      return phase.joining !== true;
    case 'joined':
      return phase.mode === 'conference';
    case 'ringing':
    case 'held':
    case 'ending':
      return false;
    default:
      phase satisfies never;
      throw new Error('unknown phase');
  }
}

/**
 * The call that has, or is about to have, the person's attention. Only an emergency call is dialled while another one
 * is still on its way into hold: it comes first then.
 */
export function inHand(state: PhoneState): Call | undefined {
  const calls = state.calls.filter(isInHand);
  return calls.find((call) => call.emergency) ?? calls.find((call) => call.phase.name !== 'holding') ?? calls[0];
}

/** The one transfer whose verdict, or whose caller's return, is still open. */
export function liveTransfer(state: PhoneState): TransferRecord | undefined {
  return state.transfers.find((record) => record.outcome === undefined || record.machine.name === 'retrieving');
}

/**
 * The live transfer that the person's hand belongs to. While a REFER is only watched (180 s at the most), both legs wait
 * and the person may answer, call and hold others: what then happens to the legs waits for a free hand.
 */
export function handTransfer(state: PhoneState): TransferRecord | undefined {
  const live = liveTransfer(state);
  if (live?.machine.name !== 'watching') return live;
  const hand = inHand(state);
  return hand !== undefined && isLeg(live, hand.id) ? live : undefined;
}

/** Held calls that the person may take back: not the legs of a transfer that is watched. */
export function heldCalls(state: PhoneState): readonly Call[] {
  const live = liveTransfer(state);
  const held = callsIn(state, 'held');
  return live?.machine.name === 'watching' ? held.filter(({ id }) => !isLeg(live, id)) : held;
}

const underWay: readonly TransferRecord['machine']['name'][] = [
  'armed',
  'degrading',
  'holding-target',
  'holding-again',
  'bridging',
  'referring',
  'backing-off',
  'watching',
];

/** The REFER is out, or will be without another word of the person; or the phone is joining the two. */
export function isUnderWay({ machine }: TransferRecord): boolean {
  return underWay.includes(machine.name) || (machine.name === 'unmerging' && machine.to === 'refer');
}

/** An emergency call that is not over. */
export function emergencyCall(state: PhoneState): Call | undefined {
  return state.calls.find((call) => call.emergency && call.phase.name !== 'ending');
}

/** A transfer whose verdict is given and that left its calls to the person. */
export function restingTransfer(state: PhoneState): TransferRecord | undefined {
  return state.transfers.findLast(
    ({ machine }) => machine.name === 'restored' || machine.name === 'unsure' || machine.name === 'caller-held',
  );
}

/** The transfer that a verb without an id means, and the display shows. */
export function currentTransfer(state: PhoneState): TransferRecord | undefined {
  return liveTransfer(state) ?? restingTransfer(state) ?? state.transfers.at(-1);
}

export function isLeg(record: TransferRecord, call: CallId): boolean {
  return record.pair.caller === call || record.pair.target === call;
}

/** Whether the account may place calls now. */
export function canCall(state: PhoneState, account: PhoneAccount): boolean {
  return !account.register || state.registrations[account.id]?.name === 'registered';
}

/** `+36 1 234-5678` and `+3612345678` are the same number; a name keeps its dots and hyphens. */
export function plainNumber(number: string): string {
  if (/[A-Za-z]/.test(number)) return number.trim();
  return number.replace(/[\s().-]/g, '');
}

export function isEmergency(settings: PhoneSettings, number: string): boolean {
  // What follows a semicolon are parameters of a telephone number (RFC 3261 §19.1.6), which exchanges skip.
  // A URI is judged by its user part, whatever exchange it names.
  const text = number.trim();
  const user = /^(sips?|tel):|@/i.test(text) ? userOf(/^[a-z]+:/i.test(text) ? text : `sip:${text}`) : text;
  const plain = plainNumber(user.split(';', 1)[0]!);
  if (settings.emergencyNumbers.includes(plain)) return true;
  // what the dial plan makes an emergency number of is one
  return settings.dialPlan.length > 0 && settings.emergencyNumbers.includes(dialPlanned(settings, plain).number);
}

/** What the dial plan makes of a number; addresses and names are nothing for it. */
export function dialPlanned({ dialPlan, emergencyNumbers }: PhoneSettings, to: string): Planned {
  const text = to.trim();
  if (/^sips?:|@/i.test(text)) return { number: text, account: undefined, refuse: undefined };
  return planned(dialPlan, emergencyNumbers, plainNumber(text));
}

/** The URI that a number leads to over `account`, by the dial plan. */
export function addressOver(settings: PhoneSettings, account: PhoneAccount, to: string): string {
  return uriFor(account, dialPlanned(settings, to).number);
}

/** The account that a line key stands for; undefined = any. */
export function lineAccount({ lineAccounts }: PhoneSettings, line: number): AccountId | undefined {
  return lineAccounts[line - 1];
}

/** The URI to dial: a typed URI stays as it is, digits go to the account's domain. */
export function uriFor(account: PhoneAccount, number: string): string {
  const text = number.trim();
  if (/^sips?:/i.test(text)) return text;
  if (text.includes('@')) return `sip:${text}`;
  return `sip:${encodeURIComponent(plainNumber(text)).replace(/%2B/gi, '+').replace(/%2A/gi, '*')}@${account.domain}`;
}

/** User part of a URI, unescaped where that is possible; the URI itself when it has none. */
export function userOf(uri: string): string {
  const user = /^[a-z]+:([^@;?]*)@/i.exec(uri)?.[1];
  if (user === undefined) return uri.replace(/^[a-z]+:/i, '').replace(/[;?].*$/, '');
  try {
    return decodeURIComponent(user.replace(/[;:].*$/, ''));
  } catch {
    return user;
  }
}

/** Name for people: what the far end shows, else the number. */
export function nameOf(call: Call): string {
  const shown = call.peer?.party.display?.trim();
  return shown !== undefined && shown !== '' ? shown : call.number;
}

/** Address of record of an account, without angle brackets. */
export function recordOf(account: PhoneAccount): string {
  return `sip:${account.user}@${account.domain}`;
}

export function accountOf(state: PhoneState, id: string): PhoneAccount | undefined {
  return state.settings.accounts.find((account) => account.id === id);
}

/** A hold is on its way, and a line will be seized once it has its answer. */
export function seizesSoon(state: PhoneState): boolean {
  const { errand } = state;
  if (errand?.name === 'holding' && errand.goal.name === 'seize') return true;
  const live = liveTransfer(state);
  return live?.kind === 'attended' && live.to === undefined && live.machine.name === 'holding';
}

/** The line for a new call: the wished one, else the seized one, else the emptiest of the account's, lowest first. */
export function freeLine(state: PhoneState, wished?: number, account?: AccountId): number {
  if (wished !== undefined) return wished;
  if (state.prompt !== undefined) return state.prompt.line;
  const loads = new Map<number, number>();
  for (let line = 1; line <= state.settings.lines; line++) loads.set(line, 0);
  for (const { line } of state.calls) loads.set(line, (loads.get(line) ?? 0) + 1);
  return emptiest(state.settings, loads, account);
}

/** A free line of the account, else any free one, so that each call has its key and lamp; else the account's emptiest. */
export function emptiest(
  settings: PhoneSettings,
  loads: ReadonlyMap<number, number>,
  account: AccountId | undefined,
): number {
  const all = [...loads];
  const own = all.filter(([line]) => (lineAccount(settings, line) ?? account) === account);
  const free = own.find(([, load]) => load === 0) ?? all.find(([, load]) => load === 0);
  if (free !== undefined) return free[0];
  return (own.length === 0 ? all : own).reduce((best, each) => (each[1] < best[1] ? each : best))[0];
}

/** The line that was seized is dead: nothing was dialled on it for too long. */
export function isDead(prompt: PhoneState['prompt']): boolean {
  return prompt?.tone === 'dead' || prompt?.tone === 'forgotten';
}
