import assert from 'node:assert/strict';
import type { PhoneNotice } from '@switchhook/phone/control';
import { test } from 'uvu';
import { answer, published, start, told } from '../test/fixture.ts';
import { Topics } from './topics.ts';

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

test('mqtt §3.2: what vanishes from the picture is cleared at the broker, once', () => {
  const { receive, state } = start();
  receive({ type: 'broker-joined' });
  state();
  const [gone] = published(state({ registrations: [] }), 'account/reception/registration');
  assert.deepEqual([gone!.payload, gone!.retain], ['', true]);
  assert.deepEqual(published(state({ registrations: [], seq: 9 }), 'account/reception/registration'), []);
});

test('mqtt §3.2: every setting stands as its bare value, registration and transfer as JSON with stamp', () => {
  const { receive, state } = start();
  receive({ type: 'broker-joined' });
  const out = state();
  const bare = (key: string) => published(out, `settings/${key}`)[0]!.payload;
  assert.deepEqual(['dnd', 'mute', 'route', 'volume_ring', 'forward_busy', 'auto_answer'].map(bare), [
    'OFF',
    'OFF',
    'handset',
    '80',
    '+3612345678',
    'off',
  ]);
  const json = (path: string) => JSON.parse(published(out, path)[0]!.payload) as Record<string, unknown>;
  assert.deepEqual(
    [json('account/reception/registration')['state'], json('transfer')['callerCallId'], json('transfer')['seq']],
    ['registered', 'c-1', 7],
  );
  assert.equal(json('transfer')['consultCallId'], 'c-2');
  assert.deepEqual([json('mwi')['new'], json('blf/1')['state']], [2, 'busy']);
});

test('mqtt §3.2: diag comes every 30 s with what phone, bridge and machine know', () => {
  const { receive, state, pass } = start();
  receive({ type: 'broker-joined' });
  const asked = (out: ReturnType<typeof receive>) =>
    out.flatMap((o) => (o.type === 'ask-phone' && o.command.cmd === 'diag.get' ? [o.command.id] : []));
  const [first] = asked(state());
  const result = { uptimeS: 61, version: '0.1.0', loopLagMs: 1.5, cardFaults: 0, lastMos: 4.38, alarms: 0 };
  const said = receive({ type: 'phone-answered', answer: { v: 1, id: first!, phase: 'done', result, ms: 0 } });
  const diag = JSON.parse(published(said, 'diag')[0]!.payload) as Record<string, unknown>;
  assert.equal(published(said, 'diag')[0]!.retain, true);
  for (const [key, value] of Object.entries({
    uptimeS: 61,
    cpuTempC: 48.3,
    loopLagMs: 1.5,
    cardFaults: 0,
    lastMos: 4.38,
    ip: '192.168.1.20',
    version: '0.1.0',
    clock: 'synced',
    seq: 7,
  }))
    assert.equal(diag[key], value, key);
  const again = asked(pass(30_000));
  assert.equal(again.length, 1);
  assert.ok(again[0] !== first, 'the phone answers an id only once');
  receive({ type: 'phone-left' });
  const alone = JSON.parse(published(pass(30_000), 'diag')[0]!.payload) as Record<string, unknown>;
  assert.deepEqual([alone['uptimeS'], (alone['bridge'] as { uptimeS: number }).uptimeS], [null, 60]);
});

test('mqtt §3.2: a takeover by the same client id stands in diag', () => {
  const { receive } = start();
  receive({ type: 'phone-left' });
  receive({ type: 'broker-joined' });
  receive({ type: 'broker-left', takenOver: true });
  const { bridge } = JSON.parse(published(receive({ type: 'broker-joined' }), 'diag')[0]!.payload) as {
    bridge: { takeovers: number; warnings: string[] };
  };
  assert.equal(bridge.takeovers, 1);
  assert.match(bridge.warnings.join(), /client id/);
});

test('mqtt §3.2: event/key names key and press, event/media comes only when it is wanted', () => {
  const { receive } = start();
  receive({ type: 'broker-joined' });
  const [key] = published(
    receive({
      type: 'phone-published',
      publication: {
        v: 1,
        type: 'event',
        ts: 'x',
        seq: 1,
        event_type: 'key',
        key: 'transfer',
        press: 'long_press',
        source: 'keys',
      },
    }),
    'event/key',
  );
  const body = JSON.parse(key!.payload) as Record<string, unknown>;
  assert.deepEqual([body['event_type'], body['key'], body['source']], ['long_press', 'transfer', 'keys']);
  const topics = (media: boolean) =>
    start({ media })
      .bridge.receive({ type: 'phone-joined', verbs: [] }, 0)
      .flatMap((o) => (o.type === 'ask-phone' ? [o.command.args?.['topics']] : []));
  assert.deepEqual(topics(false), [['state', 'event']]);
  assert.deepEqual(topics(true), [['state', 'event', 'media']]);
  const figures = {
    callId: 'c-1',
    sentPackets: 1,
    receivedPackets: 1,
    lostPackets: 0,
    jitterMs: 1,
    roundTripMs: null,
    mos: 4.3,
  };
  const [media] = published(
    receive({ type: 'phone-published', publication: { v: 1, type: 'media', ts: 'x', ...figures } }),
    'event/media',
  );
  assert.deepEqual([media!.qos, media!.retain], [0, false]);
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

test('mqtt §3.6: the hold button swaps, holds or takes back, whatever can be done', () => {
  const { message, state } = start();
  for (const [canDo, verb] of [
    [['call.hold', 'call.swap'], 'call.swap'],
    [['call.hold'], 'call.hold'],
    [['call.resume'], 'call.resume'],
    [[], 'call.swap'],
  ] as const) {
    state({ canDo });
    assert.equal(told(message('cmd/call.swap', 'PRESS'))[0]!.cmd, verb);
  }
});

test('mqtt §3.4: a phone that says nothing for five seconds is a timeout; its late answer is kept for the same id', () => {
  const { message, receive, pass } = start();
  const command = { id: 'slow', cmd: 'call.hold' };
  const [line] = told(message('cmd', command));
  assert.deepEqual(pass(4999), []);
  const out = pass(1);
  assert.deepEqual([answer(out).id, answer(out).error!.code], ['slow', 'timeout']);
  const late = receive({ type: 'phone-answered', answer: { v: 1, id: line!.id, phase: 'done', result: {}, ms: 6000 } });
  assert.deepEqual(published(late, 'reply/operator'), [], 'no second final answer');
  assert.equal(answer(message('cmd', command)).phase, 'done');
});

test('mqtt §3.4: what was accepted may take as long as it takes', () => {
  const { message, receive, pass } = start();
  const [line] = told(message('cmd', { id: 'long', cmd: 'transfer.complete', args: { transferId: 't-1' } }));
  receive({ type: 'phone-answered', answer: { v: 1, id: line!.id, phase: 'accepted', ts: 'x' } });
  assert.deepEqual(published(pass(300_000), 'reply/operator'), []);
});

test("mqtt §3.4: subscribe and the hand at the phone are nobody's verbs here", () => {
  const { message } = start();
  assert.equal(answer(message('admin/cmd', { id: '1', cmd: 'subscribe' })).error!.code, 'unknown_verb');
});

test('mqtt §3.4: set/dnd does what it says; no other topic of the operator carries the role of the admin', () => {
  const { message } = start();
  assert.equal(told(message('set/dnd', 'ON'))[0]!.role, 'admin');
  for (const topic of ['set/hold_recall_sec', 'set/volume_ring', 'cmd/settings.set', 'cmd/system.reregister'])
    assert.equal(told(message(topic, topic.startsWith('set/') ? '40' : ''))[0]!.role, 'operator', topic);
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

test.run();
