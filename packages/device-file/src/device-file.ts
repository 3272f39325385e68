import { DeviceError, errnoName } from './device-error.ts';
import { type Libc, libc } from './libc.ts';
import { type Message, receiveMessage, sendMessage } from './message.ts';
import { thePoller } from './poller.ts';

const O_FLAGS = { read: 0, write: 1, 'read-write': 2 } as const;
const O_NONBLOCK = 0o4000;
const O_NOCTTY = 0o400;
const O_CLOEXEC = 0o2000000;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
const FD_CLOEXEC = 1;
const AF_UNIX = 1;
const SOCK_NONBLOCK_CLOEXEC = O_NONBLOCK | O_CLOEXEC;
/** Octets read at once by `listen`: 128 input events, or more than any RFCOMM frame. */
const READ_BYTES = 4096;
/** Reads of one file before the others get their turn; the rest is told again at once. */
const READ_BURST = 16;
/** What may wait for a slow receiver. */
const MOST_PENDING_BYTES = 256 * 1024;

export type AccessMode = keyof typeof O_FLAGS;

/** What a watcher is told. After `gone` the file is closed and says nothing more; `close()` itself is silent. */
export interface DeviceWatcher {
  /** There is something to read. Told again until it is read. */
  readable(): void;
  /** The device or the other side is away (`ENODEV`, `EIO`, `ECONNRESET`, `END`, …). */
  gone(error: DeviceError): void;
}

/** As `DeviceWatcher`, with the bytes read already. */
export interface DeviceListener {
  /** One read: whole records where the driver gives records. The array is the listener's to keep. */
  bytes(chunk: Uint8Array): void;
  gone(error: DeviceError): void;
}

/**
 * An open descriptor that never blocks: a device node, a FIFO, a socket of any family, or what a driver gave. All of this
 * thread's are waited for in one place. Failures throw `DeviceError`.
 */
export class DeviceFile {
  /** The path, or what the opener called it; stands in every error. */
  readonly name: string;
  readonly #libc: Libc;
  #fd: number;
  #watcher: DeviceWatcher | undefined;
  /** Not yet taken by the receiver; each is one `write`. */
  #pending: Uint8Array[] = [];

  private constructor(library: Libc, fd: number, name: string) {
    this.#libc = library;
    this.#fd = fd;
    this.name = name;
  }

  /** Open a device node. A path without a device throws `ENOENT`, one that is not ours `EACCES`, one in use `EBUSY`. */
  static open(path: string, mode: AccessMode = 'read-write'): DeviceFile {
    const library = libc('open', path);
    const fd = library.open(path, O_FLAGS[mode] | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) throw new DeviceError(errnoName(library.errno()), 'open', path);
    return new DeviceFile(library, fd, path);
  }

  /** Take over a descriptor that a driver or another process gave. It is ours to close from now on. */
  static adopt(fd: number, name: string): DeviceFile {
    const library = libc('fcntl', name);
    const flags = library.fcntl(fd, F_GETFL, 0);
    if (flags < 0 || library.fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || library.fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
      throw new DeviceError(errnoName(library.errno()), 'fcntl', name);
    return new DeviceFile(library, fd, name);
  }

  /** Connect to a local stream socket, such as a D-Bus daemon's. */
  static connect(path: string): DeviceFile {
    const library = libc('connect', path);
    const text = new TextEncoder().encode(path);
    const address = new Uint8Array(new ArrayBuffer(110));
    if (text.length > 107) throw new DeviceError('ENAMETOOLONG', 'connect', path, 'at most 107 octets');
    new Uint16Array(address.buffer)[0] = AF_UNIX;
    address.set(text, 2);
    const fd = library.socket(AF_UNIX, 1 | SOCK_NONBLOCK_CLOEXEC, 0);
    if (fd < 0 || library.connect(fd, address, address.length) < 0) {
      const code = errnoName(library.errno());
      if (fd >= 0) library.close(fd);
      throw new DeviceError(code, 'connect', path);
    }
    return new DeviceFile(library, fd, path);
  }

  /** The descriptor's number; -1 after `close()`. */
  get fd(): number {
    return this.#fd;
  }

  /** Octets read into `into`; 0 = the other side has closed; undefined = nothing there now. */
  read(into: Uint8Array): number | undefined {
    return this.#outcome('read', this.#libc.read(this.#open('read'), into, into.length));
  }

  /**
   * Send all of `bytes`. What the receiver does not take now is kept and sent when it does, up to 256 KiB (`ENOBUFS`);
   * a file that nobody watches keeps nothing (`EAGAIN`).
   */
  write(bytes: Uint8Array): void {
    const fd = this.#open('write');
    if (this.#pending.length > 0) {
      this.#keep(bytes);
      return;
    }
    const written = this.#outcome('write', this.#libc.write(fd, bytes, bytes.length)) ?? 0;
    if (written < bytes.length) this.#keep(bytes.subarray(written));
  }

  /** An ioctl whose argument is a struct (read and written in place) or a number; its result. */
  ioctl(request: number, argument: Uint8Array | number): number {
    const fd = this.#open('ioctl');
    const result =
      typeof argument === 'number'
        ? this.#libc.ioctlNumber(fd, request, argument)
        : this.#libc.ioctl(fd, request, argument);
    if (result < 0) throw this.#error('ioctl');
    return result;
  }

  /** One message of a local socket, at most `room` octets, with the descriptors that came along; undefined = none now. */
  receive(room = READ_BYTES): Message | undefined {
    const message = receiveMessage(this.#libc, this.#open('recvmsg'), room);
    if (message === undefined) this.#outcome('recvmsg', -1);
    return message;
  }

  /** Send `bytes` and copies of descriptors over a local socket, at once or not at all (`EAGAIN`). */
  send(bytes: Uint8Array, fds: readonly number[] = []): void {
    const fd = this.#open('sendmsg');
    if (this.#pending.length > 0) throw new DeviceError('EAGAIN', 'sendmsg', this.name);
    const sent = sendMessage(this.#libc, fd, bytes, fds);
    if (sent < 0) throw this.#error('sendmsg');
    if (sent < bytes.length) this.#keep(bytes.subarray(sent));
  }

  /** Tell `watcher` what happens from now on, instead of an earlier one. Keeps the process alive until `close()`. */
  watch(watcher: DeviceWatcher): void {
    const fd = this.#open('watch');
    const first = this.#watcher === undefined;
    this.#watcher = watcher;
    if (!first) return;
    thePoller(this.name).watch(fd, this.name, (event) => {
      switch (event) {
        case 'readable':
          return this.#guard(() => this.#watcher?.readable());
        case 'writable':
          return this.#guard(() => this.#drain());
        case 'trouble':
          return this.#guard(() => this.#trouble());
        default:
          event satisfies never;
          throw new Error('unknown poll event');
      }
    });
    if (this.#pending.length > 0) thePoller(this.name).wantWritable(fd, true);
  }

  /** As `watch`, reading what comes. */
  listen(listener: DeviceListener): void {
    const buffer = new Uint8Array(new ArrayBuffer(READ_BYTES));
    this.watch({
      readable: () => {
        for (let burst = 0; burst < READ_BURST && this.#fd >= 0; burst++) {
          const length = this.read(buffer);
          if (length === undefined) return;
          if (length === 0) throw new DeviceError('END', 'read', this.name);
          listener.bytes(buffer.slice(0, length));
        }
      },
      gone: (error) => listener.gone(error),
    });
  }

  /** Let go of the descriptor; silent, and no harm when done already. */
  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#pending = [];
    if (this.#watcher !== undefined) thePoller(this.name).unwatch(fd);
    this.#watcher = undefined;
    this.#libc.close(fd);
  }

  /** A DeviceError of this very file is the end of it; anything else is a bug of the listener and goes on up. */
  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof DeviceError) || error.device !== this.name || this.#fd < 0) throw error;
      const watcher = this.#watcher;
      this.close();
      watcher?.gone(error);
    }
  }

  #trouble(): void {
    const length = this.#libc.read(this.#fd, new Uint8Array(new ArrayBuffer(READ_BYTES)), READ_BYTES);
    const code = length < 0 ? this.#error('read').code : 'END';
    // EBADF: a write-only end whose reader went. EAGAIN: a driver that hung up without a word.
    throw new DeviceError(code === 'EBADF' ? 'END' : code === 'EAGAIN' ? 'ENODEV' : code, 'poll', this.name);
  }

  #drain(): void {
    while (this.#pending.length > 0) {
      const [next] = this.#pending as [Uint8Array];
      const written = this.#outcome('write', this.#libc.write(this.#open('write'), next, next.length));
      if (written === undefined) return;
      if (written < next.length) this.#pending[0] = next.subarray(written);
      else this.#pending.shift();
    }
    thePoller(this.name).wantWritable(this.#fd, false);
  }

  #keep(bytes: Uint8Array): void {
    if (this.#watcher === undefined) throw new DeviceError('EAGAIN', 'write', this.name, 'the receiver is busy');
    const kept = this.#pending.reduce((sum, each) => sum + each.length, bytes.length);
    if (kept > MOST_PENDING_BYTES) throw new DeviceError('ENOBUFS', 'write', this.name);
    this.#pending.push(bytes.slice());
    thePoller(this.name).wantWritable(this.#fd, true);
  }

  #open(operation: string): number {
    if (this.#fd < 0) throw new DeviceError('ECLOSED', operation, this.name, 'used after close()');
    return this.#fd;
  }

  #outcome(operation: string, result: number): number | undefined {
    if (result >= 0) return result;
    const error = this.#error(operation);
    if (error.code === 'EAGAIN' || error.code === 'EINTR') return undefined;
    throw error;
  }

  #error(operation: string): DeviceError {
    return new DeviceError(errnoName(this.#libc.errno()), operation, this.name);
  }
}
