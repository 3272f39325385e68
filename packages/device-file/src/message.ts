import type { Libc } from './libc.ts';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
/** The kernel passes at most 253 descriptors; nobody here expects more than a few. */
const MOST_FDS = 16;

/** What one `recvmsg` brought. */
export interface Message {
  readonly bytes: Uint8Array;
  /** Descriptors that came along, ours to close. */
  readonly fds: readonly number[];
}

/**
 * One `struct msghdr` with one `struct iovec` and room for descriptors:
 * name, namelen, iov, iovlen, control, controllen, flags, each in a word of a C long.
 */
class MessageHeader {
  readonly bytes: Uint8Array;
  readonly #libc: Libc;
  readonly #view: DataView;
  readonly #iovec: Uint8Array;
  readonly #control: Uint8Array;

  constructor(libc: Libc, data: Uint8Array, control: Uint8Array) {
    this.#libc = libc;
    this.bytes = new Uint8Array(new ArrayBuffer(7 * libc.longBytes));
    this.#view = new DataView(this.bytes.buffer);
    this.#iovec = new Uint8Array(new ArrayBuffer(2 * libc.longBytes));
    this.#control = control;
    const iovec = new DataView(this.#iovec.buffer);
    this.#setLong(iovec, 0, libc.address(data));
    this.#setLong(iovec, 1, BigInt(data.length));
    this.#setLong(this.#view, 2, libc.address(this.#iovec));
    this.#setLong(this.#view, 3, 1n);
    if (control.length === 0) return;
    this.#setLong(this.#view, 4, libc.address(control));
    this.#setLong(this.#view, 5, BigInt(control.length));
  }

  get controlLength(): number {
    const at = 5 * this.#libc.longBytes;
    return this.#view.getUint32(LITTLE_ENDIAN ? at : at + this.#libc.longBytes - 4, LITTLE_ENDIAN);
  }

  /** The descriptors in the control part. */
  fds(): number[] {
    const view = new DataView(this.#control.buffer, this.#control.byteOffset);
    const { longBytes } = this.#libc;
    const head = longBytes + 8;
    const found: number[] = [];
    for (let at = 0; at + head <= this.controlLength; ) {
      const length = view.getUint32(LITTLE_ENDIAN ? at : at + longBytes - 4, LITTLE_ENDIAN);
      if (length < head) break;
      const rights =
        view.getInt32(at + longBytes, LITTLE_ENDIAN) === SOL_SOCKET &&
        view.getInt32(at + longBytes + 4, LITTLE_ENDIAN) === SCM_RIGHTS;
      for (let fd = at + head; rights && fd + 4 <= at + length; fd += 4) found.push(view.getInt32(fd, LITTLE_ENDIAN));
      at += Math.ceil(length / longBytes) * longBytes;
    }
    return found;
  }

  #setLong(view: DataView, word: number, value: bigint): void {
    if (this.#libc.longBytes === 8) view.setBigUint64(word * 8, value, LITTLE_ENDIAN);
    else view.setUint32(word * 4, Number(value), LITTLE_ENDIAN);
  }
}

/** One `recvmsg` of at most `room` octets; undefined = look at errno. */
export function receiveMessage(libc: Libc, fd: number, room: number): Message | undefined {
  const data = new Uint8Array(new ArrayBuffer(room));
  const control = new Uint8Array(new ArrayBuffer(2 * libc.longBytes + 8 + 4 * MOST_FDS));
  const header = new MessageHeader(libc, data, control);
  const length = libc.recvmsg(fd, header.bytes, MSG_CMSG_CLOEXEC);
  if (length < 0) return undefined;
  return { bytes: data.subarray(0, length), fds: header.fds() };
}

/** One `sendmsg`; the octets sent, or below zero. */
export function sendMessage(libc: Libc, fd: number, bytes: Uint8Array, fds: readonly number[]): number {
  const head = libc.longBytes + 8;
  const control = new Uint8Array(new ArrayBuffer(fds.length === 0 ? 0 : Math.ceil((head + 4 * fds.length) / 8) * 8));
  if (fds.length > 0) {
    const view = new DataView(control.buffer);
    view.setUint32(LITTLE_ENDIAN ? 0 : libc.longBytes - 4, head + 4 * fds.length, LITTLE_ENDIAN);
    view.setInt32(libc.longBytes, SOL_SOCKET, LITTLE_ENDIAN);
    view.setInt32(libc.longBytes + 4, SCM_RIGHTS, LITTLE_ENDIAN);
    for (const [i, each] of fds.entries()) view.setInt32(head + 4 * i, each, LITTLE_ENDIAN);
  }
  const data = new Uint8Array(new ArrayBuffer(bytes.length));
  data.set(bytes);
  return libc.sendmsg(fd, new MessageHeader(libc, data, control).bytes, MSG_NOSIGNAL);
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
