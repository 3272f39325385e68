import type { Millis } from '@switchhook/sans-io';
import { joins, type Person } from './acts.ts';
import { endedByAct, names, sentAway } from './excuses.ts';
import { holds, isSuccess, type Leg, type Lived, standsAt, type Wish, wishAt } from './legs.ts';
import { type Case, type Sound, seconds } from './oracle.ts';

/** How long a phone may take to answer a request that reached it. */
const ANSWER_MS = 1_000;
/** How long a leg may still be heard while its hold is under way. */
const BOTH_OPEN_MS = 3_000;

/** DESIGN, "Transfer, the heart", judged for every telephone of the office. */
export function brokenPromises(found: Case): string[] {
  const broken: string[] = [];
  for (const who of found.people) {
    const lived = found.lives.get(who) ?? [];
    const legs = found.legs.get(who) ?? [];
    if (lived.length === 0) continue;
    broken.push(
      ...earlyByes(found, who, lived, legs),
      ...unanswered(found, who, lived),
      ...doublyTalking(found, who, legs),
    );
  }
  return broken;
}

/** No BYE to the caller before there is evidence of success; 202 is not evidence. */
function earlyByes(found: Case, who: Person, lived: readonly Lived[], legs: readonly Leg[]): string[] {
  const broken: string[] = [];
  for (const { seen, outgoing, livedAt } of lived) {
    if (!isRefer({ seen, outgoing, livedAt })) continue;
    const leg = legs.find((one) => one.callId === seen.callId);
    if (leg?.endedBy !== 'self' || leg.endedAt === undefined || leg.endedAt < livedAt) continue;
    const end = leg.endedAt;
    if (end > found.judgedAt) continue;
    // One that failed and was followed by another has nothing to do with the end.
    if (leg.steps.some((step) => isRefer(step) && step.livedAt > livedAt && step.livedAt <= end)) continue;
    const proof = lived.some(
      (step) =>
        !step.outgoing &&
        step.livedAt >= livedAt &&
        step.livedAt <= end &&
        (isSuccess(step.seen.sipfrag) ||
          // Replaced by the far side (RFC 3891 §3): whoever is replaced ends the old leg itself.
          (step.seen.method === 'INVITE' && step.seen.hasReplaces) ||
          // Of the call that Refer-To names; or, where no REFER helped, of one that the phone had joined with this one.
          (step.seen.method === 'BYE' &&
            (names(seen.refersTo, step.seen.callId) ||
              (step.seen.callId !== seen.callId && bridges(found, who, step.livedAt))))),
    );
    const pressed = endedByAct(found, who, leg, end);
    if (!proof && !sentAway(leg, legs, end) && !pressed && !deadBefore(leg, end))
      broken.push(`${seconds(end)} BYE of ${who} without evidence`);
  }
  return broken;
}

/** A REFER of this party's own, sent for the first time. */
function isRefer({ seen, outgoing }: Lived): boolean {
  return outgoing && seen.method === 'REFER' && !seen.again;
}

/** The phone had joined two calls without its person: one hang-up ends both (transfer.md §10). */
function bridges(found: Case, who: Person, at: Millis): boolean {
  const last = found.sounds?.findLast((sound) => sound.who === who && sound.atMs < at);
  return (last?.bridged.length ?? 0) > 1;
}

/** RFC 3261 §12.2.1.2: a 481, a 408 or silence to a request inside the dialog ends it, whatever a transfer is doing. */
function deadBefore(leg: Leg, end: Millis): boolean {
  const inside = leg.steps.filter((step) => step.livedAt <= end);
  if (inside.some(({ outgoing, seen }) => !outgoing && (seen.status === 481 || seen.status === 408))) return true;
  return inside.some(
    ({ outgoing, seen, livedAt }) =>
      outgoing &&
      !seen.again &&
      (seen.method === 'INVITE' ||
        seen.method === 'UPDATE' ||
        (isSuccess(seen.status) && seen.cseq.method === 'INVITE')) &&
      end - livedAt > 31_000 &&
      !inside.some((step) => !step.outgoing && answers(step, seen.cseq.number, seen.status !== undefined)),
  );
}

function answers({ seen }: Lived, number: number, success: boolean): boolean {
  if (seen.cseq.number !== number) return false;
  return success ? seen.method === 'ACK' : (seen.status ?? 0) >= 200;
}

/** Every request gets an answer, whatever order NOTIFY, BYE and 202 arrive in. */
function unanswered(found: Case, who: Person, lived: readonly Lived[]): string[] {
  const outages = found.acts.filter((act) => act.who === who && (act.what === 'crash' || act.what === 'restart'));
  const broken: string[] = [];
  const answeredAt = new Map<string, Millis>();
  for (const { seen, outgoing, livedAt } of lived) {
    if (!outgoing || seen.status === undefined) continue;
    const key = `${seen.branch} ${seen.cseq.method}`;
    if (!answeredAt.has(key)) answeredAt.set(key, livedAt);
  }
  for (const { seen, outgoing, livedAt } of lived) {
    if (outgoing || seen.method === undefined || seen.method === 'ACK') continue;
    // A copy may overtake its original: what counts is that the transaction was answered.
    const answer = answeredAt.get(`${seen.branch} ${seen.method}`);
    if (answer !== undefined && answer <= livedAt + ANSWER_MS) continue;
    if (outages.some((act) => act.atMs >= livedAt - ANSWER_MS && act.atMs <= livedAt + ANSWER_MS)) continue;
    if (!isOff(outages, livedAt)) broken.push(`${seconds(livedAt)} a ${seen.method} that reached ${who} got no answer`);
  }
  return broken;
}

function isOff(outages: Case['acts'], at: Millis): boolean {
  return outages.findLast((act) => act.atMs <= at)?.what === 'crash';
}

/** At most one talking leg a phone, unless its person or a transfer joined them to be heard together. */
function doublyTalking(found: Case, who: Person, legs: readonly Leg[]): string[] {
  const acts = found.acts.filter((act) => act.who === who);
  for (const sound of found.sounds ?? []) {
    if (sound.who !== who || sound.connected.length + sound.bridged.length < 2) continue;
    const at = sound.atMs;
    if (acts.some((act) => joins(act) && act.atMs <= at)) continue;
    const open = legs.filter((leg) => standsAt(leg, at) && isHeard(sound, wishAt(leg, at)));
    if (open.length > 1) return [`${seconds(at)} ${who} talks on ${open.length} legs at once`];
  }
  return held(found, who, legs);
}

/** Whom a phone holds it does not talk with. */
function held(found: Case, who: Person, legs: readonly Leg[]): string[] {
  const sounds = (found.sounds ?? []).filter((sound) => sound.who === who);
  for (const leg of legs) {
    for (const wish of leg.wishes) {
      if (wish.agreedAt === undefined || !holds(wish.direction)) continue;
      const at = wish.agreedAt + BOTH_OPEN_MS;
      if (wishAt(leg, at) !== wish || !standsAt(leg, at)) continue;
      const sound = sounds.findLast((one) => one.atMs <= at);
      if (sound?.connected.includes(wish.port) === true) return [`${seconds(at)} ${who} talks with whom it holds`];
    }
  }
  return [];
}

function isHeard(sound: Sound, wish: Wish | undefined): boolean {
  if (wish === undefined || holds(wish.direction)) return false;
  return sound.connected.includes(wish.port) || sound.bridged.includes(wish.port);
}
