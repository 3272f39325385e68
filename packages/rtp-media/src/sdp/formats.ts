import { codecNamed, codecStatic } from '../codec/registry.ts';
import type { CodecName, NegotiatedCodec } from '../session/plan.ts';
import type { FormatMap, MediaDescription } from './text.ts';

/** RFC 4733 events on one payload type. */
export interface EventFormat {
  readonly payloadType: number;
  /** Highest event of the far end's list: 15 = keys, 16 = keys and flash. */
  readonly highest: 15 | 16;
}

/** The far end's formats that we can use. */
export interface CommonFormats {
  /** In the far end's order, with its payload types. */
  readonly codecs: readonly NegotiatedCodec[];
  readonly telephoneEvent: EventFormat | undefined;
}

const EVENTS = 'telephone-event';

function codecOf(map: FormatMap): NegotiatedCodec | undefined {
  const codec = map.encoding === '' ? codecStatic(map.payloadType) : codecNamed(map.encoding, map.clockRate);
  return codec && { name: codec.name, payloadType: map.payloadType, clockRate: codec.clockRate };
}

function isEvents(map: FormatMap): boolean {
  return map.encoding.toLowerCase() === EVENTS && map.clockRate === 8000;
}

/** Whether an event list as of RFC 4733 §2.4.1 (`0-15,66`) names event 16. No list means 0-15 (§2.5.1.1). */
function listsFlash(parameters: string | undefined): boolean {
  return (parameters ?? '').split(',').some((part) => {
    const match = /^\s*(\d{1,3})(?:\s*-\s*(\d{1,3}))?\s*$/.exec(part);
    if (match === null) return false;
    return Number(match[1]) <= 16 && Number(match[2] ?? match[1]) >= 16;
  });
}

/** What of `media` we share; a codec that stands there twice counts once, by its first payload type. */
export function commonFormats(media: MediaDescription, ours: readonly CodecName[]): CommonFormats {
  const codecs: NegotiatedCodec[] = [];
  let telephoneEvent: EventFormat | undefined;
  for (const map of media.maps) {
    if (isEvents(map)) {
      telephoneEvent ??= { payloadType: map.payloadType, highest: listsFlash(map.parameters) ? 16 : 15 };
      continue;
    }
    const codec = codecOf(map);
    if (codec === undefined || !ours.includes(codec.name)) continue;
    if (!codecs.some((other) => other.name === codec.name)) codecs.push(codec);
  }
  return { codecs, telephoneEvent };
}

/**
 * Payload types of one session: a number once bound to a meaning keeps it, and a meaning keeps its number in what we
 * offer (RFC 3264 §8.3.2).
 */
export class PayloadTypes {
  readonly #meaning = new Map<number, string>();
  readonly #number = new Map<string, number>();

  /** Take over what the far end's section says. */
  learn(media: MediaDescription): void {
    for (const map of media.maps) {
      const meaning =
        map.encoding === '' ? codecStatic(map.payloadType)?.name : `${map.encoding.toUpperCase()}/${map.clockRate}`;
      if (meaning === undefined) continue;
      const plain = meaning.endsWith('/8000') ? meaning.slice(0, -5) : meaning;
      if (!this.#meaning.has(map.payloadType)) this.#meaning.set(map.payloadType, plain);
      if (!this.#number.has(plain) && this.#meaning.get(map.payloadType) === plain)
        this.#number.set(plain, map.payloadType);
    }
  }

  /** The number for `meaning` in our offer: the bound one, else `wanted`, else the first free dynamic one. */
  numberOf(meaning: string, wanted: number): number {
    const held = this.#number.get(meaning);
    if (held !== undefined) return held;
    let number = wanted;
    for (let next = 96; this.#meaning.has(number) && next < 128; next++) number = next;
    this.#meaning.set(number, meaning);
    this.#number.set(meaning, number);
    return number;
  }
}
