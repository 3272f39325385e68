import { token } from '@switchhook/sans-io';
import type { CallId, ReferId } from '@switchhook/sip-core';
import {
  edgeOf,
  type Leg,
  startAttended,
  startBlind,
  startJoin,
  type TransferEffect,
  type TransferEvent,
  type TransferId,
  type TransferorStep,
  type TransferPair,
  transferStep,
} from '@switchhook/transfer';
import { askHold, askResume, hangUp, place, ringBack, seize } from './acts.ts';
import type { Draft } from './draft.ts';
import { accountOf, inHand, isLeg } from './inquiry.ts';
import { askJoin, join, unjoin } from './joined.ts';
import { announceOutcome } from './outcome.ts';
import type { Call, PhoneState, TransferRecord } from './state.ts';
import { blindGoal, legFacts, type Press, pressed, rulesFor } from './transfer-facts.ts';

/** The transfer package's machine, embedded: what happens to a leg goes in, what it wants is done to the call. */

/** The note of each edge of the machine (`edgeOf`): for the journal, and for who counts coverage. */
export const TRANSFER_STEP = 'transfer-step';

/** Would the machine take this from the person now? Asked of the machine itself, so that the two never disagree. */
export function machineAccepts(state: PhoneState, record: TransferRecord, verb: Press): boolean {
  const hand = inHand(state);
  if (hand !== undefined && !isLeg(record, hand.id)) return false;
  if (record.pendingResume !== undefined && verb !== 'cancel') return false;
  if (verb !== 'cancel' && awaitsReturn(state, record)) return false;
  const { effects } = transferStep(record.machine, pressed(state, record, verb), record.pair, record.rules);
  return !effects.some((effect) => effect.type === 'refuse');
}

/**
 * A failure gave a leg back and its resume has no answer yet (491 is asked again after seconds): the far end still takes
 * itself for held, and what is held cannot be held, nor called joined, once more.
 */
function awaitsReturn({ calls }: PhoneState, record: TransferRecord): boolean {
  const { name } = record.machine;
  if (name !== 'restored' && name !== 'unsure') return false;
  return calls.some(({ id, phase }) => phase.name === 'resuming' && phase.joining !== true && isLeg(record, id));
}

/** Start an attended transfer; with no number, a line is seized once the caller is held. */
export function beginAttended(d: Draft, caller: CallId, to: string | undefined): TransferId {
  const pair: TransferPair = { transfer: d.mintTransfer(), caller, target: d.mintCall() };
  enter(d, pair, 'attended', to, startAttended(pair));
  return pair.transfer;
}

/** Start an attended transfer over two calls that stand; `judge` has seen to them. */
export function beginJoin(d: Draft, caller: CallId, target: CallId): TransferId {
  const [first, second] = [d.call(caller), d.call(target)];
  const facts = first === undefined ? undefined : legFacts(d.state, first);
  const targetFacts = second === undefined ? undefined : legFacts(d.state, second);
  if (facts === undefined || targetFacts === undefined)
    throw new Error(`calls ${caller} and ${target} cannot be joined`);
  const pair: TransferPair = { transfer: d.mintTransfer(), caller, target };
  const talking: Leg = first?.phase.name === 'talking' ? 'caller' : 'target';
  enter(d, pair, 'attended', second?.number, startJoin(pair, { caller: facts, target: targetFacts }, talking));
  return pair.transfer;
}

/** Start a blind transfer. */
export function beginBlind(d: Draft, caller: Call, to: string): TransferId | undefined {
  const account = accountOf(d.state, caller.account) ?? d.state.settings.accounts[0];
  if (account === undefined) return undefined;
  const pair: TransferPair = { transfer: d.mintTransfer(), caller: caller.id, target: undefined };
  enter(d, pair, 'blind', to, startBlind(pair, blindGoal(d.state, account, caller, to)));
  return pair.transfer;
}

function enter(
  d: Draft,
  pair: TransferPair,
  kind: 'attended' | 'blind',
  to: string | undefined,
  step: TransferorStep,
): void {
  // a transfer that was over but for the person's choice makes room for the new one
  const old = d.state.transfers.filter((record) => record.outcome !== undefined && sharesLeg(record, pair));
  const record: TransferRecord = {
    pair,
    kind,
    machine: step.state,
    to,
    pendingResume: undefined,
    pendingJoin: [],
    joinedSince: undefined,
    rules: rulesFor(d.state, d.call(pair.caller)?.account),
    putDown: false,
    outcome: undefined,
  };
  d.set({ transfers: [...d.state.transfers.filter((each) => !old.includes(each)), record], message: undefined });
  d.notice({
    event_type: 'transferStarted',
    transferId: pair.transfer,
    callId: pair.caller,
    ...(to === undefined ? {} : { number: to }),
  });
  perform(d, pair.transfer, step.effects);
}

function sharesLeg(record: TransferRecord, pair: TransferPair): boolean {
  return isLeg(record, pair.caller) || (pair.target !== undefined && isLeg(record, pair.target));
}

/** Tell the machine something and do what it wants. A transfer that has gone hears nothing. */
export function drive(d: Draft, id: TransferId, event: TransferEvent): void {
  const record = d.record(id);
  if (record === undefined) return;
  const step = transferStep(record.machine, event, record.pair, record.rules);
  const edge = edgeOf(record.machine, event.type, step);
  if (edge !== undefined) d.emit({ type: 'note', word: TRANSFER_STEP, detail: edge });
  d.patchRecord(id, { machine: step.state });
  perform(d, id, step.effects);
}

/** Tell every transfer that has `call` as a leg. */
export function driveLeg(
  d: Draft,
  call: CallId,
  event: (leg: Leg, record: TransferRecord) => TransferEvent | undefined,
): void {
  for (const record of d.state.transfers) {
    const leg = record.pair.caller === call ? 'caller' : record.pair.target === call ? 'target' : undefined;
    if (leg === undefined) continue;
    const told = event(leg, record);
    if (told !== undefined) drive(d, record.pair.transfer, told);
    settlePendingJoin(d, record.pair.transfer, leg);
    settlePendingResume(d, record.pair.transfer);
  }
}

function perform(d: Draft, id: TransferId, effects: readonly TransferEffect[]): void {
  const answers: TransferEvent[] = [];
  for (const effect of effects) {
    const record = d.record(id);
    if (record === undefined) throw new Error(`transfer ${id} wants ${effect.type} after its end`);
    const answer = act(d, record, effect);
    if (answer !== undefined) answers.push(answer);
  }
  for (const answer of answers) drive(d, id, answer);
  if (d.record(id)?.machine.name === 'over')
    d.set({ transfers: d.state.transfers.filter((r) => r.pair.transfer !== id) });
}

/** One effect; the answer, when it is known at once. */
function act(d: Draft, record: TransferRecord, effect: TransferEffect): TransferEvent | undefined {
  const id = record.pair.transfer;
  const callId = 'leg' in effect ? (effect.leg === 'caller' ? record.pair.caller : record.pair.target) : undefined;
  const call = callId === undefined ? undefined : d.call(callId);
  switch (effect.type) {
    case 'hold':
      return hold(d, call, effect.leg);
    case 'resume':
      return effect.joining === true ? askJoin(d, record, call, effect.leg) : resume(d, record, call, effect.leg);
    case 'mute':
      if (call !== undefined && call.phase.name !== 'ending') d.phase(call.id, { name: 'held', mutedOnly: true });
      return undefined;
    case 'dial-target':
      if (record.to !== undefined) dialTarget(d, record, record.to);
      else seize(d, undefined, d.state.ahead, { name: 'transfer', caller: record.pair.caller, transfer: id });
      return undefined;
    case 'end':
      closePrompt(d, id);
      if (call !== undefined) hangUp(d, call.id);
      return undefined;
    case 'refer':
      if (call === undefined)
        return {
          type: 'refer-answered',
          round: effect.round,
          status: 481,
          phrase: 'Call Gone',
          withoutSubscription: false,
        };
      d.emit({
        type: 'refer',
        call: call.id,
        refer: referId(id, effect.round),
        transfer: id,
        referTo: effect.referTo,
        referredBy: effect.referredBy,
        outOfDialog: effect.manner === 'out-of-dialog',
        withoutSubscription: effect.withoutSubscription,
      });
      return undefined;
    case 'set-timer':
      d.emit({ type: 'set-timer', timer: `transfer:${effect.timer}:${id}`, afterMs: effect.afterMs });
      return undefined;
    case 'clear-timer':
      d.emit({ type: 'clear-timer', timer: `transfer:${effect.timer}:${id}` });
      return undefined;
    case 'outcome':
    case 'late-verdict':
      closePrompt(d, id);
      d.patchRecord(id, { outcome: effect.outcome });
      announceOutcome(d, record, effect.outcome);
      return undefined;
    case 'merge':
      join(d, record, 'conference');
      d.notice({ event_type: 'merged', transferId: id, callId: record.pair.caller });
      return undefined;
    case 'bridge':
      join(d, record, 'bridge');
      return undefined;
    case 'unjoin':
      unjoin(d, record, effect.talking);
      return undefined;
    case 'start-again':
      startAgain(d, record, effect.facts, effect.press);
      return undefined;
    case 'refuse':
      // the table asked the machine before: only an event without a person behind it comes here
      d.emit({ type: 'note', word: 'transfer-refused', detail: effect.why });
      return undefined;
    case 'note':
      d.emit({ ...effect, word: `transfer-${effect.word}` });
      return undefined;
    default:
      effect satisfies never;
      throw new Error('unknown transfer effect');
  }
}

function hold(d: Draft, call: Call | undefined, leg: Leg): TransferEvent | undefined {
  switch (call?.phase.name) {
    case 'talking':
    case 'joined':
      askHold(d, call.id);
      return undefined;
    case 'held':
      return { type: 'held', leg };
    case 'holding':
    case 'ending':
      return undefined;
    default:
      return { type: 'hold-refused', leg, status: call === undefined ? 481 : 491 };
  }
}

function resume(d: Draft, record: TransferRecord, call: Call | undefined, leg: Leg): TransferEvent | undefined {
  const id = record.pair.transfer;
  if (call === undefined) return { type: 'resume-refused', leg, status: 481 };
  if (call.phase.name === 'ending') return undefined;
  if (record.putDown) {
    // nobody has the handset: the call is held, and it rings unless the caller does already
    const caller = d.call(record.pair.caller);
    if (leg === 'caller' || caller === undefined || caller.phase.name === 'ending') ringBack(d, call.id);
    return { type: 'resumed', leg };
  }
  if (call.phase.name === 'joined') unjoin(d, record, leg);
  if (call.phase.name === 'talking' || call.phase.name === 'joined') return { type: 'resumed', leg };
  const hand = inHand(d.state);
  if (hand?.phase.name === 'holding' && isLeg(record, hand.id)) {
    d.patchRecord(id, { pendingResume: leg });
    return undefined;
  }
  if (call.phase.name === 'resuming') {
    d.phase(call.id, { name: 'resuming' });
    return undefined;
  }
  if (hand !== undefined || call.phase.name !== 'held') return { type: 'resume-refused', leg, status: 486 };
  return askResume(d, call) ? { type: 'resumed', leg } : undefined;
}

/** The hold of a leg that is to be joined has its answer, or the leg has gone. */
function settlePendingJoin(d: Draft, id: TransferId, leg: Leg): void {
  const record = d.record(id);
  if (record === undefined || !record.pendingJoin.includes(leg)) return;
  const wanted = leg === 'caller' ? record.pair.caller : record.pair.target;
  const call = wanted === undefined ? undefined : d.call(wanted);
  if (call?.phase.name === 'holding') return;
  const rest = { ...record, pendingJoin: record.pendingJoin.filter((each) => each !== leg) };
  d.patchRecord(id, { pendingJoin: rest.pendingJoin });
  const answer = askJoin(d, rest, call, leg);
  if (answer !== undefined) drive(d, id, answer);
}

/** A resume waited for the end of a hold: it is asked for as soon as no hold of a leg is open. */
function settlePendingResume(d: Draft, id: TransferId): void {
  const record = d.record(id);
  const leg = record?.pendingResume;
  if (record === undefined || leg === undefined) return;
  const other = d.call((leg === 'caller' ? record.pair.target : record.pair.caller) ?? record.pair.caller);
  const wanted = leg === 'caller' ? record.pair.caller : record.pair.target;
  const legs = [other, wanted === undefined ? undefined : d.call(wanted)];
  if (legs.some((call) => call?.phase.name === 'holding')) return;
  d.patchRecord(id, { pendingResume: undefined });
  // the far end refused the hold: it hears nothing of us, so that one leg talks
  if (other !== undefined && other.id !== wanted && other.phase.name === 'talking') {
    d.phase(other.id, { name: 'held', mutedOnly: true });
  }
  const answer = resume(
    d,
    { ...record, pendingResume: undefined },
    wanted === undefined ? undefined : d.call(wanted),
    leg,
  );
  if (answer !== undefined) drive(d, id, answer);
}

/** Dial the target under the id that was minted for it, over the caller's own account. */
export function dialTarget(d: Draft, record: TransferRecord, to: string): void {
  const { target, transfer, caller } = record.pair;
  if (target === undefined) throw new Error(`transfer ${transfer} is blind and has no target to dial`);
  const line = d.state.prompt?.purpose.name === 'transfer' ? d.state.prompt.line : undefined;
  d.patchRecord(transfer, { to });
  if (!place(d, { call: target, to, account: d.call(caller)?.account, line })) {
    throw new Error('a call without any account');
  }
}

function closePrompt(d: Draft, id: TransferId): void {
  const purpose = d.state.prompt?.purpose;
  if (purpose?.name === 'transfer' && purpose.transfer === id) d.set({ prompt: undefined });
}

/** `complete` after failure: the same two calls under a new name; who waits for the verdict waits for that one. */
function startAgain(
  d: Draft,
  old: TransferRecord,
  facts: Parameters<typeof startJoin>[1],
  press: 'complete' | 'merge' | 'bridge',
): void {
  const pair: TransferPair = { ...old.pair, transfer: d.mintTransfer() };
  const talking: Leg = d.call(pair.caller)?.phase.name === 'talking' ? 'caller' : 'target';
  d.set({
    waiting: d.state.waiting.map((each) =>
      (each.until.name === 'outcome' || each.until.name === 'joined') && each.until.transfer === old.pair.transfer
        ? { ...each, until: { name: each.until.name, transfer: pair.transfer } }
        : each,
    ),
  });
  const record: TransferRecord = {
    pair,
    kind: 'attended',
    machine: startJoin(pair, facts, talking).state,
    to: old.to,
    pendingResume: undefined,
    pendingJoin: [],
    joinedSince: undefined,
    rules: old.rules,
    putDown: old.putDown,
    outcome: undefined,
  };
  d.set({ transfers: [...d.state.transfers, record], failedLines: undefined });
  d.notice({
    event_type: 'transferStarted',
    transferId: pair.transfer,
    callId: pair.caller,
    ...(old.to === undefined ? {} : { number: old.to }),
  });
  drive(d, pair.transfer, { type: press });
}

function referId(id: TransferId, round: number): ReferId {
  return token<'refer'>(`${id}.${round}`);
}

/** Whose REFER it is: the transfer and its round, when it is one of ours and still lives. */
export function referOf(d: Draft, refer: ReferId): { readonly id: TransferId; readonly round: number } | undefined {
  const dot = refer.lastIndexOf('.');
  const record = d.state.transfers.find((each) => each.pair.transfer === refer.slice(0, dot));
  return record === undefined ? undefined : { id: record.pair.transfer, round: Number(refer.slice(dot + 1)) };
}
