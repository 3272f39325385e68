import type { AlarmClock, Core, Millis } from '@switchhook/sans-io';
import type { NetworkOut, UserAgentEvent, UserAgentIn, UserAgentOut } from '../user-agent/door.ts';
import type { SipTransport } from './sip-transport.ts';

/** What a shell needs besides the core. */
export interface ShellOptions {
  readonly clock: AlarmClock;
  readonly transport: SipTransport;
  /** Events of the user agent, in order. It may call `submit` from inside: the input is queued behind. */
  readonly onEvent: (event: UserAgentEvent) => void;
  /** A throw of the core, which is our own bug: the event is dropped and the calls go on. Rethrown when absent. */
  readonly onBug?: (bug: unknown, input: UserAgentIn | undefined) => void;
}

/**
 * The loop around a user agent: feeds it what the sockets bring and what the phone wants, performs `send` and `close`,
 * waits for its one deadline. Knows no socket and no real clock, so the same loop runs in virtual time.
 */
export class Shell {
  readonly #core: Core<UserAgentIn, UserAgentOut>;
  readonly #options: ShellOptions;
  readonly #inbox: UserAgentIn[] = [];
  #busy = false;
  #closed = false;
  #alarmAt: Millis | undefined;
  #takeBack: (() => void) | undefined;

  constructor(core: Core<UserAgentIn, UserAgentOut>, options: ShellOptions) {
    this.#core = core;
    this.#options = options;
    options.transport.listen({
      received: (flow, bytes) => this.submit({ type: 'received', flow, bytes }),
      closed: (flow) => this.submit({ type: 'closed', flow }),
      failed: (flow, why) => this.submit({ type: 'failed', flow, why }),
    });
  }

  /** Hand the core one input. Inputs that arrive while it works are taken in order. */
  submit(input: UserAgentIn): void {
    if (this.#closed) return;
    this.#inbox.push(input);
    this.#drain();
  }

  /** Stop: no alarm, no socket. What the core still wanted to send is lost; submit `shutdown` first and wait. */
  close(): void {
    this.#closed = true;
    this.#takeBack?.();
    this.#takeBack = undefined;
    this.#inbox.length = 0;
    this.#options.transport.close();
  }

  #drain(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let input = this.#inbox.shift(); input !== undefined; input = this.#inbox.shift()) {
        const taken = input;
        this.#perform(() => this.#core.receive(taken, this.#options.clock.now()), taken);
      }
    } finally {
      this.#busy = false;
    }
    this.#arm();
  }

  #wake(): void {
    this.#alarmAt = undefined;
    this.#takeBack = undefined;
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const { deadline } = this.#core;
    if (deadline !== undefined && deadline <= now) {
      this.#busy = true;
      try {
        this.#perform(() => this.#core.wake(now), undefined);
      } finally {
        this.#busy = false;
      }
    }
    this.#drain();
  }

  #perform(act: () => readonly UserAgentOut[], input: UserAgentIn | undefined): void {
    let outs: readonly UserAgentOut[];
    try {
      outs = act();
    } catch (bug) {
      if (this.#options.onBug === undefined) throw bug;
      this.#options.onBug(bug, input);
      return;
    }
    for (const out of outs) {
      if (isNetwork(out)) this.#toSockets(out);
      else this.#options.onEvent(out);
    }
  }

  #toSockets(out: NetworkOut): void {
    switch (out.type) {
      case 'send':
        this.#options.transport.send(out.flow, out.bytes);
        return;
      case 'close':
        this.#options.transport.end(out.flow);
        return;
      default:
        throw out satisfies never;
    }
  }

  /** An alarm that rings before the deadline, which has moved away meanwhile, looks again: most moves cost nothing. */
  #arm(): void {
    const deadline = this.#closed ? undefined : this.#core.deadline;
    if (deadline === this.#alarmAt) return;
    if (deadline !== undefined && this.#alarmAt !== undefined && this.#alarmAt < deadline) return;
    this.#takeBack?.();
    this.#takeBack = undefined;
    this.#alarmAt = deadline;
    if (deadline !== undefined) this.#takeBack = this.#options.clock.alarm(deadline, () => this.#wake());
  }
}

function isNetwork(out: UserAgentOut): out is NetworkOut {
  return out.type === 'send' || out.type === 'close';
}
