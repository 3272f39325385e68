import { token } from '@switchhook/sans-io';
import type { CallId, EndCause } from '@switchhook/sip-core';
import type { BlindGoal, LegFacts, PairFacts, TransferEvent, TransferPair, TransferTimer } from '../src/index.ts';

/** The pair of an attended transfer. */
export const attendedPair: TransferPair = {
  transfer: token<'transfer'>('t-1'),
  caller: token<'call'>('c-1') as CallId,
  target: token<'call'>('c-2') as CallId,
};
/** The pair of a blind one. */
export const blindPair: TransferPair = { ...attendedPair, target: undefined };

/** Facts of a leg at a PBX, to be changed at will. */
export function legFacts(name: string, changes: Partial<LegFacts['peer']> = {}): LegFacts {
  return {
    dialog: { sipCallId: `${name}-id@h`, localTag: `${name}-local`, remoteTag: `${name}-remote` },
    peer: {
      party: { uri: `sip:${name}@example.com`, verified: true },
      target: `sip:${name}@192.0.2.5:5062`,
      allow: undefined,
      supported: undefined,
      gruu: false,
      focus: false,
      ...changes,
    },
    addressOfRecord: `sip:${name}@example.com`,
    account: 'sip:desk@example.com',
  };
}
export const facts: PairFacts = { caller: legFacts('caller'), target: legFacts('target') };

/** Another early dialog of the same call. */
export const forkedFacts: PairFacts = {
  ...facts,
  target: { ...facts.target, dialog: { ...facts.target.dialog, remoteTag: 'another' } },
};
/** Where an armed transfer goes when it turns blind. */
export const blindGoal: BlindGoal = { referTo: 'sip:target@example.com', referredBy: 'sip:desk@example.com' };

/** Every timer, checked against its union by the compiler. */
export const timers = Object.keys({
  'refer-answer': true,
  'first-notify': true,
  verdict: true,
  'subscription-end': true,
  'bye-evidence': true,
  'caller-bye': true,
  'bye-grace': true,
  'target-bye': true,
  retry: true,
} satisfies Record<TransferTimer, true>) as TransferTimer[];

const legs = ['caller', 'target'] as const;
const causes: readonly EndCause[] = [
  { by: 'remote', how: 'bye' },
  { by: 'remote', how: 'bye', reason: { protocol: 'Q.850', cause: 17 } },
  { by: 'local', how: 'bye' },
  { by: 'network', how: 'timeout', status: 408 },
];
const reinviteStatuses = [481, 488] as const;
const answerStatuses = [100, 200, 202, 302, 403, 405, 408, 420, 481, 491, 503] as const;
const sipfrags = [undefined, 100, 200, 404, 486] as const;

type Letters<Type extends TransferEvent['type']> = readonly ((
  round: number,
) => Extract<TransferEvent, { type: Type }>)[];

/**
 * Every event the machine can be given, with two values or more for each field that decides; `round` is that of the
 * REFER that is out, round 0 that of one long gone. A new case of TransferEvent does not compile until it stands here.
 */
export const alphabet: { readonly [Type in TransferEvent['type']]: Letters<Type> } = {
  complete: [() => ({ type: 'complete' }), () => ({ type: 'complete', blind: blindGoal })],
  cancel: [() => ({ type: 'cancel' })],
  swap: [() => ({ type: 'swap' })],
  merge: [() => ({ type: 'merge' })],
  bridge: [() => ({ type: 'bridge' })],
  held: legs.map((leg) => () => ({ type: 'held', leg })),
  'hold-refused': legs.flatMap((leg) =>
    reinviteStatuses.map((status) => () => ({ type: 'hold-refused', leg, status }) as const),
  ),
  resumed: legs.map((leg) => () => ({ type: 'resumed', leg })),
  'resume-refused': legs.flatMap((leg) =>
    reinviteStatuses.map((status) => () => ({ type: 'resume-refused', leg, status }) as const),
  ),
  'target-ringing': [
    () => ({ type: 'target-ringing' }),
    () => ({ type: 'target-ringing', facts }),
    () => ({ type: 'target-ringing', facts: forkedFacts }),
  ],
  'target-answered': [() => ({ type: 'target-answered', ...facts })],
  ended: legs.flatMap((leg) => causes.map((cause) => () => ({ type: 'ended', leg, cause }) as const)),
  'refer-answered': [
    ...answerStatuses.map((status) => (round: number) => answered(round, status)),
    (round) => answered(round, 200, { withoutSubscription: true }),
    (round) => answered(round, 503, { retryAfterMs: 3_000 }),
    (round) => answered(round, 503, { retryAfterMs: 60_000 }),
    () => answered(0, 200),
    () => answered(0, 403),
  ],
  notified: [
    ...sipfrags.flatMap((status) => [
      (round: number) => notified(round, status, 'active'),
      (round: number) => notified(round, status, 'terminated'),
    ]),
    (round) => notified(round, 180, 'pending', 60_000),
    (round) => notified(round, 180, 'active', 200_000),
    () => notified(0, 200, 'terminated'),
    () => notified(0, 486, 'terminated'),
    () => notified(0, undefined, 'terminated'),
  ],
  timer: timers.map((timer) => () => ({ type: 'timer', timer })),
};

/** A final answer to REFER number `round`. */
export function answered(
  round: number,
  status: number,
  more: { readonly withoutSubscription?: boolean; readonly retryAfterMs?: number } = {},
): Extract<TransferEvent, { type: 'refer-answered' }> {
  return { type: 'refer-answered', round, status, phrase: '', withoutSubscription: false, ...more };
}

/** A NOTIFY of REFER number `round`. */
export function notified(
  round: number,
  status: number | undefined,
  subscription: 'active' | 'pending' | 'terminated',
  expiresMs?: number,
): Extract<TransferEvent, { type: 'notified' }> {
  return {
    type: 'notified',
    round,
    status,
    phrase: '',
    subscription,
    ...(expiresMs === undefined ? {} : { expiresMs }),
  };
}
