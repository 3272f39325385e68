import { type ButtonInput, Gestures } from '@switchhook/bt-headset';
import {
  Bindings,
  type DeviceEvent,
  defaultKeys,
  headsetGestures,
  type Intent,
  type KeyTable,
  type Settlement,
} from '@switchhook/phone';
import type { Runtime } from '@switchhook/phone/node';
import { type AlarmClock, earliest, type Millis } from '@switchhook/sans-io';

/** What a hand did, as any device tells it: a key, the hook, a gesture, or the bare button of a headset. */
export type HandEvent = DeviceEvent | Extract<ButtonInput, { readonly type: 'button' }>;

export interface HandsOptions {
  readonly runtime: Pick<Runtime, 'state' | 'submit'>;
  readonly clock: AlarmClock;
  /** Default: the keys of a plain telephone. */
  readonly keys?: KeyTable;
}

/**
 * The hands at the phone, all of them: every device gives its events here, and only here they become intents.
 *
 * ```
 *  keypad, hook, terminal ── key, hook ────────────────┐
 *  headset ── button ──► gestures ── short … triple ───┴──► bindings (a table) ──► submit
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
  readonly #gestures = new Gestures();
  #takeBack: () => void = () => {};

  constructor({ runtime, clock, keys = defaultKeys }: HandsOptions) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#bindings = new Bindings(keys);
  }

  /**
   * Something was moved at `at`, which may have passed: a device that was read late says when the finger moved, and what
   * lies between two moves counts, not when they were heard of.
   */
  take(event: HandEvent, at: Millis = this.#clock.now()): void {
    this.#wake(at);
    const { state } = this.#runtime;
    this.#bindings.receive({ type: 'state', state }, at);
    if (event.type === 'button') {
      this.#gestures.receive({ type: 'bound', gestures: headsetGestures(state) }, at);
      this.#gestured(this.#gestures.receive(event, at), at);
    } else {
      const door = event.type === 'headset' ? 'headset' : 'keys';
      this.#submit(this.#bindings.receive(event, at), door);
    }
    this.#wait();
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#takeBack();
  }

  #wake(now: Millis): void {
    this.#gestured(this.#gestures.wake(now), now);
    this.#submit(this.#bindings.wake(now), 'keys');
  }

  #wait(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    const at = earliest(this.#bindings.deadline, this.#gestures.deadline);
    if (at === undefined) return;
    this.#takeBack = this.#clock.alarm(at, () => {
      this.#wake(this.#clock.now());
      this.#wait();
    });
  }

  #gestured(events: ReturnType<Gestures['wake']>, now: Millis): void {
    for (const event of events) this.#submit(this.#bindings.receive(event, now), 'headset');
  }

  #submit(intents: readonly Intent[], door: 'keys' | 'headset'): void {
    for (const intent of intents) this.#runtime.submit(intent, { door }, (outcome) => this.onOutcome(outcome));
  }
}
