import { token } from '@switchhook/sans-io';
import {
  decideReplaces,
  defaultTargetPolicy,
  defaultTransfereePolicy,
  edgeOf,
  parseReferTo,
  type ReferRequest,
  type ReferredTarget,
  type ReplacedCall,
  replacesEdge,
  startReferred,
  type TransfereeEvent,
  type TransfereeState,
  transfereeStep,
} from '../src/index.ts';

/** A Refer-To that can be read. */
function parsed(referTo: string): ReferredTarget {
  const read = parseReferTo(referTo, false);
  if (!read.ok) throw new Error(read.fault);
  return read.value;
}

const account = token<'account'>('desk');
const target = parsed('<sip:300@example.com>');
const request: ReferRequest = {
  referTo: '<sip:300@example.com>',
  referredBy: undefined,
  call: token<'call'>('c-1'),
  account,
  peer: 'sip:b@example.com',
  trusted: true,
  pendingOnCall: 0,
  chained: 0,
};
const outside: ReferRequest = { ...request, call: undefined };

/** Every event of the transferee; a new one does not compile until it stands here. */
const heard: { readonly [Type in TransfereeEvent['type']]: readonly Extract<TransfereeEvent, { type: Type }>[] } = {
  approved: [{ type: 'approved' }],
  declined: [{ type: 'declined' }],
  'hang-up': [{ type: 'hang-up' }],
  progress: [100, 180, 183].map((status) => ({ type: 'progress', status })),
  answered: [{ type: 'answered' }],
  failed: [{ type: 'failed', cause: { by: 'remote', how: 'response', status: 486 } }],
  'transferor-ended': [{ type: 'transferor-ended' }],
  timer: [
    { type: 'timer', timer: 'ask' },
    { type: 'timer', timer: 'bye' },
  ],
};

/** Every edge that the transferee can take, from a REFER in a call and from one outside, asked about or not. */
export function transfereeEdges(): ReadonlySet<string> {
  const found = new Set<string>();
  for (const asked of [request, outside]) {
    for (const name of ['ask', 'accept'] as const) {
      const first = startReferred(asked, { name, target }, defaultTransfereePolicy).state;
      found.add(`idle -> ${first.name} by refer`);
      const known = new Map<string, TransfereeState>([[JSON.stringify(first), first]]);
      for (const state of known.values()) {
        for (const event of Object.values(heard).flat()) {
          const step = transfereeStep(state, event, asked, defaultTransfereePolicy);
          const edge = edgeOf(state, event.type, step);
          if (edge !== undefined) found.add(edge);
          const { state: next } = step;
          if (!known.has(JSON.stringify(next))) known.set(JSON.stringify(next), next);
        }
      }
    }
  }
  return found;
}

const phases = [
  'ringing-here',
  'ringing-there',
  'answered',
  'ended',
] as const satisfies readonly ReplacedCall['phase'][];

/** What an INVITE with Replaces may lead to, by the phase of the call that it names. */
export function targetEdges(): ReadonlySet<string> {
  const found = new Set<string>();
  const party = { uri: 'sip:c@example.com', verified: false };
  for (const phase of phases)
    for (const trusted of [true, false])
      for (const earlyOnly of [true, false])
        for (const unproven of ['ask', 'reject'] as const) {
          const asked = { account, trusted, party, referredBy: undefined, earlyOnly };
          const policy = { ...defaultTargetPolicy, unproven };
          const decision = decideReplaces(asked, { account, phase, party, trusted: true }, policy);
          found.add(replacesEdge(phase, decision));
        }
  return found;
}
