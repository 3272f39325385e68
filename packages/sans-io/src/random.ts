/** Random bits as an argument: cores that need them take this port and stay repeatable under a seed. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** A number in [0, 1) from 32 bits of `random`. */
export function unit(random: Random): number {
  const b = random.bytes(4);
  return (((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0) / 2 ** 32;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `count` random bytes as lower-case hexadecimal digits, two a byte. */
export function hex(random: Random, count: number): string {
  let text = '';
  for (const byte of random.bytes(count)) text += HEX[byte]!;
  return text;
}
