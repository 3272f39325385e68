/** Octets of one event in a packet. */
export const EVENT_LENGTH = 4;

/** Event codes as keys, in the order of RFC 4733 §3.2; `!` stands for the hook flash (16). */
export const EVENT_KEYS = '0123456789*#ABCD!';

/** The event code of a key (letters in either case); -1 for what is no key. */
export function eventOf(key: string): number {
  return key.length === 1 ? EVENT_KEYS.indexOf(key.toUpperCase()) : -1;
}

/** A reusable reading of one RFC 4733 §2.3 payload. */
export class EventView {
  code = 0;
  end = false;
  /** dBm0 without its sign, 0..63. */
  volume = 0;
  /** In timestamp units since the packet's timestamp. */
  duration = 0;

  /** Read the first event in `bytes[from..from+length)`. False when it is too short. */
  parse(bytes: Uint8Array, from: number, length: number): boolean {
    if (length < EVENT_LENGTH || from + EVENT_LENGTH > bytes.length) return false;
    this.code = bytes[from]!;
    this.end = (bytes[from + 1]! & 0x80) !== 0;
    this.volume = bytes[from + 1]! & 0x3f;
    this.duration = (bytes[from + 2]! << 8) | bytes[from + 3]!;
    return true;
  }
}

/** Write one event payload of four octets at `into[at]`. */
export function writeEvent(
  into: Uint8Array,
  at: number,
  code: number,
  end: boolean,
  volume: number,
  duration: number,
): void {
  into[at] = code;
  into[at + 1] = (end ? 0x80 : 0) | (volume & 0x3f);
  into[at + 2] = duration >>> 8;
  into[at + 3] = duration;
}
