/**
 * The share of a window's energy that lies at `hz`, 0…1: about 1 for a pure tone, near 0 for another one. By
 * Goertzel's recurrence over a Hann window.
 */
export function shareAt(samples: Int16Array, start: number, count: number, hz: number, rate: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / rate);
  let s1 = 0;
  let s2 = 0;
  let energy = 0;
  for (let i = 0; i < count; i++) {
    const x = samples[start + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / count));
    energy += x * x;
    const s0 = x + turn * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  if (energy === 0) return 0;
  // A Hann-windowed sine gathers 2/3 of (energy · count / 2) in its one bin: 1.5 brings a pure tone to 1.
  return Math.min((1.5 * 2 * (s1 * s1 + s2 * s2 - turn * s1 * s2)) / (energy * count), 1);
}

/** Root mean square of a window. */
export function loudness(samples: Int16Array, start: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += samples[start + i]! ** 2;
  return Math.sqrt(sum / count);
}
