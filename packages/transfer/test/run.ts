import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { CallId, EndCause } from '@switchhook/sip-core';
import type { LegFacts, PairFacts, TransferEffect, TransferEvent, TransferPair, TransferRules } from '../src/door.ts';
import { transferRules } from '../src/rules.ts';
import type { TransferState } from '../src/state.ts';
import { startAttended, startBlind, startJoin, transferStep } from '../src/transferor.ts';

export const pair: TransferPair = {
  transfer: token<'transfer'>('t'),
  caller: token<'call'>('caller') as CallId,
  target: token<'call'>('target') as CallId,
};
export const blindPair: TransferPair = { ...pair, target: undefined };
export const goal = { referTo: 'sip:300@pbx.example', referredBy: 'sip:100@pbx.example' };

export function leg(name: string, host: string, allow?: readonly string[], gruu = false): LegFacts {
  return {
    dialog: { sipCallId: `${name}@id`, localTag: `${name}L`, remoteTag: `${name}R` },
    peer: {
      party: { uri: `sip:${name}@pbx.example`, verified: true },
      target: `sip:${name}@${host}:5062`,
      allow,
      supported: undefined,
      gruu,
      focus: false,
    },
    addressOfRecord: `sip:${name}@pbx.example`,
    account: 'sip:100@pbx.example',
  };
}
export const facts: PairFacts = { caller: leg('200', '192.0.2.1'), target: leg('300', '192.0.2.2') };
export const bye: EndCause = { by: 'remote', how: 'bye' };

/** A transfer that is fed events and remembers what it said. */
export class Run {
  state: TransferState;
  readonly effects: TransferEffect[] = [];
  last: readonly TransferEffect[];
  readonly pair: TransferPair;
  readonly rules: TransferRules;

  constructor(
    start: { state: TransferState; effects: readonly TransferEffect[] },
    of: TransferPair,
    rules = transferRules(),
  ) {
    this.state = start.state;
    this.last = start.effects;
    this.effects.push(...start.effects);
    this.pair = of;
    this.rules = rules;
  }

  feed(...events: readonly TransferEvent[]): this {
    for (const event of events) {
      const step = transferStep(this.state, event, this.pair, this.rules);
      this.state = step.state;
      this.last = step.effects;
      this.effects.push(...step.effects);
    }
    return this;
  }

  get outcome() {
    const said = this.effects.flatMap((effect) => (effect.type === 'outcome' ? [effect.outcome] : []));
    assert.ok(said.length <= 1, 'one outcome');
    return said[0];
  }

  get refers() {
    return this.effects.flatMap((effect) => (effect.type === 'refer' ? [effect] : []));
  }

  /** What was done last, in short. */
  get did(): string[] {
    return this.last
      .filter((effect) => !effect.type.endsWith('timer') && effect.type !== 'outcome' && effect.type !== 'note')
      .map((effect) => ('leg' in effect ? `${effect.type} ${effect.leg}` : 'why' in effect ? effect.why : effect.type));
  }

  timer(name: string): number | undefined {
    const set = this.effects.filter((effect) => effect.type === 'set-timer' && effect.timer === name).at(-1);
    return set?.type === 'set-timer' ? set.afterMs : undefined;
  }
}

export const referred = (
  status: number,
  more: { round?: number; retryAfterMs?: number; withoutSubscription?: boolean } = {},
): TransferEvent => ({
  type: 'refer-answered',
  round: 1,
  phrase: '',
  withoutSubscription: false,
  status,
  ...more,
});
export const notify = (
  status: number | undefined,
  subscription: 'active' | 'pending' | 'terminated' = 'active',
  more: { round?: number; expiresMs?: number } = {},
): TransferEvent => ({ type: 'notified', round: 1, phrase: '', status, subscription, ...more });
export const held = (which: 'caller' | 'target'): TransferEvent => ({ type: 'held', leg: which });
export const ended = (which: 'caller' | 'target', cause: EndCause = bye): TransferEvent => ({
  type: 'ended',
  leg: which,
  cause,
});
export const rings = (timer: Extract<TransferEvent, { type: 'timer' }>['timer']): TransferEvent => ({
  type: 'timer',
  timer,
});
export const complete: TransferEvent = { type: 'complete' };
export const cancel: TransferEvent = { type: 'cancel' };
export const swap: TransferEvent = { type: 'swap' };
export const merge: TransferEvent = { type: 'merge' };
export const bridge: TransferEvent = { type: 'bridge' };
export const resumed = (which: 'caller' | 'target'): TransferEvent => ({ type: 'resumed', leg: which });
export const resumeRefused = (which: 'caller' | 'target', status: number): TransferEvent => ({
  type: 'resume-refused',
  leg: which,
  status,
});
export const answered: TransferEvent = { type: 'target-answered', ...facts };

export const attended = (rules?: TransferRules) => new Run(startAttended(pair), pair, rules);
export const consulting = (rules?: TransferRules) =>
  attended(rules).feed(held('caller'), { type: 'target-ringing' }, answered);
export const referring = (rules?: TransferRules) => consulting(rules).feed(complete, held('target'));
export const watching = (rules?: TransferRules) => referring(rules).feed(referred(202));
export const blind = (rules?: TransferRules) =>
  new Run(startBlind(blindPair, goal), blindPair, rules).feed(held('caller'));
/** Over two calls that stand, the target talking; `complete` has been pressed and the target is held where the rules say so. */
export const joined = (of: PairFacts, rules?: TransferRules) => new Run(startJoin(pair, of, 'target'), pair, rules);
/** Legs without REFER in their Allow. */
export const withoutRefer: readonly string[] = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'NOTIFY'];
