import type { GatewayCall, GatewayPicture } from './door.ts';

/** The indicators in the order of our +CIND; an indicator's number is its place from 1 (HFP 1.8 §4.35). */
export const INDICATORS = ['service', 'call', 'callsetup', 'callheld', 'signal', 'roam', 'battchg'] as const;

export type Indicator = (typeof INDICATORS)[number];
export type Indicators = Readonly<Record<Indicator, number>>;

const RANGES: Readonly<Record<Indicator, string>> = {
  service: '0,1',
  call: '0,1',
  callsetup: '0-3',
  callheld: '0-2',
  signal: '0-5',
  roam: '0,1',
  battchg: '0-5',
};

/** Nobody may switch these off with AT+BIA (HFP 1.8 §4.35). */
export const ALWAYS_REPORTED: ReadonlySet<Indicator> = new Set(['call', 'callsetup', 'callheld']);

/** What a headset believes that was told nothing. */
export const NOTHING: Indicators = {
  service: 0,
  call: 0,
  callsetup: 0,
  callheld: 0,
  signal: 0,
  roam: 0,
  battchg: 0,
};

/** The value of +CIND=?. */
export function indicatorRanges(): string {
  return INDICATORS.map((name) => `("${name}",(${RANGES[name]}))`).join(',');
}

/**
 * `call` 1 = somebody is talked to or held; `callsetup` 1 = rings, 2 = dialling, 3 = the far end rings; `callheld` 1 = one
 * talks and one is held, 2 = only held.
 */
export function indicatorsOf(picture: GatewayPicture): Indicators {
  const has = (...states: readonly GatewayCall['state'][]) => picture.calls.some(({ state }) => states.includes(state));
  const active = has('active');
  const held = has('held');
  return {
    service: picture.service ? 1 : 0,
    call: active || held ? 1 : 0,
    callsetup: has('alerting') ? 3 : has('dialing') ? 2 : has('incoming', 'waiting') ? 1 : 0,
    callheld: held ? (active ? 1 : 2) : 0,
    signal: level(picture.signal),
    roam: picture.roam ? 1 : 0,
    battchg: level(picture.battery),
  };
}

function level(value: number): number {
  return Number.isFinite(value) ? Math.max(0, Math.min(5, Math.round(value))) : 0;
}

/** One +CIEV: indicator and value. */
export type Change = readonly [Indicator, number];

/**
 * What to tell a headset that believes `told`, now that `after` holds, in an order in which it is never led to think that a
 * call is over that goes on, or that nothing goes on between set-up and call:
 *
 * - a call begins: `call` comes before its `callsetup` 0 (HFP 1.8 §4.13, §4.18);
 * - the last call ends: `callheld` and `callsetup` come before `call` 0;
 * - a set-up begins: the hold that made room for it comes first (§4.22); it ends: before `callheld` (§4.22.1);
 * - talking and held changed places: `callheld` 1 is said again (§4.22).
 */
export function changes(told: Indicators, before: GatewayPicture, after: GatewayPicture): readonly Change[] {
  const is = indicatorsOf(after);
  const changed = (name: Indicator): Change[] => (is[name] === told[name] ? [] : [[name, is[name]]]);
  const call = changed('call');
  const setup = is.callsetup === told.callsetup ? anotherSetup(before, after, is) : changed('callsetup');
  const held =
    is.callheld === 1 && told.callheld === 1 && swapped(before, after)
      ? [['callheld', 1] as const]
      : changed('callheld');
  return [
    ...changed('service'),
    ...(is.call === 1 ? call : []),
    ...(is.callsetup === 0 ? [...setup, ...held] : [...held, ...setup]),
    ...(is.call === 0 ? call : []),
    ...changed('signal'),
    ...changed('roam'),
    ...changed('battchg'),
  ];
}

/** Who is in one of `states`; an index alone may have gone to another call. */
function who({ calls }: GatewayPicture, ...states: readonly GatewayCall['state'][]): readonly string[] {
  return calls.filter(({ state }) => states.includes(state)).map((c) => `${c.index} ${c.direction} ${c.number}`);
}

/** Somebody who talked is held now, and somebody who was held talks. */
function swapped(before: GatewayPicture, after: GatewayPicture): boolean {
  const talks = who(after, 'active');
  const held = who(after, 'held');
  return (
    who(before, 'active').some((one) => held.includes(one)) && who(before, 'held').some((one) => talks.includes(one))
  );
}

/** One set-up ended and another began between two pictures: the headset learns that the first is over. */
function anotherSetup(before: GatewayPicture, after: GatewayPicture, is: Indicators): readonly Change[] {
  if (is.callsetup === 0) return [];
  const setup = ['incoming', 'waiting', 'dialing', 'alerting'] as const;
  const was = who(before, ...setup);
  return was.length > 0 && !who(after, ...setup).some((one) => was.includes(one))
    ? [
        ['callsetup', 0],
        ['callsetup', is.callsetup],
      ]
    : [];
}
