import dbus, { type ManagedObjects, type Message, type MessageBus } from 'dbus-native';
import { socketPaths, systemBusAddress } from './bus-address.ts';
import { BusStream } from './bus-stream.ts';

/** How long an answer may take. Connecting a headset takes BlueZ the longest. */
const CALL_MS = 30_000;
const HELLO_MS = 5_000;

/** A method of an object of a peer. */
export interface BusMethod {
  readonly service: string;
  readonly path: string;
  readonly interface: string;
  readonly method: string;
}

/** A refusal of the other side, or no bus. `name` is D-Bus' own, e.g. `org.bluez.Error.AlreadyExists`. */
export class BusError extends Error {
  readonly busName: string;

  constructor(busName: string, text: string) {
    super(text === '' ? busName : `${text} (${busName})`);
    this.name = 'BusError';
    this.busName = busName;
  }
}

export interface BusSignal {
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** A method that we offer: its arguments in, the values of its answer out; `BusError` is a refusal. */
export type BusHandler = (body: readonly unknown[], fds: readonly number[]) => readonly unknown[] | undefined;

export interface Reply {
  readonly body: readonly unknown[];
  /** Ours to close. */
  readonly fds: readonly number[];
}

/** One connection to a message bus, descriptors included. It does not come back by itself: connect anew. */
export class Bus {
  /** The connection ended, once, with a reason in one line; not after `close()`. */
  onClosed: (why: string) => void = () => {};
  readonly #bus: MessageBus;
  readonly #listeners = new Set<(signal: BusSignal) => void>();
  #closed = false;

  /** Over a client of dbus-native that has just been made. */
  static over(client: MessageBus): Bus {
    return new Bus(client);
  }

  private constructor(bus: MessageBus) {
    this.#bus = bus;
    bus.connection.on('message', (message) => this.#signal(message));
    // a refused Hello ends the connection; anything else that a listener throws is a bug of ours
    bus.connection.on('handlerError', (error) => {
      if ('dbusName' in error) this.#end(error.message);
      else queueMicrotask(() => Promise.reject(error));
    });
    bus.connection.on('error', (error) => this.#end(error.message));
    bus.connection.on('close', () => this.#end('the bus has gone'));
    bus.connection.on('end', () => this.#end('the bus has gone'));
  }

  /** Connect and say Hello. Rejects with one line that says what is missing. */
  static async connect(address = systemBusAddress()): Promise<Bus> {
    const paths = socketPaths(address);
    if (paths.length === 0) throw new BusError('NoServer', `no local socket in the D-Bus address "${address}"`);
    let why = '';
    for (const path of paths) {
      try {
        return await hello(BusStream.connect(path));
      } catch (error) {
        why ||= (error as Error).message;
      }
    }
    throw new BusError('NoServer', `no D-Bus: ${why}`);
  }

  /** Our own name on it. */
  get name(): string {
    return this.#bus.name ?? '';
  }

  /** Call a method. `signature` and `body` are its arguments. Rejects with a BusError. */
  call(to: BusMethod, signature = '', body: readonly unknown[] = [], timeoutMs = CALL_MS): Promise<Reply> {
    if (this.#closed) return Promise.reject(new BusError('Disconnected', 'the bus has gone'));
    const message: Message = {
      destination: to.service,
      path: to.path,
      interface: to.interface,
      member: to.method,
      ...(signature === '' ? {} : { signature, body: [...body] }),
    };
    return new Promise((resolve, reject) => {
      this.#bus.invoke(message, { timeout: timeoutMs }, function (this: { message?: Message }, error, ...values) {
        if (error === null || error === undefined) resolve({ body: values, fds: this?.message?.fds ?? [] });
        else reject(new BusError(error.dbusName ?? error.name, error.message));
      });
    });
  }

  /** Be told of the signals that `rule` lets through, and of those of other rules: look at what comes. */
  async watch(rule: string, listener: (signal: BusSignal) => void): Promise<void> {
    this.#listeners.add(listener);
    await this.call({ ...DAEMON, method: 'AddMatch' }, 's', [rule]);
  }

  /** Offer a method at `path`; `answers` is the signature of its answer. */
  serve(path: string, of: string, method: string, answers: string, handler: BusHandler): void {
    this.#bus.setMethodCallHandler(path, of, method, [
      (...given: readonly unknown[]) => {
        const message = given.at(-1) as Message;
        try {
          const values = handler(given.slice(0, -1), message.fds ?? []);
          return values === undefined ? null : values.length === 1 ? values[0] : values;
        } catch (error) {
          const dbusName = error instanceof BusError ? error.busName : 'org.bluez.Error.Rejected';
          throw Object.assign(new Error((error as Error).message), { dbusName });
        }
      },
      answers,
    ]);
  }

  /** The objects of a service as they are, kept current; rejects when the service is not there. */
  objects(service: string, path: string): Promise<ManagedObjects> {
    return this.#bus.objects(service, path);
  }

  /** Who owns a name now; undefined = nobody. */
  async ownerOf(name: string): Promise<string | undefined> {
    try {
      const { body } = await this.call({ ...DAEMON, method: 'GetNameOwner' }, 's', [name]);
      return String(body[0]);
    } catch (error) {
      if (error instanceof BusError && error.busName.endsWith('NameHasNoOwner')) return undefined;
      throw error;
    }
  }

  /** Let go of the connection; silent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#bus.connection.stream.destroy();
  }

  #signal(message: Message): void {
    if (message.type !== dbus.messageType.signal || this.#closed) return;
    const signal: BusSignal = {
      sender: message.sender ?? '',
      path: message.path ?? '',
      interface: message.interface ?? '',
      member: message.member ?? '',
      body: message.body ?? [],
    };
    for (const listener of this.#listeners) listener(signal);
  }

  #end(why: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onClosed(why);
  }
}

const DAEMON = {
  service: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

/** Authenticate and say Hello over `stream`. */
async function hello(stream: BusStream): Promise<Bus> {
  const client = dbus.createClient({ stream, plainValues: true, authMethods: ['EXTERNAL'] });
  const bus = Bus.over(client);
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => reject(new BusError('Timeout', 'the bus does not answer')), HELLO_MS);
      bus.onClosed = (why) => reject(new BusError('Disconnected', why));
      bus.call({ ...DAEMON, method: 'GetId' }, '', [], HELLO_MS).then(() => resolve(), reject);
    });
  } catch (error) {
    bus.close();
    throw error;
  } finally {
    clearTimeout(timer);
    bus.onClosed = () => {};
  }
  return bus;
}
