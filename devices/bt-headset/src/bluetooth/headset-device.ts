/** Service classes of the Bluetooth SIG: hands-free unit, headset, and the gateways we are. */
export const HANDS_FREE = '0000111e-0000-1000-8000-00805f9b34fb';
export const HEADSET = '00001108-0000-1000-8000-00805f9b34fb';
export const HANDS_FREE_GATEWAY = '0000111f-0000-1000-8000-00805f9b34fb';

/** A radio of this machine. */
export interface BluetoothAdapter {
  readonly path: string;
  readonly address: string;
  readonly powered: boolean;
}

/** A device that calls itself a headset or hands-free unit. */
export interface HeadsetDevice {
  readonly path: string;
  readonly adapter: string;
  /** Upper case, `00:11:22:AA:BB:CC`. */
  readonly address: string;
  readonly name: string;
  readonly paired: boolean;
  readonly trusted: boolean;
  readonly connected: boolean;
  /** 0 to 100, where BlueZ knows it. */
  readonly battery: number | undefined;
  /** Strength of what was last heard, dBm; known while looking for devices. */
  readonly rssi: number | undefined;
}

type Tree = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** The radios in BlueZ' objects, by path. */
export function adaptersOf(tree: Tree): readonly BluetoothAdapter[] {
  return Object.entries(tree)
    .flatMap(([path, interfaces]) => {
      const adapter = interfaces['org.bluez.Adapter1'];
      if (adapter === undefined) return [];
      return [{ path, address: addressOf(adapter['Address']), powered: adapter['Powered'] === true }];
    })
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** The headsets in BlueZ' objects, by address. */
export function headsetsOf(tree: Tree): readonly HeadsetDevice[] {
  return Object.entries(tree)
    .flatMap(([path, interfaces]) => {
      const device = interfaces['org.bluez.Device1'];
      if (device === undefined || !isHeadset(device)) return [];
      const percentage = interfaces['org.bluez.Battery1']?.['Percentage'];
      const { RSSI: rssi, Alias: alias, Name: name } = device;
      const address = addressOf(device['Address']);
      return [
        {
          path,
          adapter: String(device['Adapter'] ?? ''),
          address,
          name: clean(typeof alias === 'string' ? alias : typeof name === 'string' ? name : address),
          paired: device['Paired'] === true,
          trusted: device['Trusted'] === true,
          connected: device['Connected'] === true,
          battery: typeof percentage === 'number' ? percentage : undefined,
          rssi: typeof rssi === 'number' ? rssi : undefined,
        },
      ];
    })
    .sort((a, b) => a.address.localeCompare(b.address));
}

/** By its services once they are known, before that by its class of device (major 4 = audio, minor 1 and 2 = headsets). */
function isHeadset(device: Readonly<Record<string, unknown>>): boolean {
  const uuids = Array.isArray(device['UUIDs']) ? device['UUIDs'].map((uuid) => String(uuid).toLowerCase()) : [];
  if (uuids.includes(HANDS_FREE) || uuids.includes(HEADSET)) return true;
  const deviceClass = device['Class'];
  if (typeof deviceClass !== 'number') return false;
  const minor = (deviceClass >> 2) & 0x3f;
  return ((deviceClass >> 8) & 0x1f) === 4 && (minor === 1 || minor === 2);
}

/**
 * The headset that the phone uses: the one that was named; else the one in use; else one that is connected; else the only
 * one that is paired.
 */
export function chooseHeadset(
  devices: readonly HeadsetDevice[],
  named: string | undefined,
  inUse: string | undefined,
): HeadsetDevice | undefined {
  if (named !== undefined) return devices.find(({ address }) => address === addressOf(named));
  const paired = devices.filter((device) => device.paired);
  return (
    paired.find(({ address }) => address === inUse) ??
    paired.find(({ connected }) => connected) ??
    (paired.length === 1 ? paired[0] : undefined)
  );
}

/** One spelling of a Bluetooth address. */
export function addressOf(value: unknown): string {
  return typeof value === 'string' ? value.toUpperCase() : '';
}

/** The address in an object path of BlueZ or bluealsa: `…/dev_00_11_22_AA_BB_CC…`. */
export function addressInPath(path: string): string | undefined {
  return /\/dev_([0-9A-F]{2}(?:_[0-9A-F]{2}){5})(?:\/|$)/i.exec(path)?.[1]?.replaceAll('_', ':').toUpperCase();
}

/** A device calls itself what it likes: not more than a line of a display, without what turns a terminal around. */
function clean(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '').slice(0, 40);
}
