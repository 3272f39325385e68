/** How the phone process is: what `diag.get` answers. Null = not known. */
export interface Diagnosis {
  readonly uptimeS: number;
  readonly version: string;
  /** The longest that the main thread was late within the last look, ms. */
  readonly loopLagMs: number | null;
  /** Faults of the sound card since the start: each was reopened. */
  readonly cardFaults: number;
  /** Mean opinion score (1 to 4.5) that is estimated for the last call: ITU-T G.107 from its loss and jitter. */
  readonly lastMos: number | null;
  /** Mistakes of our own that were contained since the start. */
  readonly alarms: number;
}

/** How one call sounds now: sent every few seconds to those who subscribe to `media`. */
export interface MediaNotice {
  readonly callId: string;
  readonly sentPackets: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly jitterMs: number;
  /** To the far end and back; null before its reports tell it. */
  readonly roundTripMs: number | null;
  readonly mos: number | null;
}
