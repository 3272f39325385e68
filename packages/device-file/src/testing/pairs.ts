import { execFileSync } from 'node:child_process';
import { DeviceError, errnoName } from '../device-error.ts';
import { DeviceFile } from '../device-file.ts';
import { libc } from '../libc.ts';

const AF_UNIX = 1;
const SOCKET_TYPES = { stream: 1, seqpacket: 5 } as const;
const O_CLOEXEC = 0o2000000;
const TIOCSPTLCK = 0x4004_5431;
const TIOCGPTN = 0x8004_5430;

/** Two ends: what one writes the other reads. */
export interface Pair {
  readonly ours: DeviceFile;
  readonly theirs: DeviceFile;
}

/** Joined local sockets: a stand-in for RFCOMM (`stream`) or for a socket that keeps records (`seqpacket`). */
export function socketPair(type: keyof typeof SOCKET_TYPES = 'stream', name = 'socketpair'): Pair {
  const fds = new Int32Array(new ArrayBuffer(8));
  const library = libc('socketpair', name);
  if (library.socketpair(AF_UNIX, SOCKET_TYPES[type] | O_CLOEXEC, 0, fds) < 0) throw failed('socketpair', name);
  return { ours: DeviceFile.adopt(fds[0]!, name), theirs: DeviceFile.adopt(fds[1]!, `${name}, far end`) };
}

/** A pipe: `ours` reads what `theirs` writes. */
export function pipe(name = 'pipe'): Pair {
  const fds = new Int32Array(new ArrayBuffer(8));
  if (libc('pipe2', name).pipe2(fds, O_CLOEXEC) < 0) throw failed('pipe2', name);
  return { ours: DeviceFile.adopt(fds[0]!, name), theirs: DeviceFile.adopt(fds[1]!, `${name}, far end`) };
}

/** Make a FIFO at `path`: a stand-in for a device node. */
export function fifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** A terminal: `ours` is its slave, opened by its path as a device node would be, `theirs` the master. */
export function pseudoTerminal(): Pair & { readonly path: string } {
  const theirs = DeviceFile.open('/dev/ptmx');
  theirs.ioctl(TIOCSPTLCK, new Uint8Array(4));
  const number = new Int32Array(1);
  theirs.ioctl(TIOCGPTN, new Uint8Array(number.buffer));
  const path = `/dev/pts/${number[0]}`;
  return { ours: DeviceFile.open(path), theirs, path };
}

function failed(operation: string, name: string): DeviceError {
  return new DeviceError(errnoName(libc(operation, name).errno()), operation, name);
}
