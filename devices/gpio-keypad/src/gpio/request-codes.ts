/** `_IOR`, `_IOW` and `_IOWR` of linux/ioctl.h: direction, size of the argument, driver's letter, number. */
function code(direction: 1 | 2 | 3, letter: number, number: number, bytes: number): number {
  return ((direction << 30) | (bytes << 16) | (letter << 8) | number) >>> 0;
}

const GPIO = 0xb4;
const READ = 2;
const READ_WRITE = 3;

/** Octets of the structs of linux/gpio.h, version 2; the same on 32 and 64 bits. */
export const BYTES = {
  chipInfo: 68,
  lineInfo: 256,
  lineRequest: 592,
  lineConfig: 272,
  lineValues: 16,
  lineEvent: 48,
} as const;

/** Request codes of the GPIO character device, version 2 (linux/gpio.h). */
export const GPIO_IOCTL = {
  chipInfo: code(READ, GPIO, 0x01, BYTES.chipInfo),
  lineInfo: code(READ_WRITE, GPIO, 0x05, BYTES.lineInfo),
  request: code(READ_WRITE, GPIO, 0x07, BYTES.lineRequest),
  setConfig: code(READ_WRITE, GPIO, 0x0d, BYTES.lineConfig),
  getValues: code(READ_WRITE, GPIO, 0x0e, BYTES.lineValues),
  setValues: code(READ_WRITE, GPIO, 0x0f, BYTES.lineValues),
} as const;
