import type { Datagram, Parties } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';
import { type Act, ends, endsHeld, givesUpRinging, PERSONS, type Person } from './acts.ts';
import {
  hasHeldAt,
  holdsAt,
  isProvisional,
  isSuccess,
  type Leg,
  type Lived,
  legsOf,
  livesOf,
  peerAt,
  standsAt,
} from './legs.ts';
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
/** What a phone does of itself it does in the same moment. */
const AT_ONCE_MS = 50;
/** How long a transfer may take from its acceptance to the last BYE: the verdict of a blind one, and a little. */
const HANDING_MS = 200_000;

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
      acted(found, who, at) ||
      handedOver(found, who, at) ||
      wanted(found, who, leg, at) ||
      silenced(found, who, leg, at)
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
  if (acted(found, who, at, at) || exchangeFell(found, at)) return [];
  const lost: string[] = [];
  for (const leg of legsIn(found, who)) {
    if (!standsAt(leg, at)) continue;
    const peer = peerAt(leg, at);
    const other = peer === undefined ? undefined : personAt(found, peer.host);
    if (peer === undefined || other === undefined || other === who || crashed(found, other, at)) continue;
    if (found.silences.some((one) => one.method === 'BYE' && (one.to === who || one.callId === leg.callId))) continue;
    // The exchange rings the target for as long as the caller likes to wait.
    if (abandoned(found, who, leg, at, at)) continue;
    const theirs = legsIn(found, other);
    if (!theirs.some((one) => standsAt(one, at))) lost.push(`${seconds(at)} ${who} talks to ${other}, who has no call`);
    else if (peer.held && !theirs.some((one) => standsAt(one, at) && !holdsAt(one, at)))
      lost.push(`${seconds(at)} ${who} is still held by ${other}`);
  }
  return lost;
}

/** It had its parties handed over to each other, and that was accepted: its own part in it was to end. */
function handedOver(found: Case, who: Person, at: Millis): boolean {
  let referred = false;
  for (const { seen, outgoing, livedAt } of found.lives.get(who) ?? []) {
    if (livedAt > at + BETWEEN_MS) break;
    // What was sent before counts, although what ended the calls overtook it.
    if (seen.sentAt > at) continue;
    if (outgoing && seen.method === 'REFER') referred = true;
    // A NOTIFY proves the acceptance as well (RFC 6665 §4.1.2.4), and it may be the first to arrive.
    const accepted = seen.method === 'NOTIFY' || (seen.cseq.method === 'REFER' && isSuccess(seen.status));
    if (referred && !outgoing && accepted && at - livedAt < HANDING_MS) return true;
  }
  return false;
}

/** Somebody with whom this party was in a call hung up, or lost power. */
function wanted(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  if (exchangeFell(found, at)) return true;
  const near = relatives(found, who, at);
  if (leg.steps.some(({ seen, outgoing }) => !outgoing && seen.method === 'CANCEL')) return true;
  if (abandoned(found, who, leg, at)) return true;
  if ([...near].some((one) => one !== who && cancelled(found, one, who, at))) return true;
  return found.acts.some((act) => {
    if (act.who === who || act.who === 'exchange' || act.atMs > at || !near.has(act.who)) return false;
    if (act.what === 'crash') return true;
    if (!ends(act) || at - act.atMs > ACT_REACH_MS) return false;
    // Just before: what the act ended has ended at the same moment.
    const then = act.atMs - 1;
    if (dialledBy(found, act.who, who, then)) return true;
    if (endsHeld(act) && (touches(found, act.who, who, leg, then) || touches(found, act.who, who, leg, at)))
      return true;
    // transfer.md §6, S2: the BYE of the target after an accepted REFER is evidence, also when its person hung up.
    if (near.has(act.who) && [...near].some((one) => one !== who && one !== act.who && handedOver(found, one, at)))
      return true;
    if (joinedWith(found, near, act.who, then, at)) return true;
    return inTalk(found, act.who, who, leg, then) || inTalk(found, act.who, who, leg, at);
  });
}

/**
 * transfer.md §6: whoever drops the caller by hand once a blind REFER is accepted cannot take it back. While nobody else
 * has come into its call, the caller depends on the target alone.
 */
function abandoned(found: Case, who: Person, leg: Leg, at: Millis, reach: Millis = HANDING_MS): boolean {
  const left = personOn(found, leg, at);
  if (left === undefined) return false;
  return found.acts.some((act) => {
    if (act.who !== left || !endsHeld(act) || act.atMs > at || at - act.atMs > reach) return false;
    return legsIn(found, left).some((own) => {
      const waitedMs = (own.endedAt ?? Number.NaN) - act.atMs;
      if (own.endedBy !== 'self' || !(waitedMs >= 0 && waitedMs <= AT_ONCE_MS)) return false;
      return personOn(found, own, act.atMs) === who && hasReferred(own.steps);
    });
  });
}

/** A REFER in this call was accepted. */
function hasReferred(steps: Leg['steps']): boolean {
  return steps.some(({ seen, outgoing }) => !outgoing && seen.cseq.method === 'REFER' && isSuccess(seen.status));
}

/** `one` had rung `who`: whoever gives up a transfer ends the call to its target, held or not. */
function dialledBy(found: Case, one: Person, who: Person, at: Millis): boolean {
  return legsIn(found, one).some((leg) => standsAt(leg, at) && personOn(found, leg, at) === who && isOwn(leg));
}

/** transfer.md §9 row 15: CANCEL and 200 crossed; the call that came up all the same was ended. */
function cancelled(found: Case, one: Person, who: Person, at: Millis): boolean {
  return legsIn(found, one).some(
    (leg) =>
      leg.endedAt !== undefined &&
      leg.endedAt <= at &&
      at - leg.endedAt <= ACT_REACH_MS &&
      personOn(found, leg, at) === who &&
      (leg.steps.some(({ seen, outgoing, livedAt }) => outgoing && seen.method === 'CANCEL' && livedAt <= at) ||
        cancelledTooSoon(found, one, leg)),
  );
}

/**
 * RFC 3261 §9.1: no CANCEL before a provisional response, so whoever gave up a call whose ringing was lost could only
 * end it once it was answered, at once and with BYE.
 */
function cancelledTooSoon(found: Case, one: Person, { steps, upAt, endedAt, endedBy }: Leg): boolean {
  const beganAt = steps[0]!.livedAt;
  if (upAt === undefined || endedAt === undefined || endedBy !== 'self' || endedAt - upAt > AT_ONCE_MS) return false;
  if (steps.some(({ seen, outgoing, livedAt }) => !outgoing && isProvisional(seen.status) && livedAt < upAt))
    return false;
  return found.acts.some(
    (act) => act.who === one && act.atMs >= beganAt && act.atMs <= upAt && (ends(act) || givesUpRinging(act)),
  );
}

/** The party itself began this call. */
function isOwn(leg: Leg): boolean {
  const first = leg.steps[0];
  return first?.outgoing === true && first.seen.method === 'INVITE';
}

/**
 * `one` was in a call that a phone near by had joined with another, or joined before it heard that `one` had left: who
 * leaves it ends it for all.
 */
function joinedWith(found: Case, near: ReadonlySet<Person>, one: Person, left: Millis, at: Millis): boolean {
  return [...near].some((joiner) => {
    const theirs = found.sounds?.filter((it) => it.who === joiner && it.atMs <= at) ?? [];
    const then = theirs.findLast((it) => it.atMs <= left);
    const sounds = theirs.filter((it) => it === then || it.atMs > left);
    if (!sounds.some((it) => it.connected.length + it.bridged.length > 1)) return false;
    return (
      joiner === one || legsIn(found, one).some((leg) => standsAt(leg, left) && personOn(found, leg, left) === joiner)
    );
  });
}

function personOn(found: Case, leg: Leg, at: Millis): Person | undefined {
  const host = peerAt(leg, at)?.host;
  return host === undefined ? undefined : personAt(found, host);
}

/** `one` and `who` were in one call at `at`, held or not. */
function touches(found: Case, one: Person, who: Person, leg: Leg, at: Millis): boolean {
  const host = peerAt(leg, at)?.host;
  if (host !== undefined && personAt(found, host) === one) return true;
  return legsIn(found, one).some((own) => {
    const theirs = standsAt(own, at) ? peerAt(own, at)?.host : undefined;
    return theirs !== undefined && personAt(found, theirs) === who;
  });
}

/** `one` and `who` were in one call at `at`, and `one` did not hold it. */
function inTalk(found: Case, one: Person, who: Person, leg: Leg, at: Millis): boolean {
  const theirs = legsIn(found, one).filter((own) => {
    if (own.upAt === undefined || own.upAt > at) return false;
    const host = peerAt(own, at)?.host;
    return own.callId === leg.callId || (host !== undefined && personAt(found, host) === who);
  });
  if (theirs.some((own) => standsAt(own, at))) return theirs.some((own) => standsAt(own, at) && !hasHeldAt(own, at));
  const host = peerAt(leg, at)?.host;
  return host !== undefined && personAt(found, host) === one && !theirs.some((own) => hasHeldAt(own, at));
}

/** Everybody whom this party, or one of those, ever exchanged sound with. */
function relatives(found: Case, who: Person, at: Millis): ReadonlySet<Person> {
  const near = new Set<Person>([who]);
  for (let hop = 0; hop < 2; hop++) {
    for (const one of [...near])
      for (const leg of legsIn(found, one))
        for (const peer of leg.peers) {
          const person = peer.atMs <= at ? personAt(found, peer.host) : undefined;
          if (person !== undefined) near.add(person);
        }
  }
  return near;
}

/** Nobody's fault: a request was met with silence or with 481 or 408, and that ends a dialog (RFC 3261 §12.2.1.2). */
function silenced(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  const near = relatives(found, who, at);
  const about = (name: string) => name === 'exchange' || near.has(name as Person);
  return found.silences.some((one) => {
    if (one.method === 'BYE' || one.method === 'NOTIFY') return false;
    const since = at - one.endsAt;
    return (
      since >= -1_000 && since <= ACT_REACH_MS && about(one.from) && about(one.to) && near.size > 0 && leg.upAt! <= at
    );
  });
}

function over(leg: Leg, at: Millis): boolean {
  return leg.endedAt !== undefined && leg.endedAt <= at;
}

/** It hung up within the reach of its act, or its phone lost power at any time before. */
function acted(found: Case, who: Person, at: Millis, reach: Millis = ACT_REACH_MS): boolean {
  return found.acts.some(
    (act) => act.who === who && act.atMs <= at && (act.what === 'crash' || (ends(act) && at - act.atMs <= reach)),
  );
}

function crashed(found: Case, who: Person, at: Millis): boolean {
  return found.acts.some((act) => act.who === who && act.what === 'crash' && act.atMs <= at);
}

/** The exchange lost all it knew. */
function exchangeFell(found: Case, at: Millis): boolean {
  return found.acts.some((act) => act.who === 'exchange' && act.atMs <= at);
}

function legsIn(found: Case, who: Person): readonly Leg[] {
  return found.legs.get(who) ?? [];
}

function personAt(found: Case, host: string): Person | undefined {
  const name = found.names[host];
  return found.people.find((one) => one === name);
}

/** The moment as it stands at the head of each finding. */
export function seconds(at: Millis): string {
  return `${(at / 1000).toFixed(3)} s:`;
}
