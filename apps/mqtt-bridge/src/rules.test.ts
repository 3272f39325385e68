// The ten safety rules, one by one. Those that the phone itself keeps are seen here with the phone's own decoder, and with
// the phone process behind a real broker in test/rules.test.ts.
import assert from 'node:assert/strict';
import { decodeLine } from '@switchhook/phone/control';
import { test } from 'uvu';
import { answer, hmac, published, SNAPSHOT, start, told } from '../test/fixture.ts';
import type { KeptCommand } from './acknowledgements.ts';
import type { BridgeOut } from './bridge.ts';
import { brokerWarnings, readConfiguration } from './configuration.ts';
import { signedText } from './signature.ts';
import { Topics } from './topics.ts';

const kept = (out: readonly BridgeOut[]): KeptCommand[] => out.flatMap((o) => (o.type === 'keep' ? [o.command] : []));

test('rule 1: retained, expired and outlived commands are refused in every form and never reach the phone', () => {
  const { message, state } = start();
  state();
  for (const [more, expiresAt, code] of [
    [{ retain: true }, undefined, 'retained'],
    [{ expiryS: 0 }, undefined, 'expired'],
    [{}, '2026-11-22T09:59:59Z', 'expired'],
  ] as const) {
    const id = `i-${code}-${expiresAt}`;
    const envelope = { id, cmd: 'call.answer', ...(expiresAt === undefined ? {} : { expiresAt }) };
    const out = [message('cmd', envelope, more)];
    if (expiresAt === undefined) out.push(message('cmd/call.answer', 'PRESS', more), message('set/dnd', 'ON', more));
    for (const each of out) {
      assert.deepEqual(told(each), []);
      assert.equal(answer(each).error!.code, code);
      assert.deepEqual(answer(each).error!.canDo, ['transfer.complete']);
    }
  }
});

test('rule 1: with a clock that was never set expiresAt is judged by nobody; the message expiry still is', () => {
  const { message } = start({ clockIsRight: () => false });
  const [line] = told(message('cmd', { id: 'a', cmd: 'call.answer', expiresAt: '2026-11-22T09:59:59Z' }));
  assert.equal(line!.expiresAt, undefined, 'the phone has the same clock');
  assert.equal(answer(message('cmd', { id: 'b', cmd: 'call.answer' }, { expiryS: 0 })).error!.code, 'expired');
});

test('rule 1: expiresAt needs a time zone, else it would mean another moment on each machine', () => {
  const { message } = start();
  const out = message('cmd', { id: 'a', cmd: 'call.answer', expiresAt: '2026-11-22T10:00:05' });
  assert.equal(answer(out).error!.code, 'bad_schema');
});

test('rule 2: a repeated id gets the stored answer, not a second execution, for ten minutes', () => {
  const { receive, message, now } = start();
  const command = { id: 'once', cmd: 'call.dial', args: { to: '1' } };
  const [line] = told(message('cmd', command));
  assert.equal(answer(message('cmd', command)).error!.code, 'duplicate');
  receive({ type: 'phone-answered', answer: { v: 1, id: line!.id, phase: 'done', result: { callId: 'c-9' }, ms: 1 } });
  const again = message('cmd', command);
  assert.deepEqual(told(again), []);
  assert.equal(answer(again).phase, 'done');
  now.at += 600_001;
  assert.equal(told(message('cmd', command)).length, 1, 'after ten minutes it is forgotten');
});

test('rule 2: the same id of another topic prefix is another command; what asks and changes nothing is asked again', () => {
  const { message } = start();
  assert.equal(told(message('cmd', { id: 'x', cmd: 'call.dial', args: { to: '1' } })).length, 1);
  assert.equal(told(message('dialer/cmd', { id: 'x', cmd: 'call.dial', args: { to: '1' } })).length, 1);
  for (let i = 0; i < 2; i++) assert.equal(told(message('cmd', { id: 'q', cmd: 'state.get' })).length, 1);
});

test('rule 2: an acting command is kept before it is passed on, and a bridge that was restarted knows it', () => {
  const first = start();
  const command = { id: 'once', cmd: 'transfer.blind', args: { to: '1' } };
  const out = first.message('cmd', command);
  assert.deepEqual(
    out.map(({ type }) => type),
    ['keep', 'ask-phone'],
  );
  const memory = kept(out);
  assert.equal(answer(start({ kept: memory }).message('cmd', command)).error!.code, 'duplicate');
  const [line] = told(out);
  const done = first.receive({
    type: 'phone-answered',
    answer: { v: 1, id: line!.id, phase: 'done', result: {}, ms: 1 },
  });
  memory.push(...kept(done));
  assert.equal(answer(start({ kept: memory }).message('cmd', command)).phase, 'done');
  const old = memory.map((each) => ({ ...each, at: each.at - 600_001 }));
  assert.equal(told(start({ kept: old }).message('cmd', command)).length, 1);
});

test('rule 2: what was refused before it was carried out may be sent again; at most 4096 are remembered', () => {
  const { message, receive, now } = start();
  receive({ type: 'phone-left' });
  const command = { id: 'again', cmd: 'call.hold' };
  assert.equal(answer(message('cmd', command)).error!.code, 'internal');
  receive({ type: 'phone-joined', verbs: [] });
  assert.equal(told(message('cmd', command)).length, 1);
  for (let i = 0; i < 4096; i++) {
    now.at += 100;
    message('cmd', { id: `f${i}`, cmd: 'call.hold' });
  }
  assert.equal(told(message('cmd', command)).length, 1, 'the oldest went first');
});

test('rule 2: ifSeq goes to the phone, which alone knows the state', () => {
  const { message } = start();
  assert.equal(told(message('cmd', { id: 'a', cmd: 'call.hangup', ifSeq: 6 }))[0]!.ifSeq, 6);
});

test('rule 3: the role is that of the topic prefix, whatever the payload says', () => {
  const { message } = start();
  for (const [topic, role] of [
    ['cmd', 'operator'],
    ['reader/cmd', 'reader'],
    ['dialer/cmd', 'dialer'],
    ['announcer/cmd', 'announcer'],
    ['recorder/cmd', 'recorder'],
    ['admin/cmd', 'admin'],
  ] as const) {
    const [line] = told(message(topic, { id: `as-${role}`, cmd: 'state.get', role: 'local', args: {} }));
    assert.equal(line!.role, role);
  }
  assert.deepEqual(message('local/cmd', { id: 'l', cmd: 'key.mute' }), [{ type: 'note', word: 'foreign-topic' }]);
});

test("rule 3: set/<key> lends the admin's word only for the settings that the owner named", () => {
  const { message } = start({ lent: ['dnd', 'forward_busy'] });
  assert.equal(told(message('set/dnd', 'ON'))[0]!.role, 'admin');
  assert.equal(told(message('set/forward_busy@reception', '214'))[0]!.role, 'admin');
  for (const topic of ['set/auto_answer', 'set/forward_always', 'set/volume_ring', 'cmd/settings.set'])
    assert.equal(told(message(topic, topic.startsWith('set/') ? '40' : ''))[0]!.role, 'operator', topic);
});

test('rule 4: too many commands are told so a few times a second and else dropped and counted, each role by itself', () => {
  const { message, pass, receive } = start();
  receive({ type: 'broker-joined' });
  const outs = Array.from({ length: 300 }, (_, i) => message('cmd', { id: `f${i}`, cmd: 'call.answer' }));
  assert.equal(outs.flatMap(told).length, 20);
  const limited = outs.filter((out) => out.length > 0 && told(out).length === 0).map((out) => answer(out));
  assert.deepEqual(
    limited.map(({ id, error }) => [id, error!.code]),
    [20, 21, 22, 23, 24].map((i) => [`f${i}`, 'rate_limited']),
  );
  assert.equal(told(message('admin/cmd', { id: 'a', cmd: 'system.reregister' })).length, 1);
  pass(1000);
  assert.equal(told(message('cmd', { id: 'later', cmd: 'call.answer' })).length, 1);
  receive({ type: 'phone-left' });
  const diag = JSON.parse(published(pass(30_000), 'diag').at(-1)!.payload) as { bridge: { droppedCommands: number } };
  assert.equal(diag.bridge.droppedCommands, 280);
});

const KEY = '0123456789abcdef0123456789abcdef';
const signing = (required: boolean) => ({
  required,
  hmac,
  clients: { panel: { key: KEY, roles: ['operator' as const] }, boss: { key: `${KEY}!`, roles: ['admin' as const] } },
});
function signed(fields: { id: string; cmd: string; args?: Record<string, unknown>; ifSeq?: number }, key = KEY) {
  const envelope = { args: {}, client: 'panel', ts: '2026-11-22T10:00:00.000Z', ...fields };
  return { v: 1, ...envelope, sig: hmac(key, signedText(envelope)) };
}

test('rule 5: where signatures are required nothing else is carried out, neither buttons nor settings', () => {
  const { message } = start({ signing: signing(true) });
  for (const out of [
    message('cmd', { id: 'a', cmd: 'call.answer' }),
    message('cmd/call.answer', 'PRESS'),
    message('set/dnd', 'ON'),
  ]) {
    assert.deepEqual(told(out), []);
    assert.equal(answer(out).error!.code, 'forbidden');
  }
  assert.equal(told(message('cmd', signed({ id: 'b', cmd: 'call.dial', args: { to: '1', line: 1 } }))).length, 1);
});

test('rule 5: whatever is changed on the road breaks the signature', () => {
  const { message } = start({ signing: signing(true) });
  const good = signed({ id: 'a', cmd: 'call.dial', args: { to: '214' }, ifSeq: 7 });
  const { ifSeq: _, ...without } = good;
  for (const changed of [
    { ...good, id: 'b' },
    { ...good, cmd: 'transfer.blind' },
    { ...good, args: { to: '215' } },
    { ...good, ts: '2026-11-22T10:00:01.000Z' },
    { ...good, ifSeq: 8 },
    without,
    { ...good, replyTo: 'client/thief' },
    { ...good, client: 'boss' },
    { ...good, client: 'nobody' },
    { ...good, client: '__proto__' },
    { ...good, sig: good.sig.replace(/^./, (c) => (c === '0' ? '1' : '0')) },
    signed({ id: 'k', cmd: 'call.answer' }, 'another key'),
  ]) {
    const out = message('cmd', changed);
    assert.deepEqual(told(out), [], JSON.stringify(changed));
    assert.equal(answer(out).error!.code, 'forbidden');
    assert.match(answer(out).error!.message, /^the signature is not right$/, 'one word for all of them');
  }
  assert.equal(told(message('cmd', good)).length, 1);
});

test('rule 5: thirty seconds, once, by the role of the client; without a right clock never', () => {
  const { message, now } = start({ signing: signing(true) });
  const command = signed({ id: 'n', cmd: 'call.answer' });
  assert.equal(answer(message('admin/cmd', command)).error!.code, 'forbidden');
  now.at += 30_001;
  assert.equal(answer(message('cmd', command)).error!.code, 'expired');
  now.at -= 60_002;
  assert.equal(answer(message('cmd', command)).error!.code, 'expired', 'from the future');
  now.at += 30_001;
  assert.equal(told(message('cmd', command)).length, 1);
  assert.equal(answer(message('cmd', command)).error!.code, 'duplicate', 'a replay');
  const blind = start({ signing: signing(true), clockIsRight: () => false });
  assert.equal(answer(blind.message('cmd', command)).error!.code, 'expired');
});

test('rule 5: where signatures are optional a wrong one is still refused', () => {
  const { message } = start({ signing: signing(false) });
  assert.equal(told(message('cmd', { id: 'a', cmd: 'call.answer' })).length, 1);
  const wrong = { ...signed({ id: 'b', cmd: 'call.answer' }), cmd: 'call.hangup' };
  assert.equal(answer(message('cmd', wrong)).error!.code, 'forbidden');
});

test('rule 6: a foreign reply topic is refused without an answer and without an act', () => {
  const { message, pass } = start();
  for (const topic of [
    'homeassistant/x',
    'switchhook/other/reply/a',
    'switchhook/rcp1/state',
    'switchhook/rcp1/reply',
    'switchhook/rcp1/reply/',
    'switchhook/rcp1/reply//a',
    'client/+',
    'client/#',
    'client/',
    'client/a/b',
    '$SYS/x',
    'client/A',
    `client/${'a'.repeat(130)}`,
  ]) {
    pass(1000);
    const none = [{ type: 'note', word: 'bad-reply-topic' }];
    const envelope = { id: 'a', cmd: 'call.answer' };
    assert.deepEqual(message('cmd', envelope, { responseTopic: topic }), none, topic);
    assert.deepEqual(message('cmd/call.answer', 'PRESS', { responseTopic: topic }), none, topic);
    if (topic.length <= 128) assert.deepEqual(message('cmd', { ...envelope, replyTo: topic }), none, topic);
  }
});

test('rule 6: places for answers are configured as filters', () => {
  const topics = new Topics('rcp1', { replyTo: ['panels/+/answers', 'floor/#'] });
  for (const topic of ['panels/a/answers', 'floor/1/a', 'switchhook/rcp1/reply/a']) assert.ok(topics.mayReplyTo(topic));
  for (const topic of ['client/a', 'panels/a/b/answers', 'floor', 'xfloor/1']) assert.ok(!topics.mayReplyTo(topic));
});

test('rule 7: 8 KiB, depth 6, own properties only', () => {
  const { message } = start();
  const long = { id: 'a', cmd: 'call.dial', args: { to: 'x'.repeat(8192) } };
  assert.equal(answer(message('cmd', long)).error!.code, 'bad_schema');
  const deep = '{"id":"a","cmd":"call.dial","args":{"a":{"b":{"c":{"d":{"e":{}}}}}}}';
  assert.equal(answer(message('cmd', deep)).error!.code, 'bad_schema');
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    const out = message('cmd', `{"id":"a","cmd":"call.dial","args":{"to":"1","${key}":{"x":1}}}`);
    assert.deepEqual([told(out), answer(out).error!.code], [[], 'bad_schema']);
  }
  assert.equal(answer(message('cmd', '{"id":"a"')).error!.code, 'bad_json');
  assert.equal(({} as Record<string, unknown>)['x'], undefined);
});

test('rule 7: texts reach the phone in NFC without control characters', () => {
  const { message } = start();
  const [envelope] = told(message('cmd', { id: 'a', cmd: 'call.dial', args: { to: 'Ire\u0301n\u0000\u001b[2J' } }));
  const decoded = decodeLine(JSON.stringify(envelope));
  assert.ok(decoded.ok && decoded.value.request.name === 'intent');
  assert.deepEqual(decoded.value.request.intent, { verb: 'call.dial', to: 'Ir\u00e9n[2J' });
  const [short] = told(message('cmd/call.dial', 'Ire\u0301n\u0000'));
  assert.equal(short!.args!['to'], 'Ir\u00e9n');
});

test('rule 8: a broker without encryption or user name that is not on this machine is warned of, certificates are checked', () => {
  const warnings = (broker: object) => {
    const read = readConfiguration({ id: 'rcp1', broker });
    assert.ok(read.ok);
    return brokerWarnings(read.value);
  };
  assert.equal(warnings({ url: 'mqtt://10.0.0.2' }).length, 2);
  assert.match(warnings({ url: 'ws://broker:9001', username: 'a' }).join(), /without encryption/);
  assert.match(warnings({ url: 'mqtts://broker' }).join(), /without a user name/);
  for (const url of ['mqtt://127.0.0.1', 'mqtt://localhost:1884', 'mqtt://[::1]'])
    assert.deepEqual(warnings({ url }), []);
  assert.deepEqual(warnings({ url: 'mqtts://broker', tls: { cert: 'a', key: 'b' } }), []);
  // there is no key to switch the check of certificates off
  assert.ok(!readConfiguration({ id: 'a', broker: { url: 'mqtts://b', tls: { insecure: true } } }).ok);
  const { receive } = start({ warnings: ['the broker is reached without encryption'] });
  receive({ type: 'phone-left' });
  const out = receive({ type: 'broker-joined' });
  assert.match(published(out, 'diag')[0]!.payload, /"warnings":\["the broker is reached without encryption"\]/);
});

test('rule 9: that the person at the phone was quicker comes back as stale_state', () => {
  const { message, receive } = start();
  const [line] = told(message('cmd', { id: 'a', cmd: 'call.hangup' }));
  const error = {
    code: 'stale_state',
    message: 'somebody is pressing keys at the phone',
    sip: null,
    canDo: [],
  } as const;
  const out = receive({ type: 'phone-answered', answer: { v: 1, id: line!.id, phase: 'failed', error } });
  assert.equal(answer(out).error!.code, 'stale_state');
});

test('rule 10: digits of a call are in nothing that is published, kept or noted', () => {
  const { message, receive, state } = start();
  receive({ type: 'broker-joined' });
  const outs = [state(), message('cmd', { id: 'a', cmd: 'call.dtmf', args: { digits: '424242' } })];
  outs.push(message('cmd/call.dtmf', '424242'), message('cmd/call.hold', '424242'), message('set/dnd', '424242'));
  for (const [i, line] of outs.flatMap(told).entries())
    outs.push(
      receive({
        type: 'phone-answered',
        answer:
          i === 0
            ? { v: 1, id: line.id, phase: 'done', result: {}, ms: 1 }
            : {
                v: 1,
                id: line.id,
                phase: 'failed',
                error: { code: 'not_in_state', message: 'Nobody hears digits now', sip: null, canDo: [] },
              },
      }),
    );
  const rest = outs.flat().filter(({ type }) => type !== 'ask-phone');
  assert.ok(rest.length > 8);
  assert.ok(!JSON.stringify(rest).includes('424242'));
});

test('rule 10: what the phone told of a call holds no password and no header field', () => {
  const words = JSON.stringify(SNAPSHOT)
    .match(/"[a-zA-Z]+":/g)!
    .join();
  assert.ok(!/password|secret|authorization|digits|tts/i.test(words));
});

test.run();
