import { type Millis, token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import {
  type Endpoint,
  FRAME_MS,
  FRAME_SAMPLES,
  MediaEngine,
  type MediaEvent,
  type MediaId,
  RtpView,
  type SessionPlan,
} from '../src/index.ts';
import { nodeBlockCipher } from '../src/node/block-cipher.ts';

/** What the network does to a datagram. */
export interface Weather {
  readonly loss?: number;
  readonly duplication?: number;
  /** Delay of each datagram, evenly between the two, ms. */
  readonly delayMs?: readonly [number, number];
}

interface Flight {
  readonly at: Millis;
  readonly bytes: Uint8Array;
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export const media = (name: string): MediaId => token<'media'>(name);
export const at = (port: number): Endpoint => ({ host: '127.0.0.1', port });

/** A plan for PCMA to and from `remote`. */
export const plan = (remote: Endpoint | undefined, over: Partial<SessionPlan> = {}): SessionPlan => ({
  remote,
  remoteRtcp: remote && { host: remote.host, port: remote.port + 1 },
  codec: { name: 'PCMA', payloadType: 8, clockRate: 8000 },
  receive: [{ name: 'PCMU', payloadType: 0, clockRate: 8000 }],
  telephoneEvent: 101,
  direction: 'sendrecv',
  ptimeMs: 20,
  ...over,
});

/** One telephone with its engine, what it hears and what it told. */
export class Telephone {
  readonly engine: MediaEngine;
  readonly events: MediaEvent[] = [];
  readonly heard: number[] = [];
  readonly rang: number[] = [];
  readonly sent: { bytes: Uint8Array; to: Endpoint; at: Millis }[] = [];
  readonly ports = new Map<MediaId, number>();
  /** The person: sample number → sample. */
  speaks: (n: number) => number = () => 0;
  readonly #microphone = new Int16Array(FRAME_SAMPLES);
  readonly #speaker = new Int16Array(FRAME_SAMPLES);
  readonly #ringer = new Int16Array(FRAME_SAMPLES);
  #samples = 0;

  constructor(office: Office, seed: number) {
    this.engine = new MediaEngine({
      cipher: nodeBlockCipher,
      random: new SeededRandom(seed),
      out: {
        send: (session, bytes, to) => {
          this.sent.push({ bytes: bytes.slice(), to, at: office.now });
          office.carry(bytes.slice(), at(this.ports.get(session)!), to);
        },
        event: (event) => this.events.push(event),
      },
    });
  }

  open(name: string, port: number, now: Millis): MediaId {
    const session = media(name);
    this.ports.set(session, port);
    this.engine.command({ type: 'open', session, port }, now);
    return session;
  }

  tick(now: Millis): void {
    for (let i = 0; i < FRAME_SAMPLES; i++) this.#microphone[i] = this.speaks(this.#samples + i);
    this.#samples += FRAME_SAMPLES;
    this.engine.tick(this.#microphone, this.#speaker, this.#ringer, now);
    for (const sample of this.#speaker) this.heard.push(sample);
    for (const sample of this.#ringer) this.rang.push(sample);
  }

  /** What was heard in the last `ms`. */
  last(ms: number): Int16Array {
    return Int16Array.from(this.heard.slice(-8 * ms));
  }

  /** Headers of the packets that were sent. */
  headers(): { marker: boolean; type: number; sequence: number; timestamp: number; bytes: Uint8Array }[] {
    return this.sent.map(({ bytes }) => {
      const view = new RtpView();
      if (view.parse(bytes) !== undefined) throw new Error('a malformed packet was sent');
      return { marker: view.marker, type: view.payloadType, sequence: view.sequence, timestamp: view.timestamp, bytes };
    });
  }

  of<T extends MediaEvent['type']>(type: T): Extract<MediaEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<MediaEvent, { type: T }> => event.type === type);
  }
}

/** Telephones on one network in virtual time. */
export class Office {
  now: Millis = 1000;
  readonly telephones: Telephone[] = [];
  readonly #random: SeededRandom;
  readonly #weather: Weather;
  #flights: Flight[] = [];

  constructor(seed = 1, weather: Weather = {}) {
    this.#random = new SeededRandom(seed);
    this.#weather = weather;
  }

  telephone(): Telephone {
    const telephone = new Telephone(this, 100 + this.telephones.length);
    this.telephones.push(telephone);
    return telephone;
  }

  /** Two telephones in a call: sessions `a` and `b` on ports 4000 and 5000, both connected. */
  call(over: Partial<SessionPlan> = {}): [Telephone, Telephone] {
    const [one, two] = [this.telephone(), this.telephone()];
    for (const [phone, name, own, other] of [
      [one, 'a', 4000, 5000],
      [two, 'b', 5000, 4000],
    ] as const) {
      const session = phone.open(name, own, this.now);
      phone.engine.command({ type: 'plan', session, plan: plan(at(other), over) }, this.now);
      phone.engine.command({ type: 'connect', sessions: [session] }, this.now);
    }
    return [one, two];
  }

  carry(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const { loss = 0, duplication = 0, delayMs = [2, 2] } = this.#weather;
    if (this.#random.chance(loss)) return;
    for (let copies = this.#random.chance(duplication) ? 2 : 1; copies > 0; copies--) {
      const delay = delayMs[0] + this.#random.next() * (delayMs[1] - delayMs[0]);
      this.#flights.push({ at: this.now + delay, bytes, from, to });
    }
  }

  /** Let `ms` pass in frames of 20 ms. */
  run(ms: number): void {
    for (let end = this.now + ms; this.now < end; ) {
      for (const telephone of this.telephones) telephone.tick(this.now);
      const next = this.now + FRAME_MS;
      const due = this.#flights.filter((flight) => flight.at < next).sort((a, b) => a.at - b.at);
      this.#flights = this.#flights.filter((flight) => flight.at >= next);
      for (const flight of due) {
        for (const telephone of this.telephones) {
          for (const [session, port] of telephone.ports) {
            if (port === flight.to.port)
              telephone.engine.receive(session, flight.bytes.slice(), flight.from, flight.at);
          }
        }
      }
      this.now = next;
    }
  }
}
