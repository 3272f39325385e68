import type { Leg, ReferManner } from './door.ts';

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
  readonly name: 'refer' | 'in-dialog' | 'other-form' | 'other-leg' | 'bridge' | 'restore';
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
