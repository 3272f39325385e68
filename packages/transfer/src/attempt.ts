import type { BlindGoal, Leg, LegFacts, PairFacts, ReferManner, TransferRules } from './door.ts';
import { hostOf, referToUri } from './refer-to.ts';
import type { Attempt, Standing } from './state.ts';
import { otherLeg, type TransferorStep } from './step.ts';

/** What the far end of a leg says of a method or extension. */
export type Said = 'yes' | 'no' | 'unsaid';

/** Whether the far end takes REFER. */
export function knowsRefer(leg: LegFacts): Said {
  if (leg.peer.allow === undefined) return 'unsaid';
  return leg.peer.allow.includes('REFER') ? 'yes' : 'no';
}

/** Both legs are one dialog: a REFER would name the transferee's own call (transfer.md §2.1). */
export function sameDialog({ caller, target }: PairFacts): boolean {
  const [a, b] = [caller.dialog, target.dialog];
  return a.sipCallId === b.sipCallId && a.localTag === b.localTag && a.remoteTag === b.remoteTag;
}

/** The legs belong to two accounts whose servers differ: the transferee's server does not know the other dialog. */
export function crossesAccounts({ caller, target }: PairFacts): boolean {
  return caller.account !== target.account && nextHop(caller) !== nextHop(target);
}

function nextHop(leg: LegFacts): string {
  return (leg.nextHop ?? hostOf(leg.account)).toLowerCase();
}

/** Which leg gets the first REFER; undefined when the peers or the rules leave none. */
export function firstLeg(facts: PairFacts, rules: TransferRules): Leg | undefined {
  if (crossesAccounts(facts) && rules.acrossAccounts === 'bridge') return undefined;
  if (rules.protectTarget) return knowsRefer(facts.target) === 'no' ? undefined : 'target';
  if (knowsRefer(facts.caller) !== 'no') return 'caller';
  // RFC 5589 §7.4: the other leg gets the REFER when the caller's Allow lacks it.
  return knowsRefer(facts.target) === 'no' ? undefined : 'target';
}

/** First try of an attended transfer. */
export function attendedAttempt(facts: PairFacts, rules: TransferRules, rounds = 0): Attempt {
  // Where no leg is left and nobody may bridge, a peer that forgot REFER in its Allow still gets its chance.
  const leg = firstLeg(facts, rules) ?? (rules.protectTarget ? 'target' : 'caller');
  const crossing = crossesAccounts(facts);
  return {
    kind: 'attended',
    facts,
    blind: undefined,
    leg,
    form: referToForm(facts[leg], facts[otherLeg(leg)], rules, crossing),
    requireReplaces: rules.requireReplaces,
    manner: mannerFor(facts[leg]),
    withoutSubscription: !rules.referSub,
    round: rounds + 1,
    glares: 0,
    // transfer.md §10: across accounts one REFER is enough to learn whether the other server takes part.
    tried: { form: crossing, leg: crossing, wait: false, adapted: false },
    plainScheme: false,
    crossing,
    merged: false,
    early: 'no',
  };
}

/** The try of a blind transfer. */
export function blindAttempt(goal: BlindGoal, rounds = 0): Attempt {
  return {
    kind: 'blind',
    facts: undefined,
    blind: goal,
    leg: 'caller',
    form: 'aor',
    requireReplaces: false,
    manner: goal.caller === undefined ? 'in-dialog' : mannerFor(goal.caller),
    // Departs from transfer.md §2.8: without NOTIFYs a blind transfer has no evidence at all, so it always asks for them.
    withoutSubscription: false,
    round: rounds + 1,
    glares: 0,
    tried: { form: true, leg: true, wait: false, adapted: false },
    plainScheme: false,
    crossing: false,
    merged: false,
    early: 'no',
  };
}

/** Send the REFER of `attempt` and guard its answer. */
export function sendRefer(attempt: Attempt, standing: Standing, rules: TransferRules): TransferorStep {
  const conference = attempt.round === 1 ? conferenceLeg(attempt) : undefined;
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
      ...(conference === undefined ? [] : [{ type: 'note', word: 'conference', detail: conference } as const]),
    ],
  };
}

/** transfer.md §9.24: a conference or a mailbox is transferred like anybody, and said. */
function conferenceLeg({ facts }: Attempt): Leg | undefined {
  if (facts?.caller.peer.focus) return 'caller';
  return facts?.target.peer.focus ? 'target' : undefined;
}

/** Refer-To and Referred-By of an attempt, both without angle brackets. */
export function wording(attempt: Attempt): { readonly referTo: string; readonly referredBy: string } {
  const { referTo, referredBy } = asAsked(attempt);
  return { referTo: attempt.plainScheme ? referTo.replace(/^sips:/i, 'sip:') : referTo, referredBy };
}

function asAsked(attempt: Attempt): { readonly referTo: string; readonly referredBy: string } {
  if (attempt.blind !== undefined) return attempt.blind;
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

/** RFC 7647 §4: a peer whose Contact is a GRUU gets the REFER out of the dialog. */
export function mannerFor(leg: LegFacts): ReferManner {
  return leg.peer.gruu ? 'out-of-dialog' : 'in-dialog';
}

/**
 * transfer.md §2.4: a GRUU reaches one device from anywhere; a Contact at the transferee's own next hop or in the
 * domain of the address of record is the same machine; a public Contact routes; anything else needs the AOR.
 */
export function referToForm(
  transferee: LegFacts,
  goal: LegFacts,
  rules: TransferRules,
  crossing = false,
): 'contact' | 'aor' {
  // A Contact behind another server is that server's own business; only a GRUU is good anywhere.
  if (crossing) return goal.peer.gruu ? 'contact' : 'aor';
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
