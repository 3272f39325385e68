import assert from 'node:assert/strict';
import { test } from 'uvu';
import { directionOf } from './party.ts';
import { Scene } from './scene.ts';

/** Rows 1 to 8 of the catalogue of failures: the far side refuses, is silent, or leaves. */

/** A scene with a caller and a target; both are in the exchange. */
function cast() {
  const scene = new Scene();
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

const RETRY = 'Transfer = retry, Cancel = back to caller';

for (const status of [400, 403, 480, 486, 488, 500, 603, 606]) {
  test(`transfer.md §9.1: REFER is answered ${status}: both calls live, the caller held, the target talks again`, () => {
    const { scene, caller, target } = cast();
    scene.referring(caller, target);
    caller.reply('REFER', status);
    scene.ms(50);
    assert.deepEqual(scene.verdicts, [`failed refer ${status}`]);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
    assert.equal(directionOf(target.request('INVITE')), 'sendrecv', 'the target is taken out of hold');
    assert.equal(scene.display, `Transfer refused (${status}) | ${RETRY}`);
    assert.deepEqual([scene.lamp('line1'), scene.lamp('line2')], ['fast-red', 'fast-red']);
    assert.equal(scene.runtime.state.sounds.tone, 'reorder');
    assert.ok(['transfer.complete', 'transfer.cancel', 'transfer.swap'].every((verb) => scene.canDo.includes(verb)));
    scene.seconds(60);
    assert.deepEqual(
      [scene.sent('BYE').length, scene.sent('REFER').length],
      [0, 1],
      'nobody is dropped, nothing retried',
    );
    scene.press({ verb: 'transfer.cancel' });
    assert.deepEqual(scene.stage, { 2001: 'talking' }, 'back to the caller');
    assert.equal(target.requests('BYE').length, 1);
    scene.over();
  });
}

for (const status of [405, 501]) {
  test(`transfer.md §9.1: REFER is answered ${status}: the target's leg gets it, naming the caller's dialog`, () => {
    const { scene, caller, target } = cast();
    scene.referring(caller, target);
    caller.reply('REFER', status);
    scene.ms(50);
    const referTo = target.request('REFER').headers.get('Refer-To') ?? '';
    const replaces = encodeURIComponent(`${caller.callId};to-tag=${caller.tag};from-tag=${caller.phoneTag}`);
    assert.ok(referTo.includes(`?Replaces=${replaces}`), referTo);
    target.reply('REFER', 202);
    target.notifies(200);
    scene.seconds(5);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 1]);
    scene.over();
  });
}

for (const status of [302, 486, 503, 600]) {
  test(`transfer.md §9.2: final NOTIFY ${status}: failed, both calls live, the person has the target and may choose`, () => {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    caller.notifies(100);
    caller.notifies(status);
    scene.ms(50);
    assert.deepEqual(caller.statuses('NOTIFY'), [200, 200]);
    assert.deepEqual(scene.verdicts, [`failed notify ${status}`]);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
    assert.equal(scene.display, `Transfer failed (${status}) | ${RETRY}`);
    scene.press({ verb: 'transfer.swap' });
    assert.deepEqual(scene.stage, { 2001: 'talking', 9999: 'held' }, 'unhold the leg the person picks');
    assert.equal(directionOf(caller.request('INVITE')), 'sendrecv');
    assert.equal(scene.sent('BYE').length, 0);
    scene.over();
  });
}

for (const status of [404, 481]) {
  test(`transfer.md §9.2: final NOTIFY ${status}: the other form of the URI is tried once, and nobody is dropped`, () => {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    caller.notifies(status);
    scene.ms(50);
    const [first, second] = caller.requests('REFER').map((one) => one.headers.get('Refer-To') ?? '');
    assert.match(first ?? '', /^<sip:9999@10\.0\.0\.1:5060\?Replaces=/);
    assert.match(second ?? '', /^<sip:9999@office\.example\?Replaces=/);
    assert.equal(first?.replace(/^.*\?/, ''), second?.replace(/^.*\?/, ''), 'the same dialog');
    assert.equal(scene.sent('BYE').length, 0);
    caller.reply('REFER', 202);
    caller.notifies(200, undefined, [`Event: refer;id=${caller.request('REFER').headers.get('CSeq')?.split(' ')[0]}`]);
    scene.seconds(5);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    scene.over();
  });
}

test('transfer.md §9.2: final NOTIFY says failed and the target has vanished: the re-INVITE finds out, the caller waits', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  target.habits.set('re-INVITE', 481);
  caller.notifies(486);
  scene.ms(50);
  assert.deepEqual(scene.stage, { 2001: 'held' });
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.3: the REFER is accepted and no NOTIFY ever comes: unknown after 32 s, nothing is dropped', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  scene.seconds(31);
  assert.deepEqual(scene.verdicts, []);
  scene.seconds(2);
  assert.deepEqual(scene.verdicts, ['unknown no-verdict']);
  assert.equal(scene.display, 'Not confirmed | Transfer = again, Cancel = back to caller');
  scene.seconds(100);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'held' });
  assert.equal(scene.sent('BYE').length, 0);
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.3: only NOTIFY 100 comes: unknown as well, and a verdict that comes later is believed', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  caller.notifies(100);
  scene.seconds(60);
  assert.deepEqual(scene.verdicts, ['unknown no-verdict']);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['unknown no-verdict', 'completed notify']);
  assert.deepEqual(scene.stage, {});
  scene.over();
});

test('transfer.md §9.4: the target hangs up before Transfer: the transfer ends and the caller is offered back', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  target.hangsUp();
  scene.ms(50);
  assert.deepEqual(scene.verdicts, ['failed target-gone']);
  assert.deepEqual(scene.stage, { 2001: 'held' });
  assert.equal(scene.display, '9999 hung up | Cancel = back to caller');
  assert.equal(scene.runtime.state.sounds.tone, 'reorder');
  assert.equal(scene.lamp('line1'), 'slow-green');
  scene.press({ verb: 'key.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  assert.deepEqual([scene.sent('REFER').length, scene.sent('BYE').length], [0, 0]);
  scene.over();
});

test('transfer.md §9.4: the target hangs up while its hold before the REFER is asked for: no REFER, the caller waits', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  target.habits.set('re-INVITE', 'waits');
  scene.press({ verb: 'transfer.complete' });
  target.hangsUp();
  target.reply('INVITE', 487);
  scene.ms(50);
  assert.deepEqual([scene.verdicts, scene.stage], [['failed target-gone'], { 2001: 'held' }]);
  assert.equal(scene.sent('REFER').length, 0);
  scene.over();
});

test('transfer.md §9.5: after acceptance the target hangs up with a failure reason, then NOTIFY 603: the caller is back', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  target.hangsUp('SIP;cause=603;text="Decline"');
  scene.ms(500);
  assert.deepEqual(scene.verdicts, [], 'such a BYE is no success');
  caller.notifies(603);
  scene.ms(50);
  assert.deepEqual([scene.verdicts, scene.stage], [['failed notify 603'], { 2001: 'held' }]);
  assert.equal(scene.sent('BYE').length, 0);
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.6: the caller hangs up before Transfer: the target remains as a normal call', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  caller.hangsUp();
  scene.ms(50);
  assert.deepEqual([scene.verdicts, scene.stage], [['failed caller-gone'], { 9999: 'talking' }]);
  assert.equal(scene.display.split(' | ')[0], 'Caller hung up');
  scene.press({ verb: 'key.hold' });
  assert.deepEqual(scene.stage, { 9999: 'held' });
  scene.over();
});

test('transfer.md §9.6: the caller hangs up while the target rings: the call goes on and is answered', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  caller.hangsUp();
  scene.ms(50);
  target.answers();
  scene.ms(50);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  scene.over();
});

test("transfer.md §9.6: the caller's BYE crosses our REFER: 200 to it, 481 to ours, the target is taken out of hold", () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  caller.habits.set('REFER', (refer) => {
    caller.hangsUp();
    caller.replyTo(refer, 481);
  });
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(1);
  assert.deepEqual(caller.statuses('BYE'), [200]);
  assert.deepEqual(scene.verdicts, ['failed caller-gone 481']);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  assert.equal(directionOf(target.request('INVITE')), 'sendrecv');
  assert.equal(scene.sent('BYE').length, 0);
  scene.over();
});

test('transfer.md §9.7: the caller hangs up after acceptance and the target stays for 5 s: unknown, the target is kept', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  caller.hangsUp();
  scene.seconds(4.5);
  assert.deepEqual(scene.verdicts, []);
  scene.seconds(1);
  assert.deepEqual(scene.verdicts, ['unknown caller-left']);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  assert.equal(target.requests('BYE').length, 0);
  scene.over();
});

test('transfer.md §9.8: our BYE and the final NOTIFY cross both ways: 200 to each, whichever comes first', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  target.hangsUp();
  caller.habits.set('BYE', (bye) => {
    caller.notifies(200); // on its way before our BYE came
    caller.replyTo(bye, 200);
  });
  scene.seconds(10);
  assert.deepEqual(scene.verdicts, ['completed target-bye']);
  assert.deepEqual(caller.statuses('NOTIFY'), [200], 'the subscription outlives the call');
  caller.notifies(200);
  scene.seconds(1);
  assert.deepEqual(caller.statuses('NOTIFY'), [200, 200]);
  assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 0]);
  scene.over();
});

test('transfer.md §9.8: BYE of the caller and NOTIFY in the same moment, in either order: completed, 200 to both', () => {
  for (const byeFirst of [true, false]) {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    if (byeFirst) caller.hangsUp();
    caller.notifies(200);
    if (!byeFirst) caller.hangsUp();
    scene.seconds(10);
    assert.deepEqual(scene.verdicts, ['completed notify'], `BYE first: ${byeFirst}`);
    assert.deepEqual([caller.statuses('NOTIFY'), caller.statuses('BYE')], [[200], [200]]);
    assert.equal(target.requests('BYE').length, 1, 'the target did not hang up by itself');
    scene.over();
  }
});

test('transfer.md §9.8: as transferee, 481 to our NOTIFY and the BYE that crosses it do not touch the new call', () => {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  const target = scene.party('9999');
  scene.talking(transferor);
  transferor.habits.set('NOTIFY', 481);
  transferor.asks('REFER', ['Refer-To: <sip:9999@office.example>', 'Referred-By: <sip:2001@office.example>']);
  scene.ms(50);
  assert.deepEqual(transferor.statuses('REFER'), [202]);
  target.rings();
  transferor.hangsUp();
  scene.ms(50);
  assert.deepEqual(transferor.statuses('BYE'), [200]);
  target.answers();
  scene.seconds(40);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  assert.equal(transferor.requests('NOTIFY').length, 1, 'no further NOTIFY after 481');
  assert.equal(transferor.requests('BYE').length, 0);
  scene.over();
});

test.run();
