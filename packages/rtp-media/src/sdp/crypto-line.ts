import { type SrtpKeys, type SrtpSuiteName, srtpSuite } from '../srtp/suite.ts';

/** One `a=crypto` line (RFC 4568 §4): whoever wrote it will protect with these keys what he sends. Never to be logged. */
export interface CryptoLine {
  readonly tag: number;
  readonly keys: SrtpKeys;
}

const LINE = /^(\d{1,9})[ \t]+([A-Z0-9_]{1,64})[ \t]+(\S{1,512})((?:[ \t]+\S{1,64})*)$/i;
/** Key and salt, lifetime, MKI and its length (RFC 4568 §6.1); of several keys (`;`) none could be told from the other. */
const INLINE = /^inline:([A-Za-z0-9+/]{1,128}={0,2})(?:\|(?:2\^\d{1,2}|\d{1,20}))?(?:\|(\d{1,20}):(\d{1,3}))?$/i;
/** Session parameters that change nothing for us (RFC 4568 §6.3): a window size, and error correction orders we never use. */
const HARMLESS = /^(?:WSH=\d{1,8}|KDR=0|FEC_ORDER=(?:FEC_SRTP|SRTP_FEC)|-.*)$/i;
/** Octets of MKI that are understood. */
const MKI_MAX = 16;

/**
 * Read the value of an `a=crypto` line. Undefined for all that must not be accepted: unknown suites and parameters, keys
 * of another length, several keys, and UNENCRYPTED_* or UNAUTHENTICATED_* streams (RFC 4568 §6.3, §7.1.2).
 */
export function readCryptoLine(value: string): CryptoLine | undefined {
  const match = LINE.exec(value);
  const suite = match === null ? undefined : srtpSuite(match[2]!);
  if (match === null || suite === undefined) return undefined;
  const parameters = match[4]!.trim();
  if (parameters !== '' && !parameters.split(/[ \t]+/).every((parameter) => HARMLESS.test(parameter))) return undefined;
  const inline = INLINE.exec(match[3]!);
  const material = inline === null ? undefined : fromBase64(inline[1]!);
  if (inline === null || material?.length !== suite.keyLength + suite.saltLength) return undefined;
  const keys: SrtpKeys = {
    suite: suite.name,
    masterKey: material.slice(0, suite.keyLength),
    masterSalt: material.slice(suite.keyLength),
  };
  const tag = Number(match[1]);
  if (inline[2] === undefined) return { tag, keys };
  const mki = mkiOf(BigInt(inline[2]), Number(inline[3]));
  return mki === undefined ? undefined : { tag, keys: { ...keys, mki } };
}

/** The value of an `a=crypto` line that tells `keys`. */
export function writeCryptoLine({ tag, keys }: CryptoLine): string {
  return `${tag} ${keys.suite} inline:${toBase64(Uint8Array.from([...keys.masterKey, ...keys.masterSalt]))}`;
}

/** Keys of the right lengths from random octets. */
export function newKeys(suite: SrtpSuiteName, random: (count: number) => Uint8Array): SrtpKeys {
  const { keyLength, saltLength } = srtpSuite(suite)!;
  return { suite, masterKey: random(keyLength), masterSalt: random(saltLength) };
}

/** Whether both are the same keys under the same suite. */
export function sameKeys(a: SrtpKeys | undefined, b: SrtpKeys | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const mki = (keys: SrtpKeys): Uint8Array => keys.mki ?? new Uint8Array(0);
  return (
    a.suite === b.suite &&
    sameOctets(a.masterKey, b.masterKey) &&
    sameOctets(a.masterSalt, b.masterSalt) &&
    sameOctets(mki(a), mki(b))
  );
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}

function mkiOf(value: bigint, length: number): Uint8Array | undefined {
  if (length < 1 || length > MKI_MAX || value >= 1n << BigInt(8 * length)) return undefined;
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = Math.min(4, bytes.length - at + 1);
    for (let i = 0; i < 4; i++) text += i < letters ? ALPHABET[(word >> (18 - 6 * i)) & 63] : '=';
  }
  return text;
}

/** Padding may be missing, as some telephones leave it out. */
function fromBase64(text: string): Uint8Array | undefined {
  const letters = text.replace(/=+$/, '');
  if (letters.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let word = 0;
  let bits = 0;
  let at = 0;
  for (const letter of letters) {
    word = ((word << 6) | ALPHABET.indexOf(letter)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = word >> bits;
  }
  return bytes;
}
