import { DeviceFile } from '@switchhook/device-file';
import { HANDS_FREE_GATEWAY } from '../bluetooth/index.ts';
import { type Bus, BusError } from './bus/index.ts';

/** Where our profile stands on the bus. */
const PATH = '/org/switchhook/handsfree';
const PROFILE = 'org.bluez.Profile1';
/** HFP 1.8, and three-way calling as the one feature that stands in the service record (HFP 1.8 §5.3). */
const VERSION = 0x0108;
const RECORD_FEATURES = 0x01;

export interface ProfileListener {
  /** Why this device is refused; undefined = it is welcome. */
  accepts(devicePath: string): string | undefined;
  opened(devicePath: string, fd: number): void;
  /** BlueZ wants the link of this device closed. */
  disconnect(devicePath: string): void;
  /** BlueZ has let go of the profile. */
  released(): void;
}

/** Our own hands-free gateway at BlueZ: headsets connect to us, and their RFCOMM descriptor comes over D-Bus. */
export class HandsFreeProfile {
  readonly #bus: Bus;

  constructor(bus: Bus, listener: ProfileListener) {
    this.#bus = bus;
    bus.serve(PATH, PROFILE, 'NewConnection', '', ([path, index], fds) => {
      const fd = fds[Number(index)];
      const why = fd === undefined ? 'no descriptor came along' : listener.accepts(String(path));
      for (const each of fds) if (each !== fd || why !== undefined) HandsFreeProfile.discard(each);
      if (fd === undefined || why !== undefined) throw new BusError('org.bluez.Error.Rejected', why ?? '');
      listener.opened(String(path), fd);
      return undefined;
    });
    bus.serve(PATH, PROFILE, 'RequestDisconnection', '', ([path]) => {
      listener.disconnect(String(path));
      return undefined;
    });
    bus.serve(PATH, PROFILE, 'Release', '', () => {
      listener.released();
      return undefined;
    });
  }

  /** Offer it. Another program with the same role (bluealsa, PipeWire) makes BlueZ refuse: told by the rejection. */
  async register(): Promise<void> {
    const options = [
      ['Name', ['s', 'Switchhook']],
      ['Version', ['q', VERSION]],
      ['Features', ['q', RECORD_FEATURES]],
    ];
    await this.#bus.call({ ...MANAGER, method: 'RegisterProfile' }, 'osa{sv}', [PATH, HANDS_FREE_GATEWAY, options]);
  }

  async unregister(): Promise<void> {
    await this.#bus.call({ ...MANAGER, method: 'UnregisterProfile' }, 'o', [PATH]).catch(() => undefined);
  }

  /** Close a descriptor that nobody wants. */
  static discard(fd: number): void {
    DeviceFile.adopt(fd, 'a descriptor nobody wants').close();
  }
}

const MANAGER = { service: 'org.bluez', path: '/org/bluez', interface: 'org.bluez.ProfileManager1' } as const;
