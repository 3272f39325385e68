import assert from 'node:assert/strict';
import { test } from 'uvu';
import { canDo, view } from '../src/index.ts';
import { Bench, call } from './bench.ts';

const shown = (bench: Bench) => view(bench.state, (at) => `t${at}`);
const dialled = (bench: Bench) => {
  const effect = bench.last.find((each) => each.type === 'dial');
  assert.ok(effect?.type === 'dial');
  return effect;
};

test('phone-ux §4.4: lifting gives a dial tone, the first digit stops it, # dials, putting down ends it', () => {
  const bench = new Bench();
  bench.want({ verb: 'hook.lift' });
  assert.ok(bench.has('tone', { tone: 'dial' }));
  assert.equal(shown(bench).lines[0]?.state, 'dial-tone');
  bench.dial('2');
  assert.ok(bench.has('tone', { tone: undefined }));
  bench.dial('14#');
  assert.deepEqual(
    { to: dialled(bench).to, call: dialled(bench).call as string },
    { to: 'sip:214@pbx.test', call: 'c-1' },
  );
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('hangup', { call: 'c-1' }));
  bench.end('c-1', 487, 'local');
  assert.equal(shown(bench).phone, 'idle');
});

test('phone-ux §4.4: 15 s of dial tone turn into reorder', () => {
  const bench = new Bench();
  bench.want({ verb: 'hook.lift' });
  bench.pass(15_000);
  assert.equal(bench.state.sounds.tone, 'reorder');
});

test('phone-ux §4.5: a call that is not answered ends with the tone of its cause', () => {
  for (const [status, tone] of [
    [486, 'busy'],
    [404, 'unobtainable'],
    [503, 'reorder'],
  ] as const) {
    const bench = new Bench();
    bench.want({ verb: 'call.dial', to: '214' });
    bench.end('c-1', status);
    assert.equal(bench.state.sounds.tone, tone);
    bench.pass(10_000);
    assert.equal(bench.state.sounds.tone, undefined);
  }
});

test('phone-ux §4.1: ringing: 180, the bell, and lifting answers; talking starts with the answer, is done with the ACK', () => {
  const bench = new Bench();
  bench.ring('a', '2001', 'Kiss');
  assert.ok(bench.has('ring', { call: 'a' }) && bench.has('ringer', { ring: 'internal' }));
  assert.deepEqual(shown(bench).display, ['Call from Kiss', '2001']);
  const ticket = bench.want({ verb: 'hook.lift' });
  assert.ok(
    bench.has('answer', { call: 'a' }) &&
      bench.has('connect', { calls: ['a'] }) &&
      bench.has('ringer', { ring: undefined }),
  );
  assert.equal(bench.outcome(ticket), undefined);
  bench.up('a');
  assert.equal(bench.outcome(ticket), 'done');
  assert.deepEqual(bench.notices(), ['incoming', 'answered', 'talking']);
});

test('features §1.3: a second caller is heard as call waiting, and answering holds the first and waits for its result', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.pass(1_000);
  bench.ring('b', '2002');
  assert.equal(bench.state.sounds.tone, 'call-waiting');
  assert.equal(bench.state.sounds.ringer, 'splash');
  assert.equal(shown(bench).lines[1]?.callId, 'b');
  const ticket = bench.want({ verb: 'key.line', line: 2 });
  assert.ok(bench.has('hold', { call: 'a' }) && !bench.has('answer'));
  bench.held('a');
  assert.ok(bench.has('answer', { call: 'b' }) && bench.has('connect', { calls: ['b'] }));
  bench.up('b');
  assert.equal(bench.outcome(ticket), 'done');
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['held', 'talking']);
});

test('mqtt §3.4: the hold refused: the first call goes on, the second rings on, the sender gets hold_refused with the code', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  const ticket = bench.want({ verb: 'call.answer' });
  bench.tell({ type: 'hold-refused', call: call('a'), status: 488, phrase: 'No' });
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['talking', 'ringing']);
  assert.equal(bench.ear, 'a');
  assert.equal(bench.outcome(ticket), 'hold_refused');
  assert.ok(bench.has('refuse'), 'a key hears it');
});

test('features §1.3: the waiting caller gives up while the first is put on hold: the first comes back', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  const ticket = bench.want({ verb: 'call.answer' });
  bench.end('b', 487);
  bench.held('a');
  assert.ok(bench.has('resume', { call: 'a' }) && !bench.has('answer'));
  bench.resumed('a');
  assert.equal(bench.phase('a'), 'talking');
  assert.equal(bench.outcome(ticket), 'unknown_call');
});

test('features §1.4: swap holds, waits, resumes; a refused resume takes the first one back', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  bench.want({ verb: 'call.answer' });
  bench.held('a');
  bench.up('b');
  const swap = bench.want({ verb: 'key.hold' });
  assert.ok(bench.has('hold', { call: 'b' }) && !bench.has('resume'));
  bench.held('b');
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.tell({ type: 'resume-refused', call: call('a'), status: 488, phrase: 'No' });
  assert.ok(bench.has('resume', { call: 'b' }));
  bench.resumed('b');
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['held', 'talking']);
  assert.equal(bench.outcome(swap), 'hold_refused');
});

test('features §1.4: a held caller rings back after holdRecallSec', () => {
  const bench = new Bench({ holdRecallSec: 120 });
  bench.talking('a');
  bench.want({ verb: 'key.hold' });
  bench.held('a');
  bench.pass(119_999);
  assert.equal(bench.state.sounds.ringer, undefined);
  bench.pass(1);
  assert.equal(bench.state.sounds.ringer, 'recall');
  bench.want({ verb: 'key.line', line: 1 });
  bench.resumed('a');
  assert.equal(bench.state.sounds.ringer, undefined);
  assert.ok(!bench.timers.has('recall:a'));
});

test('features §1.6: do not disturb answers 486 and writes the caller down as missed', () => {
  const bench = new Bench();
  bench.want({ verb: 'key.dnd' });
  assert.ok(bench.has('save', { key: 'dnd', value: true }));
  bench.ring('a');
  assert.ok(bench.has('reject', { call: 'a', status: 486 }));
  assert.deepEqual(bench.state.calls, []);
  assert.ok(bench.notices().includes('missed'));
});

test('features §1.3: the fifth call is busy', () => {
  const bench = new Bench();
  for (const id of ['a', 'b', 'c', 'd']) bench.ring(id);
  assert.equal(bench.state.calls.length, 4);
  assert.deepEqual(
    shown(bench).lines.map((line) => line.callId),
    ['a', 'b'],
  );
  assert.deepEqual(
    shown(bench).waiting?.map((line) => line.callId),
    ['c', 'd'],
  );
  bench.ring('e');
  assert.ok(bench.has('reject', { call: 'e', status: 486 }));
});

test('features §1.3: an unanswered caller gets 480 after the ring time and is missed', () => {
  const bench = new Bench();
  bench.ring('a');
  bench.pass(60_000);
  assert.ok(bench.effects.some((effect) => effect.type === 'reject' && effect.status === 480));
});

test('phone-ux §4.1: what a key cannot do is refused with a text, and the refusal tone only sounds at the phone', () => {
  const bench = new Bench();
  const ticket = bench.want({ verb: 'key.transfer' });
  assert.ok(bench.has('refuse', { text: 'No call to transfer now' }));
  assert.equal(bench.outcome(ticket), 'not_in_state');
  assert.equal(bench.state.sounds.tone, undefined);
  bench.tell({ type: 'refusal', text: 'No call to transfer now' });
  assert.equal(bench.state.sounds.tone, 'refusal');
  assert.deepEqual(shown(bench).display, ['No call to transfer now']);
  bench.pass(3_000);
  assert.equal(bench.state.sounds.tone, undefined);
  assert.deepEqual(shown(bench).display, ['1000']);
});

test('mqtt §3.4: a refusal carries what can be done instead', () => {
  const bench = new Bench();
  bench.talking('a');
  const ticket = bench.want({ verb: 'transfer.complete' });
  const settled = bench.settled.get(ticket);
  assert.ok(settled?.name === 'failed');
  assert.deepEqual(settled.error.canDo, canDo(bench.state));
  assert.ok(settled.error.canDo.includes('transfer.start'));
});

test('mqtt §3.4: callId may be left out only when one call can be meant', () => {
  const bench = new Bench();
  bench.ring('a');
  bench.ring('b');
  assert.equal(bench.outcome(bench.want({ verb: 'call.answer' })), 'ambiguous');
  assert.equal(bench.outcome(bench.want({ verb: 'call.answer', callId: call('x') })), 'unknown_call');
  bench.want({ verb: 'call.answer', callId: call('b') });
  assert.ok(bench.has('answer', { call: 'b' }));
  assert.equal(bench.outcome(bench.want({ verb: 'call.hold', callId: call('a') })), 'not_in_state');
});

test('mqtt §3.4: no registration, no dialling, but an emergency number is dialled all the same', () => {
  const bench = new Bench({}, false);
  assert.equal(bench.outcome(bench.want({ verb: 'call.dial', to: '214' })), 'not_registered');
  assert.ok(!canDo(bench.state).includes('call.dial'));
  bench.want({ verb: 'call.dial', to: '1 12' });
  assert.ok(dialled(bench).emergency);
  assert.ok(bench.state.calls[0]?.emergency);
});

test('features §1.3: an emergency call is not put on hold for anybody', () => {
  const bench = new Bench();
  bench.want({ verb: 'call.dial', to: '112' });
  bench.up('c-1', '112');
  bench.ring('b');
  for (const verb of ['call.answer', 'call.hold', 'call.swap', 'transfer.start', 'key.hold', 'key.transfer'] as const) {
    assert.equal(bench.outcome(bench.want({ verb })), 'not_in_state', verb);
  }
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('hangup', { call: 'c-1' }));
});

test('phone-ux §4.1: redial dials the last number, digits in a call are DTMF, mute goes with the last call', () => {
  const bench = new Bench();
  assert.equal(bench.outcome(bench.want({ verb: 'key.redial' })), 'not_in_state');
  bench.want({ verb: 'call.dial', to: '214' });
  bench.up('c-1', '214');
  bench.dial('5');
  assert.ok(bench.has('dtmf', { call: 'c-1', digits: '5' }));
  bench.want({ verb: 'key.mute' });
  assert.ok(bench.has('mute', { on: true }));
  bench.end('c-1');
  assert.ok(bench.has('mute', { on: false }));
  bench.want({ verb: 'key.redial' });
  assert.equal(dialled(bench).to, 'sip:214@pbx.test');
});

test('features rule 21: a headset that goes away leaves the call on the handset', () => {
  const bench = new Bench();
  bench.want({ verb: 'audio.route', route: 'headset' });
  bench.tell({ type: 'route-lost', route: 'headset' });
  assert.ok(bench.has('route', { route: 'handset' }));
  assert.equal(bench.outcome(bench.want({ verb: 'audio.route', route: 'headset' })), 'media_error');
  bench.tell({ type: 'route-found', route: 'headset' });
  assert.equal(bench.outcome(bench.want({ verb: 'audio.route', route: 'headset' })), 'done');
});

test('features rule 21: a headset found again is offered in the call, its button takes the call there, and nothing is ended', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.want({ verb: 'audio.route', route: 'headset' });
  bench.tell({ type: 'route-lost', route: 'headset' });
  assert.equal(bench.state.route, 'handset');
  assert.deepEqual(bench.state.message?.text, ['No headset', 'Handset']);
  bench.tell({ type: 'route-found', route: 'headset' });
  assert.equal(bench.state.route, 'handset', 'who listens decides');
  assert.deepEqual(bench.state.message?.text, ['The headset is back', 'Its button = talk there']);
  bench.want({ verb: 'headset.short' });
  assert.equal(bench.state.route, 'headset');
  assert.equal(bench.state.calls[0]?.phase.name, 'talking');
  bench.want({ verb: 'headset.short' });
  assert.equal(bench.state.calls[0]?.phase.name, 'ending', 'the next press hangs up');
});

test('features rule 21: a phone at rest goes back to the headset by itself, unless the person chose another route', () => {
  const bench = new Bench();
  bench.want({ verb: 'audio.route', route: 'headset' });
  bench.tell({ type: 'route-lost', route: 'headset' });
  bench.tell({ type: 'route-found', route: 'headset' });
  assert.equal(bench.state.route, 'headset');
  bench.tell({ type: 'route-lost', route: 'headset' });
  bench.want({ verb: 'audio.route', route: 'speaker' });
  bench.tell({ type: 'route-found', route: 'headset' });
  assert.equal(bench.state.route, 'speaker');
});

test('phone-ux §4.4: flash: the waiting caller, then the other one', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  bench.want({ verb: 'hook.flash' });
  bench.held('a');
  bench.up('b');
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['held', 'talking']);
  bench.want({ verb: 'hook.flash' });
  bench.held('b');
  bench.resumed('a');
  assert.deepEqual([bench.phase('a'), bench.phase('b')], ['talking', 'held']);
});

test('phone-ux §4.7: headset: answer, swap, hang up and answer the waiting one', () => {
  const bench = new Bench();
  bench.ring('a');
  bench.want({ verb: 'headset.short' });
  bench.up('a');
  bench.ring('b');
  bench.want({ verb: 'headset.short' });
  assert.ok(bench.has('hangup', { call: 'a' }) && !bench.has('answer'));
  bench.end('a', undefined, 'local');
  assert.ok(bench.has('answer', { call: 'b' }));
  bench.up('b');
  bench.want({ verb: 'headset.triple' });
  assert.ok(bench.has('mute', { on: true }));
});

test('mqtt §3.3: the snapshot says who, since when and why', () => {
  const bench = new Bench();
  bench.now = 5;
  bench.talking('a', '2001', 'Kiss\u0000\u202e');
  bench.tell({ type: 'negotiated', call: call('a'), codec: 'PCMU', secure: 'no' });
  bench.tell({ type: 'peer-held', call: call('a'), on: true });
  const snapshot = shown(bench);
  const line = snapshot.lines[0];
  assert.deepEqual(
    [line?.state, line?.party, line?.since, line?.remoteHold, line?.codec],
    ['talking', { number: '2001', name: 'Kiss', verified: true }, 't5', true, 'PCMU'],
  );
  assert.deepEqual(line?.canDo, ['call.hangup', 'call.hold', 'call.dtmf', 'transfer.start', 'transfer.blind']);
  assert.equal(snapshot.phone, 'talking');
  assert.equal(snapshot.registrations[0]?.state, 'registered');
});

test.run();
