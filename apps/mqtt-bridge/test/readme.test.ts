import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '@switchhook/phone/control';
import { test } from 'uvu';
import { parse } from 'yaml';
import { readConfiguration } from '../src/configuration.ts';
import { Bridge, type BridgeOut, Topics } from '../src/index.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
  (match) => parse(match[1]!) as Record<string, unknown>,
);
const [bridgeYaml, homeAssistant] = blocks;

interface Entity {
  readonly name: string;
  readonly state_topic?: string;
  readonly json_attributes_topic?: string;
  readonly command_topic?: string;
  readonly payload_press?: string;
  readonly retain?: boolean;
  readonly options?: readonly string[];
  readonly availability_topic?: string;
  readonly availability?: readonly { readonly topic: string; readonly value_template?: string }[];
}
const { sensor, button } = (homeAssistant as { mqtt: { sensor: Entity[]; button: Entity[] } }).mqtt;

function office() {
  const bridge = new Bridge({
    topics: new Topics('rcp1'),
    version: '0.1.0',
    keepAliveMs: 30_000,
    clockIsRight: () => true,
  });
  const out: BridgeOut[] = [
    ...bridge.receive({ type: 'phone-joined' }, 0),
    ...bridge.receive({ type: 'broker-joined' }, 0),
  ];
  const line: Snapshot['lines'][number] = {
    n: 1,
    account: 'reception',
    state: 'held',
    callId: 'c-1',
    direction: 'in',
    party: { number: '1001', name: null, verified: false },
    via: null,
    since: null,
    heldSince: null,
    localHold: true,
    remoteHold: false,
    secure: 'no',
    codec: null,
    canDo: [],
  };
  const transfer: Snapshot['transfer'] = {
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
  };
  const publication = {
    v: 1,
    type: 'state',
    ts: '2026-11-22T09:00:00Z',
    seq: 1,
    phone: 'transferring',
    hook: 'off',
    route: 'handset',
    mute: false,
    dnd: false,
    settings: {},
    lines: [line],
    transfer,
    registrations: [],
    mwi: { waiting: false, new: 0, old: 0, urgentNew: 0 },
    mailboxes: [],
    blf: [],
    display: [],
    lamps: {},
    canDo: ['transfer.complete'],
  } as const;
  out.push(...bridge.receive({ type: 'phone-published', publication }, 0));
  const retained = new Map(
    out.flatMap((o) => (o.type === 'publish' && o.retain ? [[o.topic, o.payload] as const] : [])),
  );
  return { bridge, retained };
}

test('README: the configuration in it is right', () => {
  assert.deepEqual(readConfiguration(bridgeYaml).ok, true);
});

test('README: the sensor reads topics that the bridge publishes, and its options hold what stands there', () => {
  const { retained } = office();
  const call = sensor.find(({ name }) => name === 'Call')!;
  assert.ok(call.options!.includes(retained.get(call.state_topic!)!));
  assert.equal(typeof JSON.parse(retained.get(call.json_attributes_topic!)!), 'object');
  assert.equal(retained.get(call.availability_topic!), 'online');
});

test('README: the buttons look for canDo in the snapshot and press what the bridge understands', () => {
  const { bridge, retained } = office();
  for (const entity of button) {
    assert.equal(entity.retain, false, 'a retained command is refused');
    for (const { topic } of entity.availability!) assert.ok(retained.has(topic), topic);
    const template = entity.availability!.find(({ value_template }) => value_template !== undefined)!.value_template!;
    const verb = /'([a-z.]+)' in value_json\.canDo/.exec(template)![1]!;
    assert.equal(entity.command_topic, `switchhook/rcp1/cmd/${verb}`);
    const out = bridge.receive(
      {
        type: 'message',
        topic: entity.command_topic!,
        payload: new TextEncoder().encode(entity.payload_press!),
        retain: false,
      },
      5000,
    );
    const asked = out.find((o) => o.type === 'ask-phone');
    assert.equal(asked?.type === 'ask-phone' && asked.command.cmd, verb);
  }
  assert.deepEqual(
    button.map(({ name }) => name),
    ['Answer', 'Complete transfer'],
  );
});

test('README: a wrong configuration is told by path, value and what was expected, without showing a password', () => {
  const read = readConfiguration({ id: 'A B', broker: { url: 'http://x', password: 7, nonsense: 1 } });
  assert.ok(!read.ok);
  const all = read.troubles.join('\n');
  for (const part of [
    /id: .*A B.*a-z/,
    /broker\.url: .*http:\/\/x.*mqtt:/,
    /broker\.password: this value/,
    /broker\.nonsense: there is no such key/,
  ])
    assert.match(all, part);
});

test.run();
