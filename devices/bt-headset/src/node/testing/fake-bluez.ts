import type { DeviceFile } from '@switchhook/device-file';
import { socketPair } from '@switchhook/device-file/testing';
import dbus, { type Message, type MessageBus } from 'dbus-native';
import { BusStream } from '../bus/bus-stream.ts';

const MANAGER = '/org/bluez';

function connect(address: string): MessageBus {
  const client = dbus.createClient({
    stream: BusStream.connect(address.slice('unix:path='.length)),
    plainValues: true,
  });
  client.connection.on('error', () => {});
  return client;
}

interface Device {
  readonly Address: string;
  readonly Alias: string;
  readonly Adapter: string;
  readonly UUIDs: readonly string[];
  Paired: boolean;
  Trusted: boolean;
  Connected: boolean;
  Class: number;
}

/** As much of BlueZ as our side speaks with, over a real bus and with real descriptors. */
export class FakeBluez {
  /** What was asked of it: `Connect /org/bluez/…`, `Set Trusted`, `RegisterProfile 0000111f-…`. */
  readonly asked: string[] = [];
  /** What a call of Device1.Connect ends with; undefined = it connects. */
  connectFails: string | undefined = 'org.bluez.Error.Failed';
  /** Devices that are found once somebody looks for them. */
  nearby: Device[] = [];
  profile: { readonly owner: string; readonly path: string } | undefined;
  agent: { readonly owner: string; readonly path: string; readonly capability: string } | undefined;
  readonly #bus: MessageBus;
  readonly #adapter = { Address: '00:AA:01:00:00:00', Powered: false, Discovering: false };
  readonly #devices = new Map<string, Device>();

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  static async start(address: string, adapter = true): Promise<FakeBluez> {
    const bluez = new FakeBluez(connect(address));
    bluez.#bus.exportObjectManager('/');
    bluez.#managers();
    if (adapter) bluez.plugAdapter();
    await bluez.#bus.requestName('org.bluez', 0);
    return bluez;
  }

  /** bluetoothd ends. */
  async stop(): Promise<void> {
    await this.#bus.close();
  }

  plugAdapter(): void {
    const adapter = {
      ...this.#adapter,
      StartDiscovery: () => {
        this.asked.push('StartDiscovery');
        for (const device of this.nearby.splice(0)) this.#export(device);
        return null;
      },
      StopDiscovery: () => null,
    };
    const methods = { StartDiscovery: ['', '', [], []], StopDiscovery: ['', '', [], []] } as never;
    const properties = { Address: 's', Powered: 'b', Discovering: 'b' };
    this.#noteSets(`${MANAGER}/hci0`, 'org.bluez.Adapter1');
    this.#bus.exportInterface(adapter, `${MANAGER}/hci0`, { name: 'org.bluez.Adapter1', methods, properties });
  }

  pullAdapter(): void {
    for (const path of this.#devices.keys()) this.#bus.unexportInterface(path);
    this.#devices.clear();
    this.#bus.unexportInterface(`${MANAGER}/hci0`);
  }

  /** Another headset is known; its object path. */
  addHeadset(address: string, alias: string, paired = true): string {
    return this.#export(FakeBluez.headset(address, alias, paired));
  }

  static headset(address: string, alias: string, paired: boolean): Device {
    return {
      Address: address,
      Alias: alias,
      Adapter: `${MANAGER}/hci0`,
      UUIDs: ['0000111e-0000-1000-8000-00805f9b34fb'],
      Paired: paired,
      Trusted: false,
      Connected: false,
      Class: 0x240404,
    };
  }

  connected(path: string, on: boolean): void {
    const device = this.#devices.get(path);
    if (device === undefined) throw new Error(`no device ${path}`);
    device.Connected = on;
    this.#bus.emitPropertiesChanged(path, 'org.bluez.Device1', { Connected: on });
  }

  battery(path: string, percentage: number): void {
    this.#bus.exportInterface({ Percentage: percentage }, path, {
      name: 'org.bluez.Battery1',
      methods: {},
      properties: { Percentage: 'y' },
    });
  }

  /** The headset's RFCOMM comes in: gives its far end, or the refusal. */
  async newConnection(path: string): Promise<DeviceFile> {
    const { ours, theirs } = socketPair('stream', 'rfcomm');
    try {
      await this.callProfile('NewConnection', 'oha{sv}', [path, 0, []], [theirs.fd]);
      return ours;
    } finally {
      theirs.close();
    }
  }

  /** Ask our side's agent about a device. */
  async askAgent(member: string, device: string): Promise<void> {
    if (this.agent === undefined)
      throw Object.assign(new Error('no agent'), { dbusName: 'org.bluez.Error.AuthenticationFailed' });
    const { owner: destination, path } = this.agent;
    const message = { destination, path, interface: 'org.bluez.Agent1', member, signature: 'o', body: [device] };
    await this.#bus.invoke(message);
  }

  async callProfile(member: string, signature: string, body: unknown[], fds: number[] = []): Promise<void> {
    if (this.profile === undefined) throw new Error('nobody has registered the profile');
    const { owner: destination, path } = this.profile;
    await this.#bus.invoke({ destination, path, interface: 'org.bluez.Profile1', member, signature, body, fds });
  }

  #export(device: Device): string {
    const path = `${device.Adapter}/dev_${device.Address.replaceAll(':', '_')}`;
    this.#devices.set(path, device);
    const object = Object.assign(device, {
      Connect: () => {
        this.asked.push(`Connect ${device.Address}`);
        if (this.connectFails !== undefined)
          throw Object.assign(new Error('Host is down'), { dbusName: this.connectFails });
        this.connected(path, true);
        return null;
      },
      Pair: async () => {
        this.asked.push(`Pair ${device.Address}`);
        await this.askAgent('RequestAuthorization', path);
        device.Paired = true;
        this.#bus.emitPropertiesChanged(path, 'org.bluez.Device1', { Paired: true });
        return null;
      },
    });
    const properties = { Address: 's', Alias: 's', Adapter: 'o', UUIDs: 'as', Class: 'u' } as Record<string, string>;
    for (const name of ['Paired', 'Trusted', 'Connected']) properties[name] = 'b';
    const methods = { Connect: ['', '', [], []], Pair: ['', '', [], []] } as never;
    this.#noteSets(path, 'org.bluez.Device1');
    this.#bus.exportInterface(object, path, { name: 'org.bluez.Device1', methods, properties });
    return path;
  }

  /** Notes what is set; dbus-native's own Set does the rest. */
  #noteSets(path: string, of: string): void {
    this.#bus.connection.on('message', (message: Message) => {
      if (message.path !== path || message.member !== 'Set' || message.body?.[0] !== of) return;
      this.asked.push(`Set ${String(message.body[1])} ${path.split('/').at(-1)}`);
    });
  }

  #managers(): void {
    const senderOf = (given: readonly unknown[]) => (given.at(-1) as Message).sender ?? '';
    const serve = (of: string, member: string, act: (...given: readonly unknown[]) => void) =>
      this.#bus.setMethodCallHandler(MANAGER, of, member, [
        (...given: readonly unknown[]) => {
          act(...given);
          return null;
        },
        '',
      ]);
    serve('org.bluez.ProfileManager1', 'RegisterProfile', (...given) => {
      this.asked.push(`RegisterProfile ${String(given[1])}`);
      this.profile = { owner: senderOf(given), path: String(given[0]) };
    });
    serve('org.bluez.ProfileManager1', 'UnregisterProfile', () => {
      this.asked.push('UnregisterProfile');
      this.profile = undefined;
    });
    serve('org.bluez.AgentManager1', 'RegisterAgent', (...given) => {
      this.agent = { owner: senderOf(given), path: String(given[0]), capability: String(given[1]) };
    });
    serve('org.bluez.AgentManager1', 'RequestDefaultAgent', () => {});
    serve('org.bluez.AgentManager1', 'UnregisterAgent', () => {
      this.agent = undefined;
    });
  }
}

/** As much of bluealsa: one RFCOMM object a headset, whose Open gives a record socket. */
export class FakeBluealsa {
  /** Far ends of what was opened, newest last. */
  readonly opened: DeviceFile[] = [];
  readonly #bus: MessageBus;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  static async start(address: string): Promise<FakeBluealsa> {
    const bluealsa = new FakeBluealsa(connect(address));
    bluealsa.#bus.exportObjectManager('/org/bluealsa');
    await bluealsa.#bus.requestName('org.bluealsa', 0);
    return bluealsa;
  }

  async stop(): Promise<void> {
    for (const file of this.opened) file.close();
    await this.#bus.close();
  }

  /** A headset has come to it. */
  addHeadset(address: string): string {
    const path = `/org/bluealsa/hci0/dev_${address.replaceAll(':', '_')}/rfcomm`;
    const object = {
      Transport: 'HFP-AG',
      Battery: 80,
      // The answer carries a descriptor, which exportInterface cannot: it is sent by hand.
      Open: (message: Message) => {
        const { ours, theirs } = socketPair('seqpacket', 'bluealsa');
        this.opened.push(ours);
        this.#bus.connection.message({
          type: dbus.messageType.methodReturn,
          serial: (this.#bus as unknown as { nextSerial(): number }).nextSerial(),
          destination: message.sender ?? '',
          replySerial: message.serial ?? 0,
          signature: 'h',
          body: [0],
          fds: [theirs.fd],
        });
        theirs.close();
        return new Promise(() => {});
      },
    };
    const methods = { Open: ['', 'h', [], ['fd']] } as never;
    this.#bus.exportInterface(object, path, {
      name: 'org.bluealsa.RFCOMM1',
      methods,
      properties: { Transport: 's', Battery: 'y' },
    });
    return path;
  }

  removeHeadset(path: string): void {
    this.#bus.unexportInterface(path);
    this.opened.at(-1)?.close();
  }
}
