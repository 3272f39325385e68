import assert from 'node:assert/strict';
import { test } from 'uvu';
import { lamps } from '../src/index.ts';
import { Bench, call, refer } from './bench.ts';
import { calling, dialledLast, refused, ringsBack, shown, swapped, two } from './situations.ts';

// ------------------------------------------------------------------------------------------- the handset goes down

test('phone-ux §4.4: handset down while a hold is asked for, and the hold is refused: no open microphone, it rings back', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.want({ verb: 'hook.put-down' });
  refused(bench, 'a');
  ringsBack(bench, 'hold');
  const other = new Bench();
  other.talking();
  other.want({ verb: 'key.transfer' });
  other.want({ verb: 'hook.put-down' });
  refused(other, 'a');
  ringsBack(other, 'transfer');
});

test('phone-ux §4.4: handset down while a hold is asked for, and nobody ever answers: it rings back', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.want({ verb: 'hook.put-down' });
  bench.pass(40_000);
  ringsBack(bench, 'timeout');
});

test('phone-ux §4.4: handset down in the middle of a swap: no call is taken back to an empty handset', () => {
  const bench = new Bench();
  two(bench);
  const swap = bench.want({ verb: 'key.hold' });
  bench.held('b');
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.want({ verb: 'hook.put-down' });
  assert.equal(bench.outcome(swap), 'not_in_state');
  bench.end('a', undefined, 'local');
  assert.ok(!bench.has('resume'));
  assert.equal(bench.phase('b'), 'held');
  assert.equal(bench.state.sounds.ringer, 'recall');
});

test('mqtt §3.4: handset down while a call is to be answered: the sender is not told that it was', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  const answer = bench.want({ verb: 'call.answer' });
  bench.want({ verb: 'hook.put-down' });
  bench.held('a');
  assert.equal(bench.outcome(answer), 'not_in_state');
});

test('phone-ux §4.4: handset down while the caller comes back after Cancel: the caller rings back', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'key.cancel' });
  bench.end(target, undefined, 'local');
  bench.want({ verb: 'hook.put-down' });
  bench.resumed('a');
  bench.held('a');
  ringsBack(bench, 'retrieving');
});

test('phone-ux §4.4: completeOnHook off, handset down with the caller after a swap: held, and rings back', () => {
  const bench = new Bench({ completeOnHook: false });
  const target = swapped(bench);
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('hangup', { call: target }));
  assert.ok(bench.has('hold', { call: 'a' }));
  bench.held('a');
  bench.end(target, undefined, 'local');
  ringsBack(bench, 'swapped');
});

test('phone-ux §4.4: completeOnHook off, handset down in the middle of a swap: the caller rings back', () => {
  const bench = new Bench({ completeOnHook: false });
  const target = bench.consulting();
  bench.want({ verb: 'key.hold' });
  bench.held(target);
  bench.want({ verb: 'hook.put-down' });
  bench.resumed('a');
  bench.held('a');
  bench.end(target, undefined, 'local');
  ringsBack(bench, 'swapping');
});

test('phone-ux §4.4: handset down while the calls of a failed transfer are swapped: nobody is taken back', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'key.transfer' });
  bench.held(target);
  bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status: 403, phrase: 'x', withoutSubscription: false });
  bench.resumed(target);
  bench.want({ verb: 'key.hold' });
  bench.want({ verb: 'hook.put-down' });
  bench.held(target);
  assert.ok(!bench.has('resume'));
  ringsBack(bench, 'restored');
});

test('phone-ux §4.4: lifting while the caller who shall ring back is still on the way into hold takes the caller back', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.want({ verb: 'hook.put-down' });
  bench.want({ verb: 'hook.lift' });
  bench.held('a');
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(bench.ear, 'a');
  assert.equal(bench.state.sounds.ringer, undefined);
});

// ------------------------------------------------------------------------------------------------------ known guards

test('mqtt §3.4: call.hold is refused while a transfer is alive: its machine holds and resumes', () => {
  const bench = new Bench();
  const target = bench.consulting();
  const hold = bench.want({ verb: 'call.hold', callId: call(target) });
  assert.equal(bench.outcome(hold), 'not_in_state');
  assert.ok(!bench.has('hold'));
  assert.ok(!shown(bench).canDo.includes('call.hold'));
});

test('phone-ux §4.7: hang up and answer: the waiting caller is answered once the first call has ended, not before', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b');
  const ticket = bench.want({ verb: 'headset.short' });
  assert.equal(bench.phase('b'), 'ringing');
  bench.end('a', undefined, 'local');
  assert.ok(bench.has('answer', { call: 'b' }));
  bench.up('b');
  assert.equal(bench.outcome(ticket), 'done');
  const never = new Bench();
  never.talking('a');
  never.ring('b');
  const late = never.want({ verb: 'headset.short' });
  never.pass(40_000);
  assert.equal(never.outcome(late), 'timeout');
  assert.equal(never.state.errand, undefined);
  never.want({ verb: 'call.answer' });
  assert.ok(never.has('answer', { call: 'b' }), 'the person is not locked out');
});

test('phone-ux §4.1: a leg is not resumed beside another call in hand', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = dialledLast(bench);
  bench.up(emergency, '112');
  bench.held(target);
  for (const id of ['a', target]) {
    assert.equal(bench.outcome(bench.want({ verb: 'call.resume', callId: call(id) })), 'not_in_state');
    assert.ok(!bench.has('resume'));
  }
  bench.end('a');
  assert.ok(!bench.has('resume'), 'the target is not taken back while the emergency call is up');
  assert.equal(bench.phase(target), 'held');
});

// ---------------------------------------------------------------------------------------------------------- the rest

test('phone-ux §4.7: after a refused transfer triple press and redial try again instead of muting or dialling', () => {
  for (const verb of ['headset.triple', 'headset.redial'] as const) {
    const bench = new Bench();
    const target = bench.consulting();
    bench.want({ verb: 'key.transfer' });
    bench.held(target);
    bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status: 403, phrase: 'x', withoutSubscription: false });
    bench.resumed(target);
    bench.want({ verb });
    bench.held(target);
    assert.ok(bench.has('refer', { call: 'a' }), verb);
  }
});

test('phone-ux §4.5: the busy tone of one call does not sound into the next, nor into the caller who comes back', () => {
  const bench = new Bench();
  bench.want({ verb: 'call.dial', to: '214' });
  bench.end('c-1', 486);
  assert.equal(bench.state.sounds.tone, 'busy');
  bench.want({ verb: 'key.mute' });
  bench.want({ verb: 'call.dial', to: '112' });
  assert.equal(bench.state.sounds.tone, undefined);
  const other = new Bench();
  const target = calling(other);
  other.end(target, 486);
  assert.equal(other.state.sounds.tone, 'busy');
  other.want({ verb: 'key.cancel' });
  other.resumed('a');
  assert.equal(other.state.sounds.tone, undefined);
  assert.equal(other.ear, 'a');
});

test('features §1.4: the caller of an abandoned "Transfer to?" rings back after holdRecallSec', () => {
  const bench = new Bench({ holdRecallSec: 120 });
  bench.talking('a', '2001', 'Kiss');
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.pass(15_000);
  assert.equal(bench.state.sounds.tone, 'reorder');
  bench.pass(120_000);
  assert.equal(bench.state.sounds.ringer, 'recall');
  assert.equal(lamps(bench.state)['line1'], 'fast-green');
  assert.equal(shown(bench).display[0], 'Calls back: Kiss');
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('resume', { call: 'a' }));
});

test.run();
