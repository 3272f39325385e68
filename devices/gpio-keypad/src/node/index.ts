export { type InputDescription, listInputs } from '@switchhook/device-file/evdev';
export { EvdevKeypad, type EvdevWiring, inputFault, usualKeys } from './evdev-keypad.ts';
export { type ChipList, findChip, type GpioChip, LineRequest, lineOf, listChips } from './gpio-chip.ts';
export { GpioKeypad, type KeypadOptions } from './gpio-keypad.ts';
export { type Display, I2cDisplay, type I2cDisplayOptions } from './i2c-display.ts';
export { type CodeLearned, InputLearner } from './input-learner.ts';
export { type Lesson, LineLearner } from './line-learner.ts';
