import { captionOf } from './aliases.ts';
import { type Ladder, type LadderStep, seenBy } from './ladder.ts';

/**
 * The attended transfer as the transferor sees it. The final NOTIFY and the target's BYE may come in either order
 * (transfer.md §6), the 2xx and the first NOTIFY too (RFC 6665 §4.1.2.4); nothing else may change places.
 */
export const ATTENDED_TRANSFER_STEPS =
  '>hold, >INVITE, >hold, >REFER, {<2xx(REFER), <NOTIFY}, >200(NOTIFY), {<NOTIFY(2xx), <BYE}, >BYE';

/**
 * The same where datagrams get lost, patterns that must all match: a repeated 2xx, NOTIFY or BYE of the target may come
 * late, even after our BYE, but our BYE comes after the final NOTIFY.
 */
export const ATTENDED_TRANSFER_STEPS_WITH_LOSS: readonly string[] = [
  '>hold, >INVITE, >hold, >REFER, {<NOTIFY, >200(NOTIFY), <NOTIFY(2xx)}, >BYE',
  '>REFER, <2xx(REFER)',
  '>REFER, <BYE',
];

/** Where a pattern stopped matching. */
export interface StepsMissing {
  /** The word, or the words of a group, that was not found. */
  readonly word: string;
  /** What was found before it. */
  readonly found: readonly string[];
}

/**
 * Find the words of `pattern` in what `party` saw, in their order, others between them allowed. Words: a method, `hold`
 * (re-INVITE with sendonly or inactive SDP), `resume`, a status such as `200` or `2xx`; `>` sent by the party, `<`
 * received; `NOTIFY(2xx)` names the sipfrag, `200(NOTIFY)` the CSeq method; `{a, b}` in any order, both. Undefined = all there.
 */
export function matchSteps(ladder: Ladder, party: string, pattern: string): StepsMissing | undefined {
  const steps = seenBy(ladder, party).steps;
  const found: string[] = [];
  let at = 0;
  for (const group of groupsOf(pattern)) {
    const open = [...group];
    let used = -1;
    for (let i = at; i < steps.length && open.length > 0; i++) {
      const hit = open.findIndex((word) => fits(steps[i]!, party, word));
      if (hit < 0) continue;
      found.push(open[hit]!);
      open.splice(hit, 1);
      used = i;
    }
    if (open.length > 0) return { word: open.join(', '), found };
    at = used + 1;
  }
  return undefined;
}

/** Throw, with what was seen, when `pattern` does not match. For tests. */
export function assertSteps(ladder: Ladder, party: string, pattern: string): void {
  const missing = matchSteps(ladder, party, pattern);
  if (missing === undefined) return;
  const saw = seenBy(ladder, party).steps.map((step) => `${step.from === party ? '>' : '<'}${captionOf(step)}`);
  throw new Error(`${party}: no ${missing.word} after [${missing.found.join(', ')}]; saw ${saw.join(', ')}`);
}

function groupsOf(pattern: string): string[][] {
  const groups: string[][] = [];
  for (const match of pattern.matchAll(/\{([^}]*)\}|[^,{}\s]+/g)) {
    groups.push((match[1] ?? match[0]).split(',').map((word) => word.trim()));
  }
  return groups;
}

function fits(step: LadderStep, party: string, word: string): boolean {
  const parts = /^([<>]?)([A-Za-z0-9]+)(?:\(([A-Za-z0-9]+)\))?$/.exec(word);
  if (parts === null) throw new Error(`not a word of a ladder pattern: ${word}`);
  const [, side, name = '', argument] = parts;
  if (side === '>' && step.from !== party) return false;
  if (side === '<' && step.to !== party) return false;
  if (name === 'hold') return isReInvite(step) && (step.sdp === 'sendonly' || step.sdp === 'inactive');
  if (name === 'resume') return isReInvite(step) && step.sdp === 'sendrecv';
  if (/^\d/.test(name))
    return statusFits(step.status, name) && (argument === undefined || step.cseq.method === argument);
  if (step.method !== name) return false;
  if (name === 'INVITE' && step.toTag !== undefined) return false;
  return argument === undefined || statusFits(step.sipfrag, argument);
}

function isReInvite(step: LadderStep): boolean {
  return step.method === 'INVITE' && step.toTag !== undefined;
}

function statusFits(status: number | undefined, wanted: string): boolean {
  if (status === undefined) return false;
  return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
}
