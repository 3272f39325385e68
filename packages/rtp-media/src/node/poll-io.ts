import { getSystemErrorName } from 'node:util';
import type { Millis } from '@switchhook/sans-io';
import type { Endpoint } from '../session/plan.ts';
import { type Libc, loadLibc } from './libc.ts';
import {
  type DatagramHandler,
  IP_TOS_EXPEDITED,
  MAX_WAIT_MS,
  type MediaIo,
  type MediaSocket,
  RECEIVE_BUFFER_BYTES,
} from './media-io.ts';
import { ReceiveMessage, SO_TIMESTAMPNS } from './receive-message.ts';
import { AF_INET6, endpointOf, SOCKADDR_BYTES, socketAddress } from './socket-address.ts';

const SOCK_DGRAM = 2;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const IPPROTO_IP = 0;
const IP_TOS = 1;
const IPPROTO_IPV6 = 41;
const IPV6_TCLASS = 67;
const POLLIN = 1;
/** POLLERR | POLLHUP | POLLNVAL: also "look at it". */
const POLL_TROUBLE = 0x38;
const POLLFD_BYTES = 8;
const SCHED_OTHER = 0;
const SCHED_FIFO = 1;
/** Threads that this one starts (V8's, a sound server's) do not inherit the priority. */
const SCHED_RESET_ON_FORK = 0x4000_0000;
const FIFO_PRIORITY = 20;
const PR_SET_TIMERSLACK = 29;
/** Messages come and go without Node's loop; what else waits for it in this thread is in no hurry. */
const YIELD_EVERY_MS = 100;
/** Datagrams taken from one socket before the others and the clock get their turn. */
const RECEIVE_BURST = 32;

interface PollSocket extends MediaSocket {
  readonly fd: number;
  readonly ipv6: boolean;
  /** The sender seen last, raw and read: RTP comes from one place for minutes. */
  readonly lastRaw: Uint8Array;
  lastFrom: Endpoint | undefined;
}

/** What PollIo is told once. */
export interface PollIoOptions {
  /** Numeric local address to bind. */
  readonly host: string;
  /** Ask for SCHED_FIFO; default true. Where it is refused, `note` says so and the loop runs at normal priority. */
  readonly realtime?: boolean;
}

/** The poll loop of this thread, or one line that says why there is none. */
export function openPollIo(options: PollIoOptions): MediaIo | string {
  const libc = loadLibc();
  if (typeof libc === 'string') return libc;
  if (socketAddress(options.host, 0) === undefined) return `no poll loop: ${options.host} is not a numeric address`;
  return new PollIo(libc, options);
}

/** Sockets and sound card in one native `ppoll`; for a worker thread of its own. */
class PollIo implements MediaIo {
  readonly loop = 'poll';
  readonly note: string;
  readonly wakeFd: number;
  onDatagram: DatagramHandler = () => {};
  readonly #libc: Libc;
  readonly #host: string;
  /** Bound: the operating system closes none of them when only this thread ends. */
  readonly #bound = new Set<PollSocket>();
  readonly #listening: PollSocket[] = [];
  readonly #addresses = new WeakMap<Endpoint, Uint8Array>();
  readonly #message: ReceiveMessage;
  readonly #counter = new Uint8Array(8);
  readonly #timeout: Uint8Array;
  readonly #timeoutParts: Int32Array;
  #poll = new PollSet(16);
  #yieldedAt = Number.NEGATIVE_INFINITY;

  constructor(libc: Libc, options: PollIoOptions) {
    this.#libc = libc;
    this.#host = options.host;
    this.#message = new ReceiveMessage(libc);
    this.#timeout = new Uint8Array(libc.longBytes * 2);
    this.#timeoutParts = new Int32Array(this.#timeout.buffer);
    // Never closed by this thread: another thread may be about to write to it, and its number must not be reused.
    this.wakeFd = libc.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    // The kernel may lump timers of normal threads within 50 µs; this thread wants its own moment.
    libc.prctl(PR_SET_TIMERSLACK, 1);
    this.note = options.realtime === false ? 'normal priority, as asked' : this.#realtime();
  }

  now(): Millis {
    return performance.now(); // CLOCK_MONOTONIC
  }

  bind(port: number): Promise<MediaSocket | undefined> {
    // Whoever waits for this promise shall not have to sit out a wait for each of its steps.
    this.#yieldedAt = Number.NEGATIVE_INFINITY;
    return Promise.resolve(this.#bind(port));
  }

  listen(socket: MediaSocket): void {
    if (!this.#listening.includes(socket as PollSocket)) this.#listening.push(socket as PollSocket);
  }

  send(socket: MediaSocket, bytes: Uint8Array, to: Endpoint): boolean {
    const { fd, ipv6 } = socket as PollSocket;
    let address = this.#addresses.get(to);
    if (address === undefined) {
      address = socketAddress(to.host, to.port);
      if (address === undefined) return false;
      this.#addresses.set(to, address);
    }
    if (ipv6 !== address.length > 16) return false;
    return this.#libc.sendto(fd, bytes, bytes.length, 0, address, address.length) === bytes.length;
  }

  release(socket: MediaSocket): void {
    const at = this.#listening.indexOf(socket as PollSocket);
    if (at >= 0) this.#listening.splice(at, 1);
    if (this.#bound.delete(socket as PollSocket)) this.#libc.close((socket as PollSocket).fd);
  }

  async wait(until: Millis, fds: readonly number[]): Promise<boolean> {
    // Node's own loop gets its turn before the wait and not after it; it costs more than all the rest of a quiet turn.
    if (performance.now() - this.#yieldedAt > YIELD_EVERY_MS) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#yieldedAt = performance.now();
    }
    const sockets = this.#listening.length;
    const poll = this.#fill(fds);
    this.#setTimeout(Math.min(MAX_WAIT_MS, Math.max(0, until - performance.now())));
    if (this.#libc.ppoll(poll.bytes, poll.count, this.#timeout, null) <= 0) return false;
    if (poll.ready(0)) this.#libc.read(this.wakeFd, this.#counter, 8);
    let card = false;
    for (let at = 0; at < fds.length; at++) if (poll.ready(1 + at)) card = true;
    // `onDatagram` opens or closes no socket: commands are performed between two waits.
    for (let at = 0; at < sockets; at++) {
      if (poll.ready(1 + fds.length + at)) this.#receive(this.#listening[at]!);
    }
    return card;
  }

  wake(): void {
    this.#counter.fill(0);
    this.#counter[0] = 1;
    this.#libc.write(this.wakeFd, this.#counter, 8);
  }

  yieldPriority(): string {
    this.#libc.schedSetscheduler(0, SCHED_OTHER, new Int32Array(1));
    return 'normal priority';
  }

  close(): void {
    this.#listening.length = 0;
    for (const socket of this.#bound) this.#libc.close(socket.fd);
    this.#bound.clear();
  }

  #bind(port: number): PollSocket | undefined {
    const address = socketAddress(this.#host, port)!;
    const ipv6 = address.length > 16;
    const libc = this.#libc;
    const fd = libc.socket(ipv6 ? AF_INET6 : 2, SOCK_DGRAM | SOCK_NONBLOCK_CLOEXEC, 0);
    if (fd < 0) return undefined;
    const set = (level: number, name: number, value: number) =>
      libc.setsockopt(fd, level, name, Int32Array.of(value), 4);
    if (ipv6) set(IPPROTO_IPV6, IPV6_TCLASS, IP_TOS_EXPEDITED);
    else set(IPPROTO_IP, IP_TOS, IP_TOS_EXPEDITED);
    set(SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER_BYTES);
    set(SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (libc.bind(fd, address, address.length) < 0) {
      libc.close(fd);
      return undefined;
    }
    const socket = { fd, port, ipv6, lastRaw: new Uint8Array(SOCKADDR_BYTES), lastFrom: undefined };
    this.#bound.add(socket);
    return socket;
  }

  #fill(fds: readonly number[]): PollSet {
    const count = 1 + fds.length + this.#listening.length;
    if (count > this.#poll.room) this.#poll = new PollSet(count * 2);
    const poll = this.#poll;
    poll.count = 0;
    poll.add(this.wakeFd);
    for (const fd of fds) poll.add(fd);
    for (const socket of this.#listening) poll.add(socket.fd);
    return poll;
  }

  #setTimeout(ms: Millis): void {
    // struct timespec: two longs; MAX_WAIT_MS keeps the seconds at 0 and the nanoseconds within 32 bits.
    this.#timeoutParts[LITTLE_ENDIAN ? this.#timeoutParts.length / 2 : this.#timeoutParts.length - 1] = Math.round(
      ms * 1e6,
    );
  }

  #receive(socket: PollSocket): void {
    for (let burst = 0; burst < RECEIVE_BURST; burst++) {
      const length = this.#message.receive(socket.fd);
      if (length < 0) return; // EAGAIN, or an ICMP error that the next call will not repeat
      const bytes = this.#message.datagram.subarray(0, length);
      this.onDatagram(socket, bytes, this.#sender(socket), performance.now() - this.#message.ageMs());
    }
  }

  #sender(socket: PollSocket): Endpoint {
    const length = socket.ipv6 ? 24 : 8; // up to the address; a scope does not tell senders apart
    let same = socket.lastFrom !== undefined;
    for (let at = 0; same && at < length; at++) same = socket.lastRaw[at] === this.#message.sender[at];
    if (!same) {
      socket.lastRaw.set(this.#message.sender);
      socket.lastFrom = endpointOf(this.#message.sender);
    }
    return socket.lastFrom!;
  }

  #realtime(): string {
    const priority = Int32Array.of(FIFO_PRIORITY);
    if (this.#libc.schedSetscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, priority) === 0) {
      return `SCHED_FIFO ${FIFO_PRIORITY}`;
    }
    const why = getSystemErrorName(-this.#libc.errno());
    return `normal priority: SCHED_FIFO was refused (${why}); allow it with LimitRTPRIO=${FIFO_PRIORITY}`;
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** An array of `struct pollfd { int fd; short events; short revents; }`. */
class PollSet {
  readonly room: number;
  readonly bytes: Uint8Array;
  count = 0;
  readonly #fds: Int32Array;
  readonly #events: Int16Array;

  constructor(room: number) {
    this.room = room;
    this.bytes = new Uint8Array(room * POLLFD_BYTES);
    this.#fds = new Int32Array(this.bytes.buffer);
    this.#events = new Int16Array(this.bytes.buffer);
  }

  add(fd: number): void {
    const at = this.count++;
    this.#fds[at * 2] = fd;
    this.#events[at * 4 + 2] = POLLIN;
    this.#events[at * 4 + 3] = 0;
  }

  ready(at: number): boolean {
    return (this.#events[at * 4 + 3]! & (POLLIN | POLL_TROUBLE)) !== 0;
  }
}
