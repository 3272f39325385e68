import type { RouteName } from '@switchhook/rtp-media';
import { accountSettings, type Scalar, settingFits, settingShapes } from '../control/settings.ts';
import type { PhoneSettings } from './door.ts';
import type { PhoneState } from './state.ts';

/** Who is answered without a hand: nobody, callers whose exchange asks for it, or everybody who may be. */
export type AutoAnswer = 'off' | 'intercom' | 'all';

/** What a person has chosen about calls that come; whole for the phone, in part for an account. */
export interface Choices {
  readonly dnd: boolean;
  /** Where calls go at once, while this phone is busy, or when nobody answers; empty = nowhere. */
  readonly forwardAlways: string;
  readonly forwardBusy: string;
  readonly forwardNoAnswer: string;
  readonly forwardNoAnswerSec: number;
  readonly autoAnswer: AutoAnswer;
}

export type Volumes = Readonly<Record<RouteName | 'ring', number>>;

/** The choices of a phone that nobody has touched. */
export const firstChoices: Choices = {
  dnd: false,
  forwardAlways: '',
  forwardBusy: '',
  forwardNoAnswer: '',
  forwardNoAnswerSec: 20,
  autoAnswer: 'off',
};

/** What holds for calls to this account: its own choices over those of the whole phone. */
export function choicesFor({ choices, accountChoices }: PhoneState, account: string): Choices {
  const own = Object.hasOwn(accountChoices, account) ? accountChoices[account] : undefined;
  return own === undefined ? choices : { ...choices, ...own };
}

/** Something of incoming calls goes elsewhere, or all are refused: the dial tone and the display say so. */
export function isDiverting(state: PhoneState): boolean {
  return [state.choices, ...Object.values(state.accountChoices)].some((each) => each.dnd || each.forwardAlways);
}

/** The choices among the settings, by their key. */
const choiceOf: Readonly<Record<string, keyof Choices>> = {
  dnd: 'dnd',
  forward_always: 'forwardAlways',
  forward_busy: 'forwardBusy',
  forward_noanswer: 'forwardNoAnswer',
  forward_noanswer_sec: 'forwardNoAnswerSec',
  auto_answer: 'autoAnswer',
};

/** A key taken apart: the setting, and whose it is. */
export interface SettingName {
  readonly key: string;
  readonly account: string | undefined;
}

/** `dnd@reception` is the account's own `dnd`; undefined = no such setting, or none that an account can have. */
export function settingName({ accounts }: PhoneSettings, text: string): SettingName | undefined {
  const at = text.indexOf('@');
  const key = at < 0 ? text : text.slice(0, at);
  if (!Object.hasOwn(settingShapes, key)) return undefined;
  if (at < 0) return { key, account: undefined };
  const account = text.slice(at + 1);
  return accountSettings.includes(key) && accounts.some(({ id }) => id === account) ? { key, account } : undefined;
}

/** Whether `value` fits; `default` gives an account's own choice up again. */
export function mayBe({ key, account }: SettingName, value: Scalar): boolean {
  const shape = settingShapes[key];
  return (account !== undefined && value === 'default') || (shape !== undefined && settingFits(shape, value));
}

/** The state with this setting made; `mayBe` has seen to the value. */
export function withSetting(state: PhoneState, { key, account }: SettingName, value: Scalar): PhoneState {
  const { settings } = state;
  const choice = choiceOf[key];
  if (choice !== undefined && account === undefined)
    return { ...state, choices: { ...state.choices, [choice]: value } };
  if (choice !== undefined && account !== undefined) {
    const { [choice]: _, ...rest } = state.accountChoices[account] ?? {};
    const own = value === 'default' ? rest : { ...rest, [choice]: value };
    return { ...state, accountChoices: { ...state.accountChoices, [account]: own } };
  }
  switch (key) {
    case 'call_waiting':
      return { ...state, settings: { ...settings, callWaiting: value === true } };
    case 'mute':
      return { ...state, mute: value === true };
    case 'route':
      return { ...state, route: value as RouteName };
    case 'volume_handset':
    case 'volume_headset':
    case 'volume_speaker':
    case 'volume_ring':
      return { ...state, volumes: { ...state.volumes, [key.slice('volume_'.length)]: value } };
    case 'consult_target': {
      const { consultTarget: _, ...headset } = settings.headset;
      const target = value === '' ? {} : { consultTarget: String(value) };
      return { ...state, settings: { ...settings, headset: { ...headset, ...target } } };
    }
    case 'complete_on_hook':
      return { ...state, settings: { ...settings, completeOnHook: value === true } };
    case 'hold_recall_sec':
      return { ...state, settings: { ...settings, holdRecallSec: Number(value) } };
    default:
      throw new Error(`setting ${key} passed the table`);
  }
}

/** Every setting with its value, an account's own ones besides (mqtt.md §3.2 `settings/KEY`). */
export function allSettings(state: PhoneState): Readonly<Record<string, Scalar>> {
  const { volumes, route, mute, settings: house } = state;
  const all: Record<string, Scalar> = {};
  for (const [key, choice] of Object.entries(choiceOf)) all[key] = state.choices[choice];
  for (const [account, own] of Object.entries(state.accountChoices))
    for (const [key, choice] of Object.entries(choiceOf)) {
      const value = own[choice];
      if (value !== undefined) all[`${key}@${account}`] = value;
    }
  all['call_waiting'] = house.callWaiting;
  all['mute'] = mute;
  all['route'] = route;
  for (const [name, value] of Object.entries(volumes)) all[`volume_${name}`] = value;
  all['consult_target'] = house.headset.consultTarget ?? '';
  all['complete_on_hook'] = house.completeOnHook;
  all['hold_recall_sec'] = house.holdRecallSec;
  return all;
}
