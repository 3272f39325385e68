/**
 * The share of a signal's energy that sits at one frequency: 1 for a pure tone there, near 0 for silence, noise or
 * another tone (Goertzel's algorithm). Best over whole tenths of a second.
 */
export function goertzel(samples: Int16Array, hz: number, rate: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let before = 0;
  let last = 0;
  let energy = 0;
  for (const sample of samples) {
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
    energy += sample * sample;
  }
  if (energy === 0) return 0;
  const power = before * before + last * last - coefficient * before * last;
  return (2 * power) / (samples.length * energy);
}

/** Fill `frame` with a sine that continues from sample number `from`; returns the number of the next sample. */
export function sine(frame: Int16Array, hz: number, rate: number, amplitude: number, from: number): number {
  for (let at = 0; at < frame.length; at++) {
    frame[at] = Math.round(amplitude * Math.sin((2 * Math.PI * hz * (from + at)) / rate));
  }
  return from + frame.length;
}
