/** What of a stream decides how it sounds. */
export interface StreamFigures {
  readonly receivedPackets: number;
  readonly lostPackets: number;
  /** RFC 3550 §6.4.1. */
  readonly jitterMs: number;
  /** To the far end and back, where its reports tell it. */
  readonly roundTripMs?: number;
}

/** Codec and sound card on both sides; the way itself is not known here. */
const DEVICES_MS = 40;
/** G.711 with concealment, ITU-T G.113. */
const ROBUSTNESS = 25.1;

/**
 * The mean opinion score that ITU-T G.107 expects of a stream with random loss, two decimals; undefined before there is
 * something to judge. The delay of the network is half the round trip; where the far end reports none it is left out.
 */
export function opinionScore({
  receivedPackets,
  lostPackets,
  jitterMs,
  roundTripMs = 0,
}: StreamFigures): number | undefined {
  const expected = receivedPackets + lostPackets;
  if (receivedPackets <= 0 || lostPackets < 0) return undefined;
  const lossPercent = (100 * lostPackets) / expected;
  const delayMs = DEVICES_MS + 2 * jitterMs + roundTripMs / 2;
  const delayImpairment = 0.024 * delayMs + (delayMs > 177.3 ? 0.11 * (delayMs - 177.3) : 0);
  const lossImpairment = (95 * lossPercent) / (lossPercent + ROBUSTNESS);
  const r = Math.min(100, Math.max(0, 93.2 - delayImpairment - lossImpairment));
  return Math.round((1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)) * 100) / 100;
}
