import { adaptersOf, type BluetoothAdapter, type HeadsetDevice, headsetsOf } from '../bluetooth/index.ts';
import { Bus, type ObjectTree, systemBusAddress } from './bus/index.ts';

/** What Bluetooth is like at one moment. */
export interface BluetoothLook {
  /** Why there is nothing to see, in one line. */
  readonly trouble: string | undefined;
  readonly adapters: readonly BluetoothAdapter[];
  readonly headsets: readonly HeadsetDevice[];
  /** bluealsa runs: headsets come over it. */
  readonly bluealsa: boolean;
}

/** Look once and let go of the bus, for a doctor. Changes nothing. */
export async function lookAtBluetooth(busAddress: string = systemBusAddress()): Promise<BluetoothLook> {
  const nothing = { adapters: [], headsets: [], bluealsa: false };
  let bus: Bus;
  try {
    bus = await Bus.connect(busAddress);
  } catch (error) {
    return { ...nothing, trouble: (error as Error).message };
  }
  try {
    if ((await bus.ownerOf('org.bluez')) === undefined)
      return { ...nothing, trouble: 'bluetoothd is not running: install and start the service bluetooth' };
    const { objects } = (await bus.objects('org.bluez', '/')) as { objects: ObjectTree };
    const bluealsa = (await bus.ownerOf('org.bluealsa')) !== undefined;
    return { trouble: undefined, adapters: adaptersOf(objects), headsets: headsetsOf(objects), bluealsa };
  } catch (error) {
    return { ...nothing, trouble: (error as Error).message };
  } finally {
    bus.close();
  }
}
