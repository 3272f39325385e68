import assert from 'node:assert/strict';
import { test } from 'uvu';
import { directionOf } from './party.ts';
import { Scene } from './scene.ts';

/** Rows 9 to 18: glare, dialogs that have gone, forks, and the person's own races. */

function cast() {
  const scene = new Scene();
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

/** When the phone sent its re-INVITEs to a party, ms from the first. */
function reinviteTimes(scene: Scene, callId: string): number[] {
  const seen = scene.wire.filter(
    ({ to, message }) =>
      to === '10.0.0.1' &&
      message?.kind === 'request' &&
      message.method === 'INVITE' &&
      message.headers.get('Call-ID') === callId,
  );
  return seen.map(({ at }) => at - seen[0]!.at);
}

test('transfer.md §9.9: glare, our re-INVITE is open: theirs gets 491', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  caller.habits.set('re-INVITE', 'waits');
  scene.press({ verb: 'transfer.start', to: '9999' });
  caller.reinvites('sendonly');
  scene.ms(50);
  assert.deepEqual(caller.statuses('INVITE').slice(-1), [491]);
  assert.equal(scene.sent('INVITE').length, 1, 'nobody is dialled before the hold has its final answer');
  scene.over();
});

test('transfer.md §9.9: glare, 491 to our hold in a dialog that the caller made: again within 2 s, then the target is called', () => {
  const { scene, caller, target } = cast();
  scene.talking(caller);
  let collisions = 0;
  caller.habits.set('re-INVITE', (request) => caller.replyTo(request, collisions++ === 0 ? 491 : 200));
  scene.press({ verb: 'transfer.start', to: '9999' });
  scene.seconds(2.2);
  const [, second] = reinviteTimes(scene, caller.callId);
  assert.ok(second !== undefined && second <= 2_020, `${second}`);
  assert.equal(scene.phase(caller), 'held');
  assert.equal(target.requests('INVITE').length, 1);
  scene.over();
});

test('transfer.md §9.9: glare, 491 to our hold in the dialog that we made: again after 2.1 to 4.0 s, then the REFER', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  let collisions = 0;
  target.habits.set('re-INVITE', (request) => target.replyTo(request, collisions++ === 0 ? 491 : 200));
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(2);
  assert.equal(target.requests('INVITE').length, 2, 'not before 2.1 s');
  assert.equal(caller.requests('REFER').length, 0, 'no REFER while an INVITE is open or owed');
  scene.seconds(2.1);
  assert.equal(target.requests('INVITE').length, 3);
  assert.equal(caller.requests('REFER').length, 1);
  scene.over();
});

test('transfer.md §9.9: glare without end: after three tries the caller is muted here and the transfer goes on', () => {
  const { scene, caller, target } = cast();
  scene.talking(caller);
  caller.habits.set('re-INVITE', 491);
  scene.press({ verb: 'transfer.start', to: '9999' });
  scene.seconds(10);
  assert.ok(caller.requests('INVITE').length <= 4, `${caller.requests('INVITE').length} tries`);
  assert.equal(target.requests('INVITE').length, 1, 'the target is called all the same');
  assert.equal(scene.phase(caller), 'held');
  target.answers();
  scene.ms(50);
  scene.press({ verb: 'transfer.complete' });
  assert.equal(caller.requests('REFER').length, 1);
  scene.over();
});

test('transfer.md §9.9: both sides hold at once and both get 491: both holds succeed in the end', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  let collided = false;
  caller.habits.set('re-INVITE', (request) => {
    if (collided) return caller.replyTo(request, 200);
    collided = true;
    caller.reinvites('sendonly');
    scene.clock.alarm(scene.clock.now() + 20, () => caller.replyTo(request, 491));
  });
  scene.press({ verb: 'key.hold' });
  scene.seconds(3);
  assert.deepEqual(caller.statuses('INVITE').slice(-1), [491]);
  caller.reinvites('sendonly');
  scene.ms(50);
  assert.equal(caller.statuses('INVITE').at(-1), 200);
  assert.equal(directionOf(caller.heard.at(-1)!), 'inactive', 'held by both');
  assert.equal(scene.phase(caller), 'held');
  scene.over();
});

for (const status of [408, 481]) {
  test(`transfer.md §9.10: ${status} to the hold of the target: its dialog is gone, no REFER, the caller is offered`, () => {
    const { scene, caller, target } = cast();
    scene.consulting(caller, target);
    target.habits.set('re-INVITE', status);
    scene.press({ verb: 'transfer.complete' });
    scene.seconds(1);
    assert.deepEqual(scene.stage, { 2001: 'held' });
    assert.match(scene.verdicts.join(), /^failed target-gone/);
    assert.equal(scene.sent('REFER').length, 0);
    scene.press({ verb: 'transfer.cancel' });
    assert.deepEqual(scene.stage, { 2001: 'talking' });
    scene.over();
  });

  test(`transfer.md §9.10: ${status} to the hold of the caller: the call is over, the target is never dialled`, () => {
    const { scene, caller } = cast();
    scene.talking(caller);
    caller.habits.set('re-INVITE', status);
    scene.press({ verb: 'transfer.start', to: '9999' });
    scene.seconds(1);
    assert.deepEqual([scene.stage, scene.sent('INVITE').length], [{}, 1]);
    scene.over();
  });
}

test('transfer.md §9.10: no answer to the hold of the target: after 32 s it gets BYE, and the caller is offered', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  target.habits.set('re-INVITE', 'waits');
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(33);
  assert.deepEqual(scene.stage, { 2001: 'held' });
  assert.equal(target.requests('BYE').length, 1);
  assert.equal(scene.sent('REFER').length, 0);
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.11: re-INVITE of the caller while the REFER is out or accepted: answered, and it decides nothing', () => {
  for (const when of ['pending', 'accepted'] as const) {
    const { scene, caller, target } = cast();
    scene.referring(caller, target);
    if (when === 'accepted') caller.reply('REFER', 202);
    caller.reinvites('sendrecv');
    scene.ms(50);
    assert.equal(caller.statuses('INVITE').at(-1), 200);
    assert.equal(directionOf(caller.heard.findLast((one) => one.kind === 'response')!), 'sendonly', 'still held by us');
    assert.deepEqual([scene.verdicts, scene.stage], [[], { 2001: 'held', 9999: 'held' }]);
    if (when === 'pending') caller.reply('REFER', 202);
    caller.notifies(200);
    scene.seconds(5);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    scene.over();
  }
});

test('transfer.md §9.12: the consultation forks and two answer: ACK to both, BYE to the second, Replaces names the first', () => {
  const { scene, caller, target } = cast();
  const second = scene.party('9999', { contact: 'sip:second@10.0.0.1:5060' });
  scene.calling(caller, target);
  second.callId = target.callId;
  second.phoneTag = target.phoneTag;
  second.target = target.target;
  second.tag = 'second-branch';
  target.answers();
  second.replyTo(target.request('INVITE'), 200);
  scene.ms(100);
  assert.deepEqual([target.requests('ACK').length, second.requests('ACK').length], [1, 1]);
  assert.deepEqual([target.requests('BYE').length, second.requests('BYE').length], [0, 1]);
  scene.press({ verb: 'transfer.complete' });
  const referTo = caller.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(referTo.includes(`to-tag%3D${target.tag}%3B`), referTo);
  assert.ok(referTo.includes('sip:9999@10.0.0.1'), referTo);
  scene.over();
});

test('transfer.md §9.13: armed, two branches ring and one answers: the REFER names the dialog that answered', () => {
  const { scene, caller, target } = cast();
  const second = scene.party('9999', { contact: 'sip:second@10.0.0.1:5060' });
  scene.calling(caller, target);
  second.callId = target.callId;
  second.phoneTag = target.phoneTag;
  second.target = target.target;
  second.tag = 'second-branch';
  second.replyTo(target.request('INVITE'), 180);
  scene.ms(50);
  scene.press({ verb: 'transfer.complete' });
  assert.equal(scene.sent('REFER').length, 0, 'never for an early dialog, least of all one of two');
  second.replyTo(target.request('INVITE'), 200);
  scene.ms(100);
  const referTo = caller.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(referTo.includes('to-tag%3Dsecond-branch%3B'), referTo);
  assert.ok(referTo.includes('sip:second@10.0.0.1'), referTo);
  scene.over();
});

test('transfer.md §9.14: the target answers in the moment of the Transfer key: the confirmed dialog is used', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  target.answers(); // 200 is on its way
  scene.press({ verb: 'key.transfer' });
  scene.ms(100);
  assert.equal(target.requests('CANCEL').length, 0);
  const referTo = caller.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(referTo.includes(`to-tag%3D${target.tag}%3Bfrom-tag%3D${target.phoneTag}`), referTo);
  caller.reply('REFER', 202);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('transfer.md §9.15: CANCEL crosses the 200 of the target: ACK, then BYE, and the person is with the caller', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  target.habits.set('CANCEL', 200);
  target.answers();
  scene.press({ verb: 'transfer.cancel' });
  scene.ms(100);
  assert.deepEqual(
    target.heard.map((one) => (one.kind === 'request' ? one.method : one.status)).filter((word) => word !== 'CANCEL'),
    ['INVITE', 'ACK', 'BYE'],
  );
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  assert.equal(caller.requests('BYE').length, 0);
  scene.over();
});

test('transfer.md §9.16: Transfer pressed again and again: one REFER, one verdict', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  for (let n = 0; n < 3; n++) scene.press({ verb: 'key.transfer' });
  caller.reply('REFER', 202);
  for (let n = 0; n < 3; n++) scene.press({ verb: 'key.transfer' });
  scene.press({ verb: 'transfer.complete' });
  assert.equal(scene.sent('REFER').length, 1);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('transfer.md §9.17: a second REFER has a new CSeq, and late NOTIFYs of the first are told from its own by their id', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  caller.notifies(486, 'active;expires=60');
  scene.ms(50);
  scene.press({ verb: 'transfer.complete' });
  const [first, second] = caller.requests('REFER').map((one) => Number(one.headers.get('CSeq')?.split(' ')[0]));
  assert.ok(first !== undefined && second !== undefined && second > first);
  caller.reply('REFER', 202);
  caller.notifies(200, undefined, [`Event: refer;id=${first}`]);
  scene.ms(50);
  assert.deepEqual(scene.verdicts, ['failed notify 486'], 'a late word of the first REFER is none about the second');
  assert.equal(caller.statuses('NOTIFY').at(-1), 200);
  caller.notifies(200, undefined, [`Event: refer;id=${second}`]);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['failed notify 486', 'completed notify']);
  scene.over();
});

test('transfer.md §9.17: after a second try, neither NOTIFY nor answer of the first one is taken for its own', () => {
  const { scene, caller, target } = cast();
  scene.referring(caller, target);
  const first = caller.request('REFER');
  caller.notifies(404, 'active;expires=60'); // before the 202, and the subscription stays
  scene.ms(50);
  const second = caller.request('REFER');
  assert.notEqual(second, first, 'the other form of the URI');
  caller.replyTo(first, 202);
  scene.ms(20);
  caller.notifies(200, undefined, [`Event: refer;id=${Number.parseInt(first.headers.get('CSeq') ?? '', 10)}`]);
  scene.ms(50);
  assert.deepEqual(scene.verdicts, []);
  caller.replyTo(second, 603);
  scene.ms(50);
  assert.deepEqual([scene.verdicts, scene.stage], [['failed refer 603'], { 2001: 'held', 9999: 'talking' }]);
  scene.over();
});

test('transfer.md §9.17: the second try waits until the target that a failure gave back has agreed to talk again', () => {
  const { scene, caller, target } = cast();
  scene.referring(caller, target);
  let collisions = 0;
  target.habits.set('re-INVITE', (request) => target.replyTo(request, collisions++ === 0 ? 491 : 200));
  caller.reply('REFER', 603);
  scene.seconds(1);
  scene.press({ verb: 'key.transfer' });
  assert.equal(caller.requests('REFER').length, 1, 'the target still takes itself for held');
  assert.equal(scene.phase(target), 'resuming');
  scene.seconds(4);
  assert.equal(directionOf(target.heard.at(-1)!), 'sendrecv');
  assert.equal(scene.phase(target), 'talking');
  scene.press({ verb: 'key.transfer' });
  scene.ms(50);
  assert.equal(caller.requests('REFER').length, 2);
  scene.over();
});

test('transfer.md §9.18: a REFER that UDP repeats is one REFER; the same CSeq in another transaction is refused', () => {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  const target = scene.party('9999');
  scene.talking(transferor);
  transferor.asks('REFER', ['Refer-To: <sip:9999@office.example>']);
  scene.ms(10);
  const refer = scene.wire.findLast(({ from, text }) => from === '10.0.0.1' && text.startsWith('REFER '))!.text;
  for (let n = 0; n < 3; n++) scene.throwIn('10.0.0.1', refer);
  scene.ms(50);
  assert.deepEqual(transferor.statuses('REFER'), [202, 202, 202, 202], 'the same transaction answers the same');
  assert.equal(target.requests('INVITE').length, 1, 'one call');
  scene.throwIn('10.0.0.1', refer.replace(/branch=[^;]+/, 'branch=z9hG4bKanother'));
  scene.ms(50);
  assert.ok([482, 500].includes(transferor.statuses('REFER').at(-1)!), transferor.story().join());
  assert.equal(target.requests('INVITE').length, 1);
  scene.over();
});

test.run();
