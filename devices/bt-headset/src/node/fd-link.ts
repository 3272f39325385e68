import { type DeviceError, DeviceFile } from '@switchhook/device-file';
import type { HeadsetLink } from '../bluetooth/index.ts';

/** What becomes of a link. */
export interface LinkListener {
  bytes(link: HeadsetLink, bytes: Uint8Array): void;
  /** It is closed, with a reason in one line; not after `close()`. */
  closed(link: HeadsetLink, why: string): void;
}

/** A descriptor that speaks AT with a headset: a kernel's RFCOMM, or bluealsa's record socket. */
export class FdLink implements HeadsetLink {
  readonly address: string;
  readonly name: string;
  readonly transport: HeadsetLink['transport'];
  readonly slc: HeadsetLink['slc'];
  readonly voice: string | undefined;
  readonly #file: DeviceFile;

  /** Takes `fd` over. Throws a DeviceError when it is none. */
  constructor(fd: number, about: Omit<HeadsetLink, 'send' | 'close'>, listener: LinkListener) {
    this.address = about.address;
    this.name = about.name;
    this.transport = about.transport;
    this.slc = about.slc;
    this.voice = about.voice;
    this.#file = DeviceFile.adopt(fd, `headset ${about.address}`);
    this.#file.listen({
      bytes: (bytes) => listener.bytes(this, bytes),
      gone: (error: DeviceError) => listener.closed(this, error.message),
    });
  }

  /** What the headset does not take is lost with the link: its end is told by `closed`. */
  send(bytes: Uint8Array): void {
    try {
      this.#file.write(bytes);
    } catch {
      // The reader hears of the end; nothing is to be done here.
    }
  }

  close(): void {
    this.#file.close();
  }
}
