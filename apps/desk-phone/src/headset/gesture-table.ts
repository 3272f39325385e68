import type { DeviceEvent, Intent, PhoneState } from '@switchhook/phone';
import { headsetGestures } from '@switchhook/phone';

/** Columns of the gesture table (phone-ux.md §4.7). */
export const GESTURE_STATES = ['idle', 'ringing', 'talking', 'waiting', 'held'] as const;
/** What one button can say. */
export const GESTURES = ['short', 'long', 'double', 'triple'] as const;

export type GestureState = (typeof GESTURE_STATES)[number];
export type ButtonGesture = (typeof GESTURES)[number];

/** What a gesture does otherwise than the phone's own table says. */
export interface GestureRule {
  readonly when: GestureState;
  readonly press: ButtonGesture;
  /** Undefined = nothing. */
  readonly intent: Intent | undefined;
}

/** The gestures of the configuration over those of the phone. */
export class GestureTable {
  readonly #rules: readonly GestureRule[];

  constructor(rules: readonly GestureRule[] = []) {
    this.#rules = rules;
  }

  /** The gestures that mean something now: what is not there is not waited for. */
  bound(state: PhoneState): ReadonlySet<ButtonGesture> {
    const bound = new Set(headsetGestures(state));
    const now = gestureState(state);
    for (const { when, press, intent } of this.#rules) {
      if (when !== now) continue;
      if (intent === undefined) bound.delete(press);
      else bound.add(press);
    }
    return bound;
  }

  /** What a gesture does now where the configuration says so; `none` = nothing. */
  rule(state: PhoneState, event: Extract<DeviceEvent, { readonly type: 'headset' }>): Intent | 'none' | undefined {
    const now = gestureState(state);
    const found = this.#rules.findLast(({ when, press }) => when === now && press === event.gesture);
    return found === undefined ? undefined : (found.intent ?? 'none');
  }
}

/** Which column holds: a call that rings counts before one that is held. */
export function gestureState({ calls }: PhoneState): GestureState {
  const has = (...names: readonly string[]) => calls.some(({ phase }) => names.includes(phase.name));
  const ringing = has('ringing');
  const talks = has('talking', 'connecting', 'dialing', 'ringback', 'holding', 'resuming', 'joined');
  if (!talks) return ringing ? 'ringing' : has('held') ? 'held' : 'idle';
  return ringing ? 'waiting' : has('held') ? 'held' : 'talking';
}
