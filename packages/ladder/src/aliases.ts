import type { LadderStep } from './ladder.ts';

/** Short names for long identifiers, given in the order in which they first appear: `C1`, `T3`. */
export class Aliases {
  readonly #names = new Map<string, string>();
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The alias of `text`, made when it is new. */
  of(text: string): string {
    let alias = this.#names.get(text);
    if (alias === undefined) {
      alias = `${this.#prefix}${this.#names.size + 1}`;
      this.#names.set(text, alias);
    }
    return alias;
  }
}

/** What a step says besides its name: SDP direction, Refer-To, Replaces, Event, Subscription-State, sipfrag. */
export function detailsOf(step: LadderStep, calls: Aliases): string[] {
  const details: string[] = [];
  if (step.sdp !== undefined) details.push(`sdp ${step.sdp}`);
  if (step.referTo !== undefined) details.push(`Refer-To ${step.referTo.user || step.referTo.uri}`);
  if (step.replaces !== undefined) details.push(`Replaces ${calls.of(step.replaces.split(';')[0]!.trim())}`);
  if (step.event !== undefined) details.push(`Event ${step.event}`);
  if (step.subscription !== undefined) details.push(step.subscription.replaceAll(' ', ''));
  if (step.sipfrag !== undefined) details.push(`sipfrag ${step.sipfrag}`);
  return details;
}

/** What stands on the arrow: the method, or status and phrase. */
export function captionOf(step: LadderStep): string {
  if (step.method === undefined) return `${step.status} ${step.rest}`.trim();
  if (step.method === 'INVITE' && step.toTag !== undefined) return 're-INVITE';
  return step.method;
}
