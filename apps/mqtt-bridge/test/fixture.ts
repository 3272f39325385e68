import { createHmac } from 'node:crypto';
import { allVerbs, type CommandLine, type Snapshot } from '@switchhook/phone/control';
import { Bridge, type BridgeOut, type BridgeSettings, type BrokerMessage } from '../src/bridge.ts';
import { Veil } from '../src/privacy.ts';
import { Topics } from '../src/topics.ts';

/** A phone that talks with one and has another on hold. */
export const SNAPSHOT: { type: 'state'; v: 1 } & Snapshot = {
  type: 'state',
  v: 1,
  ts: '2026-11-22T09:41:00.120Z',
  seq: 7,
  phone: 'talking',
  hook: 'off',
  route: 'handset',
  mute: false,
  dnd: false,
  settings: {
    dnd: false,
    forward_always: '',
    forward_busy: '+3612345678',
    forward_noanswer: '',
    auto_answer: 'off',
    mute: false,
    route: 'handset',
    volume_ring: 80,
    consult_target: '214',
  },
  lines: [
    {
      n: 1,
      account: 'reception',
      state: 'held',
      callId: 'c-1',
      direction: 'in',
      party: { number: '1001', name: 'Caller', verified: false },
      via: null,
      since: '2026-11-22T09:40:00.000Z',
      heldSince: '2026-11-22T09:40:30.000Z',
      localHold: true,
      remoteHold: false,
      secure: 'no',
      codec: 'PCMA',
      canDo: ['call.resume'],
    },
  ],
  transfer: {
    transferId: 't-1',
    kind: 'attended',
    state: 'consulting',
    stage: null,
    caller: 'c-1',
    consult: 'c-2',
    outcome: null,
    code: null,
    reason: null,
    evidence: null,
  },
  registrations: [
    {
      account: 'reception',
      state: 'registered',
      code: 200,
      reason: null,
      expiresAt: '2026-11-22T10:40:00.000Z',
      nextTryAt: null,
      transport: 'udp',
    },
  ],
  mwi: { waiting: true, new: 2, old: 5, urgentNew: 0 },
  mailboxes: [{ account: 'reception', waiting: true, new: 2, old: 5, urgentNew: 0 }],
  blf: [{ n: 1, target: '214', label: 'Store', state: 'busy' }],
  display: ['9999'],
  lamps: {},
  canDo: ['transfer.complete'],
};

/** What a bridge of these tests is told once, unless a test says otherwise. */
export const SETTINGS: BridgeSettings = {
  topics: new Topics('rcp1'),
  version: '0.1.0',
  keepAliveMs: 30_000,
  wall: (now) => now,
  clockIsRight: () => true,
  lent: ['dnd'],
  signing: undefined,
  veil: new Veil('full'),
  kept: [],
  discovery: { enabled: true, name: 'Reception phone' },
  media: false,
  warnings: [],
  machine: () => ({ cpuTempC: 48.3, ip: '192.168.1.20', loopLagMs: 0.4 }),
  random: () => 0.5,
};

export const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('hex');

/** A bridge with a phone and no broker yet, at ten o'clock. */
export function start(more: Partial<BridgeSettings> = {}) {
  const now = { at: Date.parse('2026-11-22T10:00:00Z') };
  const bridge = new Bridge({ ...SETTINGS, ...more }, now.at);
  const receive = (input: Parameters<Bridge['receive']>[0]) => bridge.receive(input, now.at);
  receive({ type: 'phone-joined', verbs: allVerbs });
  const message = (topic: string, payload: string | object, extra: Partial<BrokerMessage> = {}) =>
    receive({
      type: 'message',
      topic: `switchhook/rcp1/${topic}`,
      payload: new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      retain: false,
      ...extra,
    });
  return {
    bridge,
    now,
    receive,
    message,
    state: (change: Partial<Snapshot> = {}) =>
      receive({ type: 'phone-published', publication: { ...SNAPSHOT, ...change } }),
    /** Let the time pass, and do what falls due. */
    pass: (ms: number): BridgeOut[] => {
      const until = now.at + ms;
      const out: BridgeOut[] = [];
      while (bridge.deadline !== undefined && bridge.deadline <= until) {
        now.at = bridge.deadline;
        out.push(...bridge.wake(now.at));
      }
      now.at = until;
      return out;
    },
  };
}

export const published = (out: readonly BridgeOut[], path: string) =>
  out.filter((o) => o.type === 'publish' && o.topic === `switchhook/rcp1/${path}`) as Extract<
    BridgeOut,
    { type: 'publish' }
  >[];
/** What the phone was asked, without what the bridge asks by itself. */
export const told = (out: readonly BridgeOut[]): CommandLine[] =>
  out.flatMap((o) => (o.type === 'ask-phone' && !o.command.id.startsWith('diag-') ? [o.command] : []));
/** The answer that was published. */
export const answer = (out: readonly BridgeOut[]) =>
  JSON.parse(
    (out.find((o) => o.type === 'publish' && /\/reply\/|^client\//.test(o.topic)) as { payload: string }).payload,
  ) as {
    id: string;
    phase: string;
    error?: { code: string; message: string; canDo: string[] };
  };
