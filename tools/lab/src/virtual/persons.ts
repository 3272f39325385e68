import type { Intent } from '@switchhook/phone';
import type { Snapshot } from '@switchhook/phone/control';
import type { SeededRandom } from '@switchhook/sans-io/testing';

/** A person looks at the telephone now and then and does something, or not. */
export type Mind = (snapshot: Snapshot, nowMs: number) => readonly Intent[];

/** How somebody is today; drawn once an office. */
export interface Temper {
  /** Chance of a random key at each look. */
  readonly nervous: number;
  /** When the person hangs up whatever there is; Infinity = never. */
  readonly leavesAtMs: number;
  /** What the specialist does with a call. */
  readonly takes: 'answers' | 'busy' | 'ignores';
  /** How long a bell rings before it is answered, ms. */
  readonly patienceMs: number;
  /** Says what it has to say for so long before the next step, ms. */
  readonly talkMs: number;
  /** Completes by putting the handset down instead of by the key. */
  readonly putsDown: boolean;
  /** Transfers blind by a long press, without talking to the target. */
  readonly blind: boolean;
}

const KEYS: readonly Intent[] = [
  { verb: 'key.transfer' },
  { verb: 'key.transfer' },
  { verb: 'key.cancel' },
  { verb: 'key.hold' },
  { verb: 'key.line', line: 1 },
  { verb: 'key.line', line: 2 },
  { verb: 'key.digit', digit: '9' },
  { verb: 'key.digit', digit: '#' },
  { verb: 'key.transfer-long' },
  { verb: 'key.redial' },
  { verb: 'key.mute' },
  { verb: 'key.send' },
  { verb: 'hook.flash' },
  { verb: 'hook.put-down' },
  { verb: 'hook.lift' },
  { verb: 'headset.short' },
  { verb: 'headset.double' },
];

/** The receptionist: answers, transfers to 9999, and presses any key at any time. */
export function receptionistMind(temper: Temper, random: SeededRandom): Mind {
  let typed: string[] = [];
  let since = 0;
  let last = '';
  let transfers = 0;
  return (snapshot, nowMs) => {
    if (nowMs >= temper.leavesAtMs) return snapshot.hook === 'off' ? [{ verb: 'hook.put-down' }] : [];
    if (random.chance(temper.nervous)) return [random.pick(KEYS)];
    const picture = `${snapshot.lines.map((line) => line.state).join()} ${snapshot.transfer?.state} ${snapshot.transfer?.outcome}`;
    if (picture !== last) [last, since] = [picture, nowMs];
    const stoodMs = nowMs - since;
    if (typed.length > 0) return [{ verb: 'key.digit', digit: typed.shift()! }];
    const ringing = snapshot.lines.find((line) => line.state === 'ringing');
    if (ringing !== undefined && stoodMs >= temper.patienceMs) {
      return snapshot.hook === 'on' ? [{ verb: 'hook.lift' }] : [{ verb: 'key.line', line: ringing.n }];
    }
    const transfer = snapshot.transfer;
    const talks = snapshot.lines.some((line) => line.state === 'talking');
    if (transfer !== null && transfer.outcome === null) {
      if (transfer.state === 'consulting' && stoodMs >= temper.talkMs) {
        return temper.putsDown ? [{ verb: 'hook.put-down' }] : [{ verb: 'key.transfer' }];
      }
      return [];
    }
    if (talks && stoodMs >= temper.talkMs && transfers < 2) {
      transfers++;
      typed = [...'9999#'];
      return [temper.blind ? { verb: 'key.transfer-long' } : { verb: 'key.transfer' }];
    }
    return [];
  };
}

/**
 * Takes the caller back, the last act before an office is judged: gives up a transfer that is still going, ends the call
 * that stands in the way, and resumes who is held.
 */
export function retrievingMind(callerNumber: string): Mind {
  return (snapshot) => {
    if (snapshot.transfer !== null && snapshot.transfer.outcome === null) return [{ verb: 'transfer.cancel' }];
    const lines = [...snapshot.lines, ...(snapshot.waiting ?? [])].filter((line) => line.callId !== null);
    const held = lines.find((line) => line.state === 'held');
    const talks = lines.find((line) => line.state === 'talking');
    const moving = lines.some((line) =>
      ['connecting', 'resuming', 'dialing', 'ending', 'holding'].includes(line.state),
    );
    if (held?.callId == null || moving || talks?.party?.number === callerNumber) return [];
    if (talks?.callId != null) return [{ verb: 'call.hangup', callId: talks.callId as never }];
    const resume: Intent = { verb: 'call.resume', callId: held.callId as never };
    return snapshot.hook === 'on' ? [{ verb: 'hook.lift' }, resume] : [resume];
  };
}

/** The caller: rings 1000 once, and hangs up when it has had enough. */
export function callerMind(temper: Temper, startMs: number): Mind {
  let rang = false;
  return (snapshot, nowMs) => {
    if (!rang && nowMs >= startMs) {
      rang = true;
      return [{ verb: 'call.dial', to: '1000' }];
    }
    return nowMs >= temper.leavesAtMs ? hangUps(snapshot) : [];
  };
}

/** The specialist: answers, is busy, or lets it ring. */
export function specialistMind(temper: Temper): Mind {
  let rangSince: number | undefined;
  return (snapshot, nowMs) => {
    const ringing = snapshot.lines.find((line) => line.state === 'ringing');
    if (ringing?.callId === null || ringing === undefined) rangSince = undefined;
    else {
      rangSince ??= nowMs;
      if (nowMs - rangSince >= temper.patienceMs) {
        const callId = ringing.callId as never;
        if (temper.takes === 'answers') return [{ verb: 'call.answer', callId }];
        if (temper.takes === 'busy') return [{ verb: 'call.reject', callId, code: 486 }];
      }
    }
    return nowMs >= temper.leavesAtMs ? hangUps(snapshot) : [];
  };
}

function hangUps(snapshot: Snapshot): Intent[] {
  return [...snapshot.lines, ...(snapshot.waiting ?? [])].flatMap((line) =>
    line.callId === null ? [] : [{ verb: 'call.hangup', callId: line.callId as never } as const],
  );
}
