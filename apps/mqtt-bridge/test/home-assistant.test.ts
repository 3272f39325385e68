import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { parse } from 'yaml';
import type { BridgeOut } from '../src/bridge.ts';
import { EVENT_TYPES } from '../src/entities.ts';
import { published, start, told } from './fixture.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/home-assistant.md'), 'utf8');
const blocks = [...page.matchAll(/^```yaml\n# (.+)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({
  kind: kind!,
  text: text!,
  value: parse(text!) as Fields,
}));
const of = (kind: string) => blocks.filter((block) => block.kind === kind);

type Fields = Readonly<Record<string, unknown>>;

/** What the bridge publishes of a phone that has everything, and the ids of its entities. */
function office() {
  const desk = start({ lent: ['dnd', 'forward_always', 'forward_busy', 'forward_noanswer', 'auto_answer'] });
  desk.receive({ type: 'broker-joined' });
  const out = desk.state();
  const retained = new Map(
    out.flatMap((o) => (o.type === 'publish' && o.retain ? [[o.topic, o.payload] as const] : [])),
  );
  const { cmps } = JSON.parse(retained.get('homeassistant/device/switchhook_rcp1/config')!) as {
    cmps: Readonly<Record<string, Fields>>;
  };
  return { ...desk, retained, cmps, ids: new Set(Object.values(cmps).map((each) => each['default_entity_id'])) };
}

/** Every value under one of these names, wherever it stands. */
function found(value: unknown, names: readonly string[]): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => found(each, names));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    names.includes(name) && typeof inner === 'string' ? [inner] : found(inner, names),
  );
}

test('docs/home-assistant.md: every entity that the dashboard and the automations name exists', () => {
  const { ids } = office();
  const named = blocks.flatMap(({ value }) => found(value, ['entity', 'entity_id']));
  // in templates too
  for (const { text } of blocks)
    for (const [, id] of text.matchAll(/'((?:sensor|event)\.[a-z0-9_]+)'/g)) named.push(id!);
  const ours = named.filter((id) => id.includes('rcp1'));
  assert.ok(ours.length > 15);
  for (const id of ours) assert.ok(ids.has(id), id);
  assert.deepEqual([...new Set(named.filter((id) => !id.includes('rcp1')))], ['media_player.hall']);
});

test('docs/home-assistant.md: the table names each entity of the description, and none besides', () => {
  const { ids } = office();
  const short = new Set(
    [...ids].flatMap((id) => (typeof id === 'string' ? [id.split('.')[1]!.replace('rcp1', '')] : [])),
  );
  const table = [...page.matchAll(/`(?:[a-z_]+\.rcp1)?(_[a-z0-9_]+)`/g)].map((match) => match[1]!);
  for (const name of table) assert.ok(short.has(name), name);
  for (const name of short) assert.ok(page.includes(`${name}\``), name);
});

test('docs/home-assistant.md: states that the automations wait for are those of the sensor, attributes are published', () => {
  const { cmps, retained } = office();
  const { options, json_attributes_topic: topic } = cmps['call']!;
  const triggers = of('automation').flatMap(({ value }) => value['triggers'] as Fields[]);
  const states = triggers.filter((each) => each['entity_id'] === 'sensor.rcp1_call').flatMap((each) => each['to']);
  assert.ok(states.length === 3 && states.every((state) => (options as string[]).includes(String(state))));
  const attributes = JSON.parse(retained.get(String(topic))!) as Fields;
  const used = blocks.flatMap(({ text }) => [...text.matchAll(/state_attr\('sensor\.rcp1_call',\s*'(\w+)'\)/g)]);
  assert.ok(used.length >= 4);
  for (const [, name = ''] of used) assert.ok(Object.hasOwn(attributes, name), name);
});

test('docs/home-assistant.md: the missed call has the event type and the attributes that its automation reads', () => {
  const { receive } = office();
  assert.ok((EVENT_TYPES as readonly string[]).includes('missed'));
  const publication = { v: 1, type: 'event', ts: 'x', seq: 1, event_type: 'missed', number: '1', name: 'A' } as const;
  const body = JSON.parse(
    published(receive({ type: 'phone-published', publication }), 'event/call')[0]!.payload,
  ) as Fields;
  const [missed] = of('automation').filter(({ text }) => text.includes('missed'));
  const read = [...missed!.text.matchAll(/to_state\.attributes\.(\w+)/g)].map((match) => match[1]!);
  assert.deepEqual(
    read.filter((name) => !Object.hasOwn(body, name)),
    [],
  );
});

test('docs/home-assistant.md: the key trigger is what the bridge publishes, its answer is what the bridge obeys', () => {
  const { receive, message } = office();
  const [gate] = of('automation').filter(({ text }) => text.includes('trigger: mqtt'));
  const [trigger] = gate!.value['triggers'] as Fields[];
  const publication = {
    v: 1,
    type: 'event',
    ts: 'x',
    seq: 1,
    event_type: 'key',
    key: 'transfer',
    press: 'long_press',
    source: 'keys',
  } as const;
  const [key] = receive({ type: 'phone-published', publication }) as Extract<BridgeOut, { type: 'publish' }>[];
  assert.equal(key!.topic, trigger!['topic']);
  const body = JSON.parse(key!.payload) as Fields;
  assert.equal(`${body['key']}:${body['event_type']}`, trigger!['payload']);
  const data = (gate!.value['actions'] as { data: Fields }[])[0]!.data;
  assert.equal(data['retain'], false);
  const payload = String(data['payload']).replace(/\{\{.*?\}\}/, '1796000000');
  const [asked] = told(message(String(data['topic']).replace('switchhook/rcp1/', ''), payload));
  assert.deepEqual([asked!.cmd, asked!.args], ['call.dtmf', { digits: '9' }]);
});

test('docs/home-assistant.md: what can be written by hand reads topics that are published', () => {
  const { retained } = office();
  const [manual] = of('configuration.yaml');
  for (const topic of found(manual!.value, ['topic', 'state_topic', 'json_attributes_topic', 'availability_topic']))
    assert.ok(retained.has(topic), topic);
});

test('docs/mqtt.md: every topic of its table is published or subscribed, and none is forgotten', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/mqtt.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_/<>]+)` \| \d/gm)].map((match) => match[1]!);
  const { retained } = office();
  for (const topic of retained.keys()) {
    const path = topic.replace('switchhook/rcp1/', '');
    const pattern = rows.some((row) => new RegExp(`^${row.replace(/<\w+>/g, '[^/]+')}$`).test(path));
    assert.ok(pattern || topic.startsWith('homeassistant/'), topic);
  }
  for (const row of ['call/last', 'event/call', 'event/key', 'event/media', 'diag', 'mwi', 'blf/<n>'])
    assert.ok(rows.includes(row), row);
});

test.run();
