// Other calls while a transfer is watched: up to three minutes in which the person's hand is free.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { coarse } from '../src/view.ts';
import { Scene } from './scene.ts';

/** A blind transfer whose REFER was accepted, and a third party. */
function watched() {
  const scene = new Scene();
  const [caller, other] = [scene.party('2001'), scene.party('3001')];
  scene.talking(caller);
  scene.press({ verb: 'transfer.blind', to: '9999' });
  caller.reply('REFER', 202);
  scene.ms(50);
  assert.equal(scene.runtime.state.transfers[0]?.machine.name, 'watching');
  return { scene, caller, other };
}

for (const verb of ['call.answer', 'hook.lift', 'key.line', 'hook.flash', 'headset.short'] as const) {
  test(`transfer §6: while a blind transfer is watched another call rings and is answered by ${verb}`, () => {
    const { scene, caller, other } = watched();
    if (verb === 'hook.lift') scene.press({ verb: 'hook.put-down' });
    other.calls();
    scene.ms(50);
    assert.equal(scene.display, 'Call from 3001');
    assert.equal(coarse(scene.runtime.state), 'ringing');
    assert.ok(scene.canDo.includes('call.answer'));
    const line = scene.runtime.state.calls.find((call) => call.number === '3001')!.line;
    scene.press(verb === 'key.line' ? { verb, line } : { verb });
    assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 3001: 'talking' }, '3001']);
    assert.equal(scene.display, '3001');
    caller.notifies(200);
    scene.seconds(2);
    assert.deepEqual([scene.verdicts, scene.stage, scene.ear], [['completed notify'], { 3001: 'talking' }, '3001']);
    scene.over();
  });
}

test('transfer §6: while a transfer is watched the person may call, hold, take back and swap; only one leg talks', () => {
  const { scene, other } = watched();
  const fourth = scene.party('4001');
  scene.press({ verb: 'call.dial', to: '3001' });
  other.answers();
  scene.ms(50);
  assert.deepEqual(scene.stage, { 2001: 'held', 3001: 'talking' });
  scene.press({ verb: 'key.hold' });
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 3001: 'held' }, undefined]);
  scene.press({ verb: 'key.hold' });
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 3001: 'talking' }, '3001']);
  fourth.calls();
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 3001: 'held', 4001: 'talking' }, '4001']);
  scene.press({ verb: 'call.swap' });
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 3001: 'talking', 4001: 'held' }, '3001']);
  scene.over();
});

test('transfer §6: of two calls that wait, only the one beside the transfer can be taken back, and no second transfer begins', () => {
  const { scene, other } = watched();
  other.calls();
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  const caller = scene.runtime.state.calls.find((call) => call.number === '2001')!.id;
  const taken = scene.press({ verb: 'call.resume', callId: caller });
  assert.deepEqual([taken.outcome?.name, scene.stage[2001]], ['failed', 'held']);
  assert.equal(scene.press({ verb: 'transfer.start' }).outcome?.name, 'failed');
  assert.equal(scene.press({ verb: 'transfer.blind', to: '8888' }).outcome?.name, 'failed');
  assert.equal(scene.runtime.state.transfers.length, 1);
  scene.over();
});

test('transfer §6: the transfer fails while the person talks to another: the caller waits, and one key brings it back', () => {
  const { scene, caller, other } = watched();
  other.calls();
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  caller.notifies(486);
  scene.seconds(30);
  assert.deepEqual([scene.verdicts, scene.ear], [['failed notify 486'], '3001']);
  assert.deepEqual(scene.stage, { 2001: 'held', 3001: 'talking' });
  scene.press({ verb: 'key.cancel' });
  scene.ms(200);
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'talking' }, '2001']);
  scene.over();
});

test('transfer §6: put down on the call beside the transfer ends that one alone; the failure then rings the phone', () => {
  const { scene, caller, other } = watched();
  other.calls();
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  scene.press({ verb: 'hook.put-down' });
  scene.ms(200);
  assert.deepEqual(
    [scene.stage, other.requests('BYE').length, caller.requests('BYE').length],
    [{ 2001: 'held' }, 1, 0],
  );
  assert.equal(scene.runtime.state.sounds.ringer, undefined);
  caller.notifies(480);
  scene.seconds(1);
  assert.equal(scene.runtime.state.sounds.ringer, 'recall');
  scene.press({ verb: 'hook.lift' });
  scene.ms(200);
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer §6: the handset goes down while the caller is being brought back beside another call: that call ends', () => {
  const { scene, caller, other } = watched();
  other.calls();
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  caller.notifies(486);
  scene.seconds(1);
  assert.equal(scene.runtime.state.transfers[0]?.machine.name, 'retrieving');
  scene.press({ verb: 'hook.put-down' });
  scene.ms(200);
  assert.deepEqual([scene.stage, scene.runtime.state.sounds.ringer], [{ 2001: 'held' }, 'recall']);
  scene.over();
});

test('transfer §6: cancel refuses the call that rings beside a transfer that is watched', () => {
  const { scene, other } = watched();
  other.calls();
  scene.ms(50);
  scene.press({ verb: 'key.cancel' });
  assert.deepEqual([scene.stage, other.statuses('INVITE').at(-1)], [{ 2001: 'held' }, 486]);
  scene.over();
});

test.run();
