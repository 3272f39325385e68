import { createSocket, type Socket } from 'node:dgram';
import type { Datagram } from '@switchhook/ladder';
import type { Random } from '@switchhook/sans-io';
import type { Passage } from '../network/mischief.ts';
import type { PartyPlan } from '../network/office-plan.ts';
import { FAIR, travels, type Weather } from '../network/weather.ts';

/** What a wire network is told once. */
export interface WireOptions {
  readonly parties: readonly PartyPlan[];
  readonly random: Random;
  /** Milliseconds since the recording began. */
  readonly now: () => number;
  readonly record: (datagram: Datagram) => void;
  /** Weather on the way between two advertised hosts. */
  readonly weather?: (from: string, to: string) => Weather;
}

/** Somebody's address is taken: another office stands on this plot. */
export class PlotTaken extends Error {}

/**
 * A network in real time under phones that know nothing of it. Each party binds its sockets at its `lan` host and
 * advertises its `wan` host, like a phone behind a static NAT; this network owns a twin socket for each of its ports at
 * `wan`. What one party sends to another's twin is recorded, weathered and passed on from the sender's own twin, so that
 * both sides see advertised addresses only, and every SIP and RTP datagram is seen here.
 */
export class WireNetwork {
  readonly #options: WireOptions;
  readonly #twins = new Map<string, Socket>();
  /** The twin's address of a bound address, and back. */
  readonly #wanOf = new Map<string, string>();
  readonly #lanOf = new Map<string, string>();
  readonly #waiting = new Set<NodeJS.Timeout>();
  /** Datagrams from addresses that belong to no party. */
  strangers = 0;
  /** Planted faults: what becomes of a datagram before the weather. */
  passage: (from: string, to: string, bytes: Uint8Array) => Passage = (_from, _to, bytes) => ({
    deliver: bytes,
    laterMs: 0,
  });

  private constructor(options: WireOptions) {
    this.#options = options;
  }

  /** Bind all twins. Rejects with `PlotTaken` when a port is in use, and with one clear line where 127.0.0.0/8 cannot be had. */
  static async open(options: WireOptions): Promise<WireNetwork> {
    const network = new WireNetwork(options);
    const bound: Promise<void>[] = [];
    for (const party of options.parties) {
      network.#wanOf.set(party.lan, party.wan);
      network.#lanOf.set(party.wan, party.lan);
      bound.push(network.#twin(party.wan, party.sipPort));
      for (let port = party.rtpPorts.from; port <= party.rtpPorts.to; port++)
        bound.push(network.#twin(party.wan, port));
    }
    const failed = (await Promise.allSettled(bound)).find((result) => result.status === 'rejected');
    if (failed === undefined) return network;
    await network.close();
    throw failed.reason;
  }

  async close(): Promise<void> {
    for (const timer of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    const twins = [...this.#twins.values()];
    this.#twins.clear();
    await Promise.all(twins.map((twin) => new Promise<void>((closed) => twin.close(() => closed()))));
  }

  #twin(wan: string, port: number): Promise<void> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 19 });
    const here = `${wan}:${port}`;
    return new Promise((bound, refused) => {
      socket.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') refused(new PlotTaken(`${here} is in use`));
        else
          refused(new Error(`the lab needs Linux, where all of 127.0.0.0/8 is loopback: ${here} says ${error.code}`));
      });
      socket.bind({ address: wan, port, exclusive: true }, () => {
        socket.removeAllListeners('error');
        socket.on('error', () => undefined);
        socket.on('message', (bytes, from) => this.#pass(bytes, from.address, from.port, wan, port));
        this.#twins.set(here, socket);
        bound();
      });
    });
  }

  #pass(bytes: Uint8Array, lanHost: string, fromPort: number, wan: string, port: number): void {
    const senderHost = this.#wanOf.get(lanHost);
    const from = `${senderHost}:${fromPort}`;
    const sender = this.#twins.get(from);
    const lan = this.#lanOf.get(wan);
    if (senderHost === undefined || sender === undefined || lan === undefined) {
      this.strangers++;
      return;
    }
    const to = `${wan}:${port}`;
    const { deliver, laterMs, reply } = this.passage(from, to, bytes);
    const atMs = this.#options.now();
    if (deliver !== undefined) this.#carry(from, sender, to, lan, deliver, laterMs);
    else this.#options.record({ atMs, from, to, bytes, arrivalsMs: reply === undefined ? [] : [atMs] });
    const answering = this.#twins.get(to);
    if (reply !== undefined && answering !== undefined) this.#carry(to, answering, from, lanHost, reply, 0);
  }

  #carry(from: string, sender: Socket, to: string, lan: string, bytes: Uint8Array, laterMs: number): void {
    const { now, random, record, weather } = this.#options;
    const atMs = now();
    const port = Number(to.slice(to.lastIndexOf(':') + 1));
    const copies = travels(weather?.(hostOf(from), hostOf(to)) ?? FAIR, random).map((travel) => travel + laterMs);
    record({ atMs, from, to, bytes, arrivalsMs: copies.map((travel) => atMs + travel) });
    for (const travel of copies) {
      if (travel < 1) sender.send(bytes, port, lan);
      else this.#later(travel, () => sender.send(bytes, port, lan));
    }
  }

  #later(travelMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      act();
    }, travelMs);
    this.#waiting.add(timer);
  }
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':'));
}
