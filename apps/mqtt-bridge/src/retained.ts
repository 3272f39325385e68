import type { Painted } from './picture.ts';

/** What the broker keeps of us, so that only changes are published. */
export class Retained {
  readonly #painted = new Map<string, string>();
  /** Every path that ever stood, also before a reconnection: what vanishes from the picture is cleared at the broker. */
  readonly #stood = new Set<string>();

  /** What is to be published now: new and changed topics, and an empty payload for each that is no more. */
  changes(picture: readonly Painted[]): readonly Painted[] {
    const now = new Set(picture.map(({ path }) => path));
    const out = picture.filter(({ path, payload }) => this.#painted.get(path) !== withoutStamp(payload));
    for (const { path, payload } of out) {
      this.#painted.set(path, withoutStamp(payload));
      this.#stood.add(path);
    }
    const gone = [...this.#stood].filter((path) => !now.has(path));
    for (const path of gone) {
      this.#painted.delete(path);
      this.#stood.delete(path);
    }
    return [...out, ...gone.map((path) => ({ path, payload: '' }))];
  }

  /** The broker may have lost everything: publish it all again. */
  forget(): void {
    this.#painted.clear();
  }
}

/** What of a payload counts as a change: everything but the stamp. */
function withoutStamp(payload: string): string {
  return payload.replace(/"ts":"[^"]*",?/, '').replace(/"seq":\d+,?/, '');
}
