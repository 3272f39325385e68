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
import { adviceFor, adviceWithout } from './advice.ts';

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
  const facts = first?.emergency || second?.emergency ? undefined : pairOf(state, first, second);
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
  return {
    record: undefined,
    advice: adviceWithout(state, hand ?? held[0]),
    explanation: undefined,
    callOf: () => null,
  };
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
  const pending = machine.name === 'referring' || machine.name === 'watching';
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

/** A transfer that failed, or of which nobody spoke, begins anew: its next REFER is a first one. */
function next(machine: TransferState, attempt: Attempt | undefined): { readonly attempt?: Attempt } {
  return attempt === undefined || machine.name === 'restored' || machine.name === 'unsure' ? {} : { attempt };
}

function pairOf(state: PhoneState, caller: Call | undefined, target: Call | undefined): PairFacts | undefined {
  const [first, second] = [caller, target].map((call) => (call === undefined ? undefined : legFacts(state, call)));
  return first === undefined || second === undefined ? undefined : { caller: first, target: second };
}

function shown({ record, advice, explanation, callOf }: Told, whole: boolean): TransferExplanation {
  const { refer } = explanation ?? {};
  const written = (text: string) => (whole ? text : text.replace(/(tag(?:=|%3D))(?:(?!%3B)[^;&>\s])*/gi, '$1…'));
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
