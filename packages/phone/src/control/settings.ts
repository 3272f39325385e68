import { isTarget } from '../dial-plan/dialable.ts';

/** A value of a setting, as it stands on the socket and in the file that keeps it. */
export type Scalar = string | number | boolean;

/** What the value of a setting may be. `number`: one that is dialled, or an empty text for none. */
export type SettingShape =
  | { readonly name: 'flag' }
  | { readonly name: 'whole'; readonly from: number; readonly to: number }
  | { readonly name: 'number' }
  | { readonly name: 'word'; readonly words: readonly string[] };

const flag: SettingShape = { name: 'flag' };
const number: SettingShape = { name: 'number' };
const percent: SettingShape = { name: 'whole', from: 0, to: 100 };

/** Keys of `settings.set` with what their values are (mqtt.md §3.2): the one table of socket, MQTT and command line. */
export const settingShapes: Readonly<Record<string, SettingShape>> = {
  dnd: flag,
  forward_always: number,
  forward_busy: number,
  forward_noanswer: number,
  forward_noanswer_sec: { name: 'whole', from: 1, to: 600 },
  auto_answer: { name: 'word', words: ['off', 'intercom', 'all'] },
  call_waiting: flag,
  mute: flag,
  route: { name: 'word', words: ['handset', 'headset', 'speaker'] },
  volume_handset: percent,
  volume_headset: percent,
  volume_speaker: percent,
  volume_ring: percent,
  consult_target: number,
  complete_on_hook: flag,
  hold_recall_sec: { name: 'whole', from: 0, to: 3600 },
};

/** Those that an account may have of its own, as `KEY@ACCOUNT`; `default` gives its own up again. */
export const accountSettings: readonly string[] = [
  'dnd',
  'forward_always',
  'forward_busy',
  'forward_noanswer',
  'forward_noanswer_sec',
  'auto_answer',
];

/** The shape of `dnd` or `dnd@reception`; undefined = no such setting. Whether there is such an account is not asked. */
export function settingShape(name: string): SettingShape | undefined {
  const [key = '', account] = name.split('@', 2);
  if (!Object.hasOwn(settingShapes, key) || (account !== undefined && !accountSettings.includes(key))) return undefined;
  return settingShapes[key];
}

/** Whether `value` fits. */
export function settingFits(shape: SettingShape, value: Scalar): boolean {
  switch (shape.name) {
    case 'flag':
      return typeof value === 'boolean';
    case 'whole':
      return typeof value === 'number' && Number.isInteger(value) && value >= shape.from && value <= shape.to;
    case 'number':
      return value === '' || (typeof value === 'string' && isTarget(value));
    case 'word':
      return typeof value === 'string' && shape.words.includes(value);
    default:
      shape satisfies never;
      throw new Error('unknown shape');
  }
}

/**
 * The value that a text means, as a topic or a command line brings it: `on`, `OFF`, `true`, a whole number. What does
 * not fit stays a text, for the phone to refuse with its reason.
 */
export function settingFromText(name: string, text: string): Scalar {
  const shape = settingShape(name);
  if (shape?.name === 'flag') {
    if (/^(on|true)$/i.test(text)) return true;
    if (/^(off|false)$/i.test(text)) return false;
  }
  if (shape?.name === 'whole' && /^\d{1,9}$/.test(text)) return Number(text);
  return text;
}

/** What stands in a setting's topic: `ON` or `OFF`, a number, a word (mqtt.md §3.2). */
export function settingText(value: Scalar): string {
  return typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value);
}
