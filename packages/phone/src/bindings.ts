import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';
import type { Intent } from './intent.ts';
import { callsIn, inHand } from './reducer/inquiry.ts';
import { conference } from './reducer/joined.ts';
import type { PhoneState } from './reducer/state.ts';

/*
 *  up ──down, nothing longer bound──► act: short ──────────────────────────────► spent ──up──► up
 *   │ down, long or double bound                                                   ▲
 *   └──► down ──1 s, long bound──► act: long ──────────────────────────────────────┘
 *         └──up──► double bound? waiting ──350 ms──► act: short      waiting ──down──► act: double ──► spent
 *                  else act: short ──► up
 */

/** What a hand did to a thing, as the devices tell it. Key names are those of the key table (`1`, `#`, `line1`, …). */
export type DeviceEvent =
  | { readonly type: 'key'; readonly key: string; readonly edge: 'down' | 'up' }
  | { readonly type: 'hook'; readonly act: 'lift' | 'put-down' | 'flash' }
  | { readonly type: 'headset'; readonly gesture: 'short' | 'long' | 'double' | 'triple' | 'redial' };

/** What a key means; `when` = only in such a state is the long press bound. */
export interface KeyBinding {
  readonly short: Intent;
  readonly long?: {
    readonly intent: Intent;
    /** When the key comes up after it. */
    readonly release?: Intent;
    /** Default 1000. */
    readonly afterMs?: number;
    readonly when?: (state: PhoneState) => boolean;
  };
  readonly double?: { readonly intent: Intent; readonly when?: (state: PhoneState) => boolean };
}

/** Which key means what. */
export type KeyTable = Readonly<Record<string, KeyBinding>>;

const digits: KeyTable = Object.fromEntries(
  [...'0123456789*#'].map((digit) => [digit, { short: { verb: 'key.digit', digit } }]),
);

/** Held this long lets one speak while Mute is held; it must not cost the first words. */
const speakMs = 200;

/** A line key tells who is there when it is held down; on a free line, and to answer, it acts at once. */
function lineKey(line: number): KeyBinding {
  const when = ({ calls }: PhoneState) => {
    const there = calls.filter((call) => call.line === line);
    return there.length > 0 && !there.some(({ phase }) => phase.name === 'ringing');
  };
  return { short: { verb: 'key.line', line }, long: { intent: { verb: 'key.line-long', line }, when } };
}

/** A BLF key calls and announces when it is held down while somebody talks; else it acts at once. */
function blfKey(n: number): KeyBinding {
  const talks = (state: PhoneState) => callsIn(state, 'talking').length > 0;
  return { short: { verb: 'key.blf', n }, long: { intent: { verb: 'key.blf-long', n }, when: talks } };
}

function mayPark(state: PhoneState): boolean {
  return state.settings.parkNumber !== undefined && callsIn(state, 'talking', 'held').length > 0;
}

/** The keys of phone-ux.md §4.1. */
export const defaultKeys: KeyTable = {
  ...digits,
  ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`line${i + 1}`, lineKey(i + 1)])),
  hold: { short: { verb: 'key.hold' }, long: { intent: { verb: 'key.hold-long' }, when: mayPark } },
  transfer: {
    short: { verb: 'key.transfer' },
    long: { intent: { verb: 'key.transfer-long' }, when: (state) => (state.prompt?.digits ?? '') !== '' },
  },
  conference: {
    short: { verb: 'key.conference' },
    double: { intent: { verb: 'key.transfer' }, when: (state) => conference(state).length > 0 },
  },
  cancel: {
    short: { verb: 'key.cancel' },
    long: { intent: { verb: 'key.cancel-long' }, when: (state) => state.calls.length > 1 },
  },
  redial: {
    short: { verb: 'key.redial' },
    long: { intent: { verb: 'key.redial-long' }, when: (state) => state.lastNumbers.length > 1 },
  },
  mute: {
    short: { verb: 'key.mute' },
    long: {
      intent: { verb: 'call.mute', on: false },
      release: { verb: 'call.mute', on: true },
      afterMs: speakMs,
      when: (state) => state.settings.pushToTalk && state.mute,
    },
  },
  dnd: { short: { verb: 'key.dnd' } },
  send: { short: { verb: 'key.send' } },
  voicemail: { short: { verb: 'key.voicemail' } },
  ...Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`blf${i + 1}`, blfKey(i + 1)])),
};

/** Held this long is a long press (phone-ux.md §4.1). */
const longMs = 1000;
/** A second press within this after a release makes a double. */
const doubleMs = 350;
/** Two presses of one function within this count once, where no double is bound. */
const repeatMs = 250;

/** Where a key is; `double` was decided when it went down. */
type KeyPlace =
  | { readonly name: 'down'; readonly double: boolean }
  | { readonly name: 'waiting' }
  | { readonly name: 'spent'; readonly release?: Intent | undefined };

export type BindingsIn = DeviceEvent | { readonly type: 'state'; readonly state: PhoneState };

/**
 * From what the hand did to what it wants. A key without a long or double in the present state acts on press; so the
 * person waits for a decision only where there is one to make (phone-ux.md §4.7).
 */
export class Bindings implements Core<BindingsIn, Intent> {
  readonly #keys: KeyTable;
  #state: PhoneState | undefined;
  readonly #places = new Map<string, KeyPlace>();
  readonly #acted = new Map<string, Millis>();
  readonly #timers = new Deadlines<`long ${string}` | `double ${string}`>();

  constructor(keys: KeyTable = defaultKeys) {
    this.#keys = keys;
  }

  get deadline(): Millis | undefined {
    return this.#timers.next;
  }

  receive(input: BindingsIn, now: Millis): readonly Intent[] {
    switch (input.type) {
      case 'state':
        this.#state = input.state;
        return [];
      case 'hook':
        return [{ verb: `hook.${input.act}` }];
      case 'headset':
        return [{ verb: `headset.${input.gesture}` }];
      case 'key': {
        const late = this.wake(now);
        const binding = Object.hasOwn(this.#keys, input.key) ? this.#keys[input.key] : undefined;
        if (binding === undefined) return late;
        const acts = input.edge === 'down' ? this.#down(input.key, binding, now) : this.#up(input.key, binding, now);
        return [...late, ...acts];
      }
      default:
        input satisfies never;
        throw new Error('unknown device event');
    }
  }

  wake(now: Millis): readonly Intent[] {
    const intents: Intent[] = [];
    for (const timer of this.#timers.due(now)) {
      const key = timer.slice(timer.indexOf(' ') + 1);
      const binding = this.#keys[key];
      if (binding === undefined) continue;
      if (timer.startsWith('long ') && binding.long !== undefined) {
        this.#places.set(key, { name: 'spent', release: binding.long.release });
        intents.push(binding.long.intent);
      } else if (timer.startsWith('double ')) {
        this.#places.delete(key);
        intents.push(...this.#act(binding.short, now));
      }
    }
    return intents;
  }

  #down(key: string, binding: KeyBinding, now: Millis): readonly Intent[] {
    const place = this.#places.get(key);
    if (place?.name === 'waiting') {
      this.#timers.clear(`double ${key}`);
      this.#places.set(key, { name: 'spent' });
      return binding.double === undefined ? [] : [binding.double.intent];
    }
    if (place !== undefined) return []; // down twice without an up: a bouncing contact, or a lost edge
    const long = this.#bound(binding.long);
    const double = this.#bound(binding.double);
    if (!long && !double) {
      this.#places.set(key, { name: 'spent' });
      return this.#act(binding.short, now);
    }
    this.#places.set(key, { name: 'down', double });
    if (long) this.#timers.set(`long ${key}`, now + (binding.long?.afterMs ?? longMs));
    return [];
  }

  #up(key: string, binding: KeyBinding, now: Millis): readonly Intent[] {
    const place = this.#places.get(key);
    this.#timers.clear(`long ${key}`);
    if (place?.name === 'down' && place.double) {
      this.#places.set(key, { name: 'waiting' });
      this.#timers.set(`double ${key}`, now + doubleMs);
      return [];
    }
    if (place?.name === 'waiting') return [];
    this.#places.delete(key);
    if (place?.name === 'spent') return place.release === undefined ? [] : [place.release];
    return place?.name === 'down' ? this.#act(binding.short, now) : [];
  }

  /** Digits may follow each other as fast as fingers go; a function twice in a blink is one press, by whichever keys. */
  #act(intent: Intent, now: Millis): readonly Intent[] {
    const what = JSON.stringify(intent);
    const last = this.#acted.get(what);
    this.#acted.set(what, now);
    return intent.verb !== 'key.digit' && last !== undefined && now - last < repeatMs ? [] : [intent];
  }

  #bound(longer: KeyBinding['double']): boolean {
    if (longer === undefined) return false;
    return longer.when === undefined || (this.#state !== undefined && longer.when(this.#state));
  }
}

/** The headset gestures that mean something in this state: what is not there is not waited for. */
export function headsetGestures(state: PhoneState): ReadonlySet<'short' | 'long' | 'double' | 'triple'> {
  const ringing = callsIn(state, 'ringing').length > 0;
  const busy = inHand(state) !== undefined || callsIn(state, 'held').length > 0;
  if (busy) return new Set(['short', 'long', 'double', 'triple']);
  return ringing ? new Set(['short', 'long']) : new Set(['short', 'long', 'double']);
}
