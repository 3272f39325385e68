import { attendedAttempt, blindAttempt, crossesAccounts, sameDialog, wording } from './attempt.ts';
import type { BlindGoal, Leg, LegFacts, PairFacts, ReferManner, TransferRules } from './door.ts';
import { hostOf } from './refer-to.ts';
import type { Attempt } from './state.ts';
import { otherLeg } from './step.ts';
import { bridgeAtOnce, mayBridge, withOtherForm, withOtherLeg, withoutExtras } from './tries.ts';

/** What has to be true before a REFER can bring a transfer about, and what decides how it looks. */
export type PreconditionName =
  | 'caller-confirmed'
  | 'target-confirmed'
  | 'not-the-same-dialog'
  | 'tags-known'
  | 'refer-allowed'
  | 'replaces-supported'
  | 'gruu'
  | 'tdialog-supported'
  | 'no-transfer-pending'
  | 'accounts-equal'
  | 'not-a-conference'
  | 'form'
  | 'bridge-allowed';

/** One condition, as it is now. */
export interface Precondition {
  readonly name: PreconditionName;
  /** Undefined = the peer never said. */
  readonly holds: boolean | undefined;
  /** One sentence for a person who looks after the PBX. */
  readonly detail: string;
}

/** The REFER as it would go out now. */
export interface ExplainedRefer {
  /** The leg whose far end is asked, and what the Request-URI is. */
  readonly leg: Leg;
  readonly manner: ReferManner;
  readonly requestTarget: { readonly kind: 'remote-target' | 'gruu'; readonly uri: string };
  /** Which URI of the other party stands in Refer-To, and why. */
  readonly form: { readonly name: 'contact' | 'aor'; readonly why: string };
  /** Values without angle brackets. */
  readonly referTo: string;
  readonly referredBy: string;
  /** Further header fields that this transfer decides, as name and value; not those of every request. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** One try of the series: what is done when everything before it did not bring the transfer about. */
export interface ExplainedTry {
  readonly name: 'refer' | 'in-dialog' | 'adapted' | 'other-form' | 'other-leg' | 'bridge' | 'restore';
  /** After which answers it is tried; empty for the first. */
  readonly after: string;
  readonly detail: string;
}

/** What a transfer would do now; for a person to read, and for `transfer.explain`. */
export interface Explanation {
  /** Absent when none would be sent: the phone would bridge, or refuse. */
  readonly refer: ExplainedRefer | undefined;
  readonly preconditions: readonly Precondition[];
  /** In order; the last is always `restore`: both calls back with the person. */
  readonly tries: readonly ExplainedTry[];
}

/** How far the transfer is, as only the phone knows it. */
export interface ExplainNow {
  /** The try that is out, or comes next; absent = the first one. */
  readonly attempt?: Attempt;
  /** False while the target rings. */
  readonly targetConfirmed: boolean;
  /** A REFER is out and has no verdict: none is sent before it has. */
  readonly pending: boolean;
}

/** What an attended transfer over two calls would do now, by the tables that the machine itself uses. */
export function explain(facts: PairFacts, rules: TransferRules, now: ExplainNow): Explanation {
  const attempt = now.attempt ?? attendedAttempt(facts, rules);
  const barred = sameDialog(facts) || (now.attempt === undefined && bridgeAtOnce(facts, rules));
  return {
    refer: barred || now.pending ? undefined : referOf(attempt, facts[attempt.leg], formOf(attempt, facts, rules)),
    preconditions: preconditionsOf(attempt, facts, rules, now),
    tries: barred ? lastTries(attempt, rules, sameDialog(facts), 'at once') : triesOf(attempt, rules),
  };
}

/** What a blind transfer would do now. */
export function explainBlind(goal: BlindGoal, now: Pick<ExplainNow, 'pending'>): Explanation {
  const attempt = blindAttempt(goal);
  const { caller } = goal;
  const form = { name: 'aor', why: 'the number that was dialled' } as const;
  return {
    refer: caller === undefined || now.pending ? undefined : referOf(attempt, caller, form),
    preconditions: [
      fact(
        'caller-confirmed',
        caller !== undefined,
        'the caller has been answered',
        'the caller has not been answered',
      ),
      ...(caller === undefined
        ? []
        : [referAllowed('caller', caller), gruuOf('caller', caller), tdialogOf('caller', caller)]),
      pendingOf(now.pending),
    ],
    tries: [
      { name: 'refer', after: '', detail: 'REFER to the caller, without Replaces' },
      ...inDialogTry(attempt),
      { name: 'restore', after: 'any other refusal', detail: 'the caller is back with you' },
    ],
  };
}

function referOf(attempt: Attempt, transferee: LegFacts, form: ExplainedRefer['form']): ExplainedRefer {
  const { dialog, peer } = transferee;
  const outOfDialog = attempt.manner === 'out-of-dialog';
  return {
    leg: attempt.leg,
    manner: attempt.manner,
    requestTarget: { kind: outOfDialog ? 'gruu' : 'remote-target', uri: peer.target },
    form,
    ...wording(attempt),
    headers: [
      // RFC 4538 §3: both tags as the receiver sees them.
      ...(outOfDialog
        ? [
            [
              'Target-Dialog',
              `${dialog.sipCallId};local-tag=${dialog.remoteTag};remote-tag=${dialog.localTag}`,
            ] as const,
            ['Require', 'tdialog'] as const,
          ]
        : []),
      ...(attempt.withoutSubscription ? [['Refer-Sub', 'false'] as const] : []),
    ],
  };
}

/** Why the machine writes this URI (`referToForm` of attempt.ts). */
function formOf(attempt: Attempt, facts: PairFacts, rules: TransferRules): ExplainedRefer['form'] {
  const [transferee, goal] = [facts[attempt.leg], facts[otherLeg(attempt.leg)]];
  const name = attempt.form;
  const host = hostOf(goal.peer.target);
  const because = (why: string) => ({ name, why });
  if (attempt.tried.form && !attempt.crossing) return because('the other form was tried before');
  if (attempt.crossing)
    return because(goal.peer.gruu ? 'a GRUU is good behind any server' : 'the legs belong to two servers');
  if (rules.referToSource !== 'auto') return because(`the rules of this exchange say ${rules.referToSource}`);
  if (goal.peer.gruu) return because('its Contact is a GRUU, which reaches it from anywhere');
  if (host === hostOf(transferee.peer.target)) return because(`both Contacts are at ${host}`);
  if (host === hostOf(goal.addressOfRecord)) return because(`its Contact is at ${host}, the host of its address`);
  return because(
    name === 'contact' ? `its Contact at ${host} is public` : `its Contact at ${host} means nothing elsewhere`,
  );
}

function preconditionsOf(attempt: Attempt, facts: PairFacts, rules: TransferRules, now: ExplainNow): Precondition[] {
  const { leg } = attempt;
  const goal = otherLeg(leg);
  const focus = facts.caller.peer.focus || facts.target.peer.focus;
  const crossing = crossesAccounts(facts);
  const form = formOf(attempt, facts, rules);
  return [
    fact('caller-confirmed', true, 'the caller has been answered', ''),
    fact('target-confirmed', now.targetConfirmed, 'the target has answered', 'the target has not answered'),
    fact(
      'not-the-same-dialog',
      !sameDialog(facts),
      'caller and target are two calls',
      'both calls are one dialog: a REFER would name its own call',
    ),
    fact(
      'tags-known',
      hasTags(facts.caller) && hasTags(facts.target),
      'both calls have both tags, so Replaces can name them',
      'a call lacks a tag: Replaces cannot name it',
    ),
    referAllowed(leg, facts[leg]),
    said('replaces-supported', goal, facts[goal].peer.supported, 'replaces', 'Supported'),
    gruuOf(leg, facts[leg]),
    tdialogOf(leg, facts[leg]),
    pendingOf(now.pending),
    fact(
      'accounts-equal',
      !crossing,
      'both calls run through one server',
      `the calls run through two servers (${facts.caller.account} and ${facts.target.account}): neither knows the other's call`,
    ),
    fact('not-a-conference', !focus, 'neither side is a conference', 'one side is a conference: it may refuse'),
    { name: 'form', holds: true, detail: `Refer-To holds the ${goal}'s ${formWord(form.name)}: ${form.why}` },
    fact(
      'bridge-allowed',
      rules.localBridge === 'auto',
      'the phone may join the two itself when nothing else is left',
      rules.localBridge === 'ask'
        ? 'the phone joins the two only when you ask it to'
        : 'the phone never joins the two itself',
    ),
  ];
}

function triesOf(attempt: Attempt, rules: TransferRules): ExplainedTry[] {
  const tries: ExplainedTry[] = [
    { name: 'refer', after: '', detail: `REFER to the ${attempt.leg}, ${formWord(attempt.form)} in Refer-To` },
    ...inDialogTry(attempt),
  ];
  if (withoutExtras(attempt, 416) !== undefined)
    tries.push({
      name: 'adapted',
      after: 'REFER 400, 416, 420, 421, 488, 606',
      detail: 'once without Require=replaces, tdialog and Refer-Sub, and with sip: for sips: after 416',
    });
  const form = withOtherForm(attempt, rules);
  if (form !== undefined)
    tries.push({
      name: 'other-form',
      after: 'NOTIFY 403, 404, 408, 480, 481, 604',
      detail: `the same with the ${formWord(form.form)} in Refer-To: ${wording(form).referTo.split('?')[0]}`,
    });
  const leg = withOtherLeg(attempt, rules);
  if (leg !== undefined)
    tries.push({
      name: 'other-leg',
      after: 'REFER 405, 420, 489, 501, 513; NOTIFY 404, 481',
      detail: `REFER to the ${leg.leg}, with the other call in Replaces`,
    });
  return [...tries, ...lastTries(attempt, rules, false, 'the same answers to the last try')];
}

function inDialogTry(attempt: Attempt): ExplainedTry[] {
  if (attempt.manner !== 'out-of-dialog') return [];
  const after = 'REFER 3xx, 403, 404, 405, 408, 420, 480, 481, 501, 603';
  return [{ name: 'in-dialog', after, detail: 'the same inside the dialog of the call' }];
}

function lastTries(attempt: Attempt, rules: TransferRules, sameCall: boolean, after: string): ExplainedTry[] {
  const bridge: ExplainedTry = {
    name: 'bridge',
    after,
    detail: 'the phone joins the two itself and stays in both calls',
  };
  const restore: ExplainedTry = { name: 'restore', after: 'any other refusal', detail: 'both calls are back with you' };
  return !sameCall && mayBridge(attempt, rules) ? [bridge, restore] : [restore];
}

function fact(name: PreconditionName, holds: boolean, yes: string, no: string): Precondition {
  return { name, holds, detail: holds ? yes : no };
}

function pendingOf(pending: boolean): Precondition {
  return fact('no-transfer-pending', !pending, 'no other REFER is out', 'a REFER is out and has no verdict yet');
}

function referAllowed(leg: Leg, facts: LegFacts): Precondition {
  return said('refer-allowed', leg, facts.peer.allow, 'REFER', 'Allow');
}

function gruuOf(leg: Leg, { peer }: LegFacts): Precondition {
  return fact(
    'gruu',
    peer.gruu,
    `the ${leg}'s Contact is a GRUU: the REFER goes out of the dialog`,
    `the ${leg}'s Contact is no GRUU: the REFER goes inside the dialog, which is usual`,
  );
}

function tdialogOf(leg: Leg, { peer }: LegFacts): Precondition {
  return said('tdialog-supported', leg, peer.supported, 'tdialog', 'Supported');
}

function said(
  name: PreconditionName,
  leg: Leg,
  list: readonly string[] | undefined,
  word: string,
  field: string,
): Precondition {
  if (list === undefined) return { name, holds: undefined, detail: `the ${leg}'s side never sent ${field}` };
  const holds = list.includes(word);
  return { name, holds, detail: `the ${leg}'s ${field} ${holds ? 'has' : 'lacks'} ${word}` };
}

function hasTags({ dialog }: LegFacts): boolean {
  return dialog.localTag !== '' && dialog.remoteTag !== '';
}

function formWord(form: 'contact' | 'aor'): string {
  return form === 'contact' ? 'Contact' : 'address of record';
}
