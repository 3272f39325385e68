export { type InputCode, inputCode, inputName } from './input-codes.ts';
export {
  encodeInput,
  InputDecoder,
  type InputEdge,
  type InputLevels,
  type InputReport,
  setBits,
} from './input-decoder.ts';
export {
  type InputDescription,
  InputDevice,
  type InputListener,
  type InputOptions,
  kernelNow,
  listInputs,
} from './input-device.ts';
