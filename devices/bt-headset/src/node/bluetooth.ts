//  no bus ──connect (back-off)──► bus ──► objects of org.bluez and org.bluealsa ──► look
//     ▲                            │         look: power on, trust, register, open, connect (back-off)
//     └──────── the bus has gone ──┘         links live on their own descriptors, whatever becomes of the bus
import type { AlarmClock, Millis } from '@switchhook/sans-io';
import {
  adaptersOf,
  addressInPath,
  addressOf,
  Backoff,
  type BluetoothStatus,
  bluealsaVoice,
  chooseHeadset,
  type HeadsetDevice,
  type HeadsetLink,
  type HeadsetTransport,
  headsetsOf,
} from '../bluetooth/index.ts';
import { Bus, BusError, type ObjectTree, ServiceObjects, systemBusAddress } from './bus/index.ts';
import { FdLink } from './fd-link.ts';
import { HandsFreeProfile } from './hands-free-profile.ts';

const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 30_000;
/** Calling a headset that is switched off costs radio time; one that is switched on comes by itself. */
const CALL_FIRST_MS = 2_000;
const CALL_LONGEST_MS = 60_000;
/** A link that ended may be opened again after this. */
const REOPEN_MS = 1_000;

export interface BluetoothOptions {
  readonly clock: AlarmClock;
  /** The headset to use; absent = the one that comes. */
  readonly address?: string;
  /** `auto` (default): bluealsa where it is on the bus, else our own profile. */
  readonly transport?: 'auto' | HeadsetTransport;
  /** Default: the system bus. */
  readonly busAddress?: string;
}

/** What is told of headsets. `note` is a line for the person. */
export interface BluetoothListener {
  opened(link: HeadsetLink): void;
  bytes(link: HeadsetLink, bytes: Uint8Array): void;
  closed(link: HeadsetLink, why: string): void;
  status(status: BluetoothStatus): void;
  note(line: string): void;
}

/** Headsets over BlueZ: keeps the one that the phone uses connected, and gives its link. One link at a time. */
export class Bluetooth {
  readonly #options: BluetoothOptions;
  readonly #listener: BluetoothListener;
  readonly #busRetry = new Backoff(RETRY_FIRST_MS, RETRY_LONGEST_MS);
  readonly #callRetry = new Backoff(CALL_FIRST_MS, CALL_LONGEST_MS);
  #bus: Bus | undefined;
  #profile: HandsFreeProfile | undefined;
  #bluez: ObjectTree | undefined;
  #bluealsa: ObjectTree | undefined;
  /** Both services have been asked for. */
  #known = false;
  #trouble: string | undefined = 'not started';
  #link: HeadsetLink | undefined;
  /** A descriptor is being asked for. */
  #opening = false;
  #calling = false;
  /** Things that were done once for an object and are not repeated at every look. */
  readonly #done = new Set<string>();
  readonly #noted = new Set<string>();
  readonly #alarms = new Map<'bus' | 'call' | 'look', () => void>();
  #stopped = false;
  #told = '';

  constructor(options: BluetoothOptions, listener: BluetoothListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Begin; everything that goes wrong is told and tried again. */
  start(): void {
    void this.#connect();
  }

  /** Let go of everything. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#alarms.values()) cancel();
    this.#alarms.clear();
    this.#link?.close();
    this.#link = undefined;
    this.#bus?.close();
  }

  async #connect(): Promise<void> {
    try {
      const bus = await Bus.connect(this.#options.busAddress ?? systemBusAddress());
      if (this.#stopped) {
        bus.close();
        return;
      }
      this.#bus = bus;
      bus.onClosed = (why) => this.#lost(why);
      this.#profile = new HandsFreeProfile(bus, {
        accepts: (path) => this.#refusal(path),
        opened: (path, fd) => this.#opened(fd, path, 'profile'),
        disconnect: (path) => this.#dropped(path, 'the headset was disconnected'),
        released: () => this.#done.delete('profile'),
      });
      await ServiceObjects.watch(bus, 'org.bluez', '/', (tree) => {
        this.#bluez = tree;
        if (tree === undefined) this.#done.clear();
        this.#look();
      });
      await ServiceObjects.watch(bus, 'org.bluealsa', '/org/bluealsa', (tree) => {
        this.#bluealsa = tree;
        this.#look();
      });
      this.#busRetry.reset();
      this.#known = true;
      this.#look();
    } catch (error) {
      this.#lost((error as Error).message);
    }
  }

  #lost(why: string): void {
    if (this.#stopped) return;
    this.#bus?.close();
    this.#bus = undefined;
    this.#profile = undefined;
    this.#known = false;
    this.#bluez = undefined;
    this.#bluealsa = undefined;
    this.#done.clear();
    this.#trouble = why;
    this.#tell(undefined);
    this.#alarm('bus', this.#busRetry.take(), () => void this.#connect());
  }

  /** Everything that follows from how things are now. */
  #look(): void {
    if (this.#stopped || !this.#known || this.#bus === undefined) return;
    const tree = this.#bluez ?? {};
    const [adapter] = adaptersOf(tree);
    const devices = headsetsOf(tree);
    const headset = chooseHeadset(devices, this.#options.address, this.#link?.address);
    this.#trouble =
      this.#bluez === undefined
        ? 'bluetoothd is not running: install and start the service bluetooth'
        : adapter === undefined
          ? 'no Bluetooth radio here: is it switched off by rfkill, or its driver missing?'
          : undefined;
    this.#openBluealsa(headset);
    if (adapter !== undefined) {
      if (!adapter.powered) this.#once(`power ${adapter.path}`, () => this.#set(adapter.path, 'Adapter1', 'Powered'));
      else this.#done.delete(`power ${adapter.path}`);
      if (this.transport === 'profile') this.#once('profile', () => void this.#register());
      else if (this.#done.delete('profile')) void this.#profile?.unregister();
      if (headset?.paired === true && !headset.trusted)
        this.#once(`trust ${headset.path}`, () => this.#set(headset.path, 'Device1', 'Trusted'));
      this.#keepConnected(headset, adapter.powered);
    }
    for (const other of devices) if (other.connected && other.address !== headset?.address) this.#tellApart(other);
    this.#tell(headset);
  }

  async #register(): Promise<void> {
    try {
      await this.#profile?.register();
    } catch (error) {
      const which = 'does another program (bluealsa, PipeWire, ofono) hold the hands-free gateway?';
      this.#note(`headset: BlueZ refuses our profile: ${(error as Error).message}; ${which}`);
    }
  }

  /** Which way a headset comes now; undefined = not known yet, or bluealsa is wanted and not there. */
  get transport(): HeadsetTransport | undefined {
    if (!this.#known) return undefined;
    const wish = this.#options.transport ?? 'auto';
    if (wish === 'profile') return 'profile';
    if (this.#bluealsa !== undefined) return 'bluealsa';
    return wish === 'auto' ? 'profile' : undefined;
  }

  #openBluealsa(headset: HeadsetDevice | undefined): void {
    if (this.transport !== 'bluealsa') return;
    const named = this.#options.address;
    const wanted = named === undefined ? headset?.address : addressOf(named);
    for (const [path, interfaces] of Object.entries(this.#bluealsa ?? {})) {
      const rfcomm = interfaces['org.bluealsa.RFCOMM1'];
      if (rfcomm === undefined || !/^H[FS]P-AG$/i.test(String(rfcomm['Transport'] ?? 'HFP-AG'))) continue;
      const address = addressInPath(path);
      if (address === undefined || (wanted !== undefined && address !== wanted)) continue;
      if (this.#link !== undefined || this.#opening || this.#alarms.has('look')) return;
      this.#opening = true;
      void this.#openRfcomm(path);
      return;
    }
  }

  async #openRfcomm(path: string): Promise<void> {
    try {
      const to = { service: 'org.bluealsa', path, interface: 'org.bluealsa.RFCOMM1', method: 'Open' };
      const reply = await this.#bus?.call(to);
      const [fd, ...others] = reply?.fds ?? [];
      if (fd === undefined) throw new BusError('NoDescriptor', 'bluealsa gave no descriptor');
      for (const other of others) HandsFreeProfile.discard(other);
      this.#opening = false;
      this.#opened(fd, path, 'bluealsa');
    } catch (error) {
      this.#opening = false;
      this.#once(`open ${path}`, () => this.#note(`headset: bluealsa does not open it: ${(error as Error).message}`));
      this.#alarm('look', REOPEN_MS, () => this.#look());
    }
  }

  #opened(fd: number, path: string, transport: HeadsetTransport): void {
    if (this.#stopped || this.#link !== undefined) {
      HandsFreeProfile.discard(fd);
      return;
    }
    const address = addressInPath(path) ?? '';
    const device = headsetsOf(this.#bluez ?? {}).find((each) => each.address === address);
    const theirs = transport === 'bluealsa';
    try {
      this.#link = new FdLink(
        fd,
        {
          address,
          name: device?.name ?? address,
          transport,
          slc: theirs ? 'theirs' : 'ours',
          voice: theirs ? bluealsaVoice(address) : undefined,
        },
        {
          bytes: (link, bytes) => this.#listener.bytes(link, bytes),
          closed: (link, why) => this.#closed(link, why),
        },
      );
    } catch (error) {
      this.#note(`headset: ${(error as Error).message}`);
      return;
    }
    this.#callRetry.reset();
    this.#listener.opened(this.#link);
    this.#look();
  }

  #closed(link: HeadsetLink, why: string): void {
    if (this.#link !== link) return;
    this.#link = undefined;
    this.#listener.closed(link, why);
    this.#alarm('look', REOPEN_MS, () => this.#look());
  }

  /** The other side says that the link of this device ends. */
  #dropped(path: string, why: string): void {
    const link = this.#link;
    if (link === undefined || link.address !== addressInPath(path)) return;
    link.close();
    this.#closed(link, why);
  }

  /** Why a headset that comes over our own profile is not taken. */
  #refusal(path: string): string | undefined {
    const address = addressInPath(path);
    const named = this.#options.address;
    if (address === undefined) return `no device is at ${path}`;
    const wanted = named === undefined ? this.#link?.address : addressOf(named);
    if (wanted === undefined || wanted === address) {
      // the same headset anew: its old link is dead, whether we have heard so or not
      if (this.#link !== undefined) this.#dropped(path, 'the headset came anew');
      return undefined;
    }
    const device = headsetsOf(this.#bluez ?? {}).find((each) => each.address === address);
    this.#tellApart(device ?? { address, name: address });
    return 'the phone uses another headset';
  }

  #tellApart({ address, name }: Pick<HeadsetDevice, 'address' | 'name'>): void {
    if (this.#noted.has(address)) return;
    this.#noted.add(address);
    const used = this.#options.address ?? this.#link?.name ?? 'another one';
    this.#note(`headset: ${name} (${address}) is connected too, the phone uses ${used}: headset.address chooses`);
  }

  /** Ask BlueZ for the connection while it is not there. */
  #keepConnected(headset: HeadsetDevice | undefined, powered: boolean): void {
    if (headset?.paired !== true || headset.connected || !powered) {
      if (headset?.connected === true) this.#callRetry.reset();
      this.#alarms.get('call')?.();
      this.#alarms.delete('call');
      return;
    }
    if (this.#calling || this.#alarms.has('call')) return;
    this.#alarm('call', this.#callRetry.take(), () => void this.#call(headset.path));
  }

  async #call(path: string): Promise<void> {
    this.#calling = true;
    await this.#bus
      ?.call({ service: 'org.bluez', path, interface: 'org.bluez.Device1', method: 'Connect' })
      .catch(() => undefined); // out of reach or switched off: the next try comes
    this.#calling = false;
    this.#look();
  }

  #set(path: string, of: string, property: string): void {
    const to = { service: 'org.bluez', path, interface: 'org.freedesktop.DBus.Properties', method: 'Set' };
    const body = [`org.bluez.${of}`, property, ['b', true]];
    this.#bus
      ?.call(to, 'ssv', body)
      .catch((error: Error) => this.#note(`headset: ${property} of ${path} is not to be had: ${error.message}`));
  }

  #once(what: string, act: () => void): void {
    if (this.#done.has(what)) return;
    this.#done.add(what);
    act();
  }

  #note(line: string): void {
    this.#listener.note(line);
  }

  #tell(headset: HeadsetDevice | undefined): void {
    const link = this.#link;
    const shown =
      headset === undefined
        ? link === undefined
          ? undefined
          : { address: link.address, name: link.name, battery: undefined, rssi: undefined }
        : { address: headset.address, name: headset.name, battery: headset.battery, rssi: headset.rssi };
    const status: BluetoothStatus = {
      trouble: this.#trouble,
      transport: this.transport,
      headset: shown === undefined ? undefined : { ...shown, connected: link?.address === shown.address },
    };
    const text = JSON.stringify(status);
    if (text === this.#told) return;
    this.#told = text;
    this.#listener.status(status);
  }

  #alarm(name: 'bus' | 'call' | 'look', inMs: Millis, ring: () => void): void {
    this.#alarms.get(name)?.();
    const { clock } = this.#options;
    const cancel = clock.alarm(clock.now() + inMs, () => {
      this.#alarms.delete(name);
      ring();
    });
    this.#alarms.set(name, cancel);
  }
}
