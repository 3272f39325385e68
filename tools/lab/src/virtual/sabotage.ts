import { type Core, earliest, type Millis } from '@switchhook/sans-io';
import type { CallId, UserAgentIn, UserAgentOut } from '@switchhook/sip-core';

/** Each breaks one promise of DESIGN "Transfer, the heart", from outside: the phone's own code stays as it is. */
export const SABOTAGES = [
  'early-bye',
  'bye-on-202',
  'drop-on-failure',
  'drop-on-silence',
  'no-way-back',
  'deaf-after-bye',
  'bridge-loses-a-leg',
  'merge-loses-a-leg',
] as const;
export type Sabotage = (typeof SABOTAGES)[number];

type Agent = Core<UserAgentIn, UserAgentOut>;

/** What a sabotage does with inputs and outputs of the receptionist's user agent. */
class Saboteur implements Core<UserAgentIn, UserAgentOut> {
  readonly #agent: Agent;
  readonly #kind: Sabotage;
  readonly #callOf = new Map<string, CallId>();
  readonly #answered = new Set<CallId>();
  readonly #held = new Set<CallId>();
  #referred: 'not' | 'asked' | 'refused' = 'not';
  #silenceAt: Millis | undefined;
  #silent: CallId | undefined;
  #ended = false;

  constructor(agent: Agent, kind: Sabotage) {
    this.#agent = agent;
    this.#kind = kind;
  }

  get deadline(): Millis | undefined {
    return earliest(this.#agent.deadline, this.#silenceAt);
  }

  wake(now: Millis): readonly UserAgentOut[] {
    const outs = this.#watch(this.#agent.wake(now), now);
    if (this.#silenceAt === undefined || this.#silenceAt > now) return outs;
    this.#silenceAt = undefined;
    return this.#silent === undefined ? outs : [...outs, ...this.#hangUp(this.#silent, now)];
  }

  receive(input: UserAgentIn, now: Millis): readonly UserAgentOut[] {
    if (input.type === 'refer') {
      this.#callOf.set(input.refer, input.call);
      this.#referred = 'asked';
    }
    if (input.type === 'offer') {
      if (/^a=(sendonly|inactive)/m.test(input.body)) this.#held.add(input.call);
      else this.#held.delete(input.call);
    }
    if (this.#kind === 'no-way-back' && input.type === 'offer' && !/^a=(sendonly|inactive)/m.test(input.body))
      return [];
    if (this.#kind === 'deaf-after-bye' && input.type === 'received') {
      const text = new TextDecoder().decode(input.bytes.subarray(0, 8));
      if (this.#ended && text.startsWith('NOTIFY')) return [];
    }
    return this.#watch(this.#agent.receive(input, now), now);
  }

  #watch(outs: readonly UserAgentOut[], now: Millis): readonly UserAgentOut[] {
    const all: UserAgentOut[] = [];
    for (const out of outs) {
      all.push(out);
      if (out.type === 'answered') this.#answered.add(out.call);
      if (out.type === 'ended' && this.#answered.delete(out.call)) this.#ended = true;
      if (out.type === 'offer-answered') all.push(...this.#joined(out.call, now));
      if (out.type === 'refer-answered' || out.type === 'refer-notified') all.push(...this.#react(out, now));
    }
    return all;
  }

  #react(
    out: UserAgentOut & { readonly type: 'refer-answered' | 'refer-notified' },
    now: Millis,
  ): readonly UserAgentOut[] {
    const call = this.#callOf.get(out.refer);
    const status = out.status ?? 0;
    if (call === undefined) return [];
    const success = status >= 200 && status < 300;
    switch (this.#kind) {
      case 'early-bye':
        return out.type === 'refer-notified' && status < 200 ? this.#hangUp(call, now) : [];
      case 'bye-on-202':
        return out.type === 'refer-answered' && success ? this.#hangUp(call, now) : [];
      case 'drop-on-failure':
        return status >= 300 ? this.#hangUp(call, now) : [];
      case 'drop-on-silence':
        if (out.type === 'refer-answered' && success) [this.#silenceAt, this.#silent] = [now + 20_000, call];
        if (out.type === 'refer-notified' && status >= 200) this.#silenceAt = undefined;
        return [];
      case 'no-way-back':
      case 'deaf-after-bye':
      case 'merge-loses-a-leg':
        return [];
      case 'bridge-loses-a-leg':
        if (status >= 300) this.#referred = 'refused';
        return [];
      default:
        throw this.#kind satisfies never;
    }
  }

  /** Two calls that are both let talk were joined by the phone: as a bridge after a REFER that failed, else as a conference. */
  #joined(call: CallId, now: Millis): readonly UserAgentOut[] {
    const wanted =
      this.#kind === 'bridge-loses-a-leg' ? 'refused' : this.#kind === 'merge-loses-a-leg' ? 'not' : undefined;
    if (this.#referred !== wanted || this.#held.has(call)) return [];
    const other = [...this.#answered].find((one) => one !== call && !this.#held.has(one));
    return other === undefined ? [] : this.#hangUp(other, now);
  }

  #hangUp(call: CallId, now: Millis): readonly UserAgentOut[] {
    return this.#watch(this.#agent.receive({ type: 'hangup', call }, now), now);
  }
}

/** The receptionist's user agent with one promise broken. */
export function sabotaged(agent: Agent, kind: Sabotage | undefined): Agent {
  return kind === undefined ? agent : new Saboteur(agent, kind);
}
