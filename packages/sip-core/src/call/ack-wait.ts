import type { SipResponse } from '../message/message.ts';
import type { Inbound, Services } from '../user-agent/services.ts';

/**
 * A 2xx to an INVITE on its way: sent again at T1, doubling to T2, until its ACK comes, over streams too; given up
 * after 64*T1 (RFC 3261 §13.3.1.4).
 */
export class AckWait {
  readonly cseq: number;
  readonly #services: Services;
  readonly #name: string;
  readonly #inbound: Inbound;
  readonly #response: SipResponse;

  constructor(
    services: Services,
    name: string,
    cseq: number,
    inbound: Inbound,
    response: SipResponse,
    silence: () => void,
  ) {
    this.#services = services;
    this.#name = name;
    this.cseq = cseq;
    this.#inbound = inbound;
    this.#response = response;
    services.timers.set(`${name}:no-ack`, services.now + 64 * services.t1, () => {
      this.stop();
      silence();
    });
    this.#again(services.t1);
  }

  /** The ACK came, or nobody waits for it any more. */
  stop(): void {
    this.#services.timers.clear(`${this.#name}:no-ack`);
    this.#services.timers.clear(`${this.#name}:2xx`);
  }

  #again(wait: number): void {
    const services = this.#services;
    services.timers.set(`${this.#name}:2xx`, services.now + wait, () => {
      services.repeat(this.#inbound, this.#response);
      this.#again(Math.min(2 * wait, services.t2));
    });
  }
}
