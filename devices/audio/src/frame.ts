// The engine's frame, said again: a device knows its port's types, not its code.

/** Hz, mono. */
export const SAMPLE_RATE = 8000;
/** Samples in 20 ms. */
export const FRAME_SAMPLES = 160;
