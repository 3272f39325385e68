import type { Libc } from './libc.ts';
import { DATAGRAM_BYTES } from './media-io.ts';
import { SOCKADDR_BYTES } from './socket-address.ts';

const SOL_SOCKET = 1;
/** Both the socket option and the kind of control message. */
export const SO_TIMESTAMPNS = 35;
const CLOCK_REALTIME = 0;
const CONTROL_BYTES = 64;
/** An older stamp than this is the clock having been set, not a packet having waited. */
const OLDEST_MS = 1000;

/**
 * The arguments of `recvmsg`, laid out once: a datagram, its sender and the kernel's stamp of its arrival. All parts
 * lie in one buffer that lives as long as this object, because the native structures point into it.
 */
export class ReceiveMessage {
  /** Where the datagram goes. */
  readonly datagram: Uint8Array;
  /** `struct sockaddr` of the sender. */
  readonly sender: Uint8Array;
  readonly #libc: Libc;
  readonly #header: Uint8Array;
  readonly #view: DataView;
  readonly #nameLengthAt: number;
  readonly #controlLengthAt: number;
  readonly #control: DataView;
  readonly #clock: DataView;
  readonly #clockBytes: Uint8Array;

  constructor(libc: Libc) {
    const word = libc.longBytes;
    this.#libc = libc;
    const memory = new ArrayBuffer(DATAGRAM_BYTES + 512);
    let used = 0;
    const part = (length: number): Uint8Array => {
      const bytes = new Uint8Array(memory, used, length);
      used += (length + 15) & ~15;
      return bytes;
    };
    this.datagram = part(DATAGRAM_BYTES);
    this.sender = part(SOCKADDR_BYTES);
    const control = part(CONTROL_BYTES);
    const vector = part(2 * word);
    this.#header = part(7 * word);
    this.#clockBytes = part(2 * word);
    this.#control = viewOf(control);
    this.#clock = viewOf(this.#clockBytes);
    this.#view = viewOf(this.#header);
    const base = libc.address(new Uint8Array(memory));
    const put = (view: DataView, index: number, value: bigint): void => {
      if (word === 8) view.setBigUint64(index * word, value, LITTLE_ENDIAN);
      else view.setUint32(index * word, Number(value), LITTLE_ENDIAN);
    };
    const pointer = (bytes: Uint8Array): bigint => base + BigInt(bytes.byteOffset);
    // struct iovec { void *base; size_t length; }
    put(viewOf(vector), 0, pointer(this.datagram));
    put(viewOf(vector), 1, BigInt(DATAGRAM_BYTES));
    // struct msghdr { name, namelen (int, padded), iov, iovlen, control, controllen, flags }
    put(this.#view, 0, pointer(this.sender));
    put(this.#view, 2, pointer(vector));
    put(this.#view, 3, 1n);
    put(this.#view, 4, pointer(control));
    this.#nameLengthAt = word;
    this.#controlLengthAt = 5 * word;
  }

  /** Take one datagram; its length, or below zero when none is there. */
  receive(fd: number): number {
    this.#view.setUint32(this.#nameLengthAt, SOCKADDR_BYTES, LITTLE_ENDIAN);
    this.#view.setUint32(this.#controlLengthAt, CONTROL_BYTES, LITTLE_ENDIAN);
    return this.#libc.recvmsg(fd, this.#header, 0);
  }

  /** How long ago, in ms, the kernel got the datagram taken last; 0 when it did not say. */
  ageMs(): number {
    const word = this.#libc.longBytes;
    const length = this.#view.getUint32(this.#controlLengthAt, LITTLE_ENDIAN);
    // struct cmsghdr { size_t length; int level; int type; } and a struct timespec
    if (length < 3 * word + 8) return 0;
    if (this.#control.getInt32(word, LITTLE_ENDIAN) !== SOL_SOCKET) return 0;
    if (this.#control.getInt32(word + 4, LITTLE_ENDIAN) !== SO_TIMESTAMPNS) return 0;
    this.#libc.clockGettime(CLOCK_REALTIME, this.#clockBytes);
    const seconds = long(this.#clock, 0, word) - long(this.#control, word + 8, word);
    const nanoseconds = long(this.#clock, word, word) - long(this.#control, 2 * word + 8, word);
    const age = seconds * 1000 + nanoseconds / 1e6;
    return age > 0 && age < OLDEST_MS ? age : 0;
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A C long; seconds and nanoseconds stay exact in a double. */
function long(view: DataView, at: number, bytes: number): number {
  if (bytes === 4) return view.getInt32(at, LITTLE_ENDIAN);
  const low = view.getUint32(LITTLE_ENDIAN ? at : at + 4, LITTLE_ENDIAN);
  const high = view.getInt32(LITTLE_ENDIAN ? at + 4 : at, LITTLE_ENDIAN);
  return high * 2 ** 32 + low;
}
