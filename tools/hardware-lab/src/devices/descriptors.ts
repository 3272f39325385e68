/** HID report descriptors: short items, a tag byte and little-endian data (HID 1.11 §6.2.2). */
const item = (tag: number, ...data: readonly number[]): readonly number[] => [
  tag | (data.length === 4 ? 3 : data.length),
  ...data,
];
const usagePage = (page: number) => item(0x04, page);
const usage = (id: number) => (id > 0xff ? item(0x08, id & 0xff, id >> 8) : item(0x08, id));
const collection = item(0xa0, 1);
const end = item(0xc0);
const reportId = (id: number) => item(0x84, id);
const bits = (count: number) => [...item(0x14, 0), ...item(0x24, 1), ...item(0x74, 1), ...item(0x94, count)];
const input = (flags: number) => item(0x80, flags);
const output = (flags: number) => item(0x90, flags);
const VARIABLE = 0x02;
const CONSTANT = 0x03;

/** Bits of the telephony headset's input report 1. */
export const TELEPHONY = { hook: 1, flash: 2, redial: 4, mute: 8 } as const;
/** Bits of its output report 2. */
export const TELEPHONY_LAMPS = { offHook: 1, ring: 2, mute: 4 } as const;
/** Bits of the media keys' input report 3. */
export const MEDIA = { playPause: 1, volumeUp: 2, volumeDown: 4 } as const;

/** A USB telephony headset: hook switch, flash, redial and mute; lamps for off-hook, ring and mute (HID usage tables 1.4 §14 and §11). */
export const TELEPHONY_HEADSET = Uint8Array.from([
  ...usagePage(0x0b),
  ...usage(0x05),
  ...collection,
  ...reportId(1),
  ...bits(4),
  ...usage(0x20),
  ...usage(0x21),
  ...usage(0x24),
  ...usage(0x2f),
  ...input(VARIABLE),
  ...item(0x94, 4),
  ...input(CONSTANT),
  ...reportId(2),
  ...usagePage(0x08),
  ...bits(3),
  ...usage(0x17),
  ...usage(0x18),
  ...usage(0x09),
  ...output(VARIABLE),
  ...item(0x94, 5),
  ...output(CONSTANT),
  ...end,
]);

/** A headset with media keys only: play/pause, louder, quieter. */
export const MEDIA_HEADSET = Uint8Array.from([
  ...usagePage(0x0c),
  ...usage(0x01),
  ...collection,
  ...reportId(3),
  ...bits(3),
  ...usage(0xcd),
  ...usage(0xe9),
  ...usage(0xea),
  ...input(VARIABLE),
  ...item(0x94, 5),
  ...input(CONSTANT),
  ...end,
]);

/** A keyboard without lamps: eight modifiers, one byte, six keys (HID 1.11 appendix B.1). */
export const KEYBOARD = Uint8Array.from([
  ...usagePage(0x01),
  ...usage(0x06),
  ...collection,
  ...usagePage(0x07),
  ...item(0x18, 0xe0),
  ...item(0x28, 0xe7),
  ...bits(8),
  ...input(VARIABLE),
  ...item(0x74, 8),
  ...item(0x94, 1),
  ...input(CONSTANT),
  ...item(0x24, 0x65),
  ...item(0x18, 0x00),
  ...item(0x28, 0x65),
  ...item(0x94, 6),
  ...input(0x00),
  ...end,
]);

/** The usages of a keyboard's keys: HID usage tables 1.4 §10. */
export const KEYBOARD_USAGES: Readonly<Record<string, number>> = {
  ...Object.fromEntries(Array.from('1234567890', (digit, i) => [digit, 0x1e + i])),
  enter: 0x28,
  f1: 0x3a,
  f2: 0x3b,
  keypadStar: 0x55,
};
