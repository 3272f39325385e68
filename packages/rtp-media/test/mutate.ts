import type { SeededRandom } from '@switchhook/sans-io/testing';

/** `bytes` with one to six small injuries. */
export function mutate(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let out = [...bytes];
  for (let edits = 1 + random.below(6); edits > 0; edits--) {
    const place = random.below(out.length + 1);
    switch (random.below(6)) {
      case 0:
        out[Math.min(place, out.length - 1)] = random.below(256);
        break;
      case 1:
        out.splice(place, random.below(8));
        break;
      case 2:
        out.splice(place, 0, ...random.bytes(random.below(8)));
        break;
      case 3:
        out = out.slice(0, place);
        break;
      case 4:
        out.splice(place, 0, ...out.slice(random.below(out.length + 1), random.below(out.length + 1)).slice(0, 60));
        break;
      default:
        out[Math.min(place, out.length - 1)] = random.pick([0, 10, 13, 32, 47, 48, 57, 58, 61, 127, 128, 255]);
    }
    if (out.length === 0) out = [random.below(256)];
  }
  return Uint8Array.from(out.slice(0, 4000));
}
