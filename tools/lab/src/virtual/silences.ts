import type { Millis } from '@switchhook/sans-io';
import { isSuccess } from './legs.ts';
import type { Sighting } from './sighting.ts';

/** A request that its sender had to take for unanswered, or that was answered by what ends a dialog. */
export interface Silence {
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly method: string;
  /** When the sender knew. */
  readonly endsAt: Millis;
}

/** 64·T1 (RFC 3261 §17.1.1.2, §17.1.2.2). */
const GIVE_UP_MS = 32_000;

interface Asked {
  readonly seen: Sighting;
  answered: boolean;
}

/** Everything that was asked and never answered, and everything that was answered with 481 or 408 inside a dialog. */
export function silencesOf(sightings: readonly Sighting[]): Silence[] {
  const open = new Map<string, Asked>();
  const silences: Silence[] = [];
  for (const seen of sightings) {
    const method = seen.cseq.method;
    if (seen.status === undefined) {
      if (method === 'ACK') {
        const success = open.get(`2xx ${seen.to} ${seen.from} ${seen.callId} ${seen.cseq.number}`);
        if (success !== undefined && seen.arrivedAt !== undefined) success.answered = true;
      } else if (!seen.again) open.set(`${seen.from} ${seen.to} ${seen.branch} ${method}`, { seen, answered: false });
      continue;
    }
    if (isSuccess(seen.status) && method === 'INVITE' && !seen.again)
      open.set(`2xx ${seen.from} ${seen.to} ${seen.callId} ${seen.cseq.number}`, { seen, answered: false });
    if (seen.arrivedAt === undefined) continue;
    const asked = open.get(`${seen.to} ${seen.from} ${seen.branch} ${method}`);
    if (asked === undefined) continue;
    // A provisional answer inside a dialog is no answer; a first INVITE may ring for as long as it likes.
    if (seen.status >= 200 || !asked.seen.inDialog) asked.answered = true;
    if ((seen.status === 481 || seen.status === 408) && asked.seen.inDialog)
      silences.push(silence(asked.seen, seen.arrivedAt));
  }
  for (const { seen, answered } of open.values())
    if (!answered && (seen.inDialog || seen.status !== undefined))
      silences.push(silence(seen, seen.sentAt + GIVE_UP_MS));
  return silences;
}

function silence(seen: Sighting, endsAt: Millis): Silence {
  return { from: seen.from, to: seen.to, callId: seen.callId, method: seen.cseq.method, endsAt };
}
