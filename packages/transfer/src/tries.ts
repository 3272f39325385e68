import { crossesAccounts, firstLeg, knowsRefer, mannerFor, referToForm, wording } from './attempt.ts';
import type { PairFacts, TransferRules } from './door.ts';
import type { Attempt } from './state.ts';
import { otherLeg } from './step.ts';

/*
 *  answer to REFER:   out of dialog ──3xx 403 404 405 408 420 480 481 501──► in dialog
 *                     400 416 420 421 488 606 ──► once without what it may not like
 *                     405 420 489 501 513 ──► other leg ──► bridge              everything else ──► restore
 *  sipfrag of NOTIFY: 403 404 408 480 481 604 ──► other URI form
 *                     404 481 ──► other leg (and its other form) ──► bridge     everything else ──► restore
 */

/** What came in place of success: the answer to the REFER, or a NOTIFY's sipfrag. */
export interface Refusal {
  readonly stage: 'refer' | 'notify';
  readonly status: number;
  readonly phrase: string;
}

/**
 * Answers to an out-of-dialog REFER after which the dialog itself is tried (transfer.md §2.3), and 603: linphone 5.1 gives
 * it to every REFER outside a dialog, whatever that requires, and obeys the same REFER inside.
 */
const inDialogStatuses: ReadonlySet<number> = new Set([403, 404, 405, 408, 420, 480, 481, 501, 603]);
/** Answers that complain of something in the request that may be left out (transfer.md §4). */
const adaptStatuses: ReadonlySet<number> = new Set([400, 416, 420, 421, 488, 606]);
/** The far end lacks REFER, the refer event or the room for it: it cannot, rather than will not. */
const lacksReferStatuses: ReadonlySet<number> = new Set([405, 420, 489, 501, 513]);
/** Answers of the target's side after which the other form of its URI is worth a try (RFC 5589 §7.5). */
const otherFormStatuses: ReadonlySet<number> = new Set([403, 404, 408, 480, 481, 604]);
/** The dialog that Replaces names was not found: topology hiding, two servers (transfer.md §11). */
const unknownDialogStatuses: ReadonlySet<number> = new Set([404, 481]);
/** The same across accounts, where a server also refuses to dial out at all. */
const noWayAcrossStatuses: ReadonlySet<number> = new Set([403, 404, 481, 604]);

/** What is done after a refusal, both legs up: another REFER, the bridge, or nothing but both calls back (undefined). */
export function nextTry(attempt: Attempt, refusal: Refusal, rules: TransferRules): Attempt | 'bridge' | undefined {
  const next =
    refusal.stage === 'refer'
      ? afterAnswer(attempt, refusal.status, rules)
      : afterNotify(attempt, refusal.status, rules);
  if (next !== undefined && next !== 'bridge') return next;
  return (next === 'bridge' || attempt.merged) && mayBridge(attempt, rules) ? 'bridge' : undefined;
}

/** Whether the phone may join the two by itself when the attempt cannot succeed. */
export function mayBridge(attempt: Attempt, rules: TransferRules): boolean {
  if (attempt.facts === undefined || attempt.early !== 'no') return false;
  // Three who talked together have been joined by the person's own wish: leaving them so needs no question.
  return rules.localBridge === 'auto' || (attempt.merged && rules.localBridge === 'ask');
}

/** Known before anything is sent: no REFER can do it, and the phone bridges without one. */
export function bridgeAtOnce(facts: PairFacts, rules: TransferRules, merged = false): boolean {
  if (firstLeg(facts, rules) !== undefined) return false;
  return rules.localBridge === 'auto' || (merged && rules.localBridge === 'ask');
}

function afterAnswer(attempt: Attempt, status: number, rules: TransferRules): Attempt | 'bridge' | undefined {
  // RFC 3261 §8.1.3.4 would follow a 3xx to its Contact, which the answer does not carry here; the dialog is the other way.
  const elsewhere = (status >= 300 && status < 400) || inDialogStatuses.has(status);
  if (attempt.manner === 'out-of-dialog' && elsewhere) return inDialog(attempt);
  if (adaptStatuses.has(status)) {
    const adapted = withoutExtras(attempt, status);
    if (adapted !== undefined) return adapted;
  }
  if (lacksReferStatuses.has(status)) return withOtherLeg(attempt, rules) ?? 'bridge';
  return attempt.crossing && noWayAcrossStatuses.has(status) ? 'bridge' : undefined;
}

function afterNotify(attempt: Attempt, status: number, rules: TransferRules): Attempt | 'bridge' | undefined {
  if (otherFormStatuses.has(status)) {
    const other = withOtherForm(attempt, rules);
    if (other !== undefined) return other;
  }
  if (unknownDialogStatuses.has(status)) return withOtherLeg(attempt, rules) ?? 'bridge';
  return attempt.crossing && noWayAcrossStatuses.has(status) ? 'bridge' : undefined;
}

function inDialog(attempt: Attempt): Attempt {
  return { ...attempt, manner: 'in-dialog', round: attempt.round + 1 };
}

/** The same without Require=replaces, tdialog and Refer-Sub, and after 416 with `sip:`; once, and only when it differs. */
export function withoutExtras(attempt: Attempt, status: number): Attempt | undefined {
  const secure = status === 416 && /^sips:/i.test(wording(attempt).referTo);
  const extras = attempt.requireReplaces || attempt.withoutSubscription || attempt.manner === 'out-of-dialog' || secure;
  if (attempt.tried.adapted || !extras) return undefined;
  return {
    ...attempt,
    requireReplaces: false,
    withoutSubscription: false,
    manner: 'in-dialog',
    plainScheme: attempt.plainScheme || secure,
    round: attempt.round + 1,
    tried: { ...attempt.tried, adapted: true },
  };
}

/** The same with the other form of the target's URI (RFC 5589 §7.5), once, and only when the forms differ. */
export function withOtherForm(attempt: Attempt, rules: TransferRules): Attempt | undefined {
  if (!rules.retryOtherForm || attempt.tried.form || attempt.facts === undefined) return undefined;
  const next: Attempt = {
    ...attempt,
    form: attempt.form === 'contact' ? 'aor' : 'contact',
    round: attempt.round + 1,
    tried: { ...attempt.tried, form: true },
  };
  return wording(next).referTo === wording(attempt).referTo ? undefined : next;
}

/** The same towards the other leg, once, and only when that leg does not say that it lacks REFER too. */
export function withOtherLeg(attempt: Attempt, rules: TransferRules): Attempt | undefined {
  // RFC 5589 §7.2: a protected target stays unknown to the caller, whatever fails.
  if (attempt.tried.leg || attempt.facts === undefined || rules.protectTarget) return undefined;
  const leg = otherLeg(attempt.leg);
  if (knowsRefer(attempt.facts[leg]) === 'no') return undefined;
  return {
    ...attempt,
    leg,
    form: referToForm(attempt.facts[leg], attempt.facts[attempt.leg], rules, crossesAccounts(attempt.facts)),
    manner: mannerFor(attempt.facts[leg]),
    round: attempt.round + 1,
    tried: { ...attempt.tried, form: false, leg: true },
  };
}
