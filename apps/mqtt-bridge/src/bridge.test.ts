import assert from 'node:assert/strict';
import type { CommandLine, PhoneNotice, Snapshot } from '@switchhook/phone/control';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Bridge, type BridgeOut, type BrokerMessage } from './bridge.ts';
import { Topics } from './topics.ts';

const SNAPSHOT: { type: 'state'; v: 1 } & Snapshot = {
  type: 'state',
  v: 1,
  ts: '2026-11-22T09:41:00.120Z',
  seq: 7,
  phone: 'talking',
  hook: 'off',
  route: 'handset',
  mute: false,
  dnd: false,
  settings: {},
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
  registrations: [],
  mwi: { waiting: false, new: 0, old: 0, urgentNew: 0 },
  mailboxes: [],
  blf: [],
  display: ['9999'],
  lamps: {},
  canDo: ['transfer.complete'],
};

function start(clockIsRight = true) {
  const bridge = new Bridge({
    topics: new Topics('rcp1'),
    version: '0.1.0',
    keepAliveMs: 30_000,
    clockIsRight: () => clockIsRight,
  });
  const now = { at: Date.parse('2026-11-22T10:00:00Z') };
  const receive = (input: Parameters<Bridge['receive']>[0]) => bridge.receive(input, now.at);
  receive({ type: 'phone-joined' });
  const message = (topic: string, payload: string | object, more: Partial<BrokerMessage> = {}) =>
    receive({
      type: 'message',
      topic: `switchhook/rcp1/${topic}`,
      payload: new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload)),
      retain: false,
      ...more,
    });
  return {
    bridge,
    now,
    receive,
    message,
    state: (change: Partial<Snapshot> = {}) =>
      receive({ type: 'phone-published', publication: { ...SNAPSHOT, ...change } }),
  };
}

const published = (out: readonly BridgeOut[], path: string) =>
  out.filter((o) => o.type === 'publish' && o.topic === `switchhook/rcp1/${path}`) as Extract<
    BridgeOut,
    { type: 'publish' }
  >[];
const told = (out: readonly BridgeOut[]): CommandLine[] =>
  out.filter((o) => o.type === 'ask-phone').map((o) => o.command);
const answer = (out: readonly BridgeOut[]) =>
  JSON.parse((out.find((o) => o.type === 'publish') as { payload: string }).payload) as {
    id: string;
    phase: string;
    error?: { code: string; canDo: string[] };
  };

test('mqtt §3.2: nothing is online before the broker, the phone and its first picture are there', () => {
  const { receive, state } = start();
  assert.deepEqual(
    published(receive({ type: 'broker-joined' }), 'availability').map((o) => o.payload),
    ['offline'],
  );
  const out = state();
  assert.equal(published(out, 'availability')[0]!.payload, 'online');
  assert.ok(published(out, 'availability')[0]!.retain);
});

test('mqtt §3.6 rule 6: the picture comes before online, and online is said again after twice the keep-alive', () => {
  const { bridge, now, receive, state } = start();
  state();
  const out = receive({ type: 'broker-joined' });
  const topics = out.filter((o) => o.type === 'publish').map((o) => o.topic);
  assert.equal(topics.at(-1), 'switchhook/rcp1/availability');
  assert.ok(topics.includes('switchhook/rcp1/state'));
  while (bridge.deadline! < now.at + 60_000) bridge.wake(bridge.deadline!);
  assert.equal(published(bridge.wake(now.at + 60_000), 'availability')[0]!.payload, 'online');
});

test('mqtt §3.2: snapshot, coarse state, attributes, lines and transfer are retained; attributes have no stamp', () => {
  const { receive, state } = start();
  receive({ type: 'broker-joined' });
  const out = state();
  for (const path of ['state', 'call_state', 'call_attr', 'transfer', 'line/1/state', 'settings/dnd']) {
    assert.equal(published(out, path).length, 1, path);
    assert.ok(published(out, path)[0]!.retain, path);
  }
  assert.equal(published(out, 'call_state')[0]!.payload, 'talking');
  const attributes = JSON.parse(published(out, 'call_attr')[0]!.payload) as Record<string, unknown>;
  assert.deepEqual(Object.keys(attributes).sort(), ['direction', 'held', 'line', 'name', 'number', 'transfer']);
});

test('mqtt §3.2: what has not changed is not published again, whatever the stamp says', () => {
  const { receive, state } = start();
  receive({ type: 'broker-joined' });
  state();
  assert.deepEqual(state({ ts: '2026-11-22T09:41:09.000Z', seq: 8 }), []);
  const out = state({ seq: 9, dnd: true });
  assert.deepEqual(out.map((o) => (o.type === 'publish' ? o.topic.slice(16) : o.type)).sort(), [
    'settings/dnd',
    'state',
  ]);
});

test('mqtt §3.2: events are never retained, keys are QoS 0', () => {
  const { receive } = start();
  receive({ type: 'broker-joined' });
  const event = (event_type: PhoneNotice['event_type']) =>
    receive({
      type: 'phone-published',
      publication: { v: 1, type: 'event', ts: 'x', seq: 1, event_type, callId: 'c-1' },
    });
  const [incoming] = published(event('incoming'), 'event/call');
  assert.deepEqual([incoming!.retain, incoming!.qos], [false, 1]);
  assert.equal((JSON.parse(incoming!.payload) as { event_type: string }).event_type, 'incoming');
  assert.equal(published(event('key'), 'event/key')[0]!.qos, 0);
  assert.ok(published(event('ended'), 'call/last')[0]!.retain);
});

test('mqtt §3.4: a command goes to the phone with the role of its topic, its answers come back with its own id', () => {
  const { receive, state, message } = start();
  receive({ type: 'broker-joined' });
  state();
  const [line] = told(message('cmd', { id: 'x1', cmd: 'call.answer', args: {} }));
  assert.deepEqual([line!.cmd, line!.role], ['call.answer', 'operator']);
  const accepted = receive({
    type: 'phone-answered',
    answer: { v: 1, id: line!.id, phase: 'accepted', ts: 'x' },
  });
  assert.equal(published(accepted, 'reply/operator').length, 1);
  assert.deepEqual([answer(accepted).id, answer(accepted).phase], ['x1', 'accepted']);
  const done = receive({
    type: 'phone-answered',
    answer: { v: 1, id: line!.id, phase: 'done', result: {}, ms: 3 },
  });
  assert.equal(answer(done).phase, 'done');
  const [dialer] = told(message('dialer/cmd', { id: 'x2', cmd: 'call.dial', args: { to: '9999' } }));
  assert.equal(dialer!.role, 'dialer');
});

test('mqtt §3.4: the MQTT 5 response topic and correlation data are used and handed back', () => {
  const { message } = start();
  const correlationData = Uint8Array.of(1, 2, 3);
  const out = message('cmd', 'nonsense', { responseTopic: 'client/panel', correlationData });
  const [reply] = out.filter((o) => o.type === 'publish');
  assert.deepEqual([reply!.topic, reply!.correlationData], ['client/panel', correlationData]);
});

test('mqtt §3.5 rule 1: retained, expired and outlived commands are refused and never reach the phone', () => {
  const { message, state } = start();
  state();
  for (const [more, expiresAt, code] of [
    [{ retain: true }, undefined, 'retained'],
    [{ expiryS: 0 }, undefined, 'expired'],
    [{}, '2026-11-22T09:59:59Z', 'expired'],
  ] as const) {
    const out = message(
      'cmd',
      { id: `i-${code}-${expiresAt}`, cmd: 'call.answer', ...(expiresAt === undefined ? {} : { expiresAt }) },
      more,
    );
    assert.deepEqual(told(out), []);
    assert.equal(answer(out).error!.code, code);
    assert.deepEqual(answer(out).error!.canDo, ['transfer.complete']);
  }
});

test('mqtt §3.5 rule 1: with a clock that was never set, expiresAt is left to the phone', () => {
  const { message } = start(false);
  assert.equal(told(message('cmd', { id: 'a', cmd: 'call.answer', expiresAt: '2026-11-22T09:59:59Z' })).length, 1);
});

test('mqtt §3.5 rule 2: a repeated id gets the stored answer, not a second execution', () => {
  const { receive, message, now } = start();
  const command = { id: 'once', cmd: 'call.dial', args: { to: '1' } };
  const [line] = told(message('cmd', command));
  assert.equal(answer(message('cmd', command)).error!.code, 'duplicate');
  receive({
    type: 'phone-answered',
    answer: { v: 1, id: line!.id, phase: 'done', result: { callId: 'c-9' }, ms: 1 },
  });
  const again = message('cmd', command);
  assert.deepEqual(told(again), []);
  assert.equal(answer(again).phase, 'done');
  now.at += 600_001;
  message('cmd', { id: 'other', cmd: 'state.get' });
  assert.equal(told(message('cmd', command)).length, 1, 'after ten minutes it is forgotten');
});

test('mqtt §3.5 rule 6: a foreign reply topic is refused without an answer', () => {
  const { message } = start();
  for (const responseTopic of [
    'homeassistant/x',
    'switchhook/other/reply/a',
    'client/+',
    'client/#',
    '$SYS/x',
    'client/A',
  ])
    assert.deepEqual(
      message('cmd', { id: 'a', cmd: 'call.answer' }, { responseTopic }),
      [{ type: 'note', word: 'bad-reply-topic' }],
      responseTopic,
    );
});

test('mqtt §3.6 caveat a: the button completes only the one transfer that has been shown for a second', () => {
  const { message, state, now } = start();
  assert.equal(answer(message('cmd/transfer.complete', 'PRESS')).error!.code, 'not_in_state');
  state();
  assert.equal(answer(message('cmd/transfer.complete', 'PRESS')).error!.code, 'stale_state');
  now.at += 1000;
  assert.deepEqual(told(message('cmd/transfer.complete', 'PRESS'))[0]!.args, { transferId: 't-1' });
  assert.equal(answer(message('cmd', { id: 'j', cmd: 'transfer.complete' })).error!.code, 'bad_schema');
  assert.deepEqual(told(message('cmd/transfer.bridge', 'PRESS'))[0]!.args, { transferId: 't-1' });
});

test('mqtt §3.6: buttons that lead back or together mean the transfer that is shown', () => {
  const { message, state } = start();
  for (const verb of ['transfer.cancel', 'transfer.swap', 'transfer.merge'])
    assert.equal(answer(message(`cmd/${verb}`, 'PRESS')).error!.code, 'not_in_state', verb);
  state();
  for (const verb of ['transfer.cancel', 'transfer.swap', 'transfer.merge']) {
    const [line] = told(message(`cmd/${verb}`, 'PRESS'));
    assert.deepEqual([line!.cmd, line!.args], [verb, { transferId: 't-1' }]);
  }
});

test('mqtt §3.2: short forms carry nothing, PRESS or the single argument; settings become their verbs', () => {
  const { message } = start();
  assert.deepEqual(told(message('cmd/call.answer', ''))[0]!.args, {});
  assert.deepEqual(told(message('cmd/transfer.start', '9999'))[0]!.args, { to: '9999' });
  assert.equal(answer(message('cmd/call.hangup', 'c-1')).error!.code, 'bad_schema');
  assert.deepEqual(told(message('set/dnd', 'ON'))[0]!.args, { key: 'dnd', value: true });
  assert.equal(told(message('set/route', 'speaker'))[0]!.cmd, 'audio.route');
  assert.deepEqual(told(message('set/volume_ring', '40'))[0]!.args, { route: 'ring', percent: 40 });
});

test('mqtt §3.4: set/dnd does what it says; no other topic of the operator carries the role of the admin', () => {
  const { message } = start();
  assert.equal(told(message('set/dnd', 'ON'))[0]!.role, 'admin');
  for (const topic of ['set/hold_recall_sec', 'set/volume_ring', 'cmd/settings.set', 'cmd/system.reregister'])
    assert.equal(told(message(topic, topic.startsWith('set/') ? '40' : ''))[0]!.role, 'operator', topic);
});

test('mqtt §3.5: more than twenty commands in a second are dropped and noted', () => {
  const { message } = start();
  const outs = Array.from({ length: 30 }, (_, i) => message('cmd', { id: `f${i}`, cmd: 'call.answer' }));
  assert.equal(outs.flatMap(told).length, 20);
});

test('bridge: commands on their way fail plainly when the phone process goes, and offline is said', () => {
  const { receive, state, message } = start();
  receive({ type: 'broker-joined' });
  state();
  message('cmd', { id: 'lost', cmd: 'call.answer' });
  const out = receive({ type: 'phone-left' });
  assert.deepEqual([answer(out).id, answer(out).error!.code], ['lost', 'internal']);
  assert.equal(published(out, 'availability')[0]!.payload, 'offline');
  assert.equal(answer(message('cmd', { id: 'after', cmd: 'call.answer' })).error!.code, 'internal');
});

test('bridge: a clean end says offline itself, because no will is sent then', () => {
  const { receive } = start();
  receive({ type: 'broker-joined' });
  assert.equal(published(receive({ type: 'closing' }), 'availability')[0]!.payload, 'offline');
});

test('topics: an id that would leave its branch is a bug and throws', () => {
  for (const id of ['', 'A', 'a/b', '+', 'a#', 'x'.repeat(33)]) assert.throws(() => new Topics(id));
});

test('bridge: 10^5 mutated payloads never throw, and each is answered, noted or passed on', () => {
  const { bridge } = start();
  const random = new SeededRandom(11);
  const seeds = [
    '{"v":1,"id":"8f0c","cmd":"transfer.start","args":{"to":"9999"},"ifSeq":3,"expiresAt":"2030-01-01T00:00:00Z"}',
    '{"id":"a","cmd":"call.dtmf","args":{"digits":"1","__proto__":{"x":1}}}',
    'PRESS',
    '[[[[[[[[1]]]]]]]]',
  ].map((text) => [...new TextEncoder().encode(text)]);
  const topics = ['cmd', 'cmd/call.dial', 'set/dnd', 'admin/cmd', 'cmd/__proto__', 'reply/x'];
  for (let i = 0; i < 100_000; i++) {
    const payload = [...random.pick(seeds)];
    for (let k = random.below(4); k >= 0; k--) {
      const at = random.below(payload.length + 1);
      if (random.chance(0.3)) payload.splice(at, random.below(5));
      else payload.splice(at, random.chance(0.5) ? 1 : 0, random.below(256));
    }
    const out = bridge.receive(
      {
        type: 'message',
        topic: `switchhook/rcp1/${random.pick(topics)}`,
        payload: Uint8Array.from(payload),
        retain: random.chance(0.1),
      },
      i * 100,
    );
    assert.ok(out.length > 0);
  }
});

test.run();
