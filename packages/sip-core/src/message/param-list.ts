/** One parameter and the one behind it. */
export interface Param {
  readonly name: string;
  /** Without quotes; undefined when there was no `=`. */
  readonly value: string | undefined;
  next: Param | undefined;
}

/**
 * A few parameters in their order, as a map without hashing: a value has one to four of them, and looking through so few
 * costs less. Each name stands in it once.
 */
export class ParamList implements ReadonlyMap<string, string | undefined> {
  readonly first: Param | undefined;

  /** Takes the chain over: nobody may change it afterwards. */
  constructor(first: Param | undefined) {
    this.first = first;
  }

  /** The parameters of any map. */
  static of(map: ReadonlyMap<string, string | undefined>): ParamList {
    if (map instanceof ParamList) return map;
    let first: Param | undefined;
    for (const [name, value] of [...map].reverse()) first = { name, value, next: first };
    return new ParamList(first);
  }

  get size(): number {
    let size = 0;
    for (let param = this.first; param !== undefined; param = param.next) size++;
    return size;
  }

  get(name: string): string | undefined {
    return find(this.first, name)?.value;
  }

  has(name: string): boolean {
    return find(this.first, name) !== undefined;
  }

  /** The same with this value for `name`, at its place or at the end. */
  with(name: string, value: string | undefined): ParamList {
    let first: Param | undefined;
    let last: Param | undefined;
    let placed = false;
    for (let param = this.first; param !== undefined; param = param.next) {
      const same = param.name === name;
      const copy: Param = { name: param.name, value: same ? value : param.value, next: undefined };
      placed ||= same;
      if (last === undefined) first = copy;
      else last.next = copy;
      last = copy;
    }
    if (placed) return new ParamList(first);
    const added: Param = { name, value, next: undefined };
    if (last === undefined) return new ParamList(added);
    last.next = added;
    return new ParamList(first);
  }

  /** The same without `name`. */
  without(name: string): ParamList {
    if (find(this.first, name) === undefined) return this;
    const others = this.#map();
    others.delete(name);
    return ParamList.of(others);
  }

  forEach(
    each: (value: string | undefined, name: string, map: ReadonlyMap<string, string | undefined>) => void,
    self?: unknown,
  ): void {
    for (let param = this.first; param !== undefined; param = param.next)
      each.call(self, param.value, param.name, this);
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
    for (let param = this.first; param !== undefined; param = param.next) map.set(param.name, param.value);
    return map;
  }
}

/** The parameter called `name` in the chain that begins with `first`. */
export function find(first: Param | undefined, name: string): Param | undefined {
  let param = first;
  while (param !== undefined && param.name !== name) param = param.next;
  return param;
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
