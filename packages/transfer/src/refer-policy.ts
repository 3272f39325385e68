import type { Millis } from '@switchhook/sans-io';
import type { AccountId, CallId } from '@switchhook/sip-core';
import { parseReferTo, type ReferredTarget, referToStatus } from './referred-target.ts';

/** Who may make us call somebody, and whom. */
export interface TransfereePolicy {
  /** `same-dialog` takes a REFER in the dialog of an answered call without asking, and asks for others. */
  readonly acceptRefer: 'never' | 'ask' | 'same-dialog';
  /** 2xx for our acceptance; `auto` = 202 in the dialog of a peer without a GRUU, else 200 (RFC 7647 §5). */
  readonly acceptStatus: 'auto' | 200 | 202;
  /** Numbers that nobody may send us to: digits, where a last `*` stands for any rest. */
  readonly blocked: readonly string[];
  /** When not empty, only these. */
  readonly allowed: readonly string[];
  /** `tel` URIs can be dialled. */
  readonly tel: boolean;
  readonly perDialog: number;
  readonly perPeerAMinute: number;
  /** How many transfers one call may be the result of (loop guard). */
  readonly chained: number;
  readonly askMs: number;
  /** After success: how long the transferor may take to send its BYE. */
  readonly byeMs: number;
}

/** Refuses everybody; the limits are those of transfer.md §7.2. */
export const defaultTransfereePolicy: TransfereePolicy = {
  acceptRefer: 'never',
  acceptStatus: 'auto',
  blocked: [],
  allowed: [],
  tel: false,
  perDialog: 1,
  perPeerAMinute: 5,
  chained: 3,
  askMs: 30_000,
  byeMs: 32_000,
};

/** An incoming REFER with what we know of the call it came in. */
export interface ReferRequest {
  /** The Refer-To value as received. */
  readonly referTo: string;
  readonly referredBy: string | undefined;
  /** The answered call whose dialog it came in, or that its Target-Dialog names. */
  readonly call: CallId | undefined;
  readonly account: AccountId;
  /** Who sends it, for the limit a minute: the URI of the far end. */
  readonly peer: string;
  readonly trusted: boolean;
  /** REFERs of this dialog that are not finished. */
  readonly pendingOnCall: number;
  /** How many transfers led to this call. */
  readonly chained: number;
  /** The sender's Contact is a GRUU; default no. */
  readonly gruu?: boolean;
}

/** Moments of the REFERs of each peer; start with an empty one. */
export type ReferLedger = ReadonlyMap<string, readonly Millis[]>;

/** Write a REFER down; older ones than a minute are forgotten. */
export function noteRefer(ledger: ReferLedger, peer: string, now: Millis): ReferLedger {
  const kept = [...ledger].map(([name, times]) => [name, times.filter((at) => now - at < 60_000)] as const);
  const next = new Map(kept.filter(([, times]) => times.length > 0));
  return next.set(peer, [...(next.get(peer) ?? []), now]);
}

export type ReferDecision =
  | { readonly name: 'refuse'; readonly status: 400 | 403 | 416 | 420 | 480 | 603; readonly why: string }
  | { readonly name: 'ask' | 'accept'; readonly target: ReferredTarget };

/** Whether to do what a REFER asks: validation, then limits, then policy (transfer.md §7.1, §7.2). */
export function decideRefer(
  request: ReferRequest,
  policy: TransfereePolicy,
  ledger: ReferLedger,
  now: Millis,
): ReferDecision {
  const read = parseReferTo(request.referTo, policy.tel);
  if (!read.ok) return { name: 'refuse', status: referToStatus(read.fault), why: read.fault };
  const target = read.value;
  if (policy.acceptRefer === 'never') return { name: 'refuse', status: 403, why: 'policy' };
  // RFC 3515 §5.1: a stranger's REFER makes us call whom they like; outside a call only our own server may ask.
  if (request.call === undefined && !request.trusted) return { name: 'refuse', status: 403, why: 'stranger' };
  const recent = (ledger.get(request.peer) ?? []).filter((at) => now - at < 60_000).length;
  if (recent >= policy.perPeerAMinute) return { name: 'refuse', status: 480, why: 'too-many' };
  if (request.pendingOnCall >= policy.perDialog) return { name: 'refuse', status: 480, why: 'one-is-pending' };
  if (request.chained >= policy.chained) return { name: 'refuse', status: 603, why: 'too-many-hops' };
  if (matches(target.user, policy.blocked)) return { name: 'refuse', status: 403, why: 'number-blocked' };
  if (policy.allowed.length > 0 && !matches(target.user, policy.allowed)) {
    return { name: 'refuse', status: 403, why: 'number-not-allowed' };
  }
  const unasked = policy.acceptRefer === 'same-dialog' && request.call !== undefined;
  return { name: unasked ? 'accept' : 'ask', target };
}

/** A user part against number patterns; visual separators do not count. */
function matches(user: string, patterns: readonly string[]): boolean {
  const number = user.split(';')[0]!.replace(/[ ().-]/g, '');
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? number.startsWith(pattern.slice(0, -1)) : number === pattern,
  );
}

/** The 2xx that accepts: every old PBX understands 202, and a peer with a GRUU is no old one (transfer.md §7.4). */
export function acceptStatus(request: ReferRequest, policy: TransfereePolicy): 200 | 202 {
  if (policy.acceptStatus !== 'auto') return policy.acceptStatus;
  return request.call !== undefined && request.gruu !== true ? 202 : 200;
}
