// Long because whoever narrows one excuse must see that no other takes its place.
import type { Millis } from '@switchhook/sans-io';
import { ends, endsHeld, givesUpRinging, type Person } from './acts.ts';
import { hasHeldAt, isProvisional, isSuccess, type Leg, over, peerAt, standsAt } from './legs.ts';
import { ACT_REACH_MS, type Case } from './oracle.ts';

/** What a phone does of itself it does in the same moment. */
const AT_ONCE_MS = 50;
/** A BYE of somebody that was on its way when the other side ended the call. */
const CROSSING_MS = 2_000;
/** How long a transfer may take from its acceptance to the last BYE: the verdict of a blind one, and a little. */
const HANDING_MS = 200_000;
/** transfer.md §6, S2: a BYE of the target is believed after so long where no NOTIFY comes, and where NOTIFYs come. */
const BELIEVED_MS = { silent: 2_000, notifying: 40_000 };

/**
 * It hung up itself: its BYE goes out in the moment of its act, or as soon as there is a call that it can end, or both
 * sides hung up at once; or its phone lost power.
 */
export function hungUp(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  if (crashedIn(found, who, leg, at)) return true;
  if (leg.endedBy === 'self') return endedByAct(found, who, leg, at);
  return found.acts.some((act) => act.who === who && ends(act) && act.atMs <= at && at - act.atMs <= CROSSING_MS);
}

/** An act of `who` ended the call at `at`: in the same moment, or as soon as there was a call that could be ended. */
export function endedByAct(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  return found.acts.some((act) => {
    if (act.who !== who || !ends(act) || act.atMs > at) return false;
    const since = at - act.atMs;
    return since <= AT_ONCE_MS || (since <= ACT_REACH_MS && !couldEnd(leg, act.atMs));
  });
}

/** RFC 3261 §15: a caller may end the call once there is a dialog, a callee once it has the ACK. */
function couldEnd({ steps, upAt }: Leg, at: Millis): boolean {
  if (upAt === undefined || upAt > at) return false;
  const [first] = steps;
  if (first?.outgoing === true) return true;
  return steps.some(
    ({ seen, outgoing, livedAt }) =>
      !outgoing && seen.method === 'ACK' && seen.cseq.number === first?.seen.cseq.number && livedAt <= at,
  );
}

/**
 * The exchange was started anew while this call was up or on its way up: it knows nothing of it any more. A call that began
 * after that is like any other.
 */
export function forgottenByExchange(found: Case, leg: Leg, at: Millis): boolean {
  const beganAt = leg.steps[0]!.livedAt;
  return found.acts.some((act) => act.who === 'exchange' && act.atMs >= beganAt && act.atMs <= at);
}

/** A REFER of ours that was accepted before `at`, with the call in which it went. */
interface Handing {
  readonly leg: Leg;
  /** Call-ID of the call that it wants replaced. */
  readonly replaces: string | undefined;
  readonly acceptedAt: Millis;
}

/** The accepted REFERs of one party, by what was sent until `at`, although what ended the calls may have overtaken it. */
function handings(found: Case, who: Person, at: Millis): Handing[] {
  return legsIn(found, who).flatMap((leg) => {
    let replaces: string | undefined;
    let referred = false;
    for (const { seen, outgoing, livedAt } of leg.steps) {
      if (livedAt > at + CROSSING_MS) break;
      if (outgoing && seen.method === 'REFER') [referred, replaces] = [true, seen.refersTo];
      if (seen.sentAt > at || outgoing || !referred) continue;
      // A NOTIFY proves the acceptance as well (RFC 6665 §4.1.2.4), and it may be the first to arrive.
      const accepted = seen.method === 'NOTIFY' || (seen.cseq.method === 'REFER' && isSuccess(seen.status));
      if (accepted && at - livedAt < HANDING_MS) return [{ leg, replaces, acceptedAt: livedAt }];
    }
    return [];
  });
}

/** The call was one of the two that its party had handed over to each other, which was accepted: its part in it was to end. */
export function handedOver(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  return handings(found, who, at).some((handing) => handing.leg === leg || names(handing.replaces, leg.callId));
}

/**
 * The far end had sent this party on to somebody, who has answered: whoever was sent ends the old call where the other
 * forgets it (transfer.md §6).
 */
export function sentAway(leg: Leg, legs: readonly Leg[], end: Millis): boolean {
  const agreed = leg.steps.find(
    ({ seen, outgoing }) => outgoing && seen.cseq.method === 'REFER' && isSuccess(seen.status),
  );
  if (agreed === undefined) return false;
  return legs.some(
    (other) => other !== leg && other.upAt !== undefined && other.upAt > agreed.livedAt && other.upAt <= end,
  );
}

/** Replaces names this call, also where planted mischief has overwritten its first four letters (`wrong-replaces`). */
export function names(replaces: string | undefined, callId: string): boolean {
  return replaces === callId || (replaces?.startsWith('zzzz') === true && replaces.slice(4) === callId.slice(4));
}

/** Somebody with whom this party was in a call hung up, or lost power. */
export function wanted(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  const near = relatives(found, who, at);
  if (leg.steps.some(({ seen, outgoing }) => !outgoing && seen.method === 'CANCEL')) return true;
  if (abandoned(found, who, leg, at) || believed(found, who, near, at) || neverJoined(found, who, leg, at)) return true;
  if ([...near].some((one) => one !== who && cancelled(found, one, who, at))) return true;
  return found.acts.some((act) => {
    if (act.who === who || act.who === 'exchange' || act.atMs > at || !near.has(act.who)) return false;
    // Just before: what the act ended has ended at the same moment.
    const then = act.atMs - 1;
    if (act.what === 'crash')
      return (
        act.atMs >= leg.steps[0]!.livedAt &&
        (wasWith(found, leg, act.who, at) || joinedWith(found, near, act.who, then, at))
      );
    if (!ends(act) || at - act.atMs > ACT_REACH_MS) return false;
    if (dialledBy(found, act.who, who, then)) return true;
    if (endsHeld(act) && (touches(found, act.who, who, leg, then) || touches(found, act.who, who, leg, at)))
      return true;
    if (joinedWith(found, near, act.who, then, at)) return true;
    return inTalk(found, act.who, who, leg, then) || inTalk(found, act.who, who, leg, at);
  });
}

/**
 * transfer.md §6, S2: after an accepted REFER the BYE of the target is evidence, also when its person hung up by hand
 * while the caller was still on its way. Where NOTIFYs come, one has to contradict it within 40 s.
 */
function believed(found: Case, who: Person, near: ReadonlySet<Person>, at: Millis): boolean {
  return [...near].some((referrer) =>
    handings(found, referrer, at).some(({ leg, replaces, acceptedAt }) => {
      if (referrer === who || leg.endedBy !== 'self' || personOn(found, leg, acceptedAt) !== who) return false;
      const other = legsIn(found, referrer).find((one) => names(replaces, one.callId));
      if (other?.endedBy !== 'peer' || other.endedAt === undefined || other.endedAt > at) return false;
      const target = personOn(found, other, other.endedAt);
      const byHand = found.acts.some(
        (act) => act.who === target && ends(act) && act.atMs <= other.endedAt! && act.atMs > acceptedAt - ACT_REACH_MS,
      );
      const waitedMs = (leg.endedAt ?? at) - other.endedAt;
      const news = leg.steps.findLast(
        ({ seen, outgoing, livedAt }) => !outgoing && seen.method === 'NOTIFY' && livedAt <= leg.endedAt!,
      );
      const notifying = news !== undefined && news.seen.subscription !== 'terminated';
      return byHand && waitedMs >= (notifying ? BELIEVED_MS.notifying : BELIEVED_MS.silent);
    }),
  );
}

/**
 * A target that the exchange had called for a blind transfer, and whom the caller's phone would not be joined with: the
 * transfer failed, and its call had never been with anybody.
 */
function neverJoined(found: Case, who: Person, { steps, upAt }: Leg, at: Millis): boolean {
  if (steps[0]?.outgoing === true || upAt === undefined) return false;
  return found.people.some(
    (one) =>
      one !== who &&
      legsIn(found, one).some(({ declined }) =>
        declined.some(({ host, atMs }) => personAt(found, host) === who && atMs >= upAt && atMs <= at),
      ) &&
      !legsIn(found, one).some((leg) => wasWith(found, leg, who, at) && over(leg, upAt) === false),
  );
}

/** This call had been with `one` at any time. */
function wasWith(found: Case, leg: Leg, one: Person, at: Millis): boolean {
  return leg.peers.some((peer) => peer.atMs <= at && personAt(found, peer.host) === one);
}

/**
 * transfer.md §6: whoever drops the caller by hand once a blind REFER is accepted cannot take it back. While nobody else
 * has come into its call, the caller depends on the target alone.
 */
export function abandoned(found: Case, who: Person, leg: Leg, at: Millis, reach: Millis = HANDING_MS): boolean {
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
export function hasReferred(steps: Leg['steps']): boolean {
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

/**
 * Nobody's fault: in this very call, on its way to whom it was with, a request was met with silence or with 481 or 408,
 * and that ends a dialog (RFC 3261 §12.2.1.2).
 */
export function silenced(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  return found.silences.some((one) => {
    if (one.method === 'BYE' || one.method === 'NOTIFY') return false;
    const since = at - one.endsAt;
    if (since < -1_000 || since > ACT_REACH_MS) return false;
    return one.callId === leg.callId || isFarHalf(found, who, one.callId);
  });
}

/** A call that led, or was to lead, to `who`: the far half of one through a B2BUA, or of two that a phone had joined. */
function isFarHalf(found: Case, who: Person, callId: string): boolean {
  return found.people.some((one) => {
    const half = legsIn(found, one).find((leg) => leg.callId === callId);
    if (half === undefined) return false;
    if ([...half.offered].some((host) => personAt(found, host) === who)) return true;
    const joined = found.sounds?.some((sound) => sound.who === one && sound.bridged.length > 1) === true;
    return joined && legsIn(found, one).some((leg) => [...leg.offered].some((host) => personAt(found, host) === who));
  });
}

/** The power of `who` went while this call was up or on its way up. */
export function crashedIn(found: Case, who: Person, leg: Leg, at: Millis): boolean {
  const beganAt = leg.steps[0]!.livedAt;
  return found.acts.some((act) => act.who === who && act.what === 'crash' && act.atMs >= beganAt && act.atMs <= at);
}

export function legsIn(found: Case, who: Person): readonly Leg[] {
  return found.legs.get(who) ?? [];
}

export function personAt(found: Case, host: string): Person | undefined {
  const name = found.names[host];
  return found.people.find((one) => one === name);
}
