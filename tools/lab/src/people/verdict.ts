import {
  ATTENDED_TRANSFER_STEPS,
  ATTENDED_TRANSFER_STEPS_WITH_LOSS,
  type Ladder,
  type LadderStep,
  matchSteps,
  seenBy,
} from '@switchhook/ladder';
import { heardThen } from '../analysis/heard.ts';

/** What a played transfer left behind. `heard` holds the order of voices by listener. */
export interface Findings {
  readonly ladder: Ladder;
  /** The network lost datagrams. */
  readonly lossy: boolean;
  readonly outcome: { readonly name: string; readonly evidence: string | undefined };
  readonly heard: Readonly<Record<'caller' | 'specialist' | 'receptionist', readonly string[]>>;
  /** The receptionist's phone shows no call. */
  readonly receptionistIdle: boolean;
  /** The numbers on the displays of caller and specialist at the end. */
  readonly shows: { readonly caller: readonly string[]; readonly specialist: readonly string[] };
  /** RTP packets that the receptionist's phone sent after both of its calls had ended. */
  readonly packetsAfterEnd: number;
}

/** What is wrong with a transfer that should have succeeded, a line each; empty = everything is as it must be. */
export function shortcomings(findings: Findings): string[] {
  const { ladder, outcome, heard } = findings;
  const wrong: string[] = [];
  const refused = seenBy(ladder, 'receptionist').steps.filter(
    (step) =>
      step.to === 'receptionist' &&
      (step.status ?? 0) >= 300 &&
      step.status !== 401 &&
      step.status !== 407 &&
      (step.cseq.method === 'REFER' || step.cseq.method === 'INVITE'),
  );
  for (const step of refused) {
    if (!step.again) wrong.push(`${refusedOf(ladder, step)} was refused: ${step.status} ${step.rest}`);
  }
  for (const pattern of findings.lossy ? ATTENDED_TRANSFER_STEPS_WITH_LOSS : [ATTENDED_TRANSFER_STEPS]) {
    const missing = matchSteps(ladder, 'receptionist', pattern);
    if (missing !== undefined) wrong.push(`the ladder has no ${missing.word} after [${missing.found.join(', ')}]`);
  }
  const failed = seenBy(ladder, 'receptionist').steps.find((step) => (step.sipfrag ?? 0) >= 300);
  if (failed !== undefined) wrong.push(`NOTIFY says ${failed.sipfrag}: Replaces did not find the call`);
  if (outcome.name !== 'completed') wrong.push(`the outcome is ${outcome.name}, not completed`);
  else if (outcome.evidence === undefined) wrong.push('completed without evidence');
  if (!heardThen(heard.caller, 'receptionist', 'hold', 'specialist')) {
    wrong.push(`the caller heard ${list(heard.caller)}, not receptionist, hold, specialist`);
  }
  if (![...heard.caller, ...heard.receptionist].includes('specialist'))
    wrong.push('the specialist was heard by nobody');
  if (!heardThen(heard.specialist, 'receptionist', 'caller')) {
    wrong.push(`the specialist heard ${list(heard.specialist)}, not receptionist, caller`);
  }
  if (!findings.receptionistIdle) wrong.push('the receptionist is not idle at the end');
  for (const [who, number] of [
    ['caller', '9999'],
    ['specialist', '1001'],
  ] as const) {
    const shown = findings.shows[who];
    if (outcome.name === 'completed' && shown.join() !== number)
      wrong.push(`the ${who}'s display shows ${list(shown)}, not ${number}`);
  }
  if (findings.packetsAfterEnd > 0) wrong.push(`${findings.packetsAfterEnd} RTP packets were sent after the end`);
  return wrong;
}

/** What a final answer refused: a REFER, a call, or the hold of a call that stands. */
function refusedOf(ladder: Ladder, answer: LadderStep): string {
  if (answer.cseq.method === 'REFER') return 'REFER';
  const call = ladder.steps.some(
    (step) =>
      step.method === 'INVITE' &&
      step.toTag === undefined &&
      step.callId === answer.callId &&
      step.cseq.number === answer.cseq.number,
  );
  return call ? 'the call (INVITE)' : 'hold (INVITE)';
}

function list(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}
