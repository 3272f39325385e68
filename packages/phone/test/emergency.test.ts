import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bench } from './bench.ts';
import { calling, dialledLast, refused, ringsBack, shown } from './situations.ts';

test('features §1.3: an emergency call beside a consultation, then the handset down: the caller rings back', () => {
  for (const completeOnHook of [true, false]) {
    const bench = new Bench({ completeOnHook });
    const target = bench.consulting();
    bench.want({ verb: 'call.dial', to: '112' });
    const emergency = dialledLast(bench);
    bench.up(emergency, '112');
    bench.held(target);
    bench.want({ verb: 'hook.put-down' });
    assert.ok(bench.has('hangup', { call: emergency }) && bench.has('hangup', { call: target }));
    bench.end(emergency, undefined, 'local');
    bench.end(target, undefined, 'local');
    ringsBack(bench, String(completeOnHook));
  }
});

test('features §1.3: an emergency number at "Transfer to?" ends the transfer: the caller waits and rings back', () => {
  const bench = new Bench({ holdRecallSec: 60 });
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('112#');
  const emergency = dialledLast(bench);
  bench.up(emergency, '112');
  bench.pass(20_000);
  assert.equal(bench.ear, emergency);
  bench.end(emergency);
  bench.pass(60_000);
  assert.equal(bench.phase('a'), 'held');
  assert.equal(bench.state.sounds.ringer, 'recall');
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('resume', { call: 'a' }));
});

test('features §1.3: no dial tone, no target and no reorder tone come over an emergency call', () => {
  for (const to of [undefined, '9999']) {
    const bench = new Bench();
    bench.talking();
    bench.want({ verb: 'transfer.start', ...(to === undefined ? {} : { to }) });
    bench.want({ verb: 'call.dial', to: '112' });
    const emergency = dialledLast(bench);
    bench.held('a');
    assert.equal(dialledLast(bench), emergency, 'nobody else is dialled');
    assert.equal(bench.state.prompt, undefined);
    bench.up(emergency, '112');
    bench.pass(20_000);
    assert.equal(bench.ear, emergency);
    assert.equal(bench.state.sounds.tone, undefined);
  }
  const bench = new Bench();
  const target = calling(bench);
  bench.want({ verb: 'call.dial', to: '112' });
  bench.end(target, 487, 'local');
  assert.notEqual(bench.state.sounds.tone, 'reorder');
  assert.equal(shown(bench).display[0], 'Calling 112');
});

test('features §1.3: an emergency call is not ended or held by another one', () => {
  const bench = new Bench();
  bench.want({ verb: 'call.dial', to: '112' });
  assert.equal(bench.outcome(bench.want({ verb: 'call.dial', to: '911' })), 'not_in_state');
  assert.equal(bench.phase('c-1'), 'dialing');
  bench.up('c-1', '112');
  assert.equal(bench.outcome(bench.want({ verb: 'call.dial', to: '112' })), 'not_in_state');
  assert.equal(bench.phase('c-1'), 'talking');
});

test('features §1.3: nobody is transferred to an emergency number; the key that would do it calls the number', () => {
  const bench = new Bench();
  bench.talking();
  assert.equal(bench.outcome(bench.want({ verb: 'transfer.start', to: '112' })), 'number_not_allowed');
  assert.equal(bench.outcome(bench.want({ verb: 'transfer.blind', to: '1 12' })), 'number_not_allowed');
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('112');
  bench.want({ verb: 'key.transfer-long' });
  assert.ok(!bench.has('refer'));
  assert.ok(bench.has('dial', { emergency: true }));
});

test('features §1.3: an answer that crosses an emergency call does not get its microphone', () => {
  const bench = new Bench();
  bench.want({ verb: 'call.dial', to: '214' });
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = dialledLast(bench);
  bench.up('c-1', '214');
  assert.equal(bench.phase('c-1'), 'ending');
  bench.up(emergency, '112');
  assert.equal(bench.ear, emergency);
});

test('features §1.3: a far end that refuses to be held for an emergency call is silenced', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'call.dial', to: '112' });
  refused(bench, 'a');
  const emergency = dialledLast(bench);
  bench.up(emergency, '112');
  assert.equal(bench.phase('a'), 'held');
  assert.equal(bench.ear, emergency);
});

test('features §1.3: an armed transfer is cancelled by an emergency call, not failed', () => {
  const bench = new Bench();
  const target = calling(bench);
  bench.want({ verb: 'key.transfer' });
  bench.want({ verb: 'call.dial', to: '112' });
  bench.end(target, 487, 'local');
  const outcome = bench.state.transfers[0]?.outcome;
  assert.ok(outcome?.name === 'failed' && outcome.stage === 'cancelled');
  assert.equal(bench.state.calls[0]?.via, undefined);
});

test('features §1.3: a held caller who hangs up does not beep into an emergency call', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'call.dial', to: '112' });
  bench.held('a');
  bench.up(dialledLast(bench), '112');
  bench.end('a');
  assert.equal(bench.state.sounds.tone, undefined);
  bench.tell({ type: 'refusal', text: 'No' });
  assert.equal(bench.state.sounds.tone, 'refusal');
});

test('mqtt §3.4: a held call is not taken back beside one that is being dialled', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.held('a');
  bench.want({ verb: 'call.dial', to: '214' });
  for (const ticket of [bench.want({ verb: 'call.resume' }), bench.want({ verb: 'key.line', line: 1 })]) {
    assert.equal(bench.outcome(ticket), 'not_in_state');
  }
  assert.equal(bench.phase('a'), 'held');
});

test('features §1.3: a call that was being taken back is held again for an emergency call', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.held('a');
  bench.want({ verb: 'key.hold' });
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = dialledLast(bench);
  bench.up(emergency, '112');
  bench.resumed('a');
  assert.ok(bench.has('hold', { call: 'a' }));
  assert.equal(bench.ear, emergency);
});

test('phone-ux §4.7: the headset ends an emergency call beside a transfer, and Cancel leaves the transfer alone', () => {
  for (const verb of ['headset.short', 'key.cancel'] as const) {
    const bench = new Bench();
    const target = bench.consulting();
    bench.want({ verb: 'key.transfer' });
    bench.held(target);
    bench.end(target);
    bench.want({ verb: 'call.dial', to: '112' });
    const emergency = dialledLast(bench);
    bench.up(emergency, '112');
    bench.want({ verb });
    assert.ok(bench.has('hangup', { call: emergency }), verb);
    bench.end(emergency, undefined, 'local');
    assert.ok(!bench.has('resume'), `${verb}: the REFER is out`);
  }
});

test('features §1.4: both calls of a consultation that an emergency call put aside ring back after holdRecallSec', () => {
  const bench = new Bench({ holdRecallSec: 60 });
  const target = bench.consulting();
  bench.pass(300_000);
  assert.equal(bench.state.sounds.ringer, undefined, 'nobody is called back while the person consults');
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = dialledLast(bench);
  bench.up(emergency, '112');
  bench.held(target);
  bench.end(emergency);
  bench.pass(60_000);
  assert.equal(bench.state.sounds.ringer, 'recall');
});

test.run();
