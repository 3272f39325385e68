import { type Core, earliest, type Millis } from '@switchhook/sans-io';
import { Hook, type HookEvent, type HookTimes } from './hook.ts';
import { LineDebounce } from './line-debounce.ts';
import type { KeyEdge } from './matrix.ts';

/** What one contact means: closed or open is pressed, or lifted. */
export type ContactUse =
  | { readonly type: 'key'; readonly key: string; readonly rest: 'open' | 'closed' }
  | { readonly type: 'hook'; readonly lifted: 'open' | 'closed' };

/** `levels` = as read, at the start and from time to time; `moved` = an edge; `away` = the driver is gone. */
export type ContactsIn =
  | { readonly type: 'levels'; readonly closed: ReadonlyMap<string, boolean> }
  | { readonly type: 'moved'; readonly contact: string; readonly closed: boolean }
  | { readonly type: 'away' };

/**
 * Single keys and the hook, whoever reads them: GPIO lines or an evdev device. Contacts are called by whatever name the
 * reader gives them. A key that is down when it is first read is down without having been pressed: it says nothing until
 * it was let go. What cannot be trusted is no event: levels that do not stand still, and the last words of a driver.
 */
export class Contacts implements Core<ContactsIn, KeyEdge | HookEvent> {
  readonly #uses: ReadonlyMap<string, ContactUse>;
  readonly #debounceMs: number;
  readonly #hook: Hook;
  #debounce: LineDebounce<string>;
  /** Contacts that have been read. */
  readonly #known = new Set<string>();
  /** Keys that were pressed before the first reading. */
  readonly #mute = new Set<string>();

  constructor(uses: ReadonlyMap<string, ContactUse>, debounceMs: number, hook: HookTimes = {}) {
    this.#uses = uses;
    this.#debounceMs = debounceMs;
    this.#hook = new Hook(hook);
    this.#debounce = new LineDebounce(debounceMs);
  }

  get deadline(): Millis | undefined {
    return earliest(this.#debounce.deadline, this.#hook.deadline);
  }

  receive(input: ContactsIn, now: Millis): readonly (KeyEdge | HookEvent)[] {
    switch (input.type) {
      case 'levels':
        return [...input.closed].flatMap(([contact, closed]) => this.#level(contact, closed, now));
      case 'moved':
        return this.#level(input.contact, input.closed, now);
      case 'away':
        return this.#away(now);
      default:
        input satisfies never;
        throw new Error('unknown contact input');
    }
  }

  wake(now: Millis): readonly (KeyEdge | HookEvent)[] {
    return [...this.#keys(this.#debounce.wake(now)), ...this.#hook.wake(now)];
  }

  #level(contact: string, closed: boolean, now: Millis): readonly (KeyEdge | HookEvent)[] {
    const use = this.#uses.get(contact);
    if (use === undefined) return [];
    if (use.type === 'hook') return this.#hook.receive({ lifted: closed === (use.lifted === 'closed') }, now);
    const pressed = closed === (use.rest === 'open');
    if (!this.#known.has(contact)) {
      this.#known.add(contact);
      if (pressed) this.#mute.add(contact);
    } else if (!pressed && !this.#debounce.closed(contact)) {
      this.#mute.delete(contact);
    }
    return this.#keys(this.#debounce.receive({ line: contact, closed: pressed }, now));
  }

  #keys(levels: readonly { readonly line: string; readonly closed: boolean }[]): KeyEdge[] {
    return levels.flatMap(({ line, closed }) => {
      const use = this.#uses.get(line);
      if (use?.type !== 'key') return [];
      if (!this.#mute.has(line)) return [{ type: 'key', key: use.key, edge: closed ? 'down' : 'up' } as const];
      if (!closed) this.#mute.delete(line);
      return [];
    });
  }

  #away(now: Millis): readonly (KeyEdge | HookEvent)[] {
    const ups = [...this.#known].flatMap((line) =>
      this.#debounce.closed(line) ? this.#keys([{ line, closed: false }]) : [],
    );
    this.#debounce = new LineDebounce(this.#debounceMs);
    this.#known.clear();
    this.#mute.clear();
    return [...ups, ...this.#hook.receive({ lifted: undefined }, now)];
  }
}
