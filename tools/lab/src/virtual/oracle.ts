import type { Datagram, Parties } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';
import { type Act, PERSONS, type Person } from './acts.ts';
import {
  abandoned,
  crashedIn,
  forgottenByExchange,
  handedOver,
  hasReferred,
  hungUp,
  legsIn,
  personAt,
  sentAway,
  silenced,
  wanted,
} from './excuses.ts';
import { holdsAt, type Leg, type Lived, legsOf, livesOf, over, peerAt, standsAt } from './legs.ts';
import { brokenPromises } from './promises.ts';
import { type Sighting, Witness } from './sighting.ts';
import { type Silence, silencesOf } from './silences.ts';

/** Which media sessions a phone joined with its handset, or with each other, from `atMs` on. */
export interface Sound {
  readonly who: Person;
  readonly atMs: Millis;
  /** Local RTP ports. */
  readonly connected: readonly number[];
  readonly bridged: readonly number[];
}

/** All that the oracle is shown: packets, what people did, and what was joined to be heard. Never the state of a phone. */
export interface Evidence {
  readonly datagrams: readonly Datagram[];
  readonly names: Parties;
  readonly acts: readonly Act[];
  readonly sounds?: readonly Sound[];
  /** When people stopped acting on their own and everybody was told to take back whoever waits. */
  readonly epilogueAt: Millis;
  /** When they had had the time to do so, before everybody hung up. */
  readonly judgedAt: Millis;
}

/** What the oracle found, a line each with the time. */
export interface Judgement {
  /** Somebody stands without a call, or on hold for ever, and nobody wanted it so. */
  readonly lostCallers: readonly string[];
  /** Promises that were broken without losing anybody. */
  readonly brokenPromises: readonly string[];
}

/** The evidence, read. */
export interface Case extends Evidence {
  readonly lives: ReadonlyMap<string, readonly Lived[]>;
  readonly legs: ReadonlyMap<string, readonly Leg[]>;
  readonly silences: readonly Silence[];
  readonly people: readonly Person[];
}

/** How long a person's act may take to show in packets: 64·T1 and a little (RFC 3261 §17.1.1.2). */
export const ACT_REACH_MS = 33_000;
/** How long a party may be without a call while the next one is being joined to it. */
const BETWEEN_MS = 2_000;

/** Judge one history. */
export function judge(evidence: Evidence): Judgement {
  const witness = new Witness(evidence.names);
  const sightings: Sighting[] = [];
  for (const datagram of evidence.datagrams) {
    const seen = witness.read(datagram);
    if (seen !== undefined) sightings.push(seen);
  }
  const named = new Set(Object.values(evidence.names));
  const people = PERSONS.filter((who) => named.has(who));
  const lives = livesOf(sightings, people);
  const legs = new Map(people.map((who) => [who, legsOf(lives.get(who) ?? [])]));
  const found: Case = { ...evidence, lives, legs, people, silences: silencesOf(sightings) };
  const lostCallers: string[] = [];
  for (const who of people) lostCallers.push(...dropped(found, who), ...forgotten(found, who));
  return { lostCallers, brokenPromises: brokenPromises(found) };
}

/** Somebody's last call was ended under it although nobody who was in it hung up. */
function dropped(found: Case, who: Person): string[] {
  const lost: string[] = [];
  const legs = legsIn(found, who);
  for (const leg of legs) {
    const at = leg.endedAt;
    if (leg.upAt === undefined || at === undefined || at > found.judgedAt) continue;
    if (
      legs.some(
        (other) => other !== leg && other.upAt !== undefined && other.upAt <= at + BETWEEN_MS && !over(other, at),
      )
    )
      continue;
    if (
      hungUp(found, who, leg, at) ||
      handedOver(found, who, leg, at) ||
      (leg.endedBy === 'self' && sentAway(leg, legs, at)) ||
      wanted(found, who, leg, at) ||
      silenced(found, who, leg, at) ||
      forgottenByExchange(found, leg, at)
    )
      continue;
    lost.push(
      `${seconds(at)} the last call of ${who} was ended by its ${leg.endedBy === 'self' ? 'own phone' : 'far end'}`,
    );
  }
  return lost;
}

/** At the end somebody has a call that nobody else is in, or is still on hold although everybody took back whom they could. */
function forgotten(found: Case, who: Person): string[] {
  const at = found.judgedAt;
  const lost: string[] = [];
  for (const leg of legsIn(found, who)) {
    if (!standsAt(leg, at) || forgottenByExchange(found, leg, at) || crashedIn(found, who, leg, at)) continue;
    const peer = peerAt(leg, at);
    const other = peer === undefined ? undefined : personAt(found, peer.host);
    if (peer === undefined || other === undefined || other === who || crashedIn(found, other, leg, at)) continue;
    if (found.silences.some((one) => one.method === 'BYE' && (one.to === who || one.callId === leg.callId))) continue;
    // The exchange rings the target for as long as the caller likes to wait.
    if (abandoned(found, who, leg, at, at)) continue;
    const theirs = legsIn(found, other);
    // Whom it has handed over may have talked and gone since; without a verdict its own call stays, and is its own to end.
    if (!theirs.some((one) => standsAt(one, at)) && hasReferred(leg.steps)) continue;
    if (!theirs.some((one) => standsAt(one, at))) lost.push(`${seconds(at)} ${who} talks to ${other}, who has no call`);
    else if (peer.held && !theirs.some((one) => standsAt(one, at) && !holdsAt(one, at)))
      lost.push(`${seconds(at)} ${who} is still held by ${other}`);
  }
  return lost;
}

/** The moment as it stands at the head of each finding. */
export function seconds(at: Millis): string {
  return `${(at / 1000).toFixed(3)} s:`;
}
