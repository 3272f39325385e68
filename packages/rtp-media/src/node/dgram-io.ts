import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6 } from 'node:net';
import type { Millis } from '@switchhook/sans-io';
import type { Endpoint } from '../session/plan.ts';
import { type DatagramHandler, MAX_WAIT_MS, type MediaIo, type MediaSocket, RECEIVE_BUFFER_BYTES } from './media-io.ts';

interface DgramSocket extends MediaSocket {
  readonly socket: Socket;
  readonly held: { readonly bytes: Uint8Array; readonly from: Endpoint }[];
  listening: boolean;
  lastFrom: Endpoint | undefined;
}

/** Datagrams kept for a socket that nobody listens to yet. */
const HELD = 16;

/** The loop without native calls: node:dgram and timers. No DSCP, no real-time priority, and the card is not polled. */
export function openDgramIo(host: string, note: string): MediaIo {
  return new DgramIo(host, note);
}

class DgramIo implements MediaIo {
  readonly loop = 'dgram';
  readonly note: string;
  readonly wakeFd = undefined;
  onDatagram: DatagramHandler = () => {};
  readonly #host: string;
  readonly #sockets = new Set<DgramSocket>();
  #woken = false;
  #wake: (() => void) | undefined;

  constructor(host: string, note: string) {
    this.#host = host;
    this.note = note;
  }

  now(): Millis {
    return performance.now();
  }

  async bind(port: number): Promise<MediaSocket | undefined> {
    const socket = createSocket({
      type: isIPv6(this.#host) ? 'udp6' : 'udp4',
      recvBufferSize: RECEIVE_BUFFER_BYTES,
    });
    const bound = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind({ port, address: this.#host, exclusive: true }, () => resolve(true));
    });
    if (!bound) {
      socket.close();
      return undefined;
    }
    const made: DgramSocket = { port, socket, held: [], listening: false, lastFrom: undefined };
    socket.removeAllListeners('error');
    socket.on('error', () => {}); // an ICMP error of one packet; the session notices silence by itself
    socket.on('message', (bytes, { address, port: senderPort }) => {
      let from = made.lastFrom;
      if (from?.host !== address || from.port !== senderPort) from = { host: address, port: senderPort };
      made.lastFrom = from;
      if (made.listening) this.onDatagram(made, bytes, from, performance.now());
      else if (made.held.length < HELD) made.held.push({ bytes, from });
    });
    this.#sockets.add(made);
    return made;
  }

  listen(socket: MediaSocket): void {
    const made = socket as DgramSocket;
    made.listening = true;
    for (const { bytes, from } of made.held.splice(0)) this.onDatagram(made, bytes, from, performance.now());
  }

  send(socket: MediaSocket, bytes: Uint8Array, to: Endpoint): boolean {
    if (isIP(to.host) === 0 || to.port < 1 || to.port > 65_535) return false;
    // node:dgram may keep the bytes until the kernel has taken them; ours are overwritten by the next packet.
    (socket as DgramSocket).socket.send(Uint8Array.from(bytes), to.port, to.host, () => {});
    return true;
  }

  release(socket: MediaSocket): void {
    const made = socket as DgramSocket;
    if (this.#sockets.delete(made)) made.socket.close();
  }

  async wait(until: Millis, _fds: readonly number[]): Promise<boolean> {
    const left = Math.min(MAX_WAIT_MS, until - performance.now());
    if (!this.#woken) {
      await new Promise<void>((resolve) => {
        // Timers count whole milliseconds and come late, never early: aim short, then let the loop turn.
        const timer = left > 2 ? setTimeout(resolve, Math.floor(left) - 1) : undefined;
        const turn = timer === undefined ? setImmediate(resolve) : undefined;
        this.#wake = () => {
          if (timer !== undefined) clearTimeout(timer);
          if (turn !== undefined) clearImmediate(turn);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    this.#woken = false;
    return false;
  }

  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  yieldPriority(): string {
    return 'normal priority';
  }

  close(): void {
    for (const socket of this.#sockets) socket.socket.close();
    this.#sockets.clear();
  }
}
