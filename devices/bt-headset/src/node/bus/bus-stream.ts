import { Duplex } from 'node:stream';
import { type DeviceError, DeviceFile } from '@switchhook/device-file';

/**
 * A local socket as the stream that dbus-native speaks over, descriptors and all: it looks for `writeWithFds` and
 * listens to `fds`. A `net.Socket` can carry none.
 */
export class BusStream extends Duplex {
  readonly #file: DeviceFile;

  private constructor(file: DeviceFile) {
    super({ allowHalfOpen: false });
    this.#file = file;
    file.watch({
      readable: () => this.#readable(),
      gone: (error) => this.#gone(error),
    });
  }

  /** Throws a DeviceError when nobody listens at `path`. */
  static connect(path: string): BusStream {
    return new BusStream(DeviceFile.connect(path));
  }

  /** Send one message with copies of descriptors. What dbus-native has kept back goes first: it uncorks before. */
  writeWithFds(bytes: Uint8Array, fds: readonly number[]): boolean {
    try {
      this.#file.send(bytes, fds);
    } catch (error) {
      this.destroy(error as Error);
    }
    return true;
  }

  override _read(): void {
    // What comes is pushed as it comes: a bus sends little.
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    try {
      this.#file.write(chunk);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#file.close();
    done(error);
  }

  #readable(): void {
    for (;;) {
      const message = this.#file.receive();
      if (message === undefined) return;
      if (message.fds.length > 0) this.emit('fds', message.fds);
      if (message.bytes.length === 0) {
        this.#end();
        return;
      }
      this.push(Buffer.from(message.bytes));
    }
  }

  #gone(error: DeviceError): void {
    if (error.code === 'END') this.#end();
    else this.destroy(error);
  }

  #end(): void {
    this.push(null);
    this.#file.close();
    // nobody may be reading on: the end is told all the same
    this.destroy();
  }
}
