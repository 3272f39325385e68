import type { Millis } from '@switchhook/sans-io';
import type { Sighting } from './sighting.ts';

/** An offer or answer of this party. */
export interface Wish {
  readonly atMs: Millis;
  readonly direction: string;
  /** Where it wants to hear. */
  readonly port: number;
  /** CSeq number of the offer; undefined for an answer. */
  readonly offer: number | undefined;
  /** When the far end agreed to the offer. */
  agreedAt: Millis | undefined;
  /** When the far end refused it: from then on what was agreed before holds (RFC 3261 §14.1). */
  refusedAt: Millis | undefined;
}

/** Where the far end wanted to hear, and how it treated the party. */
export interface Named {
  readonly atMs: Millis;
  readonly host: string;
  readonly direction: string;
  /** CSeq number of the offer; undefined for an answer. */
  readonly offer: number | undefined;
}

/** What one party saw of one call, from its packets alone. */
export interface Leg {
  readonly callId: string;
  /** The 2xx of its first INVITE was sent or received. */
  upAt: Millis | undefined;
  /** A BYE was sent or received. */
  endedAt: Millis | undefined;
  endedBy: 'self' | 'peer' | undefined;
  /** Directions of the SDP that the party sent, by time: how it treats the far end. */
  readonly wishes: Wish[];
  /** Media hosts and directions of the SDP that the party received and did not refuse, by time. */
  readonly peers: Named[];
  /** Every media host that it was offered, refused ones too: whom the call was to be with. */
  readonly offered: Set<string>;
  /** Offers of a far end that this party refused: whom it was not joined with, and when. */
  readonly declined: { readonly host: string; readonly atMs: Millis }[];
  /** All packets of the call, by time. */
  readonly steps: Lived[];
}

/** A packet as one party lived it: when it sent it, or when it arrived. */
export interface Lived {
  readonly seen: Sighting;
  readonly livedAt: Millis;
  readonly outgoing: boolean;
}

/** All packets of each party that it sent or received, in the order in which it lived them. */
export function livesOf(sightings: readonly Sighting[], parties: readonly string[]): ReadonlyMap<string, Lived[]> {
  const lives = new Map<string, Lived[]>(parties.map((party) => [party, []]));
  for (const seen of sightings) {
    lives.get(seen.from)?.push({ seen, livedAt: seen.sentAt, outgoing: true });
    if (seen.arrivedAt !== undefined) lives.get(seen.to)?.push({ seen, livedAt: seen.arrivedAt, outgoing: false });
  }
  for (const life of lives.values()) life.sort((a, b) => a.livedAt - b.livedAt);
  return lives;
}

/** The calls of a party, in the order in which they began. */
export function legsOf(lived: readonly Lived[]): Leg[] {
  const legs = new Map<string, Leg>();
  const heard = new Set<string>();
  for (const step of lived) {
    const { seen, livedAt, outgoing } = step;
    let leg = legs.get(seen.callId);
    if (leg === undefined) {
      leg = {
        callId: seen.callId,
        upAt: undefined,
        endedAt: undefined,
        endedBy: undefined,
        wishes: [],
        peers: [],
        offered: new Set(),
        declined: [],
        steps: [],
      };
      legs.set(seen.callId, leg);
    }
    leg.steps.push(step);
    if (isSuccess(seen.status) && seen.cseq.method === 'INVITE') leg.upAt ??= livedAt;
    if (seen.method === 'BYE' && leg.endedAt === undefined) {
      leg.endedAt = livedAt;
      leg.endedBy = outgoing ? 'self' : 'peer';
    }
    const status = seen.status ?? 0;
    if (!outgoing && status >= 200 && seen.cseq.method !== 'BYE') {
      const offered = leg.wishes.findLast((wish) => wish.offer === seen.cseq.number);
      if (offered !== undefined && status < 300) offered.agreedAt ??= livedAt;
      if (offered !== undefined && status >= 300 && status !== 401 && status !== 407) offered.refusedAt ??= livedAt;
    }
    // An offer that this party refused changed nothing (RFC 3261 §14.2).
    if (outgoing && status >= 300 && seen.cseq.method === 'INVITE') {
      const refused = leg.peers.findLast((peer) => peer.offer === seen.cseq.number);
      if (refused !== undefined) {
        leg.peers.splice(leg.peers.indexOf(refused), 1);
        leg.declined.push({ host: refused.host, atMs: livedAt });
      }
    }
    if (seen.direction === undefined) continue;
    // A copy says nothing new: one that was overtaken would bring back what is over.
    const words = `${outgoing ? '>' : '<'} ${seen.callId} ${seen.branch} ${seen.cseq.method} ${seen.status ?? ''}`;
    if (heard.has(words)) continue;
    heard.add(words);
    if (outgoing) {
      const offer = seen.status === undefined && seen.method !== 'ACK' ? seen.cseq.number : undefined;
      // What an answer says is forced by its offer: it neither holds nor takes back, and what was refused never was.
      const before = wishAt(leg, livedAt)?.direction ?? 'sendrecv';
      const direction = offer === undefined ? before : seen.direction;
      leg.wishes.push({
        atMs: livedAt,
        direction,
        port: seen.mediaPort,
        offer,
        agreedAt: undefined,
        refusedAt: undefined,
      });
    } else if (seen.mediaHost !== undefined) {
      leg.offered.add(seen.mediaHost);
      leg.peers.push({
        atMs: livedAt,
        host: seen.mediaHost,
        direction: seen.direction,
        offer: seen.status === undefined && seen.method !== 'ACK' ? seen.cseq.number : undefined,
      });
    }
  }
  return [...legs.values()];
}

/** A 2xx. */
export function isSuccess(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}

/** A 1xx. */
export function isProvisional(status: number | undefined): boolean {
  return status !== undefined && status >= 100 && status < 200;
}

/** The call stood at `at`. */
export function standsAt(leg: Leg, at: Millis): boolean {
  return leg.upAt !== undefined && leg.upAt <= at && (leg.endedAt === undefined || leg.endedAt > at);
}

/** The call had ended at `at`. */
export function over(leg: Leg, at: Millis): boolean {
  return leg.endedAt !== undefined && leg.endedAt <= at;
}

/** The party itself held the far end at `at`. */
export function holdsAt(leg: Leg, at: Millis): boolean {
  const wish = wishAt(leg, at);
  return wish !== undefined && holds(wish.direction);
}

/** The party held the far end at `at`, and the far end had agreed: until then the two still talk. */
export function hasHeldAt(leg: Leg, at: Millis): boolean {
  const wish = wishAt(leg, at);
  if (wish === undefined || !holds(wish.direction)) return false;
  return wish.offer === undefined || (wish.agreedAt !== undefined && wish.agreedAt <= at);
}

/** What the party last asked for or agreed to, refused offers left out. */
export function wishAt(leg: Leg, at: Millis): Wish | undefined {
  return leg.wishes.findLast((one) => one.atMs <= at && !(one.refusedAt !== undefined && one.refusedAt <= at));
}

/** Whose media address the far end had last named at `at`, and whether it was held by it. */
export function peerAt(leg: Leg, at: Millis): { readonly host: string; readonly held: boolean } | undefined {
  const peer = leg.peers.findLast((one) => one.atMs <= at);
  return peer === undefined ? undefined : { host: peer.host, held: holds(peer.direction) };
}

/** Directions that put the far end on hold. */
export function holds(direction: string): boolean {
  return direction === 'sendonly' || direction === 'inactive';
}
