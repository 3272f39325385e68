import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';
import { type LampColour, lampChange, lampLevel, lampPatterns, type PatternName } from './lamps.ts';

/** How one lamp shines from now on. */
export interface LampLight {
  readonly lamp: string;
  readonly colour: LampColour | 'off';
}

/**
 * Patterns by lamp name in, changes of light out, for whoever has real lamps. All blink on the one clock that `now` is
 * read from, so equal patterns blink in phase. Names that are no pattern are dark.
 */
export class LampClock implements Core<Readonly<Record<string, string>>, LampLight> {
  #patterns: Readonly<Record<string, string>> = {};
  readonly #shining = new Map<string, LampLight['colour']>();
  readonly #timers = new Deadlines<'change'>();

  get deadline(): Millis | undefined {
    return this.#timers.next;
  }

  /** Every lamp there is; a lamp that is left out goes dark. */
  receive(patterns: Readonly<Record<string, string>>, now: Millis): readonly LampLight[] {
    this.#patterns = patterns;
    return this.#look(now);
  }

  wake(now: Millis): readonly LampLight[] {
    return this.#timers.due(now).length === 0 ? [] : this.#look(now);
  }

  /** How every lamp shines now: for lamps that were away. */
  all(): readonly LampLight[] {
    return [...this.#shining].map(([lamp, colour]) => ({ lamp, colour }));
  }

  #look(now: Millis): LampLight[] {
    const changed: LampLight[] = [];
    this.#timers.clearAll();
    for (const lamp of new Set([...this.#shining.keys(), ...Object.keys(this.#patterns)])) {
      const name = this.#patterns[lamp] ?? 'off';
      const pattern = lampPatterns[Object.hasOwn(lampPatterns, name) ? (name as PatternName) : 'off'];
      const colour = lampLevel(pattern, now) ? pattern.colour : 'off';
      if (this.#shining.get(lamp) !== colour) changed.push({ lamp, colour });
      this.#shining.set(lamp, colour);
      const next = lampChange(pattern, now);
      if (next !== undefined && next < (this.#timers.next ?? Number.POSITIVE_INFINITY))
        this.#timers.set('change', next);
    }
    return changed;
  }
}
