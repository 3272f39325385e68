import type { Step } from '@switchhook/sans-io';
import type { BlindGoal, Leg, LegFacts, PairFacts, TransferEffect, TransferEvent, TransferRules } from './door.ts';
import { hostOf, referToUri } from './refer-to.ts';
import type { Attempt, Standing, TransferState } from './state.ts';

/** The step of every function of the transferor machine. */
export type TransferorStep = Step<TransferState, TransferEffect>;

/** What every state hears; `merge` and `bridge` are answered in one place. */
export type PlainEvent = Exclude<TransferEvent, { readonly type: 'merge' | 'bridge' }>;

/** The leg that is not `leg`. */
export function otherLeg(leg: Leg): Leg {
  return leg === 'caller' ? 'target' : 'caller';
}

/** First try of an attended transfer: REFER goes to the held caller, unless only the target says it knows REFER. */
export function attendedAttempt(facts: PairFacts, rules: TransferRules): Attempt {
  // RFC 5589 §7.4: the other leg gets the REFER when the caller's Allow lacks it.
  const leg: Leg = knowsRefer(facts.caller) === 'no' && knowsRefer(facts.target) === 'yes' ? 'target' : 'caller';
  return {
    kind: 'attended',
    facts,
    blind: undefined,
    leg,
    form: referToForm(facts[leg], facts[otherLeg(leg)], rules),
    requireReplaces: rules.requireReplaces,
    manner: 'in-dialog',
    withoutSubscription: false,
    round: 1,
    glares: 0,
    tried: { form: false, leg: false, wait: false },
  };
}

/** The try of a blind transfer. */
export function blindAttempt(goal: BlindGoal): Attempt {
  return {
    kind: 'blind',
    facts: undefined,
    blind: goal,
    leg: 'caller',
    form: 'aor',
    requireReplaces: false,
    manner: 'in-dialog',
    withoutSubscription: false,
    round: 1,
    glares: 0,
    tried: { form: true, leg: true, wait: false },
  };
}

/** Send the REFER of `attempt` and guard its answer. */
export function sendRefer(attempt: Attempt, standing: Standing, rules: TransferRules): TransferorStep {
  return {
    state: { name: 'referring', attempt, standing },
    effects: [
      {
        type: 'refer',
        leg: attempt.leg,
        round: attempt.round,
        ...wording(attempt),
        manner: attempt.manner,
        withoutSubscription: attempt.withoutSubscription,
      },
      { type: 'set-timer', timer: 'refer-answer', afterMs: rules.referAnswerMs },
    ],
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
  if (attempt.tried.leg || attempt.facts === undefined) return undefined;
  const leg = otherLeg(attempt.leg);
  if (knowsRefer(attempt.facts[leg]) === 'no') return undefined;
  return {
    ...attempt,
    leg,
    form: referToForm(attempt.facts[leg], attempt.facts[attempt.leg], rules),
    round: attempt.round + 1,
    tried: { ...attempt.tried, form: false, leg: true },
  };
}

/** Refer-To and Referred-By of an attempt, both without angle brackets. */
export function wording(attempt: Attempt): { readonly referTo: string; readonly referredBy: string } {
  if (attempt.blind !== undefined) return { referTo: attempt.blind.referTo, referredBy: attempt.blind.referredBy };
  if (attempt.facts === undefined) throw new Error('an attended attempt without its facts');
  const transferee = attempt.facts[attempt.leg];
  const goal = attempt.facts[otherLeg(attempt.leg)];
  return {
    referTo: referToUri({
      uri: attempt.form === 'contact' ? goal.peer.target : goal.addressOfRecord,
      replaces: goal.dialog,
      requireReplaces: attempt.requireReplaces,
    }),
    // RFC 3892 §2.1: who refers is an address of record, of the account that owns the REFER's dialog.
    referredBy: transferee.account,
  };
}

function knowsRefer(leg: LegFacts): 'yes' | 'no' | 'unsaid' {
  if (leg.peer.allow === undefined) return 'unsaid';
  return leg.peer.allow.includes('REFER') ? 'yes' : 'no';
}

/**
 * transfer.md §2.4: a GRUU reaches one device from anywhere; a Contact at the transferee's own next hop or in the
 * domain of the address of record is the same machine; a public Contact routes; anything else needs the AOR.
 */
function referToForm(transferee: LegFacts, goal: LegFacts, rules: TransferRules): 'contact' | 'aor' {
  if (rules.referToSource !== 'auto') return rules.referToSource;
  if (goal.peer.gruu) return 'contact';
  const host = hostOf(goal.peer.target);
  if (host === hostOf(transferee.peer.target) || host === hostOf(goal.addressOfRecord)) return 'contact';
  return isPrivate(host) ? 'aor' : 'contact';
}

/** Hosts that mean something else, or nothing, elsewhere: RFC 1918, RFC 3927, RFC 4193, loopback, RFC 2606 names. */
function isPrivate(host: string): boolean {
  return (
    /^(10|127)\.|^192\.168\.|^169\.254\.|^172\.(1[6-9]|2\d|3[01])\.|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(
      host,
    ) ||
    /^\[(f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1\])/.test(host) ||
    /(^|\.)(invalid|local|localhost|lan|internal)$/.test(host)
  );
}
