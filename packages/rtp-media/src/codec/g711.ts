/** 256 linear samples, one for each octet. */
type DecodeTable = Int16Array;
/** One octet for each linear sample; the index is the sample's upper bits as an unsigned number. */
type EncodeTable = Uint8Array;

/** µ-law octet → 16-bit sample (ITU-T G.711 table 2b: bias 33 in 14 bits, octets complemented). */
export const ULAW_TO_LINEAR: DecodeTable = Int16Array.from({ length: 256 }, (_, octet) => {
  const code = ~octet & 0xff;
  const segment = (code >> 4) & 7;
  const magnitude = ((((code & 0x0f) << 1) + 33) << segment) - 33;
  return (code & 0x80 ? -magnitude : magnitude) * 4;
});

/** A-law octet → 16-bit sample (ITU-T G.711 table 1b: even bits inverted). */
export const ALAW_TO_LINEAR: DecodeTable = Int16Array.from({ length: 256 }, (_, octet) => {
  const code = octet ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = (code & 0x0f) * 2 + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (code & 0x80 ? magnitude : -magnitude) * 8;
});

/** The segment of `magnitude`: how often `first` must be doubled to be above it, at most 8. */
function segmentOf(magnitude: number, first: number): number {
  let segment = 0;
  for (let limit = first; magnitude >= limit && segment < 8; limit *= 2) segment++;
  return segment;
}

function ulawOctet(sample14: number): number {
  const negative = sample14 < 0;
  const magnitude = Math.min(negative ? -sample14 : sample14, 8158) + 33;
  const segment = segmentOf(magnitude, 64);
  const code = segment >= 8 ? 0x7f : (segment << 4) | ((magnitude >> (segment + 1)) & 0x0f);
  return (code ^ 0xff) & (negative ? 0x7f : 0xff);
}

function alawOctet(sample13: number): number {
  const negative = sample13 < 0;
  const magnitude = negative ? -sample13 - 1 : sample13;
  const segment = segmentOf(magnitude, 32);
  const step = segment < 2 ? magnitude >> 1 : magnitude >> segment;
  const code = segment >= 8 ? 0x7f : (segment << 4) | (step & 0x0f);
  return code ^ (negative ? 0x55 : 0xd5);
}

/** Index: `(sample >> 2) & 0x3fff`. */
export const LINEAR_TO_ULAW: EncodeTable = Uint8Array.from({ length: 0x4000 }, (_, i) => ulawOctet((i << 18) >> 18));

/** Index: `(sample >> 3) & 0x1fff`. */
export const LINEAR_TO_ALAW: EncodeTable = Uint8Array.from({ length: 0x2000 }, (_, i) => alawOctet((i << 19) >> 19));

/** Encode `count` samples from `pcm[from]` into `octets[at]`. */
export function encodeUlaw(pcm: Int16Array, from: number, count: number, octets: Uint8Array, at: number): void {
  const table = LINEAR_TO_ULAW;
  for (let i = 0; i < count; i++) octets[at + i] = table[(pcm[from + i]! >> 2) & 0x3fff]!;
}

/** Encode `count` samples from `pcm[from]` into `octets[at]`. */
export function encodeAlaw(pcm: Int16Array, from: number, count: number, octets: Uint8Array, at: number): void {
  const table = LINEAR_TO_ALAW;
  for (let i = 0; i < count; i++) octets[at + i] = table[(pcm[from + i]! >> 3) & 0x1fff]!;
}

/** Decode `count` octets from `octets[from]` into `pcm[at]`. */
export function decodeUlaw(octets: Uint8Array, from: number, count: number, pcm: Int16Array, at: number): void {
  const table = ULAW_TO_LINEAR;
  for (let i = 0; i < count; i++) pcm[at + i] = table[octets[from + i]!]!;
}

/** Decode `count` octets from `octets[from]` into `pcm[at]`. */
export function decodeAlaw(octets: Uint8Array, from: number, count: number, pcm: Int16Array, at: number): void {
  const table = ALAW_TO_LINEAR;
  for (let i = 0; i < count; i++) pcm[at + i] = table[octets[from + i]!]!;
}
