import type { Scalar } from '../control/settings.ts';
import { isDialable } from '../dial-plan/dialable.ts';
import { firstChoices, mayBe, settingName, withSetting } from './choices.ts';
import type { PhoneSettings } from './door.ts';
import type { PhoneState } from './state.ts';

/** Settings with the defaults of phone-ux.md §4.4 filled in. */
export function phoneSettings(wishes: Partial<PhoneSettings> & Pick<PhoneSettings, 'accounts'>): PhoneSettings {
  return {
    lines: 2,
    maxCalls: 4,
    emergencyNumbers: ['112', '911'],
    completeOnHook: true,
    onHookWithHeld: 'recall',
    holdRecallSec: 120,
    interdigitMs: 10_000,
    shortInterdigitMs: 3_000,
    dialPlan: [],
    dialToneMs: 15_000,
    reorderMs: 15_000,
    howler: false,
    lineKeyHolds: true,
    pushToTalk: false,
    lineAccounts: [],
    ringTimeoutMs: 60_000,
    callWaiting: true,
    dndStatus: 486,
    forwardLimit: 5,
    callBackMs: 1_800_000,
    autoAnswer: { from: [], afterMs: 0 },
    choices: {},
    route: 'handset',
    volumes: { handset: 80, headset: 80, speaker: 80, ring: 80 },
    acceptRefer: 'never',
    headset: { shortCompletesTransfer: false },
    blf: [],
    blfIdle: 'off',
    blfTransfer: 'attended',
    transfer: {},
    ...wishes,
  };
}

/** What was kept over a restart: the keys of `settings.set`, and `last_numbers`. What does not fit any more is left out. */
export type Kept = Readonly<Record<string, Scalar>>;

/** The telephone as it is when power comes. A handset that is off at start-up counts as on until it is put down. */
export function initialPhone(settings: PhoneSettings, kept: Kept = {}): PhoneState {
  return withKept(untouchedPhone(settings), kept);
}

function withKept(first: PhoneState, kept: Kept): PhoneState {
  let state = first;
  for (const [text, value] of Object.entries(kept)) {
    const name = settingName(first.settings, text);
    if (name !== undefined && name.key !== 'mute' && mayBe(name, value)) state = withSetting(state, name, value);
  }
  const last = kept['last_numbers'];
  return typeof last === 'string' ? { ...state, lastNumbers: last.split('\n').filter(isDialable) } : state;
}

function untouchedPhone(settings: PhoneSettings): PhoneState {
  return {
    settings,
    hook: 'on',
    route: settings.route,
    lostRoutes: [],
    awayFrom: undefined,
    headset: undefined,
    mute: false,
    choices: { ...firstChoices, ...settings.choices },
    accountChoices: {},
    volumes: settings.volumes,
    callBackUntil: undefined,
    calls: [],
    prompt: undefined,
    ahead: '',
    errand: undefined,
    transfers: [],
    referrals: [],
    referLedger: new Map(),
    waiting: [],
    registrations: {},
    mailboxes: {},
    blf: {},
    lastNumbers: [],
    asks: undefined,
    beep: undefined,
    quiet: undefined,
    message: undefined,
    failedLines: undefined,
    sounds: { connect: [], bridges: [], tone: undefined, ringer: undefined, mute: false },
    timers: new Map(),
    callCount: 0,
    transferCount: 0,
  };
}
