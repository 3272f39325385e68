import { createRequire } from 'node:module';
import type koffi from 'koffi';
import { DeviceError } from './device-error.ts';

/** The functions of Linux' libc that this package calls. A result below zero means: look at `errno()`. */
export interface Libc {
  errno(): number;
  readonly open: (path: string, flags: number) => number;
  readonly close: (fd: number) => number;
  readonly read: (fd: number, bytes: Uint8Array, length: number) => number;
  readonly write: (fd: number, bytes: Uint8Array, length: number) => number;
  readonly fcntl: (fd: number, command: number, value: number) => number;
  readonly ioctl: (fd: number, request: number, argument: Uint8Array) => number;
  readonly ioctlNumber: (fd: number, request: number, argument: number) => number;
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly connect: (fd: number, address: Uint8Array, length: number) => number;
  readonly socketpair: (family: number, type: number, protocol: number, fds: Int32Array) => number;
  readonly pipe2: (fds: Int32Array, flags: number) => number;
  /** `message` is a `struct msghdr`. */
  readonly recvmsg: (fd: number, message: Uint8Array, flags: number) => number;
  readonly sendmsg: (fd: number, message: Uint8Array, flags: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly epollCreate: (flags: number) => number;
  readonly epollCtl: (epoll: number, operation: number, fd: number, event: Uint8Array) => number;
  /** `epoll_wait` in a thread of libuv's pool; `done` gets its result, or an error of the call itself. */
  readonly epollWait: (
    epoll: number,
    events: Uint8Array,
    room: number,
    timeoutMs: number,
    done: (error: unknown, count: number) => void,
  ) => void;
  /** Where the octets lie; good for as long as the array is referenced. */
  readonly address: (bytes: Uint8Array) => bigint;
  /** Octets of a C long and of a pointer. */
  readonly longBytes: number;
}

let loaded: Libc | string | undefined;

/** Why there are no device files here, in one line; undefined where they work. Never throws. */
export function unavailableReason(): string | undefined {
  loaded ??= load();
  return typeof loaded === 'string' ? loaded : undefined;
}

/** libc; throws a DeviceError `ENOLIB` that names `device` where there is none. */
export function libc(operation: string, device: string): Libc {
  loaded ??= load();
  if (typeof loaded === 'string') throw new DeviceError('ENOLIB', operation, device, loaded);
  return loaded;
}

function load(): Libc | string {
  if (process.platform !== 'linux') return `device files need Linux, this is ${process.platform}`;
  try {
    const native = createRequire(import.meta.url)('koffi') as typeof koffi;
    const lib = native.load('libc.so.6');
    const fn = (result: string, name: string, args: string) => lib.func(`${result} ${name}(${args})`);
    return {
      errno: () => native.errno(),
      open: fn('int', 'open', 'str path, int flags'),
      close: fn('int', 'close', 'int fd'),
      read: fn('long', 'read', 'int fd, void *bytes, size_t length'),
      write: fn('long', 'write', 'int fd, void *bytes, size_t length'),
      fcntl: fn('int', 'fcntl', 'int fd, int command, long value'),
      ioctl: fn('int', 'ioctl', 'int fd, ulong request, void *argument'),
      ioctlNumber: fn('int', 'ioctl', 'int fd, ulong request, ulong argument'),
      socket: fn('int', 'socket', 'int family, int type, int protocol'),
      connect: fn('int', 'connect', 'int fd, void *address, uint length'),
      socketpair: fn('int', 'socketpair', 'int family, int type, int protocol, void *fds'),
      pipe2: fn('int', 'pipe2', 'void *fds, int flags'),
      recvmsg: fn('long', 'recvmsg', 'int fd, void *message, int flags'),
      sendmsg: fn('long', 'sendmsg', 'int fd, void *message, int flags'),
      eventfd: fn('int', 'eventfd', 'uint initial, int flags'),
      epollCreate: fn('int', 'epoll_create1', 'int flags'),
      epollCtl: fn('int', 'epoll_ctl', 'int epoll, int operation, int fd, void *event'),
      epollWait: fn('int', 'epoll_wait', 'int epoll, void *events, int room, int timeout').async,
      address: (bytes) => native.address(bytes),
      longBytes: native.sizeof('long'),
    };
  } catch (error) {
    return `koffi does not load: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0]}`;
  }
}
