/** How a connection to the broker ended, or why there was none. */
export type Parting =
  /** Nobody answered, the broker refused us, the line broke. */
  | 'trouble'
  /** It stood, and the broker closed it without a word. */
  | 'closed'
  /** MQTT 5 §4.13.1 reason 142: somebody else has joined with our client id. */
  | 'taken-over';

export interface PaceSettings {
  readonly firstMs: number;
  readonly mostMs: number;
  /** After a takeover: whoever comes back at once takes over again, and the two would do so for ever. */
  readonly takenOverFirstMs: number;
  readonly takenOverMostMs: number;
  /** A connection that lived so long was a good one: begin again with the shortest wait. */
  readonly goodAfterMs: number;
}

export const PACE: PaceSettings = {
  firstMs: 1000,
  mostMs: 60_000,
  takenOverFirstMs: 30_000,
  takenOverMostMs: 600_000,
  goodAfterMs: 60_000,
};

/** So many connections in a row that were closed soon and in silence can only be another client with our id. */
const SILENT_CLOSES = 3;

/**
 * How long to wait before the next attempt to join the broker: doubled each time, up to a limit, and spread by a quarter
 * so that a fleet does not come back in step. Many brokers (mosquitto 2.0 among them) say nothing when they hand a session
 * over; that is seen by connections that are closed soon, time after time, although joining succeeds.
 */
export class ReconnectPace {
  readonly #settings: PaceSettings;
  readonly #random: () => number;
  #troubles = 0;
  #takeovers = 0;
  #silent = 0;

  constructor(random: () => number, settings: PaceSettings = PACE) {
    this.#random = random;
    this.#settings = settings;
  }

  /** What to do after a connection that stood for `livedMs` (0 = it never did): wait so long, and whether it was a takeover. */
  after(parting: Parting, livedMs: number): { readonly waitMs: number; readonly takenOver: boolean } {
    const { firstMs, mostMs, takenOverFirstMs, takenOverMostMs, goodAfterMs } = this.#settings;
    if (livedMs >= goodAfterMs) {
      this.#troubles = 0;
      this.#silent = 0;
    }
    if (livedMs >= takenOverMostMs) this.#takeovers = 0;
    this.#silent = parting === 'closed' ? this.#silent + 1 : 0;
    const takenOver = parting === 'taken-over' || this.#silent >= SILENT_CLOSES;
    const [first, most, times] = takenOver
      ? [takenOverFirstMs, takenOverMostMs, this.#takeovers++]
      : [firstMs, mostMs, this.#troubles++];
    const wait = Math.min(first * 2 ** times, most);
    return { waitMs: Math.round(wait * (1 + this.#random() / 4)), takenOver };
  }
}
