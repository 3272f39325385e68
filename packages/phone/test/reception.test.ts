import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { PhoneEvent, PhoneSettings } from '../src/index.ts';
import { type DialPattern, initialPhone, parsePattern } from '../src/index.ts';
import { account, Bench, call, peer, settings } from './bench.ts';
import { shown } from './situations.ts';

type Incoming = Extract<PhoneEvent, { type: 'incoming' }>;

function pattern(text: string): DialPattern {
  const read = parsePattern(text);
  assert.ok(read.ok);
  return read.value;
}

/** Somebody calls, with what their exchange says of it. */
function calls(bench: Bench, id: string, more: Partial<Incoming> = {}, user = '2001'): void {
  bench.tell({ type: 'incoming', call: call(id), account, peer: peer(user), trusted: true, ...more });
}

function set(bench: Bench, key: string, value: string | number | boolean): string | undefined {
  return bench.outcome(bench.want({ verb: 'settings.set', key, value }));
}

function sentOn(bench: Bench): readonly [number, string | undefined, string | undefined] | undefined {
  const effect = bench.last.find((each) => each.type === 'reject');
  return effect?.type === 'reject' ? [effect.status, effect.divert?.to, effect.divert?.reason] : undefined;
}

const phoneWith = (wishes: Partial<PhoneSettings> = {}) => new Bench(wishes);

test('features §1.6: all calls forwarded: 302 with Contact and Diversion, shown on the display and by the stutter dial tone', () => {
  const bench = phoneWith();
  assert.equal(set(bench, 'forward_always', '300'), 'done');
  assert.ok(bench.has('save', { key: 'forward_always', value: '300' }));
  calls(bench, 'a');
  assert.deepEqual(sentOn(bench), [302, 'sip:300@pbx.test', 'unconditional']);
  assert.deepEqual(bench.state.calls, []);
  assert.deepEqual(shown(bench).display, ['1000', 'All calls to 300']);
  bench.want({ verb: 'hook.lift' });
  assert.equal(bench.state.sounds.tone, 'stutter-dial');
  bench.want({ verb: 'hook.put-down' });
  set(bench, 'forward_always', '');
  bench.want({ verb: 'hook.lift' });
  assert.equal(bench.state.sounds.tone, 'dial');
});

test('features §1.6: whom all calls are forwarded to gets through', () => {
  const bench = phoneWith();
  set(bench, 'forward_always', '300');
  calls(bench, 'a', {}, '300');
  assert.equal(bench.phase('a'), 'ringing');
});

test('features §1.6: forwarding when busy: at the limit of calls, and without call waiting at the first', () => {
  const bench = phoneWith({ maxCalls: 2 });
  set(bench, 'forward_busy', 'sip:shop@other.test');
  calls(bench, 'a');
  calls(bench, 'b');
  assert.equal(sentOn(bench), undefined);
  calls(bench, 'c');
  assert.deepEqual(sentOn(bench), [302, 'sip:shop@other.test', 'user-busy']);
  const single = phoneWith();
  set(single, 'call_waiting', false);
  set(single, 'forward_busy', '300');
  calls(single, 'a');
  assert.equal(sentOn(single), undefined);
  calls(single, 'b');
  assert.deepEqual(sentOn(single), [302, 'sip:300@pbx.test', 'user-busy']);
});

test('features §1.3: call waiting off: the second caller hears busy, also while a number is dialled', () => {
  const bench = phoneWith({ callWaiting: false });
  bench.want({ verb: 'hook.lift' });
  calls(bench, 'a');
  assert.deepEqual(sentOn(bench), [486, undefined, undefined]);
  bench.want({ verb: 'hook.put-down' });
  bench.talking('b');
  calls(bench, 'c');
  assert.deepEqual(sentOn(bench), [486, undefined, undefined]);
});

test('features §1.6: no answer: forwarded after the seconds chosen, not after the ring time', () => {
  const bench = phoneWith();
  set(bench, 'forward_noanswer', '300');
  set(bench, 'forward_noanswer_sec', 12);
  calls(bench, 'a');
  bench.pass(11_900);
  assert.equal(bench.phase('a'), 'ringing');
  bench.pass(200);
  assert.deepEqual(sentOn(bench), [302, 'sip:300@pbx.test', 'no-answer']);
  bench.tell({ type: 'ended', call: call('a'), cause: { by: 'local', how: 'response', status: 302 } });
  assert.deepEqual(bench.state.calls, []);
});

test('RFC 5806: a call that was diverted too often, or has no hop left, is not diverted once more', () => {
  const bench = phoneWith({ forwardLimit: 3 });
  set(bench, 'forward_always', '300');
  calls(bench, 'a', { diversions: 2 });
  assert.equal(sentOn(bench)?.[0], 302);
  calls(bench, 'b', { diversions: 3 });
  assert.deepEqual(sentOn(bench), [480, undefined, undefined]);
  calls(bench, 'c', { hopsLeft: 1 });
  assert.deepEqual(sentOn(bench), [480, undefined, undefined]);
});

test('features §1.6: forwarding to this phone itself is refused with words', () => {
  const bench = phoneWith();
  for (const target of ['1000', 'sip:1000@pbx.test']) assert.equal(set(bench, 'forward_always', target), 'bad_schema');
  for (const target of ['two words', '<sip:x@y>', 5]) assert.equal(set(bench, 'forward_always', target), 'bad_schema');
  assert.equal(bench.state.choices.forwardAlways, '');
});

test('features §1.6: an account may have its own choice, which comes before that of the phone, until it is given up', () => {
  const bench = phoneWith();
  set(bench, 'dnd', true);
  assert.equal(set(bench, 'dnd@desk', false), 'done');
  calls(bench, 'a');
  assert.equal(bench.phase('a'), 'ringing');
  assert.equal(shown(bench).settings['dnd@desk'], false);
  assert.equal(set(bench, 'dnd@desk', 'default'), 'done');
  calls(bench, 'b');
  assert.deepEqual(sentOn(bench), [486, undefined, undefined]);
  assert.equal(shown(bench).settings['dnd@desk'], undefined);
  assert.equal(set(bench, 'dnd@nobody', true), 'bad_schema');
  assert.equal(set(bench, 'route@desk', 'headset'), 'bad_schema');
});

test('features §1.6: do not disturb refuses with the configured status and stutters the dial tone', () => {
  const bench = phoneWith({ dndStatus: 480 });
  set(bench, 'dnd', true);
  calls(bench, 'a');
  assert.deepEqual(sentOn(bench), [480, undefined, undefined]);
  bench.want({ verb: 'hook.lift' });
  assert.equal(bench.state.sounds.tone, 'stutter-dial');
});

test('RFC 6881: after an emergency call everybody gets through for half an hour, whatever was chosen', () => {
  const bench = phoneWith({ callWaiting: false });
  set(bench, 'dnd', true);
  set(bench, 'forward_always', '300');
  bench.want({ verb: 'hook.lift' });
  bench.dial('112#');
  const emergency = bench.state.calls[0]!.id;
  bench.up(emergency, '112');
  bench.end(emergency);
  calls(bench, 'a', {}, '112');
  assert.equal(bench.phase('a'), 'ringing');
  bench.end('a');
  bench.pass(1_800_001);
  calls(bench, 'b', {}, '112');
  assert.equal(sentOn(bench)?.[0], 302);
});

test('features §1.6: auto answer on request of the exchange: rings for its seconds, warns with a tone, takes the loudspeaker', () => {
  const bench = phoneWith();
  set(bench, 'auto_answer', 'intercom');
  calls(bench, 'a', { answerAfterS: 2 });
  assert.equal(bench.phase('a'), 'ringing');
  bench.pass(2_000);
  assert.equal(bench.phase('a'), 'connecting');
  assert.ok(bench.has('answer', { call: 'a' }));
  assert.equal(bench.state.sounds.tone, 'auto-answer');
  assert.equal(bench.state.route, 'speaker');
  assert.deepEqual(shown(bench).display, ['Answered by itself', '2001']);
  calls(bench, 'b', { answerAfterS: 0 });
  bench.pass(0);
  assert.equal(bench.phase('b'), 'ringing', 'never when a call is up');
});

test('features §1.6: auto answer: off by default, not for strangers, not for who is not on the list, not into another call', () => {
  const rings = (bench: Bench, more: Partial<Incoming>, user?: string) => {
    calls(bench, 'x', { answerAfterS: 0, ...more }, user);
    bench.pass(10);
    const phase = bench.phase('x');
    bench.end('x');
    return phase === 'ringing';
  };
  assert.ok(rings(phoneWith(), {}), 'off');
  const some = phoneWith({ choices: { autoAnswer: 'all' }, autoAnswer: { from: [pattern('2001')], afterMs: 0 } });
  assert.ok(rings(some, {}, '2002'), 'not on the list');
  assert.ok(rings(some, { trusted: false }), 'a stranger');
  assert.ok(!rings(some, {}), 'on the list');
  const dialling = phoneWith({ choices: { autoAnswer: 'all' } });
  dialling.want({ verb: 'hook.lift' });
  assert.ok(rings(dialling, {}), 'somebody dials');
  const talking = phoneWith({ choices: { autoAnswer: 'all' } });
  talking.talking('a');
  assert.ok(rings(talking, {}), 'a call is up');
});

test('features §1.6: auto answer waits for a call that ends meanwhile to be over before it counts', () => {
  const bench = phoneWith({ choices: { autoAnswer: 'all' }, autoAnswer: { from: [], afterMs: 3_000 } });
  calls(bench, 'a');
  calls(bench, 'b');
  bench.pass(10_000);
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['ringing', 'ringing']);
  bench.end('b');
  bench.pass(3_000);
  assert.equal(bench.phase('a'), 'connecting');
});

test('features §1.3: who diverted the call is shown', () => {
  const bench = phoneWith();
  calls(bench, 'a', { diversions: 1, divertedBy: 'sip:2000@pbx.test' });
  assert.equal(shown(bench).lines[0]?.via, 'forwarded by 2000');
});

test('phone-ux §4.6: Alert-Info of the own exchange says how it rings, that of a stranger does not', () => {
  const bench = phoneWith();
  calls(bench, 'a', { alertInfo: '<http://ring.test>;info=alert-external' });
  assert.equal(bench.state.sounds.ringer, 'external');
  bench.end('a');
  calls(bench, 'b', { alertInfo: '<http://ring.test>;info=internal' }, '003612345678');
  assert.equal(bench.state.sounds.ringer, 'internal');
  bench.end('b');
  calls(bench, 'c', { alertInfo: '<x>;info=external', trusted: false });
  assert.equal(bench.state.sounds.ringer, 'internal', 'by its number');
});

test('mqtt §3.2: every setting stands in the picture, and what was kept holds after a restart; what does not fit is left out', () => {
  const bench = phoneWith();
  for (const [key, value] of [
    ['forward_busy', '300'],
    ['volume_ring', 35],
    ['complete_on_hook', false],
    ['consult_target', '9999'],
    ['call_waiting', false],
    ['auto_answer', 'intercom'],
    ['dnd@desk', true],
  ] as const)
    assert.equal(set(bench, key, value), 'done', key);
  const before = shown(bench).settings;
  const kept = Object.fromEntries(
    bench.effects.flatMap((effect) => (effect.type === 'save' ? [[effect.key, effect.value]] : [])),
  );
  const again = new Bench();
  again.state = initialPhone(settings(), { ...kept, route: 'roof', volume_speaker: 'loud', nonsense: 1, mute: true });
  assert.deepEqual(shown(again).settings, before);
  assert.deepEqual([before['volume_ring'], before['forward_busy'], before['dnd@desk']], [35, '300', true]);
  assert.equal(before['mute'], false);
});

test('features §1.3: calls are forwarded neither to an emergency number nor where the dial plan lets nobody dial', () => {
  const bench = phoneWith({
    dialPlan: [{ match: pattern('0900.'), strip: 0, prepend: '', refuse: 'Not from this phone' }],
  });
  assert.equal(set(bench, 'forward_always', '112'), 'number_not_allowed');
  assert.equal(set(bench, 'forward_busy', '09001234'), 'number_not_allowed');
  assert.equal(set(bench, 'forward_busy', '214'), 'done');
});

test.run();
