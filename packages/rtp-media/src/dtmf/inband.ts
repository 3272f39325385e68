import type { Cadence } from '../tone/cadence.ts';
import { ToneGenerator } from '../tone/generator.ts';

/** ITU-T Q.23: rows and columns of the key pad, Hz. */
const ROWS = [697, 770, 852, 941] as const;
const COLUMNS = [1209, 1336, 1477, 1633] as const;
const PAD = '123A456B789C*0#D';

/** The two pitches of an event code 0..15 (RFC 4733 order), low first. */
export function dtmfPitches(code: number): readonly [number, number] {
  const place = PAD.indexOf('0123456789*#ABCD'[code] ?? '0');
  return [ROWS[place >> 2]!, COLUMNS[place & 3]!];
}

const CADENCES: readonly Cadence[] = Array.from({ length: 16 }, (_, code) => {
  const [hz, otherHz] = dtmfPitches(code);
  return [{ hz, otherHz, mix: 'sum', ms: undefined, once: true }];
});

/** Key tones as sound: into the call where no event type was agreed, and softly into our own ear. */
export class DtmfGenerator {
  readonly #tone = new ToneGenerator();

  /** Sound event `code` until `stop`. A flash has no sound. */
  start(code: number, dbm0: number): void {
    const cadence = CADENCES[code];
    if (cadence !== undefined) this.#tone.start(cadence, dbm0);
  }

  /** Fade out at once. */
  stop(): void {
    this.#tone.stop();
  }

  get silent(): boolean {
    return this.#tone.silent;
  }

  /** Add the next samples to `frame`. */
  addTo(frame: Int16Array): void {
    this.#tone.addTo(frame);
  }
}
