import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such device: is it plugged in and its driver loaded?',
  ENODEV: 'the device is gone: plug it in again',
  ENXIO: 'no device answers behind this node: check the wiring and the driver',
  EIO: 'the device does not answer: check its cable or pull it out and in again',
  EREMOTEIO: 'no device answers at this address: check the wiring and the address',
  EBUSY: 'another program holds the device: end that program',
  EACCES: 'not allowed: add the user to the group of the device node (ls -l shows it)',
  EPERM: 'not allowed: add the user to the group of the device node (ls -l shows it)',
  ENOTTY: 'the device does not know this request: is it the right kind of device?',
  EINVAL: 'the driver refuses this request',
  ECONNREFUSED: 'nobody listens there: start the service',
  ECONNRESET: 'the other side has dropped the connection',
  EPIPE: 'the other side has closed',
  END: 'the other side has closed',
  ENOBUFS: 'the other side takes no more bytes',
  ENOLIB: 'native calls do not load here: Linux with glibc on x64, arm64 or armhf is needed',
};

const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
);

/** The name of a Linux error number, such as `ENODEV`. */
export function errnoName(number: number): string {
  if (number === constants.errno.EAGAIN) return 'EAGAIN';
  return NAMES.get(number) ?? getSystemErrorName(-number);
}

/** What the kernel refused: which operation, on which device, why, and what helps. One line. */
export class DeviceError extends Error {
  /**
   * Name of the error number: `ENODEV`, `EIO` and `EREMOTEIO` (gone or silent), `EBUSY`, `EACCES`, `ENOENT`, …;
   * `END` = closed by the other side, `ECLOSED` = used after `close()`, `ENOLIB` = no native calls here.
   */
  readonly code: string;
  /** The system call that failed. */
  readonly operation: string;
  /** The device's name as given. */
  readonly device: string;

  constructor(code: string, operation: string, device: string, detail?: string) {
    const remedy = detail ?? REMEDIES[code];
    super(`${device}: ${operation}: ${code}${remedy === undefined ? '' : ` (${remedy})`}`);
    this.name = 'DeviceError';
    this.code = code;
    this.operation = operation;
    this.device = device;
  }
}
