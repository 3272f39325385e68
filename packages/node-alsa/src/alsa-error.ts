import { constants } from 'node:os';

/** Names of Linux error numbers that libasound uses and that Node does not list. */
const LINUX_ONLY: Readonly<Record<number, string>> = { 77: 'EBADFD', 86: 'ESTRPIPE' };

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.entries(LINUX_ONLY).map(([number, name]) => [Number(number), name] as const),
  ...Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
  [constants.errno.EAGAIN, 'EAGAIN'],
]);

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'no such PCM or card: compare the name with listPcms()',
  ENODEV: 'the card is gone: plug it in, then open it again',
  ENXIO: 'there is no such card or sub-device: compare the name with listPcms()',
  EBUSY: 'another program holds the card: close it or use a sharing PCM (dmix, dsnoop, pulse)',
  EACCES: 'not allowed: add the user to group audio',
  EPERM: 'not allowed: add the user to group audio',
  ECONNREFUSED: 'the sound server does not answer: start it or use a hw: name',
  EINVAL: 'the card cannot do these parameters: try a plughw: name or another rate, period or buffer',
  EPIPE: 'overrun or underrun: call recover() and go on',
  ESTRPIPE: 'the system was suspended: call recover() and go on',
  EBADFD: 'the PCM is in the wrong state: call prepare() first',
  ENOSYS: 'this kind of PCM cannot do that',
};

/** The name of an error number, such as `EPIPE`; `E<number>` when it has none. Takes either sign. */
export function errnoName(number: number): string {
  const positive = Math.abs(number);
  return NAMES.get(positive) ?? `E${positive}`;
}

/** What libasound refused: which operation, on which device, why, and what helps. One line. */
export class AlsaError extends Error {
  /** Name of the error number (`EPIPE`), or `ENOLIB` when libasound is not there, `ECLOSED` after `close()`. */
  readonly code: string;
  /** The libasound function that failed. */
  readonly operation: string;
  /** The PCM name as given. */
  readonly device: string;

  constructor(code: string, operation: string, device: string, detail?: string) {
    const remedy = detail ?? REMEDIES[code];
    super(`ALSA ${operation} on "${device}": ${code}${remedy === undefined ? '' : ` (${remedy})`}`);
    this.name = 'AlsaError';
    this.code = code;
    this.operation = operation;
    this.device = device;
  }
}
