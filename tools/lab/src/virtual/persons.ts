import type { Glance, Intent } from '@switchhook/phone';
import type { SeededRandom } from '@switchhook/sans-io/testing';

/** A person looks at the telephone now and then and does something, or not. */
export type Mind = (seen: Glance, nowMs: number) => readonly Intent[];

/** How somebody is today; drawn once an office. */
export interface Temper {
  /** Chance of a random key at each look. */
  readonly nervous: number;
  /** When the person hangs up whatever there is; Infinity = never. */
  readonly leavesAtMs: number;
  /** What becomes of a call that rings. */
  readonly takes: 'answers' | 'busy' | 'ignores';
  /** How long a bell rings before it is answered, ms. */
  readonly patienceMs: number;
  /** Says what it has to say for so long before the next step, ms. */
  readonly talkMs: number;
  /** Whom it rings, and when. */
  readonly dials: { readonly atMs: number; readonly to: string } | undefined;
  /** To whom it hands over whom it talks with, and how often. */
  readonly transfers: { readonly to: string; readonly times: number } | undefined;
  /** How a consultation goes on. */
  readonly completes: 'key' | 'put-down' | 'merge' | 'bridge' | 'swap' | 'cancel';
  /** Transfers without talking to the target: by a long press once the caller is held, or by a verb that holds it first. */
  readonly blind: 'no' | 'key' | 'verb';
  /** Presses Transfer while the target still rings, and once more after that. */
  readonly presses: 'in-time' | 'early' | 'twice-early';
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
  { verb: 'headset.long' },
  { verb: 'headset.double' },
  { verb: 'headset.triple' },
  { verb: 'call.swap' },
  { verb: 'transfer.swap' },
  { verb: 'transfer.complete' },
  { verb: 'transfer.cancel' },
  { verb: 'transfer.merge' },
  { verb: 'transfer.bridge' },
  { verb: 'key.conference' },
];

/** Somebody at a telephone: rings whom it wants to, answers, hands over, and presses any key at any time. */
export function personMind(temper: Temper, random: SeededRandom): Mind {
  let typed: Intent[] = [];
  let since = 0;
  let last = '';
  let before: Glance | undefined;
  let dialled = temper.dials === undefined;
  let transfers = 0;
  let armedPresses = 0;
  let joined = false;
  return (seen, nowMs) => {
    if (nowMs >= temper.leavesAtMs) return hangUps(seen);
    if (temper.nervous > 0 && random.chance(temper.nervous)) return [random.pick(KEYS)];
    if (seen !== before) {
      before = seen;
      const picture = `${seen.lines.map((line) => line.state).join()} ${seen.transfer?.state} ${seen.transfer?.outcome}`;
      if (picture !== last) [last, since] = [picture, nowMs];
    }
    const stoodMs = nowMs - since;
    const [next, ...rest] = typed;
    if (next !== undefined) {
      typed = rest;
      return [next];
    }
    if (!dialled && nowMs >= temper.dials!.atMs) {
      dialled = true;
      return [{ verb: 'call.dial', to: temper.dials!.to }];
    }
    const ringing = seen.lines.find((line) => line.state === 'ringing');
    if (ringing?.callId != null && stoodMs >= temper.patienceMs && temper.takes !== 'ignores') {
      if (temper.takes === 'busy') return [{ verb: 'call.reject', callId: ringing.callId as never, code: 486 }];
      return seen.hook === 'on' ? [{ verb: 'hook.lift' }] : [{ verb: 'key.line', line: ringing.n }];
    }
    const transfer = seen.transfer;
    if (transfer !== null && transfer.outcome === null) {
      if (transfer.state === 'calling-target' && temper.presses !== 'in-time' && stoodMs >= 400 && armedPresses === 0) {
        armedPresses = 1;
        return [{ verb: 'key.transfer' }];
      }
      if (transfer.state === 'armed' && temper.presses === 'twice-early' && stoodMs >= 900 && armedPresses === 1) {
        armedPresses = 2;
        return [{ verb: 'key.transfer' }];
      }
      if (stoodMs < temper.talkMs) return [];
      const step = nextStep(temper, transfer.state, joined);
      if (step.length > 0) joined = true;
      return step;
    }
    const talks = seen.lines.some((line) => line.state === 'talking');
    if (talks && stoodMs >= temper.talkMs && transfers < (temper.transfers?.times ?? 0)) {
      transfers++;
      armedPresses = 0;
      joined = false;
      const { to } = temper.transfers!;
      if (temper.blind === 'verb') return [{ verb: 'transfer.blind', to }];
      const digits = [...to].map((digit) => ({ verb: 'key.digit', digit }) as const);
      typed = [...digits, temper.blind === 'key' ? { verb: 'key.transfer-long' } : { verb: 'key.digit', digit: '#' }];
      return [{ verb: 'key.transfer' }];
    }
    return [];
  };
}

/** What the person does with two calls, once it has talked to the second. */
function nextStep(temper: Temper, state: string, joined: boolean): readonly Intent[] {
  if (state === 'consulting' || state === 'swapped' || state === 'merged') {
    switch (temper.completes) {
      case 'put-down':
        return [{ verb: 'hook.put-down' }];
      case 'swap':
        return [joined ? { verb: 'key.transfer' } : { verb: 'transfer.swap' }];
      case 'cancel':
        return [{ verb: 'transfer.cancel' }];
      case 'merge':
        return state === 'merged' ? [{ verb: 'key.transfer' }] : [{ verb: 'key.conference' }];
      case 'bridge':
        return [{ verb: 'transfer.bridge' }];
      default:
        return [{ verb: 'key.transfer' }];
    }
  }
  return [];
}

/**
 * Takes back whoever waits, the last acts before an office is judged: gives up a transfer that is still going, ends the
 * call that stands in the way or rings in vain, and resumes who is held. `first` is the number that goes before all others.
 */
export function retrievingMind(first: string | undefined): Mind {
  const tries = new Map<string, number>();
  return (seen) => {
    if (seen.transfer !== null && seen.transfer.outcome === null) return [{ verb: 'transfer.cancel' }];
    const lines = [...seen.lines, ...seen.waiting].filter((line) => line.callId !== null);
    const ringing = lines.find((line) => line.state === 'ringing');
    if (ringing?.callId != null) return [{ verb: 'call.reject', callId: ringing.callId as never, code: 480 }];
    const helds = lines.filter((line) => line.state === 'held');
    // Whoever does not come back after two tries has to wait for the others.
    const rank = (line: (typeof lines)[number]) =>
      Math.floor((tries.get(line.callId ?? '') ?? 0) / 2) * 2 + (line.party?.number === first ? 0 : 1);
    const held = [...helds].sort((a, b) => rank(a) - rank(b))[0];
    const talks = lines.find((line) => line.state === 'talking');
    // Nobody comes: whoever waits goes before whom it rings.
    const rings = lines.find((line) => line.state === 'ringback');
    if (rings?.callId != null && held !== undefined) return [{ verb: 'call.hangup', callId: rings.callId as never }];
    const moving = lines.some((line) =>
      ['connecting', 'resuming', 'dialing', 'ending', 'holding'].includes(line.state),
    );
    if (held?.callId == null || moving) return [];
    if (talks?.callId != null) {
      if (held.party?.number !== first || (tries.get(held.callId) ?? 0) > 1) return [];
      return [{ verb: 'call.hangup', callId: talks.callId as never }];
    }
    tries.set(held.callId, (tries.get(held.callId) ?? 0) + 1);
    const resume: Intent = { verb: 'call.resume', callId: held.callId as never };
    return seen.hook === 'on' ? [{ verb: 'hook.lift' }, resume] : [resume];
  };
}

function hangUps(seen: Glance): Intent[] {
  const calls = [...seen.lines, ...seen.waiting].flatMap((line) =>
    line.callId === null ? [] : [{ verb: 'call.hangup', callId: line.callId as never } as const],
  );
  return seen.hook === 'off' ? [...calls, { verb: 'hook.put-down' }] : calls;
}
