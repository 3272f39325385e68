import { type Datagram, ladderOf, type Parties } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';
import { type Act, ends, type Person } from './acts.ts';
import { holdsAt, type Leg, type Lived, legsOf, livedBy, peerAt, standsAt } from './legs.ts';

/** All that the oracle is shown: packets, and what people did. Never the state of a phone. */
export interface Evidence {
  readonly datagrams: readonly Datagram[];
  readonly names: Parties;
  readonly acts: readonly Act[];
  /** When people stopped acting on their own and the receptionist was told to take back whoever waits. */
  readonly epilogueAt: Millis;
  /** When the receptionist had had the time to do so, before everybody hung up. */
  readonly judgedAt: Millis;
}

/** What the oracle found, a line each with the time. */
export interface Judgement {
  /** The caller stands without a call, or on hold for ever, and nobody wanted it so. */
  readonly lostCallers: readonly string[];
  /** Promises that were broken without losing anybody. */
  readonly brokenPromises: readonly string[];
}

/** How long a person's act may take to show in packets: 64·T1 and a little (RFC 3261 §17.1.1.2). */
const ACT_REACH_MS = 33_000;
/** How long a caller may be without a call while the next one is being joined to it. */
const BETWEEN_MS = 2_000;
/** How long a phone may take to answer a NOTIFY that reached it. */
const ANSWER_MS = 1_000;

/** Judge one history. */
export function judge(evidence: Evidence): Judgement {
  const { datagrams, names } = evidence;
  const ladder = ladderOf(datagrams, names);
  const lived = (who: Person) => livedBy(ladder, who);
  const receptionist = lived('receptionist');
  const own = legsOf(receptionist);
  const legs = { caller: legsOf(lived('caller')), specialist: legsOf(lived('specialist')), receptionist: own };
  return {
    lostCallers: [...dropped(evidence, legs, receptionist), ...forgotten(evidence, legs)],
    brokenPromises: [...earlyByes(evidence, receptionist, own), ...unanswered(evidence, receptionist)],
  };
}

type Legs = Readonly<Record<Person, readonly Leg[]>>;

/** The caller's last call was ended under it although nobody who was in it hung up. */
function dropped(evidence: Evidence, legs: Legs, receptionist: readonly Lived[]): string[] {
  const found: string[] = [];
  for (const leg of legs.caller) {
    const at = leg.endedAt;
    if (leg.upAt === undefined || at === undefined || at > evidence.judgedAt) continue;
    if (
      legs.caller.some(
        (other) => other !== leg && other.upAt !== undefined && other.upAt <= at + BETWEEN_MS && !over(other, at),
      )
    )
      continue;
    if (acted(evidence, 'caller', at) || wanted(evidence, legs, leg, at)) continue;
    // Nobody's fault: the network was silent for the whole of a request (RFC 3261 §12.2.1.2).
    const own = legs.receptionist.filter(
      (one) => one.endedBy === 'self' && one.endedAt !== undefined && one.endedAt <= at,
    );
    if (own.some((one) => at - one.endedAt! < ACT_REACH_MS && deadBefore(receptionist, one.callId, one.endedAt!)))
      continue;
    found.push(
      `${seconds(at)} the caller's last call was ended by its ${leg.endedBy === 'self' ? 'own phone' : 'far end'}`,
    );
  }
  return found;
}

/** At the end the caller has a call that nobody else is in, or is still on hold although the receptionist took back whom it could. */
function forgotten(evidence: Evidence, legs: Legs): string[] {
  const at = evidence.judgedAt;
  if (acted(evidence, 'caller', at, at)) return [];
  const found: string[] = [];
  for (const leg of legs.caller) {
    if (!standsAt(leg, at)) continue;
    const peer = peerAt(leg, at);
    const who = peer === undefined ? undefined : personAt(evidence, peer.host);
    if (peer === undefined || who === undefined || who === 'caller') continue;
    if (evidence.acts.some((act) => act.who === who && act.what === 'crash')) continue;
    if (!legs[who].some((other) => standsAt(other, at)))
      found.push(`${seconds(at)} the caller talks to ${who}, who has no call`);
    else if (peer.held) found.push(`${seconds(at)} the caller is still held by ${who}`);
  }
  return found;
}

/** The person at the far end of the caller's call hung up, or its phone lost power. */
function wanted(evidence: Evidence, legs: Legs, leg: Leg, at: Millis): boolean {
  const host = peerAt(leg, at)?.host;
  const peer = host === undefined ? undefined : personAt(evidence, host);
  if (evidence.acts.some((act) => act.what === 'crash' && act.atMs <= at && act.who !== 'caller')) return true;
  if (acted(evidence, 'specialist', at) && (peer === 'specialist' || joined(legs, at))) return true;
  return evidence.acts.some((act) => {
    if (act.who !== 'receptionist' || !ends(act) || act.atMs > at || at - act.atMs > ACT_REACH_MS) return false;
    return !heldByReceptionist(evidence, legs, leg, act.atMs);
  });
}

/** The specialist has taken a call of the caller's own: its 2xx is on its way or there. */
function joined(legs: Legs, at: Millis): boolean {
  return legs.specialist.filter((leg) => leg.upAt !== undefined && leg.upAt <= at).length > 1;
}

/** The receptionist's phone held the caller when its person acted: what was ended then was not this call. */
function heldByReceptionist(evidence: Evidence, legs: Legs, leg: Leg, at: Millis): boolean {
  const same = legs.receptionist.filter((own) => {
    if (!standsAt(own, at)) return false;
    const host = peerAt(own, at)?.host;
    return own.callId === leg.callId || (host !== undefined && personAt(evidence, host) === 'caller');
  });
  return same.some((own) => holdsAt(own, at));
}

/** DESIGN: no BYE to the caller before there is evidence of success; 202 is not evidence. */
function earlyByes(evidence: Evidence, lived: readonly Lived[], legs: readonly Leg[]): string[] {
  const found: string[] = [];
  for (const refer of lived.filter((step) => step.method === 'REFER' && step.outgoing && !step.again)) {
    const leg = legs.find((one) => one.callId === refer.callId);
    if (leg?.endedBy !== 'self' || leg.endedAt === undefined || leg.endedAt < refer.livedAt) continue;
    const end = leg.endedAt;
    const proof = lived.some(
      (step) =>
        !step.outgoing &&
        step.livedAt >= refer.livedAt &&
        step.livedAt <= end &&
        (Math.floor((step.sipfrag ?? 0) / 100) === 2 || (step.method === 'BYE' && step.callId !== refer.callId)),
    );
    const pressed = evidence.acts.some(
      (act) => act.who === 'receptionist' && ends(act) && act.atMs <= end && end - act.atMs < ACT_REACH_MS,
    );
    if (!proof && !pressed && !deadBefore(lived, refer.callId, end) && end <= evidence.judgedAt)
      found.push(`${seconds(end)} BYE to the caller without evidence`);
  }
  return found;
}

/** RFC 3261 §12.2.1.2: a 481, a 408 or silence to a request inside the dialog ends it, whatever a transfer is doing. */
function deadBefore(lived: readonly Lived[], callId: string, end: Millis): boolean {
  const inside = lived.filter((step) => step.callId === callId && step.livedAt <= end);
  if (inside.some((step) => !step.outgoing && (step.status === 481 || step.status === 408))) return true;
  const asked = inside.filter((step) => step.outgoing && step.method === 'INVITE' && !step.again).at(-1);
  return (
    asked !== undefined &&
    end - asked.livedAt > 31_000 &&
    !inside.some((step) => !step.outgoing && (step.status ?? 0) >= 200 && step.cseq.number === asked.cseq.number)
  );
}

/** DESIGN: every NOTIFY gets an answer, whatever order NOTIFY, BYE and 202 arrive in. */
function unanswered(evidence: Evidence, lived: readonly Lived[]): string[] {
  const crash = evidence.acts.find((act) => act.who === 'receptionist' && act.what === 'crash')?.atMs ?? Infinity;
  const found: string[] = [];
  for (const notify of lived) {
    if (notify.method !== 'NOTIFY' || notify.outgoing || notify.livedAt + ANSWER_MS > crash) continue;
    const answered = lived.some(
      (step) =>
        step.outgoing &&
        step.status !== undefined &&
        step.branch === notify.branch &&
        step.livedAt >= notify.livedAt &&
        step.livedAt <= notify.livedAt + ANSWER_MS,
    );
    if (!answered) found.push(`${seconds(notify.livedAt)} a NOTIFY of the caller got no answer`);
  }
  return found;
}

function over(leg: Leg, at: Millis): boolean {
  return leg.endedAt !== undefined && leg.endedAt <= at;
}

/** It hung up within the reach of its act, or its phone lost power at any time before. */
function acted(evidence: Evidence, who: Person, at: Millis, reach: Millis = ACT_REACH_MS): boolean {
  return evidence.acts.some(
    (act) => act.who === who && act.atMs <= at && (act.what === 'crash' || (ends(act) && at - act.atMs <= reach)),
  );
}

function personAt(evidence: Evidence, host: string): Person | undefined {
  const name = evidence.names[host];
  return name === 'receptionist' || name === 'caller' || name === 'specialist' ? name : undefined;
}

function seconds(at: Millis): string {
  return `${(at / 1000).toFixed(3)} s:`;
}
