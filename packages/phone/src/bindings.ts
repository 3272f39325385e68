import { type Core, earliest, type Millis } from '@switchhook/sans-io';
import type { Intent } from './intent.ts';
import { type Press, Presses } from './presses.ts';
import { callsIn, inHand } from './reducer/inquiry.ts';
import { conference } from './reducer/joined.ts';
import type { PhoneState } from './reducer/state.ts';

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

/** Two presses of one function within this count once, where no double is bound. */
const repeatMs = 250;

export type BindingsIn = DeviceEvent | { readonly type: 'state'; readonly state: PhoneState };

/**
 * From what the hand did to what it wants. A key without a long or double in the present state acts on press; so the
 * person waits for a decision only where there is one to make (phone-ux.md §4.7).
 */
export class Bindings implements Core<BindingsIn, Intent> {
  readonly #keys: KeyTable;
  #state: PhoneState | undefined;
  /** Every key that was pressed once. */
  readonly #presses = new Map<string, Presses>();
  /** What the release of a key does whose long press has been. */
  readonly #releases = new Map<string, Intent>();
  readonly #acted = new Map<string, Millis>();

  constructor(keys: KeyTable = defaultKeys) {
    this.#keys = keys;
  }

  get deadline(): Millis | undefined {
    return earliest(...[...this.#presses.values()].map(({ deadline }) => deadline));
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
        return [...late, ...this.#moved(input.key, binding, input.edge, now)];
      }
      default:
        input satisfies never;
        throw new Error('unknown device event');
    }
  }

  wake(now: Millis): readonly Intent[] {
    return [...this.#presses].flatMap(([key, presses]) => this.#said(key, presses.wake(now), now));
  }

  #moved(key: string, binding: KeyBinding, edge: 'down' | 'up', now: Millis): readonly Intent[] {
    const presses = this.#presses.get(key) ?? new Presses();
    this.#presses.set(key, presses);
    if (edge === 'down') {
      // What is bound as it goes down decides, whatever the phone does until it comes up.
      const bound = new Set<Press>(['short']);
      if (this.#bound(binding.long)) bound.add('long');
      if (this.#bound(binding.double)) bound.add('double');
      presses.receive({ type: 'bound', presses: bound, longMs: binding.long?.afterMs }, now);
    }
    const release = edge === 'up' ? this.#releases.get(key) : undefined;
    if (release !== undefined) this.#releases.delete(key);
    const said = this.#said(key, presses.receive({ type: 'button', edge }, now), now);
    return release === undefined ? said : [...said, release];
  }

  #said(key: string, presses: readonly Press[], now: Millis): readonly Intent[] {
    return presses.flatMap((press) => {
      const { short, long, double } = this.#keys[key]!;
      switch (press) {
        case 'short':
          return this.#act(short, now);
        case 'long':
          if (long?.release !== undefined) this.#releases.set(key, long.release);
          return long === undefined ? [] : [long.intent];
        case 'double':
          return double === undefined ? [] : [double.intent];
        case 'triple':
          return [];
        default:
          press satisfies never;
          throw new Error('unknown press');
      }
    });
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
