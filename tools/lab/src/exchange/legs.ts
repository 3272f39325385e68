import type { Millis } from '@switchhook/sans-io';
import type { CallId, DialogIdentity, OfferId, Replaces } from '@switchhook/sip-core';
import type { Trunk } from './b2bua.ts';
import { Dressing } from './dressing.ts';

/** One call of the exchange with one phone. */
export interface Leg {
  readonly call: CallId;
  readonly trunk: Trunk;
  /** `up`: the phone called us. `down`: we called the phone. */
  readonly side: 'up' | 'down';
  readonly dressing: Dressing;
  far: Leg | undefined;
  /** Call-ID of its dialog, from the first message on. */
  sipCallId: string | undefined;
  /** The extension that the phone is told it is connected with. */
  shows: string | undefined;
  answered: boolean;
  /** When the exchange gives up a phone that only rings. */
  ringsUntil: Millis;
  dialog: DialogIdentity | undefined;
  /** The last SDP that the phone sent. */
  sdp: string | undefined;
  /** Whose offer was put to this leg and waits for its answer. */
  asked: { readonly by: Leg; readonly offer: OfferId } | undefined;
}

/** All legs of the exchange, and who is joined with whom. */
export class Legs {
  readonly #legs = new Map<CallId, Leg>();
  #sessions = 0;

  get size(): number {
    return this.#legs.size;
  }

  /** `ringsUntil`: see `Leg`; a phone that called us may wait for as long as it likes. */
  add(call: CallId, trunk: Trunk, side: 'up' | 'down', ringsUntil: Millis = Number.POSITIVE_INFINITY): Leg {
    const leg: Leg = {
      call,
      trunk,
      side,
      dressing: new Dressing(++this.#sessions),
      far: undefined,
      sipCallId: undefined,
      shows: undefined,
      answered: false,
      ringsUntil,
      dialog: undefined,
      sdp: undefined,
      asked: undefined,
    };
    this.#legs.set(call, leg);
    return leg;
  }

  /** When the next phone has rung for too long. */
  get deadline(): Millis | undefined {
    let first = Number.POSITIVE_INFINITY;
    for (const leg of this.#legs.values()) if (!leg.answered && leg.ringsUntil < first) first = leg.ringsUntil;
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  /** Phones that have rung for too long at `now`. */
  overdue(now: Millis): readonly Leg[] {
    return [...this.#legs.values()].filter((leg) => !leg.answered && leg.ringsUntil <= now);
  }

  find(call: CallId): Leg | undefined {
    return this.#legs.get(call);
  }

  /** The leg of `trunk` whose dialog has that Call-ID. */
  of(trunk: Trunk, sipCallId: string): Leg | undefined {
    for (const leg of this.#legs.values()) if (leg.trunk === trunk && leg.sipCallId === sipCallId) return leg;
    return undefined;
  }

  /** The leg that Replaces names: its to-tag is our local tag (RFC 3891 §3). All three must fit. */
  named(replaces: Replaces): Leg | undefined {
    for (const leg of this.#legs.values()) {
      const dialog = leg.dialog;
      if (dialog === undefined || dialog.sipCallId !== replaces.callId) continue;
      if (dialog.localTag === replaces.toTag && dialog.remoteTag === replaces.fromTag) return leg;
    }
    return undefined;
  }

  join(one: Leg, other: Leg): void {
    one.far = other;
    other.far = one;
    one.shows = other.trunk.user;
    other.shows = one.trunk.user;
  }

  /** Take it out; whoever was joined with it stands alone. */
  drop(leg: Leg): void {
    this.#legs.delete(leg.call);
    if (leg.far?.far === leg) leg.far.far = undefined;
  }
}
