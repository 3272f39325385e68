import { createRequire } from 'node:module';
import type koffi from 'koffi';

/** The functions of Linux' libc that the poll loop calls. A result below zero means: look at `errno()`. */
export interface Libc {
  errno(): number;
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly bind: (fd: number, address: Uint8Array, length: number) => number;
  readonly setsockopt: (fd: number, level: number, name: number, value: Int32Array, length: number) => number;
  readonly sendto: (
    fd: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    to: Uint8Array,
    toLength: number,
  ) => number;
  /** `message` is a `struct msghdr`. */
  readonly recvmsg: (fd: number, message: Uint8Array, flags: number) => number;
  readonly ppoll: (fds: Uint8Array, count: number, timeout: Uint8Array, mask: null) => number;
  readonly close: (fd: number) => number;
  readonly eventfd: (initial: number, flags: number) => number;
  readonly read: (fd: number, bytes: Uint8Array, length: number) => number;
  readonly write: (fd: number, bytes: Uint8Array, length: number) => number;
  readonly schedSetscheduler: (thread: number, policy: number, priority: Int32Array) => number;
  readonly prctl: (option: number, value: number) => number;
  /** `time` takes a `struct timespec`: two longs. */
  readonly clockGettime: (clock: number, time: Uint8Array) => number;
  /** `time` as there; `rest` is not wanted. 0, or an error number. */
  readonly clockNanosleep: (clock: number, flags: number, time: Uint8Array, rest: null) => number;
  /** Where the octets lie; good for as long as the array is referenced. */
  readonly address: (bytes: Uint8Array) => bigint;
  /** Octets of a C long, which is also those of each half of a `struct timespec`. */
  readonly longBytes: number;
}

/** libc, or one line that says why not: another system, another libc, no koffi. */
export function loadLibc(): Libc | string {
  if (process.platform !== 'linux') return `no poll loop on ${process.platform}`;
  try {
    const native = createRequire(import.meta.url)('koffi') as typeof koffi;
    const lib = native.load('libc.so.6');
    const fn = (result: string, name: string, args: string) => lib.func(`${result} ${name}(${args})`);
    return {
      errno: () => native.errno(),
      socket: fn('int', 'socket', 'int family, int type, int protocol'),
      bind: fn('int', 'bind', 'int fd, void *address, uint length'),
      setsockopt: fn('int', 'setsockopt', 'int fd, int level, int name, void *value, uint length'),
      sendto: fn('long', 'sendto', 'int fd, void *bytes, size_t length, int flags, void *to, uint toLength'),
      recvmsg: fn('long', 'recvmsg', 'int fd, void *message, int flags'),
      ppoll: fn('int', 'ppoll', 'void *fds, ulong count, void *timeout, void *mask'),
      close: fn('int', 'close', 'int fd'),
      eventfd: fn('int', 'eventfd', 'uint initial, int flags'),
      read: fn('long', 'read', 'int fd, void *bytes, size_t length'),
      write: fn('long', 'write', 'int fd, void *bytes, size_t length'),
      schedSetscheduler: fn('int', 'sched_setscheduler', 'int thread, int policy, void *priority'),
      prctl: fn('int', 'prctl', 'int option, ulong value'),
      clockGettime: fn('int', 'clock_gettime', 'int clock, void *time'),
      clockNanosleep: fn('int', 'clock_nanosleep', 'int clock, int flags, void *time, void *rest'),
      address: (bytes) => native.address(bytes),
      longBytes: native.sizeof('long'),
    };
  } catch (error) {
    return `no poll loop: ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0]}`;
  }
}
