import {
  type Attempt,
  type Explanation,
  explain,
  explainBlind,
  type PairFacts,
  type TransferState,
} from '@switchhook/transfer';
import type { TransferExplanation } from '../control/explanation.ts';
import { accountOf, callsIn, currentTransfer, inHand, nameOf } from '../reducer/inquiry.ts';
import type { Call, PhoneState, TransferRecord } from '../reducer/state.ts';
import { blindGoal, legFacts, rulesFor } from '../reducer/transfer-facts.ts';

/**
 * What the phone's transfer would send now. `transferId` absent = the transfer that a key would mean, else the two calls
 * that could be joined; `whole` false hides the tags of the dialogs, by which somebody could take a call over.
 */
export function explainTransfer(
  state: PhoneState,
  transferId: string | undefined,
  whole: boolean,
): TransferExplanation | 'unknown' {
  const record =
    transferId === undefined
      ? currentTransfer(state)
      : state.transfers.find(({ pair }) => pair.transfer === transferId);
  if (record === undefined && transferId !== undefined) return 'unknown';
  return shown(record === undefined ? ofCalls(state) : ofRecord(state, record), whole);
}

/** What is to be told, before it is written for a client. */
interface Told {
  readonly record: TransferRecord | undefined;
  readonly advice: readonly string[];
  readonly explanation: Explanation | undefined;
  readonly callOf: (leg: 'caller' | 'target') => string | null;
}

/** No transfer is under way: the two calls that Transfer would join, or what is missing. */
function ofCalls(state: PhoneState): Told {
  const hand = inHand(state);
  const held = callsIn(state, 'held');
  const [first, second] = [held[0], hand?.phase.name === 'talking' ? hand : held[1]];
  const facts = pairOf(state, first, second);
  if (first !== undefined && second !== undefined && facts !== undefined) {
    const told = `No transfer is under way. This is what one between ${nameOf(first)} (waits) and ${nameOf(second)} would send:`;
    const press = `start it with transfer.start --callId ${first.id} --consult ${second.id}`;
    return {
      record: undefined,
      advice: [told, press],
      explanation: explain(facts, rulesFor(state, first.account), { targetConfirmed: true, pending: false }),
      callOf: (leg) => (leg === 'caller' ? first : second).id,
    };
  }
  return { record: undefined, advice: missing(state, hand ?? held[0]), explanation: undefined, callOf: () => null };
}

function missing(state: PhoneState, call: Call | undefined): readonly string[] {
  const ringing = callsIn(state, 'ringing')[0];
  if (call === undefined && ringing !== undefined)
    return [`Nothing can be transferred yet: ${nameOf(ringing)} has not been answered.`, 'Answer the call first.'];
  if (call === undefined)
    return [
      'No transfer is under way, and there is no call.',
      'A transfer needs a caller: answer or place a call first.',
    ];
  if (call.emergency) return ['An emergency call is up: it is not transferred.'];
  if (call.dialog === undefined || call.phase.name === 'dialing' || call.phase.name === 'ringback')
    return [`Nothing can be transferred yet: ${nameOf(call)} has not answered.`];
  return [
    `No transfer is under way. ${nameOf(call)} can be transferred.`,
    'Press Transfer and dial whom the caller is to get (or: switchhook ctl transfer.start NUMBER).',
  ];
}

function ofRecord(state: PhoneState, record: TransferRecord): Told {
  const { pair, machine } = record;
  const callOf = (leg: 'caller' | 'target') => (leg === 'caller' ? pair.caller : (pair.target ?? null));
  const told = (advice: readonly string[], explanation?: Explanation): Told => ({
    record,
    advice,
    explanation,
    callOf,
  });
  const caller = state.calls.find((call) => call.id === pair.caller);
  const target = state.calls.find((call) => call.id === pair.target);
  const advice = adviceFor(record, target);
  if (machine.name === 'over' || record.outcome?.name === 'completed') return told(advice);
  const attempt = 'attempt' in machine ? machine.attempt : undefined;
  const pending = machine.name === 'referring' || machine.name === 'watching' || machine.name === 'unsure';
  if (record.kind === 'blind') {
    const account = caller === undefined ? undefined : accountOf(state, caller.account);
    if (caller === undefined || account === undefined || record.to === undefined) return told(advice);
    return told(advice, explainBlind(blindGoal(state, account, caller, record.to), { pending }));
  }
  const facts = attempt?.facts ?? ('facts' in machine ? machine.facts : undefined) ?? pairOf(state, caller, target);
  if (facts === undefined) return told(advice);
  const targetConfirmed = target === undefined || !['dialing', 'ringback'].includes(target.phase.name);
  return told(advice, explain(facts, record.rules, { ...next(machine, attempt), targetConfirmed, pending }));
}

/** A transfer that failed begins anew: its next REFER is a first one. */
function next(machine: TransferState, attempt: Attempt | undefined): { readonly attempt?: Attempt } {
  return attempt === undefined || machine.name === 'restored' ? {} : { attempt };
}

/** What is missing, and what to press. */
function adviceFor({ machine, to, kind, outcome }: TransferRecord, target: Call | undefined): readonly string[] {
  const who = target === undefined ? (to ?? 'the target') : nameOf(target);
  switch (machine.name) {
    case 'holding':
      if (kind === 'blind') return ['The REFER goes out as soon as the caller is held.'];
      return to === undefined
        ? ['Dial whom the caller is to get.']
        : ['The caller is being held, then the target is dialled.'];
    case 'calling-target':
      if (to === undefined) return ['Dial whom the caller is to get; Cancel leads back to the caller.'];
      return [`${who} has not answered.`, 'Press Transfer to hand over as soon as it answers, or Cancel to go back.'];
    case 'armed':
      return [
        `The REFER goes out as soon as ${who} answers.`,
        'Press Transfer again to send the caller there unasked.',
      ];
    case 'consulting':
    case 'swapped':
    case 'merged':
      return ['Nothing is missing: press Transfer (or transfer.complete) and this REFER goes out.'];
    case 'referring':
      return ['The REFER is out and has not been answered.'];
    case 'backing-off':
      return ['The far end asked us to wait; the REFER goes out again by itself. Cancel leads back.'];
    case 'watching':
      return ['The REFER was accepted; the phone waits for proof that the caller has arrived.'];
    case 'restored':
      return [
        'The transfer failed and both calls are back.',
        'Press Transfer to try again, or Cancel to go back to the caller.',
      ];
    case 'unsure':
      return [
        'Nobody said how the transfer ended; both calls are kept.',
        'Press Transfer to try again, or Cancel to go back.',
      ];
    case 'caller-held':
      return ['The target has gone; the caller waits.', 'Press Cancel or the line key to take the caller back.'];
    case 'bridging':
    case 'bridged':
      return ['The phone itself joins the two: no REFER is sent any more.'];
    case 'over':
    case 'settling':
      return [
        outcome?.name === 'completed'
          ? 'The transfer is completed: nothing is sent any more.'
          : 'This transfer is over.',
      ];
    default:
      return [`The transfer is under way (${machine.name}).`];
  }
}

function pairOf(state: PhoneState, caller: Call | undefined, target: Call | undefined): PairFacts | undefined {
  const [first, second] = [caller, target].map((call) => (call === undefined ? undefined : legFacts(state, call)));
  return first === undefined || second === undefined ? undefined : { caller: first, target: second };
}

function shown({ record, advice, explanation, callOf }: Told, whole: boolean): TransferExplanation {
  const { refer } = explanation ?? {};
  const written = (text: string) => (whole ? text : text.replace(/(tag(?:=|%3D))[^;&%>\s]*/gi, '$1…'));
  return {
    transferId: record?.pair.transfer ?? null,
    kind: record?.kind ?? null,
    state: record?.machine.name ?? null,
    advice,
    refer:
      refer === undefined
        ? null
        : {
            leg: refer.leg,
            callId: callOf(refer.leg),
            manner: refer.manner,
            requestUri: refer.requestTarget.uri,
            form: refer.form.name,
            why: refer.form.why,
            headers: [
              ['Refer-To', `<${written(refer.referTo)}>`],
              ['Referred-By', `<${refer.referredBy}>`],
              ...refer.headers.map(([name, value]) => [name, written(value)] as const),
            ],
          },
    preconditions: (explanation?.preconditions ?? []).map(({ name, holds, detail }) => ({
      name,
      holds: holds ?? null,
      detail,
    })),
    tries: explanation?.tries ?? [],
  };
}
