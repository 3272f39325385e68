import { hangUp, seize } from './acts.ts';
import { dialFrom, nothing, type Plain } from './dialling.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { giveUp } from './errand.ts';
import { callsIn, inHand, liveTransfer, nameOf, seizesSoon } from './inquiry.ts';
import { cancelKey, lineCall } from './keys.ts';

/** What keys mean that are held down for a second (phone-ux.md §4.1, third column). */

const askMs = 5_000;

/** A line key: who is there. */
export function showLine(d: Draft, line: number, ticket: Ticket | undefined): void {
  if (!Number.isInteger(line) || line < 1 || line > d.state.settings.lines) {
    d.refuse(ticket, 'key.line-long', 'bad_schema', 'No such line');
    return;
  }
  const call = lineCall(d, line);
  if (call === undefined) d.say(askMs, `Line ${line}: free`);
  else {
    const name = nameOf(call);
    d.say(askMs, `Line ${line}: ${name}`, call.via ?? (name === call.number ? call.phase.name : call.number));
  }
  d.done(ticket);
}

/** Hold: the call goes to the place where calls are parked, by the exchange's number for it. */
export function park(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const { parkNumber } = d.state.settings;
  if (parkNumber === undefined) nothing(d, ticket, 'key.hold-long', 'No place to park is configured');
  else plain(d, { verb: 'transfer.blind', to: parkNumber }, ticket);
}

/** Cancel: nobody who rings gets in; several calls are all ended, when a second press says so. */
export function cancelAll(d: Draft, ticket: Ticket | undefined, plain: Plain): void {
  const ringing = callsIn(d.state, 'ringing').filter((call) => call.replaces === undefined);
  const others = d.state.calls.filter(({ phase }) => phase.name !== 'ringing' && phase.name !== 'ending');
  if (others.length === 0 && ringing.length > 0 && d.state.prompt === undefined) {
    for (const { id } of ringing) hangUp(d, id);
    d.done(ticket);
  } else if (others.length > 1) {
    d.set({ asks: 'end-all' });
    d.say(askMs, `End all ${others.length} calls?`, 'Cancel again = yes');
    d.done(ticket);
  } else cancelKey(d, ticket, plain);
}

/** The second press has said so: every call ends, whoever it was with. */
export function endAll(d: Draft, ticket: Ticket | undefined): void {
  const { errand } = d.state;
  if (errand !== undefined) giveUp(d, errand);
  d.set({ prompt: undefined });
  for (const { id } of d.state.calls) hangUp(d, id);
  d.done(ticket);
}

/** Redial: the list of numbers that were dialled; Redial goes on in it, `#`, Send and lifting dial. */
export function redialList(d: Draft, ticket: Ticket | undefined): void {
  const { prompt, lastNumbers } = d.state;
  const free = inHand(d.state) === undefined && liveTransfer(d.state) === undefined && d.state.errand === undefined;
  if (lastNumbers.length === 0) nothing(d, ticket, 'key.redial-long', 'No number yet');
  else if (prompt === undefined && (!free || seizesSoon(d.state))) nothing(d, ticket, 'key.redial-long', 'Not now');
  else {
    if (prompt === undefined) seize(d, undefined);
    choose(d, 0);
    d.done(ticket);
  }
}

/** The next number of the list, around its end. */
export function nextOfList(d: Draft, picked: number, ticket: Ticket | undefined): void {
  choose(d, (picked + 1) % d.state.lastNumbers.length);
  d.done(ticket);
}

function choose(d: Draft, picked: number): void {
  const { prompt, lastNumbers } = d.state;
  if (prompt !== undefined) d.set({ prompt: { ...prompt, digits: lastNumbers[picked] ?? '', tone: 'silent', picked } });
}

/** A BLF key: call and announce. Who talks is put aside and handed over after a word, whatever short presses do. */
export function blfLong(d: Draft, n: number, ticket: Ticket | undefined, plain: Plain): void {
  const key = d.state.settings.blf[n - 1];
  if (key === undefined) d.refuse(ticket, 'key.blf-long', 'bad_schema', 'No such key');
  else if (d.state.prompt === undefined && callsIn(d.state, 'talking').length > 0)
    plain(d, { verb: 'transfer.start', to: key.target }, ticket);
  else dialFrom(d, key.target, ticket, plain, key.account);
}
