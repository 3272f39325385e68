/** The answer to `transfer.explain`: the REFER that would be sent now, why, and what would be tried after it. */
export interface TransferExplanation {
  /** Null when no transfer is under way. */
  readonly transferId: string | null;
  readonly kind: 'attended' | 'blind' | null;
  /** Where the transfer is: a TransferState name, kebab-case. */
  readonly state: string | null;
  /** What is missing, and what to press. Empty when `refer` says it all. */
  readonly advice: readonly string[];
  /** Null when none would be sent now. */
  readonly refer: ExplainedMessage | null;
  readonly preconditions: readonly {
    readonly name: string;
    /** Null = the far end never said. */
    readonly holds: boolean | null;
    readonly detail: string;
  }[];
  /** In order: the REFER above, then what is done when it does not bring the transfer about. */
  readonly tries: readonly { readonly name: string; readonly after: string; readonly detail: string }[];
}

/** A REFER before it is sent. */
export interface ExplainedMessage {
  /** The leg whose far end is asked. */
  readonly leg: 'caller' | 'target';
  readonly callId: string | null;
  readonly manner: 'in-dialog' | 'out-of-dialog';
  readonly requestUri: string;
  /** Which URI of the other party stands in Refer-To, and why. */
  readonly form: 'contact' | 'aor';
  readonly why: string;
  /** The header fields that the transfer decides, as name and value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}
