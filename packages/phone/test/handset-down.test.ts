import assert from 'node:assert/strict';
import { test } from 'uvu';
import { view } from '../src/index.ts';
import { Bench, call, refer } from './bench.ts';

const shown = (bench: Bench) => view(bench.state, (at) => `t${at}`);

/** Transfer pressed while the target talks, up to the REFER that is out. */
function referring(bench: Bench): string {
  const target = bench.consulting();
  bench.want({ verb: 'key.transfer' });
  bench.held(target);
  return target;
}

function accepted(bench: Bench, status = 202): void {
  bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status, phrase: 'x', withoutSubscription: false });
}

function notified(bench: Bench, status: number): void {
  bench.tell({ type: 'refer-notified', refer: refer('t-1.1'), status, phrase: 'x', subscription: 'terminated' });
}

test('phone-ux §4.2 step 8: handset down with a held caller and no consult rings back, lifting takes the caller back', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.hold' });
  bench.held('a');
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('ringer', { ring: 'recall' }));
  assert.ok(!bench.has('hangup'));
  bench.want({ verb: 'hook.lift' });
  assert.ok(bench.has('resume', { call: 'a' }) && bench.has('ringer', { ring: undefined }));
  bench.resumed('a');
  assert.equal(bench.ear, 'a');
});

test('phone-ux §4.2 step 8: handset down at "Transfer to?" rings back as well', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.want({ verb: 'hook.put-down' });
  assert.equal(bench.state.sounds.ringer, 'recall');
  assert.equal(bench.state.sounds.tone, undefined);
  assert.equal(bench.phase('a'), 'held');
});

test('phone-ux §4.4: handset down while the consult talks completes; a failure then rings back', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'hook.put-down' });
  bench.held(target);
  assert.ok(bench.has('refer', { call: 'a' }));
  assert.equal(bench.state.calls.length, 2, 'the phone stays in both calls until the verdict');
  accepted(bench);
  notified(bench, 486);
  assert.equal(bench.state.sounds.ringer, 'recall');
  bench.want({ verb: 'hook.lift' });
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(shown(bench).lines[0]?.via, 'back from 9999: busy');
  assert.equal(shown(bench).lines[0]?.state, 'talking');
});

test('phone-ux §4.4: handset down while the target rings arms; busy then rings back', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999#');
  const target = bench.target();
  bench.tell({ type: 'progress', call: call(target), status: 180 });
  bench.want({ verb: 'hook.put-down' });
  assert.equal(shown(bench).transfer?.state, 'armed');
  bench.end(target, 486);
  assert.equal(bench.state.sounds.ringer, 'recall');
  assert.equal(shown(bench).lines[0]?.via, 'back from 9999: busy');
});

test('phone-ux §4.4: completeOnHook off: handset down ends the consult and the caller rings back', () => {
  const bench = new Bench({ completeOnHook: false });
  const target = bench.consulting();
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('hangup', { call: target }) && !bench.has('resume'));
  bench.end(target, undefined, 'local');
  assert.equal(bench.state.sounds.ringer, 'recall');
  assert.equal(bench.phase('a'), 'held');
});

test('features §1.3: handset down on a transfer, lifted again: while its REFER is out only an emergency number can be dialled', () => {
  const bench = new Bench();
  referring(bench);
  bench.want({ verb: 'hook.put-down' });
  bench.want({ verb: 'hook.lift' });
  bench.dial('214#');
  assert.ok(!bench.has('dial'));
  bench.want({ verb: 'key.cancel' });
  bench.dial('112');
  bench.pass(3_000);
  assert.ok(bench.effects.some((effect) => effect.type === 'dial' && effect.emergency));
});

test('phone-ux §4.4: digits typed while a blind transfer is watched go with the handset, and nobody is dialled for it', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'transfer.blind', to: '9999' });
  bench.held('a');
  accepted(bench);
  bench.want({ verb: 'key.digit', digit: '5' });
  bench.want({ verb: 'hook.put-down' });
  bench.tell({ type: 'ended', call: call('a'), cause: { by: 'remote', how: 'bye' } });
  bench.pass(400_000);
  assert.ok(!bench.has('dial'), 'the phone dials by itself');
  assert.equal(bench.state.prompt, undefined);
  assert.deepEqual(bench.state.calls, []);
});

test.run();
