/** Shortest and longest pitch period that is looked for, samples at 8 kHz: 200 Hz and 50 Hz. Higher voices match a multiple. */
export const PITCH_MIN = 40;
export const PITCH_MAX = 160;

/**
 * The lag in `PITCH_MIN..most` at which the last `window` samples before `end` look most like what came before them,
 * by normalised cross-correlation: every second lag on every second sample first, then exactly around the best.
 * Reads `samples[end - window - most .. end)`. The likeness, -1..1, is left in `pitch.likeness`.
 */
export class PitchFinder {
  /** Normalised correlation at the lag found last. Above about 0.6 the sound is voiced. */
  likeness = 0;

  find(samples: Float64Array, end: number, window: number, most = PITCH_MAX): number {
    let best = PITCH_MIN;
    let score = -Infinity;
    let energy = 1;
    for (let i = end - window - PITCH_MIN; i < end - PITCH_MIN; i += 2) energy += samples[i]! * samples[i]!;
    for (let lag = PITCH_MIN; lag <= most; lag += 2) {
      let cross = 0;
      for (let i = end - window; i < end; i += 2) cross += samples[i]! * samples[i - lag]!;
      // the sound itself has the same energy at every lag, so this orders them as the full measure does
      const value = cross / Math.sqrt(energy);
      if (value > score) {
        score = value;
        best = lag;
      }
      // one lag further, the window takes one sample in at its start and leaves one out at its end
      const place = end - window - lag - 2;
      const entering = place >= 0 ? samples[place]! : 0;
      const leaving = samples[end - lag - 2]!;
      energy += entering * entering - leaving * leaving;
    }
    score = -Infinity;
    let exact = best;
    for (let lag = Math.max(PITCH_MIN, best - 1); lag <= Math.min(most, best + 1); lag++) {
      const value = alike(samples, end, window, lag);
      if (value > score) {
        score = value;
        exact = lag;
      }
    }
    this.likeness = score;
    return exact;
  }
}

function alike(samples: Float64Array, end: number, window: number, lag: number): number {
  let cross = 0;
  let own = 1;
  let other = 1;
  for (let i = end - window; i < end; i++) {
    const a = samples[i]!;
    const b = samples[i - lag]!;
    cross += a * b;
    own += a * a;
    other += b * b;
  }
  return cross / Math.sqrt(own * other);
}
