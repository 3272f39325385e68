import type { RouteName } from './door.ts';

/** PCM frames are mono 16-bit at this rate throughout the engine. */
export const SAMPLE_RATE = 8000;
/** One tick of the engine. */
export const FRAME_MS = 20;
/** Samples in one frame. */
export const FRAME_SAMPLES = (SAMPLE_RATE * FRAME_MS) / 1000;

/** Where the engine's microphone samples come from. `read` fills one frame and must not block; false = silence. */
export interface AudioSource {
  read(frame: Int16Array): boolean;
}

/** Where the engine's speaker samples go. The frame is reused after the call. */
export interface AudioSink {
  write(frame: Int16Array): void;
}

/**
 * A sound device as the media loop sees it: capture, playback and ringer, and the clock when it has one. A device
 * without a clock (`pollFds` empty) is ticked by the loop's deadline.
 */
export interface Sound {
  readonly microphone: AudioSource;
  readonly speaker: AudioSink;
  readonly ringer: AudioSink;
  /** File descriptors whose readiness means "a capture period is there"; empty = the loop's deadline is the clock. */
  readonly pollFds: readonly number[];
  /** Whole capture frames that can be read now. Only asked for when `pollFds` is not empty. */
  available(): number;
  /** The person changed where they listen and speak: open that device; `pollFds` may be others from now on. */
  route?(route: RouteName): void;
  /** Called once a second: reopen what has failed. Returns a fault to report once, if any. */
  tend(): string | undefined;
  close(): void;
}
