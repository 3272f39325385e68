import type { Ladder, LadderStep } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';

/** What one party saw of one call, from its packets alone. */
export interface Leg {
  readonly callId: string;
  /** The 2xx of its first INVITE was sent or received. */
  readonly upAt: Millis | undefined;
  /** A BYE was sent or received. */
  readonly endedAt: Millis | undefined;
  readonly endedBy: 'self' | 'peer' | undefined;
  /** Directions of the SDP that the party sent, by time: how it treats the far end. */
  readonly wishes: readonly { readonly atMs: Millis; readonly direction: string }[];
  /** Media hosts and directions of the SDP that the party received, by time. */
  readonly peers: readonly { readonly atMs: Millis; readonly host: string; readonly direction: string }[];
}

/** A step as one party lived it: when it sent it, or when it arrived. */
export interface Lived extends LadderStep {
  readonly livedAt: Millis;
  readonly outgoing: boolean;
  readonly mediaHost: string | undefined;
}

interface Draft {
  callId: string;
  upAt: Millis | undefined;
  endedAt: Millis | undefined;
  endedBy: 'self' | 'peer' | undefined;
  wishes: { atMs: Millis; direction: string }[];
  peers: { atMs: Millis; host: string; direction: string }[];
}

/** All SIP that `party` sent or received, in the order in which it lived it. */
export function livedBy(ladder: Ladder, party: string): Lived[] {
  const lived: Lived[] = [];
  for (const step of ladder.steps) {
    const outgoing = step.from === party;
    if (!outgoing && step.to !== party) continue;
    const { atMs, arrivalsMs, bytes } = step.datagram;
    const livedAt = outgoing || arrivalsMs === undefined ? atMs : arrivalsMs[0];
    if (livedAt === undefined) continue;
    lived.push({ ...step, livedAt, outgoing, mediaHost: step.sdp === undefined ? undefined : mediaHost(bytes) });
  }
  return lived.sort((a, b) => a.livedAt - b.livedAt);
}

/** The calls of a party, in the order in which they began. */
export function legsOf(lived: readonly Lived[]): Leg[] {
  const drafts = new Map<string, Draft>();
  for (const step of lived) {
    if (step.cseq.method === 'REGISTER') continue;
    let leg = drafts.get(step.callId);
    if (leg === undefined) {
      leg = { callId: step.callId, upAt: undefined, endedAt: undefined, endedBy: undefined, wishes: [], peers: [] };
      drafts.set(step.callId, leg);
    }
    const success = step.status !== undefined && step.status >= 200 && step.status < 300;
    if (success && step.cseq.method === 'INVITE') leg.upAt ??= step.livedAt;
    if (step.method === 'BYE' && leg.endedAt === undefined) {
      leg.endedAt = step.livedAt;
      leg.endedBy = step.outgoing ? 'self' : 'peer';
    }
    // A refused offer changes nothing (RFC 3261 §14.1): only offers that may yet be accepted and answers are counted.
    if (step.sdp !== undefined && step.outgoing) leg.wishes.push({ atMs: step.livedAt, direction: step.sdp });
    if (step.sdp !== undefined && !step.outgoing && step.mediaHost !== undefined) {
      leg.peers.push({ atMs: step.livedAt, host: step.mediaHost, direction: step.sdp });
    }
  }
  return [...drafts.values()];
}

/** The call stood at `at`. */
export function standsAt(leg: Leg, at: Millis): boolean {
  return leg.upAt !== undefined && leg.upAt <= at && (leg.endedAt === undefined || leg.endedAt > at);
}

/** The party itself held the far end at `at`. */
export function holdsAt(leg: Leg, at: Millis): boolean {
  const wish = leg.wishes.filter((one) => one.atMs <= at).at(-1);
  return wish !== undefined && (wish.direction === 'sendonly' || wish.direction === 'inactive');
}

/** Whose media address the far end had last named at `at`, and whether it was held by it. */
export function peerAt(leg: Leg, at: Millis): { readonly host: string; readonly held: boolean } | undefined {
  const peer = leg.peers.filter((one) => one.atMs <= at).at(-1);
  return peer === undefined
    ? undefined
    : { host: peer.host, held: peer.direction === 'sendonly' || peer.direction === 'inactive' };
}

function mediaHost(bytes: Uint8Array): string | undefined {
  return /^c=IN IP4 ([\d.]+)/m.exec(new TextDecoder().decode(bytes))?.[1];
}
