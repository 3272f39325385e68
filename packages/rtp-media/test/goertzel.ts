/** Level of `hz` in `samples` as the peak value that a sine of that pitch would have. */
export function peakAt(samples: Int16Array, hz: number, rate = 8000): number {
  const k = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let a = 0;
  let b = 0;
  for (const sample of samples) {
    const c = sample + k * a - b;
    b = a;
    a = c;
  }
  return (2 * Math.sqrt(Math.max(0, a * a + b * b - k * a * b))) / samples.length;
}

/** Root of the mean square. */
export function rms(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / Math.max(1, samples.length));
}

/** Share of the power of `samples` that is not the sine `hz` (THD+N as a ratio of amplitudes), by least squares. */
export function distortion(samples: Int16Array, hz: number, rate = 8000): number {
  let [cc, ss, cs, xc, xs, xx] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const c = Math.cos((2 * Math.PI * hz * i) / rate);
    const s = Math.sin((2 * Math.PI * hz * i) / rate);
    const x = samples[i]!;
    cc += c * c;
    ss += s * s;
    cs += c * s;
    xc += x * c;
    xs += x * s;
    xx += x * x;
  }
  const det = cc * ss - cs * cs;
  const a = (xc * ss - xs * cs) / det;
  const b = (xs * cc - xc * cs) / det;
  const fit = a * xc + b * xs;
  return Math.sqrt(Math.max(0, xx - fit) / xx);
}

/** A sine. */
export function sine(hz: number, peak: number, count: number, from = 0, rate = 8000): Int16Array {
  return Int16Array.from({ length: count }, (_, i) => peak * Math.sin((2 * Math.PI * hz * (from + i)) / rate));
}
