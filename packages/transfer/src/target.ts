import type { AccountId } from '@switchhook/sip-core';

/** An INVITE with Replaces whose dialog has been found by all three ids (RFC 3891 §3 steps up to there are done). */
export interface ReplacesRequest {
  /** Account and trust of the INVITE. */
  readonly account: AccountId;
  /** It came over the flow of that account's own registrar or proxy. */
  readonly trusted: boolean;
  /** URI of its From, or of P-Asserted-Identity. */
  readonly party: { readonly uri: string; readonly verified: boolean };
  readonly referredBy: string | undefined;
  readonly earlyOnly: boolean;
}

/** The call that it wants to replace. */
export interface ReplacedCall {
  readonly account: AccountId;
  /** `ringing-here`: we have not answered; `ringing-there`: we placed it. */
  readonly phase: 'ringing-here' | 'ringing-there' | 'answered' | 'ended';
  readonly party: { readonly uri: string; readonly verified: boolean };
  /** Came over our own server's flow. */
  readonly trusted: boolean;
}

export interface TargetPolicy {
  /** What happens with a request that nobody vouches for. */
  readonly unproven: 'reject' | 'ask';
  /** Behind a PBX: a call that rings here may be replaced by another caller, and goes on ringing (transfer.md §8.5). */
  readonly replaceRinging: boolean;
}

/** Behind a PBX. */
export const defaultTargetPolicy: TargetPolicy = { unproven: 'reject', replaceRinging: true };

export type ReplacesDecision =
  | { readonly name: 'refuse'; readonly status: 403 | 481 | 486 | 603; readonly why: string }
  /** The person decides; the old call stays as it is meanwhile. */
  | { readonly name: 'ask' }
  /**
   * Negotiate first; on failure answer 488 and leave the old call untouched. Then 200 without ringing; sound moves;
   * the old call is ended only after the ACK (the user agent does it).
   */
  | { readonly name: 'take-over' }
  /** As `take-over`, but the old call is one that we placed and that still rings: it is cancelled. */
  | { readonly name: 'take-over-early' }
  /** Ring on with the new caller in the place of the old one. */
  | { readonly name: 'keep-ringing' };

/** What was decided for a call in a phase, in the words of an edge (`edgeOf`). */
export function replacesEdge(phase: ReplacedCall['phase'], decision: ReplacesDecision): string {
  return `${phase} -> ${decision.name}${decision.name === 'refuse' ? ` ${decision.status}` : ''} by replaces`;
}

/** RFC 3891 §3 from the authorisation on (transfer.md §8.3 to §8.5). */
export function decideReplaces(request: ReplacesRequest, old: ReplacedCall, policy: TargetPolicy): ReplacesDecision {
  // A late Replaces must not ring.
  if (old.phase === 'ended') return { name: 'refuse', status: 603, why: 'ended' };
  if (!mayReplace(request, old)) {
    return policy.unproven === 'ask' && old.phase === 'answered'
      ? { name: 'ask' }
      : { name: 'refuse', status: 403, why: 'not-authorised' };
  }
  switch (old.phase) {
    case 'answered':
      return request.earlyOnly ? { name: 'refuse', status: 486, why: 'answered' } : { name: 'take-over' };
    case 'ringing-there':
      return { name: 'take-over-early' };
    case 'ringing-here':
      // RFC 3891 §3: an early dialog that the receiver did not start is not replaced.
      // Departs from RFC 3891 §3 where `replaceRinging` is set, because PBXs transfer ringing calls this way.
      return policy.replaceRinging ? { name: 'keep-ringing' } : { name: 'refuse', status: 481, why: 'rings-here' };
    default:
      old.phase satisfies never;
      throw new Error(`no such phase: ${old.phase}`);
  }
}

/**
 * Whoever knows three ids is not yet entitled (RFC 3891 §5): the request must come over the trusted flow of the
 * account that owns the call, or be the replaced party itself with a vouched-for identity.
 */
function mayReplace(request: ReplacesRequest, old: ReplacedCall): boolean {
  if (request.trusted && request.account === old.account) return true;
  const same = sameParty(request.party.uri, old.party.uri);
  if (same && request.party.verified && old.party.verified) return true;
  // Referred-By is text that anybody can write: it counts only together with the trusted flow.
  return (
    request.trusted && old.trusted && request.referredBy !== undefined && sameParty(request.referredBy, old.party.uri)
  );
}

/** User and host of two URIs are the same; brackets, parameters and port do not count. */
function sameParty(a: string, b: string): boolean {
  const party = (uri: string) => /<?sips?:([^@>;]+@[^:>;?]+)/i.exec(uri)?.[1];
  const one = party(a);
  const other = party(b);
  if (one === undefined || other === undefined) return false;
  const [userA, hostA] = one.split('@');
  const [userB, hostB] = other.split('@');
  return userA === userB && hostA!.toLowerCase() === hostB!.toLowerCase();
}

/** How a call sounds to the person who talks on it. */
export interface CallSound {
  readonly muted: boolean;
  readonly volume: number;
  readonly heldByUs: boolean;
  readonly heldByPeer: boolean;
}

/** What the new call takes over: all that the person has set, but not a hold by the party that has left. */
export function carryOver(old: CallSound): CallSound {
  return { ...old, heldByPeer: false };
}
