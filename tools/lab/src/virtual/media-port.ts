import type { Endpoint, MediaCommand, MediaEvent, MediaId, MediaPort, SessionQuality } from '@switchhook/rtp-media';
import type { AlarmClock } from '@switchhook/sans-io';

const NOTHING: SessionQuality = {
  sentPackets: 0,
  receivedPackets: 0,
  lostPackets: 0,
  concealedFrames: 0,
  jitterMs: 0,
  dropped: {},
};

/** A media worker without sound: endpoints for SDP, `flowing` soon after a plan, `closed` after `close`. */
export class SilentMedia implements MediaPort {
  onEvent: (event: MediaEvent) => void = () => {};
  readonly #clock: AlarmClock;
  readonly #host: string;
  readonly #free: number[];
  readonly #open = new Map<MediaId, number>();
  #last: MediaCommand | undefined;
  /** Ports of each pair that is joined without the handset, by its name. */
  readonly #bridged = new Map<string, readonly number[]>();
  #connected: readonly number[] = [];
  /** Told the ports of the sessions that are joined with the handset, and of those joined with each other, at each change. */
  onJoined: (connected: readonly number[], bridged: readonly number[]) => void = () => {};

  constructor(clock: AlarmClock, host: string, firstPort = 40_000, sessions = 16) {
    this.#clock = clock;
    this.#host = host;
    this.#free = Array.from({ length: sessions }, (_, i) => firstPort + 2 * i);
  }

  /** Sessions that were opened and not closed. */
  get size(): number {
    return this.#open.size;
  }

  /** The last command, for tests. */
  get last(): MediaCommand | undefined {
    return this.#last;
  }

  open(session: MediaId): Endpoint | undefined {
    const port = this.#free.shift();
    if (port === undefined) return undefined;
    this.#open.set(session, port);
    return { host: this.#host, port };
  }

  send(command: MediaCommand): void {
    this.#last = command;
    if (command.type === 'connect') this.#join(command.sessions);
    if (command.type === 'bridge') this.#join(command.sessions, command.name ?? '');
    if (command.type === 'plan' && command.plan.remote !== undefined) {
      this.#soon({ type: 'flowing', session: command.session });
    }
    if (command.type !== 'close') return;
    const port = this.#open.get(command.session);
    if (port === undefined) return;
    this.#open.delete(command.session);
    this.#free.push(port);
    this.#soon({ type: 'closed', session: command.session, quality: NOTHING });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #join(sessions: readonly MediaId[], pair?: string): void {
    const ports = sessions.flatMap((session) => this.#open.get(session) ?? []);
    if (pair === undefined) this.#connected = ports;
    else if (ports.length > 0) this.#bridged.set(pair, ports);
    else this.#bridged.delete(pair);
    this.onJoined(this.#connected, [...this.#bridged.values()].flat());
  }

  #soon(event: MediaEvent): void {
    this.#clock.alarm(this.#clock.now() + 20, () => this.onEvent(event));
  }
}
