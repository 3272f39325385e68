/**
 * Octets as strings. A message is scanned as one string in which every character is one octet (offsets in the string
 * are offsets in the datagram), and values are decoded as UTF-8 only when somebody asks for them.
 */

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const encoder = new TextEncoder();
const CHUNK = 8192;

/** A string with one character an octet; `ascii` says that it needs no UTF-8 decoding. */
export interface OctetText {
  readonly text: string;
  readonly ascii: boolean;
}

/**
 * One character an octet. The decoder called latin1 by the Encoding standard is really windows-1252, so the native
 * UTF-8 decoder does the work where it is exact: a result as long as the input and free of U+FFFD is pure ASCII
 * (each multi-octet character shortens the string, each broken octet leaves U+FFFD).
 */
export function octetText(bytes: Uint8Array): OctetText {
  const text = utf8.decode(bytes);
  if (text.length === bytes.length && text.indexOf('\ufffd') < 0) return { text, ascii: true };
  let octets = '';
  for (let i = 0; i < bytes.length; i += CHUNK) {
    octets += String.fromCharCode.apply(null, bytes.subarray(i, i + CHUNK) as unknown as number[]);
  }
  return { text: octets, ascii: false };
}

/** Text as its UTF-8 octets, one character an octet. */
export function asOctets(text: string): string {
  if (isAscii(text)) return text;
  let octets = '';
  for (const octet of encoder.encode(text)) octets += String.fromCharCode(octet);
  return octets;
}

/** The octets of a string whose characters are all below U+0100. */
export function octetsOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** An octet string read as UTF-8; octets that are not UTF-8 stay one character each. */
export function decodeOctets(text: string): string {
  if (isAscii(text)) return text;
  try {
    return utf8Strict.decode(octetsOf(text));
  } catch {
    return text;
  }
}

/** The UTF-8 octets of `text`. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Messages up to this size share their memory with those made before and after them. */
const SHARED = 4096;
const SLAB = 16_384;
let slab = new Uint8Array(0);
let used = 0;

/** Room for `length` octets. A piece of memory of its own costs more than all else that printing a message does. */
function room(length: number): Uint8Array {
  if (length > SHARED) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  const from = used;
  used += length;
  return slab.subarray(from, used);
}

/** The UTF-8 octets of `text` with `tail` behind them: one piece of memory where the text is ASCII, as it nearly always is. */
export function encodeBefore(text: string, tail: Uint8Array): Uint8Array {
  const { length } = text;
  const bytes = room(length + tail.length);
  const { read, written } = encoder.encodeInto(text, bytes);
  if (read === length && written === length) {
    if (tail.length > 0) bytes.set(tail, length);
    return bytes;
  }
  return joined(encoder.encode(text), tail);
}

/** Two runs of octets as one. */
export function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** UTF-8 octets as text, broken ones as U+FFFD: for bodies. */
export function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** True when every character is below U+0080. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
