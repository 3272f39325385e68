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
    dialToneMs: 15_000,
    ringTimeoutMs: 60_000,
    acceptRefer: 'never',
    headset: { shortCompletesTransfer: false },
    transfer: {},
    ...wishes,
  };
}

/** What was kept over a restart. */
export interface Kept {
  readonly dnd?: boolean;
  readonly route?: PhoneState['route'];
  readonly lastNumber?: string;
}

/** The telephone as it is when power comes. A handset that is off at start-up counts as on until it is put down. */
export function initialPhone(settings: PhoneSettings, kept: Kept = {}): PhoneState {
  return {
    settings,
    hook: 'on',
    route: kept.route ?? 'handset',
    lostRoutes: [],
    mute: false,
    dnd: kept.dnd ?? false,
    calls: [],
    prompt: undefined,
    ahead: '',
    errand: undefined,
    transfers: [],
    referrals: [],
    referLedger: new Map(),
    waiting: [],
    registrations: {},
    messageWaiting: false,
    lastNumber: kept.lastNumber,
    beep: undefined,
    message: undefined,
    failedLines: undefined,
    sounds: { connect: [], bridges: [], tone: undefined, ringer: undefined, mute: false },
    callCount: 0,
    transferCount: 0,
  };
}
