import { type Snapshot, settingShape } from '@switchhook/phone/control';
import type { Topics } from './topics.ts';

/** One component of Home Assistant's device discovery; `p` is its platform. */
export interface Component {
  readonly p: string;
  readonly [key: string]: unknown;
}

/** What decides which entities a phone has. */
export interface Served {
  readonly topics: Topics;
  readonly state: Snapshot;
  /** Verbs of the phone, as its hello names them. */
  readonly verbs: readonly string[];
  /** Settings whose `set/` topic may be written. */
  readonly lent: readonly string[];
}

/** Every word of `event/call`. */
export const EVENT_TYPES = [
  'incoming',
  'answered',
  'talking',
  'held',
  'resumed',
  'heldByPeer',
  'transferStarted',
  'transferCompleted',
  'transferFailed',
  'transferUnknown',
  'merged',
  'partyChanged',
  'missed',
  'ended',
  'dtmf',
] as const;

/** A command older than this is not carried out: nobody wants yesterday's press. */
const EXPIRY = { message_expiry_interval: 10 };

/** A number that may be typed; the phone decides whether it may be dialled. */
const NUMBER = { pattern: '^[0-9*#+]{0,32}$', mode: 'text' };

interface Button {
  readonly key: string;
  readonly name: string;
  readonly verb: string;
  /** Verbs that any of make it possible. Default: its own. */
  readonly when?: readonly string[];
  readonly icon: string;
}

const BUTTONS: readonly Button[] = [
  { key: 'answer', name: 'Answer', verb: 'call.answer', icon: 'mdi:phone' },
  { key: 'reject', name: 'Reject', verb: 'call.reject', icon: 'mdi:phone-cancel' },
  { key: 'hangup', name: 'Hang up', verb: 'call.hangup', icon: 'mdi:phone-hangup' },
  {
    key: 'hold',
    name: 'Hold or swap',
    verb: 'call.swap',
    when: ['call.swap', 'call.hold', 'call.resume'],
    icon: 'mdi:phone-paused',
  },
  { key: 'complete', name: 'Complete transfer', verb: 'transfer.complete', icon: 'mdi:phone-forward' },
  { key: 'cancel', name: 'Back to caller', verb: 'transfer.cancel', icon: 'mdi:phone-return' },
  { key: 'merge', name: 'All three talk', verb: 'transfer.merge', icon: 'mdi:account-group' },
];

/**
 * The entities of a phone: only what it can serve. Each names its topics in full (nothing is inherited but availability
 * and quality of service); whatever acts is grey while the phone's own `canDo` says that it could not.
 */
export function entities(served: Served): Readonly<Record<string, Component>> {
  const { topics, state, verbs } = served;
  const { id, below } = { id: topics.id, below: (path: string) => topics.below(path) };
  const all: Record<string, Component> = {};
  const add = (key: string, p: string, name: string, rest: Readonly<Record<string, unknown>>): void => {
    const unique_id = `${id}_${key}`;
    all[key] = { p, unique_id, default_entity_id: `${p}.${slug(unique_id)}`, name, ...rest };
  };
  add('call', 'sensor', 'Call', {
    device_class: 'enum',
    options: ['idle', 'ringing', 'dialing', 'talking', 'held', 'transferring'],
    state_topic: below('call_state'),
    json_attributes_topic: below('call_attr'),
    icon: 'mdi:phone-classic',
  });
  for (const { account } of state.registrations)
    if (/^[a-z0-9_-]{1,32}$/i.test(account))
      add(
        `reg_${account.toLowerCase()}`,
        'binary_sensor',
        state.registrations.length === 1 ? 'Registered' : `Registered (${account})`,
        {
          device_class: 'connectivity',
          entity_category: 'diagnostic',
          state_topic: below(`account/${account.toLowerCase()}/registration`),
          value_template: "{{ 'ON' if value_json.state == 'registered' else 'OFF' }}",
        },
      );
  add('mwi', 'sensor', 'New voicemail', {
    state_topic: below('mwi'),
    value_template: '{{ value_json.new }}',
    icon: 'mdi:voicemail',
  });
  for (const { n, label, target } of state.blf)
    add(`blf_${n}`, 'sensor', label || target || `Extension ${n}`, {
      device_class: 'enum',
      options: ['idle', 'ringing', 'busy', 'held', 'parked', 'unknown'],
      state_topic: below(`blf/${n}`),
      value_template: '{{ value_json.state }}',
    });
  for (const { key, name, verb, when = [verb], icon } of BUTTONS)
    if (verbs.includes(verb))
      add(key, 'button', name, {
        command_topic: below(`cmd/${verb}`),
        ...EXPIRY,
        ...greyUnless(topics, when),
        icon,
      });
  if (verbs.includes('transfer.start'))
    add('consult', 'text', 'Consult with', {
      command_topic: below('cmd/transfer.start'),
      state_topic: below('settings/consult_target'),
      ...NUMBER,
      ...EXPIRY,
      ...greyUnless(topics, ['transfer.start']),
      icon: 'mdi:phone-plus',
    });
  for (const [key, name] of SETTINGS) {
    const component = settingEntity(served, key);
    if (component !== undefined) add(component.key, component.p, name, component.rest);
  }
  add('evt', 'event', 'Call events', { state_topic: below('event/call'), event_types: [...EVENT_TYPES] });
  all['k1'] = {
    p: 'device_automation',
    automation_type: 'trigger',
    type: 'button_long_press',
    subtype: 'transfer',
    topic: below('event/key'),
    value_template: "{{ value_json.key ~ ':' ~ value_json.event_type }}",
    payload: 'transfer:long_press',
  };
  if (verbs.includes('display.message'))
    add('msg', 'notify', 'Show message', { command_topic: below('cmd/display.message') });
  return all;
}

/** Settings that a dashboard shows, with their names. */
const SETTINGS: readonly (readonly [key: string, name: string])[] = [
  ['dnd', 'Do not disturb'],
  ['mute', 'Microphone off'],
  ['volume_ring', 'Ring volume'],
  ['route', 'Audio route'],
  ['forward_always', 'Forward all calls to'],
  ['forward_busy', 'Forward when busy to'],
  ['forward_noanswer', 'Forward without answer to'],
  ['auto_answer', 'Answer by itself'],
];

/** These are verbs of the operator; the others need to be lent by the configuration. */
const OPERATORS: readonly string[] = ['mute', 'route'];

/** Undefined: the phone has no such setting, or nobody may set it from here. */
function settingEntity({ topics, state, lent }: Served, key: string) {
  const shape = settingShape(key);
  if (shape === undefined || !Object.hasOwn(state.settings, key)) return undefined;
  if (!OPERATORS.includes(key) && !key.startsWith('volume_') && !lent.includes(key)) return undefined;
  const at = { state_topic: topics.below(`settings/${key}`), command_topic: topics.below(`set/${key}`), ...EXPIRY };
  const named = (p: string, rest: Readonly<Record<string, unknown>>) => ({
    key: key === 'volume_ring' ? 'ring' : key,
    p,
    rest: { ...at, ...rest },
  });
  switch (shape.name) {
    case 'flag':
      return named('switch', key === 'mute' ? greyUnless(topics, ['call.mute']) : {});
    case 'whole':
      return named('number', { min: shape.from, max: shape.to });
    case 'word':
      return named('select', { options: [...shape.words] });
    case 'number':
      return named('text', NUMBER);
    default:
      shape satisfies never;
      throw new Error('unknown shape');
  }
}

/** Available while the bridge is, and while one of `verbs` would be accepted. */
function greyUnless(topics: Topics, verbs: readonly string[]): Readonly<Record<string, unknown>> {
  const any = verbs.map((verb) => `'${verb}' in value_json.canDo`).join(' or ');
  return {
    availability: [
      { topic: topics.availability },
      { topic: topics.below('state'), value_template: `{{ 'online' if ${any} else 'offline' }}` },
    ],
    availability_mode: 'all',
  };
}

/** What may follow the dot of an entity id. */
function slug(name: string): string {
  return name.replaceAll('-', '_');
}
