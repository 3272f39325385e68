import {
  type CallOut,
  parseNameAddr,
  parseReplaces,
  parseUri,
  type ReferId,
  type UserAgentIn,
} from '@switchhook/sip-core';
import type { Leg, Legs } from './legs.ts';

/** What a swap needs of its exchange. */
export interface SwapPorts {
  readonly say: (leg: Leg, input: UserAgentIn) => void;
  readonly dial: (user: string, from: string, body: string | undefined) => Leg | undefined;
  /** After a transfer both legs of whoever asked for it are ended at once. */
  readonly endsBothLegs: boolean;
}

/**
 * A transfer that the exchange carries out.
 *
 * ```
 *  attended: asking-target ──answered──► asking-caller ──answered──► joined: NOTIFY 200, BYE on the consult leg
 *  blind:    ringing ──answered──► asking-caller ──answered──► joined: NOTIFY 200
 *  any refusal, or a leg that goes: NOTIFY with its status, everything as it was
 * ```
 */
interface Swap {
  stage: 'ringing' | 'asking-target' | 'asking-caller';
  readonly refer: ReferId;
  /** The leg on which REFER came, and the consult leg of the same phone, if any. */
  readonly near: Leg;
  readonly consult: Leg | undefined;
  readonly caller: Leg;
  readonly target: Leg;
}

type Event = Exclude<CallOut, { readonly type: 'incoming' }>;

/** All transfers that are being carried out. */
export class Swaps {
  readonly #legs: Legs;
  readonly #ports: SwapPorts;
  readonly #running = new Set<Swap>();

  constructor(legs: Legs, ports: SwapPorts) {
    this.#legs = legs;
    this.#ports = ports;
  }

  /** REFER came on `near`, which has a far leg. */
  start(near: Leg, refer: ReferId, referTo: string) {
    const named = parseNameAddr(referTo);
    const uri = named.ok ? parseUri(named.value.uri) : undefined;
    const answer = (status: number) => this.#ports.say(near, { type: 'answer-refer', refer, status });
    const caller = near.far;
    if (uri?.ok !== true || caller?.answered !== true || this.#of(near) !== undefined) return answer(400);
    // Somebody else is transferring this call just now: one after the other.
    if (this.#of(caller) !== undefined) return answer(491);
    const value = [...uri.value.headers].find(([name]) => name.toLowerCase() === 'replaces')?.[1];
    if (value === undefined) {
      answer(202);
      return this.#blind(near, refer, caller, uri.value.user ?? '');
    }
    const replaces = parseReplaces(value);
    const consult = replaces.ok ? this.#legs.named(replaces.value) : undefined;
    const target = consult?.far;
    if ([consult, target].some((leg) => leg !== undefined && this.#of(leg) !== undefined)) return answer(491);
    answer(202);
    if (consult === near || target?.answered !== true || caller.sdp === undefined) {
      return this.#ports.say(near, { type: 'report-refer', refer, status: 481 });
    }
    this.#running.add({ stage: 'asking-target', refer, near, consult, caller, target });
    target.shows = caller.trunk.user;
    this.#ports.say(target, { type: 'offer', call: target.call, body: target.dressing.dress(caller.sdp, true) });
  }

  /** Whether the event belonged to a swap; if not, it is relayed as usual. */
  take(leg: Leg, event: Event): boolean {
    const swap = this.#of(leg);
    if (swap === undefined) return false;
    if (event.type === 'ended') return this.#gone(swap, leg, event.cause.status ?? 480);
    // The answer to an offer that was relayed before the swap began.
    if (leg.asked !== undefined) return false;
    if (event.type === 'offered') {
      this.#ports.say(leg, { type: 'refuse-offer', call: leg.call, offer: event.offer, status: 491 });
      return true;
    }
    if (event.type === 'progress' && leg === swap.target) {
      this.#ports.say(swap.near, { type: 'report-refer', refer: swap.refer, status: event.status });
      return true;
    }
    if (event.type === 'offer-refused' && (leg === swap.target || leg === swap.caller)) {
      this.#fail(swap, event.status);
      return true;
    }
    const agreed = event.type === 'offer-answered' || (event.type === 'answered' && swap.stage === 'ringing');
    if (!agreed || event.body === undefined) return false;
    leg.sdp = event.body;
    if (event.type === 'answered') {
      leg.answered = true;
      leg.dialog = event.dialog;
    }
    if (leg === swap.target) this.#askCaller(swap, event.body);
    else if (leg === swap.caller) this.#joined(swap);
    return true;
  }

  #blind(near: Leg, refer: ReferId, caller: Leg, user: string) {
    const target = this.#ports.dial(user, caller.trunk.user, caller.sdp);
    if (target === undefined) return this.#ports.say(near, { type: 'report-refer', refer, status: 404 });
    this.#running.add({ stage: 'ringing', refer, near, consult: undefined, caller, target });
  }

  #askCaller(swap: Swap, answer: string): void {
    swap.stage = 'asking-caller';
    const { caller, target } = swap;
    caller.shows = target.trunk.user;
    this.#ports.say(caller, { type: 'offer', call: caller.call, body: caller.dressing.dress(answer, true) });
  }

  #joined(swap: Swap): void {
    const { near, consult, caller, target, refer } = swap;
    this.#running.delete(swap);
    near.far = undefined;
    if (consult !== undefined) consult.far = undefined;
    this.#legs.join(caller, target);
    this.#ports.say(near, { type: 'report-refer', refer, status: 200 });
    if (consult !== undefined) this.#ports.say(consult, { type: 'hangup', call: consult.call });
    if (this.#ports.endsBothLegs) this.#ports.say(near, { type: 'hangup', call: near.call });
  }

  /** Somebody did not want: the phone hears of it, and the target is given back to it. */
  #fail(swap: Swap, status: number): void {
    const { near, consult, caller, target, refer, stage } = swap;
    this.#running.delete(swap);
    caller.shows = near.trunk.user;
    target.shows = near.trunk.user;
    this.#ports.say(near, { type: 'report-refer', refer, status: status >= 300 ? status : 480 });
    const end = (leg: Leg) => this.#ports.say(leg, { type: 'hangup', call: leg.call });
    if (consult?.far === undefined) end(target);
    else if (stage === 'asking-caller' && consult.sdp !== undefined) {
      this.#ports.say(target, { type: 'offer', call: target.call, body: target.dressing.dress(consult.sdp) });
    }
    if (near.far === undefined) end(caller);
  }

  /** A leg has gone; true = nobody else is to be hung up for it. */
  #gone(swap: Swap, leg: Leg, status: number): boolean {
    // The phone that asked has left: what it asked for goes on without it (transfer.md §7.7).
    if (leg === swap.near || leg === swap.consult) {
      const far = leg.far;
      this.#legs.drop(leg);
      if (far !== undefined) far.far = undefined;
      leg.far = undefined;
      return true;
    }
    const { consult, target, stage } = swap;
    this.#fail(swap, status);
    // The target was being told to send its sound to who has gone: back to the phone that had rung it.
    if (stage === 'asking-target' && leg !== target && consult?.far !== undefined && consult.sdp !== undefined) {
      this.#ports.say(target, { type: 'offer', call: target.call, body: target.dressing.dress(consult.sdp) });
    }
    return false;
  }

  #of(leg: Leg): Swap | undefined {
    for (const swap of this.#running) {
      if (leg === swap.near || leg === swap.consult || leg === swap.caller || leg === swap.target) return swap;
    }
    return undefined;
  }
}
