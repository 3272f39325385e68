import type { Endpoint, MediaCommand, MediaEvent, MediaId, MediaPort } from '@switchhook/rtp-media';

/** First wait before a media worker that died is started again; doubled each time up to the longest. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 30_000;

/**
 * A media port whose worker comes later, and comes again when it died: the phone registers at once and need not wait
 * for the sound. Until the worker is there `open` gives nothing, and `pending` says that this will change.
 */
export class LateMedia implements MediaPort {
  readonly #start: () => Promise<MediaPort>;
  /** Levels by their name, told to each new worker before anything else. */
  readonly #levels = new Map<string, MediaCommand>();
  readonly #ready: Promise<void>;
  #port: MediaPort | undefined;
  #closed = false;
  readonly #firstRetryMs: number;
  #retryMs: number;
  onEvent: (event: MediaEvent) => void = () => {};

  constructor(start: () => Promise<MediaPort>, firstRetryMs = FIRST_RETRY_MS) {
    this.#start = start;
    this.#firstRetryMs = firstRetryMs;
    this.#retryMs = firstRetryMs;
    // The thread starts once this turn's work is done: REGISTER goes out first.
    this.#ready = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#begin());
    this.#ready.catch(() => this.#again());
  }

  /** When the first worker ticks; rejects when it could not be started. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  get pending(): boolean {
    return this.#port === undefined && !this.#closed;
  }

  open(session: MediaId): Endpoint | undefined {
    return this.#port?.open(session);
  }

  send(command: MediaCommand): void {
    const level = levelName(command);
    if (level !== undefined) this.#levels.set(level, command);
    this.#port?.send(command);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#port?.close();
  }

  async #begin(): Promise<void> {
    if (this.#closed) return;
    const port = await this.#start();
    if (this.#closed) {
      await port.close();
      return;
    }
    this.#port = port;
    for (const command of this.#levels.values()) port.send(command);
    port.onEvent = (event) => {
      if (event.type === 'flowing') this.#retryMs = this.#firstRetryMs;
      if (event.type === 'fault' && event.where === 'worker') this.#lost(port);
      this.onEvent(event);
    };
  }

  #lost(port: MediaPort): void {
    if (this.#port !== port) return;
    this.#port = undefined;
    this.#again();
  }

  /** Try once more after a while, and go on trying. */
  #again(): void {
    if (this.#closed) return;
    setTimeout(() => {
      this.#begin().catch((error: Error) => {
        this.onEvent({ type: 'fault', where: 'worker', message: error.message });
        this.#again();
      });
    }, this.#retryMs).unref();
    this.#retryMs = Math.min(LONGEST_RETRY_MS, this.#retryMs * 2);
  }
}

/** Commands that set a level which a new worker must know; the others belong to sessions that died with the old one. */
function levelName(command: MediaCommand): string | undefined {
  switch (command.type) {
    case 'volume':
      return `volume ${command.route}`;
    case 'route':
    case 'mute':
    case 'tone':
    case 'ring':
      return command.type;
    default:
      return undefined;
  }
}
