import assert from 'node:assert/strict';
import { allVerbs } from '@switchhook/phone/control';
import { test } from 'uvu';
import { published, SETTINGS, SNAPSHOT, start, told } from '../test/fixture.ts';
import { discoveryTroubles } from '../test/home-assistant-schema.ts';
import type { BridgeOut, BridgeSettings } from './bridge.ts';
import { EVENT_TYPES, entities } from './entities.ts';
import { Topics } from './topics.ts';

const TOPIC = 'homeassistant/device/switchhook_rcp1/config';

interface Payload {
  readonly dev: Record<string, unknown>;
  readonly cmps: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
}

const descriptions = (out: readonly BridgeOut[], topic = TOPIC) =>
  out.flatMap((o) => (o.type === 'publish' && o.topic === topic ? [o] : []));
const birth = (payload: string, retain = false) =>
  ({ type: 'message', topic: 'homeassistant/status', payload: new TextEncoder().encode(payload), retain }) as const;

function described(more: Partial<BridgeSettings> = {}) {
  const desk = start(more);
  desk.receive({ type: 'broker-joined' });
  const out = desk.state();
  const [description] = descriptions(out, (more.topics ?? SETTINGS.topics).discovery);
  return { ...desk, out, description: description!, payload: JSON.parse(description!.payload) as Payload };
}

test('mqtt §3.6: every payload that we emit keeps the closed schema, whatever the phone has', () => {
  const account = SNAPSHOT.registrations[0]!;
  for (const [change, more] of [
    [{}, {}],
    [{ registrations: [] }, {}],
    [{ registrations: [account, { ...account, account: 'Second-Line' }] }, {}],
    [{ settings: {} }, { lent: [] }],
    [{}, { lent: ['dnd', 'forward_always', 'forward_busy', 'forward_noanswer', 'auto_answer'] }],
    [
      {},
      { topics: new Topics('a-b_c'), discovery: { enabled: true, name: 'X', serial: '1000', url: 'http://p.local' } },
    ],
    [{}, { topics: new Topics('rcp1', { discoveryPrefix: 'ha/discovery' }) }],
  ] as const) {
    const desk = start(more);
    desk.receive({ type: 'broker-joined' });
    const topics = (more as Partial<BridgeSettings>).topics ?? SETTINGS.topics;
    const [description] = descriptions(desk.state(change), topics.discovery);
    assert.deepEqual(discoveryTroubles(topics.discovery, description!.payload), []);
    assert.deepEqual([description!.qos, description!.retain], [1, true]);
    assert.ok(description!.payload.length < 12_000, `${description!.payload.length} bytes`);
  }
});

test('mqtt §3.6: the validator itself drops what Home Assistant drops', () => {
  const { payload } = described();
  const call = payload.cmps['call']!;
  for (const [what, spoilt] of [
    ['root: no key ~', { ...payload, '~': 'switchhook/rcp1' }],
    ['root: no key message_expiry_interval', { ...payload, message_expiry_interval: 10 }],
    ['dev: no key serial', { ...payload, dev: { ...payload.dev, serial: '1' } }],
    ['o: name is needed', { ...payload, o: {} }],
    ['call: availability_topic beside', { ...payload, cmps: { call: { ...call, availability_topic: 'a' } } }],
    ['b: unique_id twice', { ...payload, cmps: { a: call, b: call } }],
    ['call: unique_id', { ...payload, cmps: { call: { ...call, unique_id: 'a b' } } }],
    ['call: state_topic', { ...payload, cmps: { call: { ...call, state_topic: 'a/#' } } }],
    ['call: default_entity_id', { ...payload, cmps: { call: { ...call, default_entity_id: 'button.a' } } }],
    ['call: sensor: no key object_id', { ...payload, cmps: { call: { ...call, object_id: 'a' } } }],
  ] as const)
    assert.ok(
      discoveryTroubles(TOPIC, JSON.stringify(spoilt)).some((trouble) => trouble.startsWith(what)),
      what,
    );
  assert.deepEqual(discoveryTroubles(TOPIC, JSON.stringify({ ...payload, cmps: { call: { p: 'sensor' } } })), []);
});

test('mqtt §3.6: every entity of the list that the phone can serve is there, and none that it cannot', () => {
  const { payload } = described();
  assert.deepEqual(Object.keys(payload.cmps).sort(), [
    ...[
      'answer',
      'blf_1',
      'call',
      'cancel',
      'complete',
      'consult',
      'dnd',
      'evt',
      'hangup',
      'hold',
      'k1',
      'merge',
      'mute',
      'mwi',
    ],
    ...['reg_reception', 'reject', 'ring', 'route'],
  ]);
  const few = entities({ topics: SETTINGS.topics, state: SNAPSHOT, verbs: ['call.answer'], lent: [] });
  assert.ok(few['answer'] !== undefined && few['hangup'] === undefined && few['consult'] === undefined);
  assert.equal(few['dnd'], undefined, 'a switch that would be refused is not shown');
  const more = entities({
    topics: SETTINGS.topics,
    state: SNAPSHOT,
    verbs: [...allVerbs, 'display.message'],
    lent: [],
  });
  assert.equal(more['msg']!.p, 'notify');
});

test('mqtt §3.6: each state topic is one that is painted, its value fits, each command topic is obeyed', () => {
  const { payload, out, message, pass } = described();
  const painted = new Map(out.flatMap((o) => (o.type === 'publish' ? [[o.topic, o.payload] as const] : [])));
  for (const [key, component] of Object.entries(payload.cmps)) {
    const { state_topic: state, command_topic: command, options, json_attributes_topic: attributes } = component!;
    if (key !== 'evt' && state !== undefined) assert.ok(painted.has(String(state)), `${key}: ${state}`);
    const there = painted.get(String(state));
    const field = /^\{\{ value_json\.(\w+) \}\}$/.exec(String(component!['value_template']))?.[1];
    const value = field === undefined ? there : (JSON.parse(there!) as Record<string, unknown>)[field];
    if (key !== 'evt' && state !== undefined) assert.ok(value !== undefined, key);
    if (Array.isArray(options)) assert.ok(options.includes(value), key);
    if (attributes !== undefined) assert.equal(typeof JSON.parse(painted.get(String(attributes))!), 'object');
    for (const { topic } of (component!['availability'] ?? []) as { topic: string }[])
      assert.ok(painted.has(topic), topic);
    if (command === undefined) continue;
    pass(1000);
    const press = { button: 'PRESS', switch: 'ON', number: '40', select: 'speaker', text: '214' }[
      String(component!['p'])
    ];
    const asked = told(message(String(command).slice('switchhook/rcp1/'.length), press!));
    assert.equal(asked.length, 1, key);
    assert.ok(allVerbs.includes(asked[0]!.cmd), asked[0]!.cmd);
  }
});

test('mqtt §3.6 caveat b: whatever acts is grey while canDo says that it could not', () => {
  const { payload } = described();
  for (const [key, component] of Object.entries(payload.cmps)) {
    if (component!['p'] !== 'button' && key !== 'consult') continue;
    const availability = component!['availability'] as { topic: string; value_template?: string }[];
    assert.equal(component!['availability_mode'], 'all');
    assert.equal(availability[0]!.topic, 'switchhook/rcp1/availability');
    const verbs = [...availability[1]!.value_template!.matchAll(/'([a-z.]+)' in value_json\.canDo/g)].map((m) => m[1]!);
    assert.ok(verbs.includes(String(component!['command_topic']).split('/cmd/')[1]!), key);
    for (const verb of verbs) assert.ok(allVerbs.includes(verb), verb);
    assert.equal(component!['message_expiry_interval'], 10);
  }
});

test('mqtt §3.6 rule 6: description, then state, then online', () => {
  const { out } = described();
  const topics = out.flatMap((o) => (o.type === 'publish' ? [o.topic] : []));
  const at = (topic: string) => topics.indexOf(topic);
  assert.equal(at(TOPIC), 0);
  assert.ok(
    at(TOPIC) < at('switchhook/rcp1/state') && at('switchhook/rcp1/state') < at('switchhook/rcp1/availability'),
  );
});

test('mqtt §3.6 rule 8: a birth brings description, state and online again, up to three seconds later', () => {
  const { receive, pass } = described();
  receive(birth('online'));
  assert.deepEqual(descriptions(pass(1499)), []);
  const out = pass(1);
  assert.equal(descriptions(out).length, 1);
  assert.equal(published(out, 'state').length, 1);
  assert.equal(published(out, 'availability').at(-1)!.payload, 'online');
  for (const each of [birth('offline'), birth('online', true)]) {
    receive(each);
    assert.deepEqual(descriptions(pass(3000)), []);
  }
});

test('mqtt §3.6: the description is published again only when it changes or the broker is joined anew', () => {
  const { state, receive } = described();
  assert.deepEqual(descriptions(state({ seq: 8, phone: 'idle' })), []);
  assert.equal(descriptions(receive({ type: 'broker-joined' })).length, 1);
});

test('mqtt §3.6 rule 5: an entity that is no more is named once with its platform only, and then left out', () => {
  const { state, receive } = described();
  const [gone] = descriptions(state({ registrations: [] }));
  assert.deepEqual((JSON.parse(gone!.payload) as Payload).cmps['reg_reception'], { p: 'binary_sensor' });
  assert.deepEqual(discoveryTroubles(TOPIC, gone!.payload), []);
  const [later] = descriptions(receive({ type: 'broker-joined' }));
  assert.equal((JSON.parse(later!.payload) as Payload).cmps['reg_reception'], undefined);
});

test('mqtt §3.6: switched off, the device is removed by an empty description', () => {
  const desk = start({ discovery: { enabled: false, name: 'x' } });
  desk.receive({ type: 'broker-joined' });
  const [description] = descriptions(desk.state());
  assert.deepEqual([description!.payload, description!.retain], ['', true]);
  assert.deepEqual(descriptions(desk.state({ seq: 8, dnd: true })), []);
});

test('mqtt §3.6: the event entity knows every word of event/call', () => {
  const { payload } = described();
  assert.deepEqual(payload.cmps['evt']!['event_types'], [...EVENT_TYPES]);
});

test.run();
