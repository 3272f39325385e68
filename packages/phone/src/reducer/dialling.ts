import type { AccountId } from '@switchhook/sip-core';
import { seize } from './acts.ts';
import { mayDial, type PlainIntent } from './can-do.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { callsIn, inHand, isEmergency, restingTransfer, seizesSoon } from './inquiry.ts';
import { conference } from './joined.ts';
import { nextOfList } from './long-keys.ts';
import { beginBlind, dialTarget } from './transfer-machine.ts';
import { mailboxToCall, pickup } from './watched.ts';

/** Does a verb that says itself; handed in so that keys and dotted verbs share one judge. */
export type Plain = (d: Draft, intent: PlainIntent, ticket: Ticket | undefined) => void;

/** A key that cannot act says so: never silence (phone-ux.md §4.1). */
export function nothing(d: Draft, ticket: Ticket | undefined, verb: string, text: string): void {
  d.refuse(ticket, verb, 'not_in_state', text);
}

/** A digit: to a number that is being dialled, to who talks, or the first of a number. */
export function digit(d: Draft, pressed: string, ticket: Ticket | undefined, plain: Plain): void {
  if (!/^[0-9*#A-D]$/.test(pressed)) {
    d.refuse(ticket, 'key.digit', 'bad_schema', 'No such key');
    return;
  }
  const { prompt } = d.state;
  if (prompt !== undefined) {
    if (pressed === '#' && prompt.digits !== '') {
      send(d, ticket, plain, 'key.digit');
      return;
    }
    if (prompt.digits.length >= 40) {
      nothing(d, ticket, 'key.digit', 'Number too long');
      return;
    }
    const { picked, ...rest } = prompt;
    const digits = picked === undefined ? prompt.digits + pressed : pressed;
    d.set({ prompt: { ...rest, digits, tone: 'silent' }, message: undefined });
    d.done(ticket);
    return;
  }
  if (callsIn(d.state, 'talking').length > 0 || conference(d.state).length > 0) {
    plain(d, { verb: 'call.dtmf', digits: pressed }, ticket);
    return;
  }
  if (seizesSoon(d.state)) {
    if (d.state.ahead.length >= 40) {
      nothing(d, ticket, 'key.digit', 'Number too long');
      return;
    }
    d.set({ ahead: d.state.ahead + pressed });
    d.done(ticket);
    return;
  }
  // beside a transfer that is only watched any number can be dialled; beside its REFER none but an emergency number
  if (inHand(d.state) !== undefined) {
    nothing(d, ticket, 'key.digit', 'Not now');
    return;
  }
  if (anotherNumber(d, pressed, ticket, plain)) return;
  seize(d, undefined, pressed); // dialling with the handset down, or after the far end has gone
  d.done(ticket);
}

/**
 * Digits after a consultation that came to nothing, the caller still waiting: another number for the same caller, as
 * features.md §2.2 has it, not a call of its own.
 */
function anotherNumber(d: Draft, pressed: string, ticket: Ticket | undefined, plain: Plain): boolean {
  const resting = restingTransfer(d.state);
  const caller = resting?.machine.name === 'caller-held' ? d.call(resting.pair.caller) : undefined;
  if (caller?.phase.name !== 'held' || callsIn(d.state, 'held').length > 1) return false;
  d.set({ ahead: pressed });
  plain(d, { verb: 'transfer.start', callId: caller.id }, ticket);
  return true;
}

/** Send the digits: `#`, the send key, or no digit for too long. */
export function send(d: Draft, ticket: Ticket | undefined, plain: Plain, verb: string): void {
  const { prompt } = d.state;
  if (prompt === undefined || prompt.digits === '') {
    nothing(d, ticket, verb, 'Dial a number first');
    return;
  }
  dialFrom(d, prompt.digits, ticket, plain);
}

/** Dial from the seized line: a transfer's target when it waits for one. */
export function dialFrom(d: Draft, to: string, ticket: Ticket | undefined, plain: Plain, account?: AccountId): void {
  const { prompt } = d.state;
  if (prompt?.purpose.name === 'transfer' && !isEmergency(d.state.settings, to)) {
    const record = d.record(prompt.purpose.transfer);
    if (record === undefined) throw new Error(`a line is seized for ${prompt.purpose.transfer}, which has gone`);
    const may = mayDial(d.state, to, d.call(prompt.purpose.caller)?.account);
    if (!may.ok) {
      d.refuse(ticket, 'transfer.start', may.code, may.text);
      return;
    }
    dialTarget(d, record, to);
    d.done(ticket, { transferId: record.pair.transfer });
    return;
  }
  const line = prompt === undefined ? {} : { line: prompt.line };
  plain(d, { verb: 'call.dial', to, ...line, ...(account === undefined ? {} : { account }) }, ticket);
}

/**
 * A BLF key: of a transfer that waits for its number it gives the number, of a call that rings there it takes it, else it
 * dials (phone-ux.md §4.1).
 */
export function blfKey(d: Draft, n: number, ticket: Ticket | undefined, plain: Plain): void {
  const key = d.state.settings.blf[n - 1];
  const { prompt } = d.state;
  if (key === undefined) d.refuse(ticket, 'key.blf', 'bad_schema', 'No such key');
  else if (prompt?.purpose.name === 'transfer') {
    if (d.state.settings.blfTransfer === 'attended') dialFrom(d, key.target, ticket, plain);
    else blindFrom(d, key.target, ticket, plain);
  } else if (pickup(d.state, n) !== undefined) plain(d, { verb: 'blf.pickup', n }, ticket);
  else dialFrom(d, key.target, ticket, plain, key.account);
}

/** The number of the mailbox, the first one with new messages first. */
export function voicemailKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const box = mailboxToCall(d.state);
  if (box === undefined) nothing(d, ticket, 'key.voicemail', 'No mailbox');
  else plain(d, { verb: 'call.dial', to: box.to, account: box.account }, ticket);
}

/** Transfer held down: the number that was dialled gets the caller unasked. */
export function blindKey(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const { prompt } = d.state;
  if (prompt?.purpose.name !== 'transfer' || prompt.digits === '') {
    nothing(d, ticket, 'key.transfer-long', 'Transfer, then the number');
    return;
  }
  blindFrom(d, prompt.digits, ticket, plain);
}

function blindFrom(d: Draft, to: string, ticket: Ticket | undefined, plain: Plain): void {
  const { prompt } = d.state;
  if (prompt?.purpose.name !== 'transfer' || isEmergency(d.state.settings, to)) {
    dialFrom(d, to, ticket, plain);
    return;
  }
  const caller = d.call(prompt.purpose.caller);
  const old = d.record(prompt.purpose.transfer);
  if (caller === undefined || old === undefined) throw new Error('a line is seized for a caller who has gone');
  const may = mayDial(d.state, to, caller.account);
  if (!may.ok) {
    d.refuse(ticket, 'transfer.blind', may.code, may.text);
    return;
  }
  // the consultation ends before it began; the caller stays held for the REFER
  d.set({ prompt: undefined, transfers: d.state.transfers.filter((record) => record !== old) });
  for (const { ticket: waiting } of d.take((until) => 'transfer' in until && until.transfer === old.pair.transfer)) {
    d.failed(waiting, 'transfer_failed', 'It became a blind transfer');
  }
  const transfer = beginBlind(d, caller, to);
  if (transfer === undefined) throw new Error('a caller without an account');
  d.wait(ticket, { name: 'outcome', transfer });
}

/** The last number once more, into the seized line when there is one; in the list, the next one. */
export function redial(d: Draft, ticket: Ticket | undefined, plain: Plain, verb: string): void {
  const [last] = d.state.lastNumbers;
  const picked = d.state.prompt?.picked;
  if (picked !== undefined) nextOfList(d, picked, ticket);
  else if (last === undefined) nothing(d, ticket, verb, 'No number yet');
  else dialFrom(d, last, ticket, plain);
}
