/**
 * A few parameters in their order, as a map that costs two small objects: a value has one to four of them, and looking
 * through so few is cheaper than hashing. Each name stands in it once.
 */
export class ParamList implements ReadonlyMap<string, string | undefined> {
  /** Name, value, name, value. */
  readonly pairs: readonly (string | undefined)[];

  /** Takes `pairs` over: nobody may change it afterwards. */
  constructor(pairs: readonly (string | undefined)[]) {
    this.pairs = pairs;
  }

  /** The pairs of a map. */
  static of(map: ReadonlyMap<string, string | undefined>): ParamList {
    return new ParamList([...map].flat());
  }

  get size(): number {
    return this.pairs.length >> 1;
  }

  get(name: string): string | undefined {
    const { pairs } = this;
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1];
    return undefined;
  }

  has(name: string): boolean {
    const { pairs } = this;
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return true;
    return false;
  }

  /** The same without `name`. */
  without(name: string): ParamList {
    const { pairs } = this;
    for (let i = 0; i < pairs.length; i += 2) {
      if (pairs[i] === name) return new ParamList([...pairs.slice(0, i), ...pairs.slice(i + 2)]);
    }
    return this;
  }

  forEach(
    each: (value: string | undefined, name: string, map: ReadonlyMap<string, string | undefined>) => void,
    self?: unknown,
  ): void {
    for (let i = 0; i < this.pairs.length; i += 2) each.call(self, this.pairs[i + 1], this.pairs[i]!, this);
  }

  keys(): MapIterator<string> {
    return this.#map().keys();
  }

  values(): MapIterator<string | undefined> {
    return this.#map().values();
  }

  entries(): MapIterator<[string, string | undefined]> {
    return this.#map().entries();
  }

  [Symbol.iterator](): MapIterator<[string, string | undefined]> {
    return this.#map().entries();
  }

  #map(): Map<string, string | undefined> {
    const map = new Map<string, string | undefined>();
    for (let i = 0; i < this.pairs.length; i += 2) map.set(this.pairs[i]!, this.pairs[i + 1]);
    return map;
  }
}

/** Names that are met all the time: handed out without cutting them from the text they stand in. */
const USUAL =
  'tag branch rport received lr ftag transport user expires q +sip.instance reg-id ob maddr ttl method to-tag from-tag ' +
  'early-only id reason cause text handling retry-after refresher gr pub-gruu temp-gruu alias keep did index ' +
  'purpose appearance answer-after charset boundary';
const SLOTS = 256;
const slots: (string | undefined)[] = new Array(SLOTS).fill(undefined);
for (const name of USUAL.split(' ')) slots[slotOf(name, 0, name.length)] ??= name;

function slotOf(text: string, from: number, to: number): number {
  return ((to - from) * 41 + text.charCodeAt(from) * 7 + text.charCodeAt(to - 1) * 3) & (SLOTS - 1);
}

/** What stands in `text` from `from` to `to`, lower-case. */
export function paramNameAt(text: string, from: number, to: number): string {
  const held = slots[slotOf(text, from, to)];
  if (held !== undefined && held.length === to - from && text.startsWith(held, from)) return held;
  return text.slice(from, to).toLowerCase();
}
