import { type Snapshot, settingText } from '@switchhook/phone/control';

/** One topic below the phone's branch and what stands there. */
export interface Painted {
  readonly path: string;
  readonly payload: string;
}

export type StateLine = { readonly type: 'state' } & Snapshot;

/**
 * The retained topics of one snapshot. Everything derives from the snapshot alone, so a lost message heals with the
 * next. `call_attr` and the settings carry neither time nor number: Home Assistant writes history at each change.
 */
export function paint(state: StateLine): Painted[] {
  const { type: _, ...snapshot } = state;
  const stamp = { v: 1, ts: state.ts, seq: state.seq };
  const json = (value: unknown) => JSON.stringify(value);
  const painted: Painted[] = [
    { path: 'state', payload: json({ ...snapshot, v: 1 }) },
    { path: 'call_state', payload: state.phone },
    { path: 'call_attr', payload: json(attributes(state)) },
    { path: 'transfer', payload: json({ ...stamp, ...transfer(state) }) },
  ];
  for (const line of state.lines) painted.push({ path: `line/${line.n}/state`, payload: json({ ...stamp, ...line }) });
  for (const registration of state.registrations)
    if (isLevel(registration.account))
      painted.push({
        path: `account/${registration.account.toLowerCase()}/registration`,
        payload: json({ ...stamp, ...registration }),
      });
  painted.push({ path: 'mwi', payload: json({ ...stamp, ...state.mwi }) });
  for (const key of state.blf) painted.push({ path: `blf/${key.n}`, payload: json({ ...stamp, ...key }) });
  // what the picture says itself stands under `settings/` whatever else a phone can be set to
  const settings = { ...state.settings, dnd: state.dnd, mute: state.mute, route: state.route };
  for (const [key, value] of Object.entries(settings))
    if (key.split('@').every(isLevel)) painted.push({ path: `settings/${key}`, payload: settingText(value) });
  return painted;
}

/** The transfer with the names of mqtt.md §3.2 beside those of the snapshot. */
function transfer({ transfer: one }: StateLine): object {
  if (one === null) return { state: 'none' };
  return { ...one, callerCallId: one.caller, consultCallId: one.consult };
}

/** The call that a person would name first: the talking one, else one that rings, else any. */
function attributes(state: StateLine): Record<string, string | number | boolean | null> {
  const busy = state.lines.filter((line) => line.callId !== null);
  const line =
    busy.find(({ state: name }) => name === 'talking') ?? busy.find(({ state: name }) => name === 'ringing') ?? busy[0];
  return {
    line: line?.n ?? null,
    number: line?.party?.number ?? null,
    name: line?.party?.name ?? null,
    direction: line?.direction ?? null,
    held: line?.localHold ?? false,
    transfer: state.transfer?.state ?? null,
  };
}

/** May stand as one level of a topic. */
function isLevel(name: string): boolean {
  return /^[a-z0-9_-]{1,32}$/i.test(name);
}
