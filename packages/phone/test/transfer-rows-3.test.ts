import assert from 'node:assert/strict';
import { test } from 'uvu';
import { directionOf } from './party.ts';
import { PHONE, Scene, type SceneOptions } from './scene.ts';

/** Rows 19 to 28: the network, the habits of exchanges, and what a crash leaves behind. */

function cast(options: SceneOptions = {}) {
  const scene = new Scene(options);
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

test('transfer.md §9.19: the network goes away after acceptance: unknown, and both calls are there when it is back', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  scene.weather = () => false;
  scene.seconds(40);
  assert.deepEqual(scene.verdicts, ['unknown no-verdict']);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'held' });
  scene.weather = () => true;
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.19: the network goes away while the REFER is out: unknown, and nobody is hung up', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  scene.weather = ({ text }) => !text.startsWith('REFER');
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(90);
  assert.deepEqual(scene.verdicts, ['unknown refer-unanswered']);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'held' });
  assert.equal(scene.sent('BYE').length, 0);
  scene.weather = () => true;
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

test('transfer.md §9.20: the exchange refreshes both held legs during the transfer: 200 each, the transfer goes on', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  const timer = ['Session-Expires: 1800;refresher=uac', 'Supported: timer'];
  caller.asks('UPDATE', timer);
  target.asks('UPDATE', timer);
  scene.ms(50);
  assert.deepEqual([caller.statuses('UPDATE'), target.statuses('UPDATE')], [[200], [200]]);
  assert.deepEqual([scene.verdicts, scene.stage], [[], { 2001: 'held', 9999: 'held' }]);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

const TIMER = ['Supported: timer', 'Session-Expires: 90;refresher=uac'];

/** As `accepted`, with a transferee that takes its time: our refresh of the target's session falls into the waiting. */
function refreshing(status: number) {
  const scene = new Scene({ rules: { verdictMs: { attended: 200_000, blind: 200_000 } } });
  const caller = scene.party('2001');
  const target = scene.party('9999', { fields: TIMER });
  scene.accepted(caller, target);
  caller.notifies(100, 'active;expires=600');
  for (const method of ['UPDATE', 're-INVITE']) target.habits.set(method, status);
  const before = target.heard.length;
  scene.seconds(46);
  const [refresh] = target.heard.slice(before);
  assert.ok(refresh?.kind === 'request' && /^(UPDATE|INVITE)$/.test(refresh.method), 'refreshed at half time');
  if (refresh.body.length > 0) assert.notEqual(directionOf(refresh), 'sendrecv', 'the hold is kept');
  assert.deepEqual(scene.verdicts, [], 'a refresh is none of the signs');
  return { scene, caller, target };
}

test('transfer.md §9.20: our own refresh of a held leg goes on during the transfer, and keeps the hold', () => {
  const { scene, caller, target } = refreshing(200);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'held' });
  assert.equal(target.requests('BYE').length, 0);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

for (const status of [422, 481]) {
  test(`transfer.md §9.20: ${status} to the refresh of a held leg does not decide the transfer, the NOTIFY does`, () => {
    for (const verdict of [200, 603]) {
      const { scene, caller } = refreshing(status);
      caller.notifies(verdict);
      scene.seconds(5);
      assert.deepEqual(scene.verdicts, [verdict === 200 ? 'completed notify' : 'failed notify 603']);
      if (verdict === 603) assert.equal(scene.phase(caller), 'held');
      scene.over();
    }
  });
}

test('transfer.md §9.21: NOTIFY with our own Contact (the seed): the remote target stays, the BYE goes where it should', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  const own = /Contact: *<([^>]+)>/.exec(
    scene.wire.findLast(({ from, text }) => from === PHONE && /^REFER/.test(text))!.text,
  );
  caller.notifies(200, undefined, [`Contact: <${own![1]}>`]);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  assert.equal(caller.request('BYE').uri, caller.contact);
  scene.over();
});

test('transfer.md §9.21: a NOTIFY with a new port on the same host moves the remote target, one on a strange host does not', () => {
  for (const [contact, moved] of [
    ['sip:2001@10.0.0.1:5080', true],
    ['sip:2001@203.0.113.66:5060', false],
  ] as const) {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    caller.notifies(200, undefined, [`Contact: <${contact}>`]);
    scene.seconds(5);
    assert.equal(caller.request('BYE').uri, moved ? contact : caller.contact);
    scene.over();
  }
});

test('transfer.md §9.22: a NOTIFY with a lower CSeq gets 500 and changes nothing', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  const notify = (status: number, cseq: number, state: string) =>
    caller.asks(
      'NOTIFY',
      ['Event: refer', `Subscription-State: ${state}`, 'Content-Type: message/sipfrag'],
      `SIP/2.0 ${status} Word`,
      cseq,
    );
  notify(100, 500, 'active;expires=60');
  scene.ms(20);
  notify(603, 400, 'terminated;reason=noresource');
  scene.ms(20);
  assert.deepEqual(caller.statuses('NOTIFY'), [200, 500]);
  assert.deepEqual(scene.verdicts, []);
  notify(200, 501, 'terminated;reason=noresource');
  scene.seconds(5);
  assert.deepEqual([caller.statuses('NOTIFY'), scene.verdicts], [[200, 500, 200], ['completed notify']]);
  scene.over();
});

for (const status of [200, 202, 299]) {
  test(`transfer.md §9.23: sipfrag ${status} is success`, () => {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    caller.notifies(status);
    scene.ms(50);
    assert.deepEqual([scene.verdicts, scene.display], [['completed notify'], 'Transferred | 9999']);
    assert.equal(scene.runtime.state.sounds.tone, 'confirmation');
    scene.seconds(5);
    assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 1]);
    scene.over();
  });
}

test('transfer.md §9.24: the caller is a conference (isfocus): a transfer as any other, and said', () => {
  const scene = new Scene();
  const caller = scene.party('2001', { focus: true });
  const target = scene.party('9999');
  scene.accepted(caller, target);
  assert.match(scene.wire.find(({ text }) => text.startsWith('INVITE'))?.text ?? '', /;isfocus\r\n/);
  assert.ok(scene.notes.includes('transfer-conference'), 'and the journal says so');
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('transfer.md §9.25: success, but the target sends no BYE: ours goes out after 4 s, and one only', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  caller.notifies(200);
  scene.seconds(1);
  assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 0]);
  scene.seconds(2.9);
  assert.equal(target.requests('BYE').length, 0);
  scene.seconds(0.3);
  assert.equal(target.requests('BYE').length, 1);
  scene.seconds(60);
  assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 1]);
  scene.over();
});

for (const status of [408, 481]) {
  test(`transfer.md §9.25: ${status} to our BYE after success is success all the same`, () => {
    const { scene, caller, target } = cast();
    scene.accepted(caller, target);
    for (const party of [caller, target]) party.habits.set('BYE', status);
    caller.notifies(200);
    scene.seconds(10);
    assert.deepEqual([scene.verdicts, scene.stage], [['completed notify'], {}]);
    scene.over();
  });
}

test('transfer.md §9.26: both calls are with the same peer: the exchange decides, the REFER is right', () => {
  const scene = new Scene();
  const first = scene.party('2001');
  const again = scene.party('2001');
  scene.talking(first);
  scene.press({ verb: 'transfer.start', to: '2001' });
  again.answers();
  scene.ms(50);
  scene.press({ verb: 'transfer.complete' });
  const refer = first.request('REFER');
  assert.equal(refer.headers.get('Call-ID'), first.callId);
  assert.ok(refer.headers.get('Refer-To')?.includes(encodeURIComponent(again.callId)));
  first.reply('REFER', 202);
  again.hangsUp();
  scene.seconds(5);
  assert.deepEqual(scene.verdicts, ['completed target-bye']);
  scene.over();
});

test('transfer.md §9.27: power fails midway: the new phone knows nothing, says 481 to what is left, and is idle', () => {
  const before = cast();
  before.scene.accepted(before.caller, before.target);
  for (const [method, party] of [
    ['NOTIFY', before.caller],
    ['BYE', before.target],
    ['INVITE', before.caller],
  ] as const) {
    const after = new Scene();
    const survivor = after.party(party.number);
    Object.assign(survivor, { callId: party.callId, phoneTag: party.phoneTag, target: party.target });
    if (method === 'NOTIFY') survivor.notifies(200);
    else if (method === 'BYE') survivor.hangsUp();
    else survivor.reinvites();
    after.ms(50);
    assert.deepEqual(survivor.statuses(method), [481], method);
    assert.deepEqual([after.stage, after.notices], [{}, []]);
    after.over();
  }
  before.scene.over();
});

for (const status of [488, 500, 606]) {
  test(`transfer.md §9.28: the hold of the target is refused (${status}): its microphone is off here, the REFER goes out`, () => {
    const { scene, caller, target } = cast();
    scene.consulting(caller, target);
    target.habits.set('re-INVITE', status);
    scene.press({ verb: 'transfer.complete' });
    assert.equal(scene.phase(target), 'held', 'muted here');
    assert.equal(scene.ear, undefined);
    caller.reply('REFER', 202);
    caller.notifies(200);
    scene.seconds(5);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    scene.over();
  });
}

test('transfer.md §9.28: the hold of the caller is refused: muted here, the target is dialled, and he comes back unmuted', () => {
  const { scene, caller, target } = cast();
  scene.talking(caller);
  caller.habits.set('re-INVITE', 488);
  scene.press({ verb: 'transfer.start', to: '9999' });
  assert.equal(directionOf(caller.request('INVITE')), 'sendonly');
  target.rings();
  scene.ms(50);
  assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'held', 9999: 'ringback' }, undefined]);
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  assert.equal(scene.ear, '2001');
  scene.over();
});

test.run();
