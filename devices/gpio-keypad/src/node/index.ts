export { EvdevKeypad, type EvdevWiring, evdevFaults, usualKeys } from './evdev-keypad.ts';
export { type ChipList, findChip, type GpioChip, LineRequest, lineOf, listChips } from './gpio-chip.ts';
export { GpioKeypad, type KeypadOptions } from './gpio-keypad.ts';
