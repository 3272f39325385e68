import { DeviceError, errnoName } from './device-error.ts';
import { type Libc, libc } from './libc.ts';

const EPOLL_CLOEXEC = 0o2000000;
const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const EPOLLIN = 1;
const EPOLLOUT = 4;
const EPOLLERR = 8;
const EPOLLHUP = 0x10;
/** Events taken at once; what is left is told by the next wait. */
const ROOM = 32;
/** `struct epoll_event` is packed on x86: 4 octets of events, then 8 of data; elsewhere the data is aligned. */
const PACKED = process.arch === 'x64' || process.arch === 'ia32';
const EVENT_BYTES = PACKED ? 12 : 16;
const DATA_AT = PACKED ? 4 : 8;

/** What became of a descriptor; `trouble` = error or hang-up with nothing left to read. */
export type PollEvent = 'readable' | 'writable' | 'trouble';

type Watcher = (event: PollEvent) => void;

/**
 * Waits for all watched descriptors of this thread in one `epoll_wait`, which blocks one thread of libuv's pool. That call
 * keeps the process alive as a socket would, while anything is watched, and an eventfd ends it when nothing is or when
 * the process exits: a blocked pool thread would make `process.exit()` hang.
 */
class Poller {
  readonly #libc: Libc;
  readonly #epoll: number;
  readonly #wakeFd: number;
  readonly #watchers = new Map<number, { readonly tell: Watcher; readonly serial: number }>();
  readonly #events = new Uint8Array(new ArrayBuffer(ROOM * EVENT_BYTES));
  readonly #view = new DataView(this.#events.buffer);
  #serial = 0;
  #waiting = false;

  constructor(library: Libc) {
    this.#libc = library;
    this.#epoll = library.epollCreate(EPOLL_CLOEXEC);
    this.#wakeFd = library.eventfd(0, EFD_NONBLOCK_CLOEXEC);
    this.#control(EPOLL_CTL_ADD, this.#wakeFd, EPOLLIN, 0);
    process.on('exit', () => this.#wake());
  }

  watch(fd: number, device: string, tell: Watcher): void {
    const serial = ++this.#serial;
    if (this.#control(EPOLL_CTL_ADD, fd, EPOLLIN, serial) < 0) {
      const code = errnoName(this.#libc.errno());
      throw new DeviceError(
        code,
        'epoll_ctl',
        device,
        code === 'EPERM' ? 'nothing to wait for in such a file' : undefined,
      );
    }
    this.#watchers.set(fd, { tell, serial });
    this.#wait();
  }

  /** Whether to say `writable` too. */
  wantWritable(fd: number, wanted: boolean): void {
    const watcher = this.#watchers.get(fd);
    if (watcher === undefined) return;
    this.#control(EPOLL_CTL_MOD, fd, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, watcher.serial);
  }

  unwatch(fd: number): void {
    if (!this.#watchers.delete(fd)) return;
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
    if (this.#watchers.size === 0) this.#wake();
  }

  #control(operation: number, fd: number, events: number, serial: number): number {
    const event = new Uint8Array(EVENT_BYTES);
    const view = new DataView(event.buffer);
    view.setUint32(0, events, LITTLE_ENDIAN);
    // Number and serial: a stale event of a descriptor whose number was reused is for nobody.
    view.setUint32(DATA_AT, fd, LITTLE_ENDIAN);
    view.setUint32(DATA_AT + 4, serial, LITTLE_ENDIAN);
    return this.#libc.epollCtl(this.#epoll, operation, fd, event);
  }

  #wake(): void {
    const one = new Uint8Array(new BigUint64Array([1n]).buffer);
    this.#libc.write(this.#wakeFd, one, 8);
  }

  #wait(): void {
    if (this.#waiting || this.#watchers.size === 0) return;
    this.#waiting = true;
    this.#libc.epollWait(this.#epoll, this.#events, ROOM, -1, (error, count) => {
      this.#waiting = false;
      try {
        // A result below zero is EINTR: nothing else can be wrong with these arguments.
        if (error === null || error === undefined) this.#deliver(count);
      } finally {
        this.#wait();
      }
    });
  }

  #deliver(count: number): void {
    const found: { fd: number; serial: number; events: number }[] = [];
    for (let i = 0; i < count; i++) {
      const at = i * EVENT_BYTES;
      found.push({
        events: this.#view.getUint32(at, LITTLE_ENDIAN),
        fd: this.#view.getUint32(at + DATA_AT, LITTLE_ENDIAN),
        serial: this.#view.getUint32(at + DATA_AT + 4, LITTLE_ENDIAN),
      });
    }
    for (const { fd, serial, events } of found) {
      if (fd === this.#wakeFd) {
        this.#libc.read(fd, new Uint8Array(8), 8);
        continue;
      }
      const told = (event: PollEvent) => {
        const watcher = this.#watchers.get(fd);
        if (watcher?.serial === serial) watcher.tell(event);
      };
      if ((events & EPOLLOUT) !== 0) told('writable');
      if ((events & EPOLLIN) !== 0) told('readable');
      else if ((events & (EPOLLERR | EPOLLHUP)) !== 0) told('trouble');
    }
  }
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

let poller: Poller | undefined;

/** The poller of this thread. */
export function thePoller(device: string): Pick<Poller, 'watch' | 'unwatch' | 'wantWritable'> {
  poller ??= new Poller(libc('epoll_create1', device));
  return poller;
}
