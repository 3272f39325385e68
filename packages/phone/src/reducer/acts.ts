import type { AccountId, CallId } from '@switchhook/sip-core';
import type { PhoneAccount } from './door.ts';
import type { Draft } from './draft.ts';
import {
  accountOf,
  addressOver,
  canCall,
  dialPlanned,
  freeLine,
  isEmergency,
  lineAccount,
  plainNumber,
  userOf,
} from './inquiry.ts';
import type { Call, Prompt } from './state.ts';

/** Ask the far end to be held; its final answer comes as an event. */
export function askHold(d: Draft, id: CallId): void {
  d.phase(id, { name: 'holding' });
  d.emit({ type: 'hold', call: id });
}

/** Ask the far end back. One that refused its hold is back at once; true then. */
export function askResume(d: Draft, call: Call): boolean {
  if (call.phase.name === 'held' && call.phase.mutedOnly) {
    d.phase(call.id, { name: 'talking' });
    return true;
  }
  d.phase(call.id, { name: 'resuming' });
  d.emit({ type: 'resume', call: call.id });
  return false;
}

/** Nobody has the handset: the call is held, or will be, and rings the phone. */
export function ringBack(d: Draft, id: CallId): void {
  const phase = d.call(id)?.phase.name;
  if (phase === 'talking' || phase === 'joined') askHold(d, id);
  d.patchCall(id, { recalling: true });
}

/** End a call by what its state needs; `ended` follows. Ending twice is once. */
export function hangUp(d: Draft, id: CallId, status = 486): void {
  const call = d.call(id);
  if (call === undefined || call.phase.name === 'ending') return;
  if (call.phase.name === 'ringing') d.emit({ type: 'reject', call: id, status });
  else d.emit({ type: 'hangup', call: id });
  d.phase(id, { name: 'ending' });
}

/** What `place` needs to know. */
export interface Placing {
  readonly call: CallId;
  readonly to: string;
  readonly account: AccountId | undefined;
  readonly line: number | undefined;
  readonly replaces?: string;
  readonly referredBy?: string;
  readonly requireReplaces?: boolean;
}

/**
 * The account that places a call: the wished one, that of the dial plan, that of the line whose key was pressed, else
 * the first that can, else the first.
 */
function placingAccount(d: Draft, { account: wished, to, line }: Placing): PhoneAccount | undefined {
  const { settings } = d.state;
  const named = wished ?? dialPlanned(settings, to).account;
  if (named !== undefined) return accountOf(d.state, named);
  const seized = line ?? d.state.prompt?.line;
  const own = seized === undefined ? undefined : lineAccount(settings, seized);
  const ofLine = own === undefined ? undefined : accountOf(d.state, own);
  if (ofLine !== undefined && canCall(d.state, ofLine)) return ofLine;
  return settings.accounts.find((account) => canCall(d.state, account)) ?? settings.accounts[0];
}

/** How many numbers Redial knows. */
const mostNumbers = 10;

/** For redial, over restarts too. An emergency number is not dialled by one slip of a finger. */
function remember(d: Draft, to: string): void {
  const lastNumbers = [to, ...d.state.lastNumbers.filter((number) => number !== to)].slice(0, mostNumbers);
  d.set({ lastNumbers });
  d.emit({ type: 'save', key: 'last_numbers', value: lastNumbers.join('\n') });
}

/** A call at its beginning: what its maker says of it, and nothing else known yet. */
export function newCall(
  d: Draft,
  given: Pick<Call, 'id' | 'line' | 'account' | 'direction' | 'phase' | 'number' | 'address'> & Partial<Call>,
): Call {
  return {
    peer: undefined,
    dialog: undefined,
    trusted: true,
    remoteHold: false,
    via: undefined,
    earlier: [],
    handed: undefined,
    since: d.now,
    heldSince: undefined,
    emergency: false,
    recalling: false,
    answersAfterMs: undefined,
    alert: undefined,
    codec: undefined,
    secure: 'no',
    chained: 0,
    diversions: 0,
    replaces: undefined,
    ...given,
  };
}

/** Dial: the call stands in `calls` from now on. False = there is no account at all. */
export function place(d: Draft, placing: Placing): boolean {
  const account = placingAccount(d, placing);
  if (account === undefined) return false;
  const emergency = isEmergency(d.state.settings, placing.to);
  const line = freeLine(d.state, placing.line, account.id);
  const address = addressOver(d.state.settings, account, placing.to);
  const typedUri = /^sips?:|@/i.test(placing.to.trim());
  const call = newCall(d, {
    id: placing.call,
    line,
    account: account.id,
    direction: 'out',
    phase: { name: 'dialing' },
    number: typedUri ? userOf(address) : plainNumber(placing.to),
    address,
    emergency,
  });
  // a call that is picked up, or placed for somebody else, is nothing to redial
  d.set({ calls: [...d.state.calls, call], prompt: undefined });
  if (placing.replaces === undefined && placing.referredBy === undefined && !emergency) remember(d, placing.to);
  d.emit({
    type: 'dial',
    call: call.id,
    account: account.id,
    to: address,
    line,
    emergency,
    ...(placing.replaces === undefined ? {} : { replaces: placing.replaces }),
    ...(placing.referredBy === undefined ? {} : { referredBy: placing.referredBy }),
    ...(placing.requireReplaces ? { requireReplaces: true } : {}),
  });
  return true;
}

/** Seize a line for a number to be dialled; what was typed ahead stands in it already. */
export function seize(
  d: Draft,
  line: number | undefined,
  first = d.state.ahead,
  purpose: Prompt['purpose'] = { name: 'call' },
): void {
  const end = first.indexOf('#', 1);
  const digits = end < 0 ? first : first.slice(0, end);
  d.set({
    ahead: '',
    prompt: {
      line: freeLine(d.state, line),
      digits,
      purpose,
      tone: digits === '' ? 'dial' : 'silent',
      ...(end < 0 ? {} : { sent: true }),
    },
  });
}
