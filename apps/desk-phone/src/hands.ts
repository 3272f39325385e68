import {
  Bindings,
  type ButtonEvent,
  type DeviceEvent,
  defaultKeys,
  type Intent,
  type KeyTable,
  type PhoneState,
  type Press,
  Presses,
  type PressTimes,
  type Settlement,
} from '@switchhook/phone';
import type { Runtime } from '@switchhook/phone/node';
import { type AlarmClock, earliest, type Millis } from '@switchhook/sans-io';
import { GestureTable } from './headset/gesture-table.ts';

/**
 * What a hand did, as any device tells it: a key, the hook, a gesture, the bare button of a headset, or what a headset says in
 * words of its own.
 */
export type HandEvent = DeviceEvent | ButtonEvent | { readonly type: 'intent'; readonly intent: Intent };

export interface HandsOptions {
  readonly runtime: Pick<Runtime, 'state' | 'submit'>;
  readonly clock: AlarmClock;
  /** Default: the keys of a plain telephone. */
  readonly keys?: KeyTable;
  /** Default: the gestures as the phone has them. */
  readonly gestures?: GestureTable;
  /** How long a press is a long one, and how close two make a double. */
  readonly gestureTimes?: PressTimes;
}

/**
 * The hands at the phone, all of them: every device gives its events here, and only here they become intents.
 *
 * ```
 *  keypad, hook, terminal ── key, hook ────────────────┐
 *  headset ── button ──► presses ─── short … triple ───┼──► bindings (a table) ──► submit
 *  headset ── AT ──► gateway ──► request table ─────────┘
 * ```
 *
 * The gestures and long presses that mean something now are asked of the phone's state at each event.
 */
export class Hands {
  /** How what a hand asked for ended. */
  onOutcome: (outcome: Settlement) => void = () => {};
  readonly #runtime: HandsOptions['runtime'];
  readonly #clock: AlarmClock;
  readonly #bindings: Bindings;
  readonly #button: Presses;
  readonly #table: GestureTable;
  #takeBack: () => void = () => {};

  constructor({ runtime, clock, keys = defaultKeys, gestures = new GestureTable(), gestureTimes }: HandsOptions) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#bindings = new Bindings(keys);
    this.#button = new Presses(gestureTimes);
    this.#table = gestures;
  }

  /**
   * Something was moved at `at`, which may have passed: a device that was read late says when the finger moved, and what
   * lies between two moves counts, not when they were heard of. False = what it asked for was refused at once.
   */
  take(event: HandEvent, at: Millis = this.#clock.now()): boolean {
    this.#wake(at);
    const { state } = this.#runtime;
    this.#bindings.receive({ type: 'state', state }, at);
    const ok = this.#act(event, state, at);
    this.#wait();
    return ok;
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#takeBack();
  }

  #wake(now: Millis): void {
    this.#pressed(this.#button.wake(now), now);
    this.#submit(this.#bindings.wake(now), 'keys');
  }

  #wait(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    const at = earliest(this.#bindings.deadline, this.#button.deadline);
    if (at === undefined) return;
    this.#takeBack = this.#clock.alarm(at, () => {
      this.#wake(this.#clock.now());
      this.#wait();
    });
  }

  #act(event: HandEvent, state: PhoneState, at: Millis): boolean {
    switch (event.type) {
      case 'button':
        this.#button.receive({ type: 'bound', presses: this.#table.bound(state) }, at);
        return this.#pressed(this.#button.receive(event, at), at);
      case 'intent':
        return this.#submit([event.intent], 'headset');
      case 'headset':
        return this.#gestured(event, at);
      case 'key':
      case 'hook':
        return this.#submit(this.#bindings.receive(event, at), 'keys');
      default:
        event satisfies never;
        throw new Error('unknown hand event');
    }
  }

  #pressed(presses: readonly Press[], now: Millis): boolean {
    return presses.map((gesture) => this.#gestured({ type: 'headset', gesture }, now)).every((ok) => ok);
  }

  #gestured(event: Extract<DeviceEvent, { type: 'headset' }>, now: Millis): boolean {
    const rule = this.#table.rule(this.#runtime.state, event);
    if (rule === 'none') return true;
    return this.#submit(rule === undefined ? this.#bindings.receive(event, now) : [rule], 'headset');
  }

  /** False = one of them was refused before this returns. */
  #submit(intents: readonly Intent[], door: 'keys' | 'headset'): boolean {
    let ok = true;
    for (const intent of intents) {
      this.#runtime.submit(intent, { door }, (outcome) => {
        if (outcome.name === 'failed') ok = false;
        this.onOutcome(outcome);
      });
    }
    return ok;
  }
}
