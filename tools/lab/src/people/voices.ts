import type { Voices } from '../analysis/heard.ts';

/** What each person sounds like: one tone, in Hz, far from each other and from the hold music. */
export const VOICE_HZ = { receptionist: 400, caller: 950, specialist: 1300 } as const;

/** The pitches of the phone's hold music as measured on the wire; known here by ear, not by its source. */
const HOLD_HZ = [523, 587, 659, 784] as const;

/** Everybody who can be heard in the office. */
export const VOICES: Voices = {
  receptionist: [VOICE_HZ.receptionist],
  caller: [VOICE_HZ.caller],
  specialist: [VOICE_HZ.specialist],
  hold: HOLD_HZ,
};
