import type { Datagram } from '@switchhook/ladder';
import type { AlarmClock, Millis, Random } from '@switchhook/sans-io';
import type { Passage } from './mischief.ts';
import { FAIR, travels, type Weather } from './weather.ts';

/** Where datagrams leave and arrive: one address of the virtual network. */
export interface DatagramPort {
  /** `host:port`. */
  readonly address: string;
  /** The bytes are kept, for the recording too: they are the network's from now on. */
  send(to: string, bytes: Uint8Array): void;
  /** Set by the owner; called at the moment of arrival. */
  onReceive: (bytes: Uint8Array, from: string) => void;
  close(): void;
}

/** The weather on the way from one address to another. */
export type WeatherMap = (from: string, to: string) => Weather;

/**
 * A network in virtual time: datagrams wait on the clock's alarms, and chance comes from a seed, so the same seed and
 * the same senders give the same history. Every datagram that is sent is told to `record`, whatever becomes of it.
 */
export class VirtualNetwork {
  readonly #clock: AlarmClock;
  readonly #random: Random;
  readonly #ports = new Map<string, DatagramPort>();
  /** Called for each datagram when it is sent, with the moments at which it will arrive. */
  record: (datagram: Datagram) => void = () => {};
  /** Weather by way; `FAIR` with 1 ms by default. */
  weather: WeatherMap = () => ({ ...FAIR, delayMs: 1 });
  /** Planted faults: what becomes of a datagram before the weather. */
  passage: (from: string, to: string, bytes: Uint8Array) => Passage = (_from, _to, bytes) => ({
    deliver: bytes,
    laterMs: 0,
  });
  /** Datagrams for an address that nobody has. */
  unreachable = 0;

  constructor(clock: AlarmClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Take an address. Throws when it is taken: two parties at one address is a mistake of the office's plan. */
  attach(address: string): DatagramPort {
    if (this.#ports.has(address)) throw new Error(`address ${address} is taken`);
    const port: DatagramPort = {
      address,
      send: (to, bytes) => this.#send(address, to, bytes),
      onReceive: () => {},
      close: () => {
        if (this.#ports.get(address) === port) this.#ports.delete(address);
      },
    };
    this.#ports.set(address, port);
    return port;
  }

  #send(from: string, to: string, sent: Uint8Array): void {
    const { deliver, laterMs, reply } = this.passage(from, to, sent);
    if (deliver === undefined && reply !== undefined) {
      this.record({ atMs: this.#clock.now(), from, to, bytes: sent, arrivalsMs: [this.#clock.now()] });
      this.#carry(to, from, reply, 0);
    } else if (deliver === undefined) {
      this.record({ atMs: this.#clock.now(), from, to, bytes: sent, arrivalsMs: [] });
    } else this.#carry(from, to, deliver, laterMs);
  }

  #carry(from: string, to: string, bytes: Uint8Array, laterMs: Millis): void {
    const now = this.#clock.now();
    const arrivalsMs: Millis[] = travels(this.weather(from, to), this.#random).map((travel) => now + travel + laterMs);
    this.record({ atMs: now, from, to, bytes, arrivalsMs });
    for (const at of arrivalsMs) {
      this.#clock.alarm(at, () => {
        const port = this.#ports.get(to);
        if (port === undefined) this.unreachable++;
        else port.onReceive(bytes, from);
      });
    }
  }
}
