import type { Flow } from '../user-agent/door.ts';
import type { Services } from '../user-agent/services.ts';
import { type IntakeItem, type MessageIntake, streamName } from './message-intake.ts';

/** How long a stream may hold back the rest of a message. */
const LIMIT_MS = 32_000;

/** Streams on which a message has begun: each has 32 s to be whole, however slowly its octets trickle in. */
export class HalfMessages {
  readonly #intake: MessageIntake;
  readonly #services: Pick<Services, 'now' | 'timers'>;
  readonly #close: (flow: Flow) => void;

  /** `close` = end this stream, it is given up. */
  constructor(intake: MessageIntake, services: Pick<Services, 'now' | 'timers'>, close: (flow: Flow) => void) {
    this.#intake = intake;
    this.#services = services;
    this.#close = close;
  }

  /** Octets came, and were cut into these. */
  watch(flow: Flow, items: readonly IntakeItem[]): void {
    if (flow.transport === 'udp') return;
    const whole = items.some(({ type }) => type === 'message');
    const { timers, now } = this.#services;
    const name = timerOf(flow);
    const pending = this.#intake.pending(flow) > 0;
    if (whole || !pending) timers.clear(name);
    if (pending && !timers.has(name)) timers.set(name, now + LIMIT_MS, () => this.#close(flow));
  }

  /** The stream has gone. */
  forget(flow: Flow): void {
    this.#intake.forget(flow);
    this.#services.timers.clear(timerOf(flow));
  }
}

function timerOf(flow: Flow): string {
  return `half-message:${streamName(flow)}`;
}
