import assert from 'node:assert/strict';
import { test } from 'uvu';
import { directionOf, type Party } from './party.ts';
import { Scene, type SceneOptions } from './scene.ts';

/** The variants of a transfer: the phone joins the two itself, the target still rings, two exchanges, a conference first. */

function cast(options: SceneOptions = {}) {
  const scene = new Scene(options);
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

/** Both talk with each other through this phone, its microphone and ear are out of it, and nobody has been hung up. */
function assertBridged(scene: Scene, caller: Party, target: Party): void {
  assert.deepEqual(scene.stage, { 2001: 'joined', 9999: 'joined' });
  assert.equal(scene.ear, undefined);
  assert.equal(scene.runtime.state.sounds.bridges.length, 1);
  for (const party of [caller, target]) {
    const last = party.requests('INVITE').at(-1);
    if (last !== undefined) assert.equal(directionOf(last), 'sendrecv', 'taken out of hold, where it was held');
    assert.equal(party.requests('BYE').length, 0);
  }
}

test('transfer.md §9.1: neither leg takes a REFER (405, 501): this phone joins the two, and one hang-up ends both', () => {
  for (const who of ['caller', 'target'] as const) {
    const { scene, caller, target } = cast();
    scene.referring(caller, target);
    caller.reply('REFER', 405);
    scene.ms(50);
    target.reply('REFER', 501);
    scene.ms(200);
    assert.deepEqual(scene.verdicts, ['completed bridge']);
    assertBridged(scene, caller, target);
    scene.seconds(100);
    const [leaves, stays] = who === 'caller' ? [caller, target] : [target, caller];
    leaves.hangsUp();
    scene.ms(100);
    assert.deepEqual([scene.stage, stays.requests('BYE').length], [{}, 1]);
    scene.over();
  }
});

test('transfer.md §10: both Allows lack REFER: no REFER is sent at all, this phone joins the two', () => {
  const scene = new Scene();
  const allow = 'INVITE, ACK, BYE, CANCEL, OPTIONS';
  const caller = scene.party('2001', { allow });
  const target = scene.party('9999', { allow });
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  assert.equal(scene.sent('REFER').length, 0);
  assert.deepEqual(scene.verdicts, ['completed bridge']);
  assertBridged(scene, caller, target);
  scene.over();
});

test('transfer.md §10: localBridge never: both legs stay with the person, and the refusal is told', () => {
  const { scene, caller, target } = cast({ rules: { localBridge: 'never' } });
  scene.referring(caller, target);
  caller.reply('REFER', 405);
  scene.ms(50);
  target.reply('REFER', 405);
  scene.ms(200);
  assert.deepEqual(scene.verdicts, ['failed refer 405']);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
  scene.over();
});

test('transfer.md §10: localBridge ask: offered, and done when the person says so', () => {
  const { scene, caller, target } = cast({ rules: { localBridge: 'ask' } });
  scene.referring(caller, target);
  caller.reply('REFER', 405);
  scene.ms(50);
  target.reply('REFER', 405);
  scene.ms(200);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
  assert.ok(scene.canDo.includes('transfer.bridge'));
  scene.press({ verb: 'transfer.bridge' });
  scene.ms(200);
  assert.equal(scene.verdicts.at(-1), 'completed bridge');
  assertBridged(scene, caller, target);
  scene.over();
});

test('transfer.md §10: a plain refusal (603) is not answered with a bridge, but the person may ask for it', () => {
  const { scene, caller, target } = cast();
  scene.referring(caller, target);
  caller.reply('REFER', 603);
  scene.seconds(2);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
  scene.press({ verb: 'transfer.bridge' });
  scene.ms(200);
  assertBridged(scene, caller, target);
  scene.over();
});

for (const status of [404, 481]) {
  test(`transfer.md §9.2: sipfrag ${status} for both forms and both legs: this phone joins the two`, () => {
    const { scene, caller, target } = cast();
    scene.consulting(caller, target);
    scene.press({ verb: 'transfer.complete' });
    for (const party of [caller, caller, target, target]) {
      if (party.story().at(-1) !== 'REFER') continue; // that try was left out
      party.reply('REFER', 202);
      const id = Number.parseInt(party.request('REFER').headers.get('CSeq') ?? '', 10);
      party.notifies(status, undefined, [`Event: refer;id=${id}`]);
      scene.ms(100);
    }
    assert.equal(caller.requests('REFER').length, 2, 'both forms');
    scene.seconds(1);
    assert.deepEqual(scene.verdicts, ['completed bridge']);
    assert.ok(target.requests('REFER').length > 0, 'the other leg was tried');
    assertBridged(scene, caller, target);
    scene.over();
  });
}

test('transfer.md §10: one leg refuses to be taken back for the bridge: nobody is dropped, the person has what is left', () => {
  const { scene, caller, target } = cast();
  scene.referring(caller, target);
  caller.habits.set('re-INVITE', 488);
  caller.reply('REFER', 405);
  scene.ms(50);
  target.reply('REFER', 405);
  scene.seconds(20);
  assert.equal(scene.sent('BYE').length, 0);
  assert.equal(Object.keys(scene.stage).length, 2);
  scene.over();
});

test('transfer.md §10: three talk, the person leaves: the attended transfer is made under the hood', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.merge' });
  scene.ms(200);
  assert.deepEqual(scene.stage, { 2001: 'joined', 9999: 'joined' });
  assert.equal(scene.ear, '2001+9999');
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  caller.reply('REFER', 202);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual([scene.verdicts, scene.stage], [['completed notify'], {}]);
  scene.over();
});

test('transfer.md §10: three talk, the person leaves, and nobody takes a REFER: the two talk on through this phone', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.merge' });
  scene.ms(200);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  caller.reply('REFER', 405);
  scene.ms(50);
  target.reply('REFER', 405);
  scene.ms(500);
  assert.deepEqual(scene.verdicts, ['completed bridge']);
  assertBridged(scene, caller, target);
  scene.over();
});

test('features.md pain 10: Transfer while the target rings: armed; a second Transfer gives the target up and refers blind', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  assert.equal(scene.sent('REFER').length, 0, 'armed');
  scene.press({ verb: 'key.transfer' });
  scene.ms(500);
  assert.equal(target.requests('CANCEL').length, 1);
  const refer = caller.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(refer.startsWith('<sip:9999@office.example') && !refer.includes('Replaces'), refer);
  caller.reply('REFER', 202);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual([scene.verdicts, scene.stage], [['completed notify'], {}]);
  scene.over();
});

test('features.md pain 10: the handset goes down while armed: the target is given up, then the caller is referred blind', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  scene.press({ verb: 'hook.put-down' });
  scene.ms(500);
  assert.equal(target.requests('CANCEL').length, 1);
  assert.ok(!(caller.request('REFER').headers.get('Refer-To') ?? '').includes('Replaces'));
  caller.reply('REFER', 202);
  caller.notifies(486);
  scene.seconds(2);
  assert.deepEqual(scene.stage, { 2001: 'held' }, 'nobody is lost: the caller rings back');
  assert.equal(scene.runtime.state.sounds.ringer, 'recall');
  scene.over();
});

test("transfer.md §10: armed and the target does not answer or is busy: the caller is the person's again", () => {
  for (const status of [486, 480, 603]) {
    const { scene, caller, target } = cast();
    scene.calling(caller, target);
    scene.press({ verb: 'key.transfer' });
    target.reply('INVITE', status);
    scene.ms(100);
    assert.match(scene.verdicts.join(), /^failed consult/);
    assert.deepEqual(scene.stage, { 2001: 'held' });
    assert.equal(scene.sent('REFER').length, 0);
    scene.press({ verb: 'key.cancel' });
    assert.deepEqual(scene.stage, { 2001: 'talking' });
    scene.over();
  }
});

test('transfer.md §10: semiAttended early, as the profile allows it: the REFER names the early dialog', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'early' } });
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  scene.ms(100);
  const refer = caller.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(refer.includes(encodeURIComponent(`${target.callId};to-tag=${target.tag}`)), refer);
  assert.equal(target.requests('CANCEL').length, 0);
  caller.reply('REFER', 202);
  scene.ms(20);
  target.reply('INVITE', 487);
  caller.notifies(200);
  scene.seconds(5);
  assert.deepEqual([scene.verdicts, scene.stage], [['completed notify'], {}]);
  scene.over();
});

test('transfer.md §10: semiAttended blind: Transfer while it rings gives the target up at once', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'blind' } });
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  scene.ms(500);
  assert.equal(target.requests('CANCEL').length, 1);
  assert.ok(!(caller.request('REFER').headers.get('Refer-To') ?? '').includes('Replaces'));
  scene.over();
});

test('transfer.md §10: protectTarget: the REFER goes to the target and names the caller', () => {
  const { scene, caller, target } = cast({ rules: { protectTarget: true } });
  scene.referring(caller, target, target);
  assert.equal(caller.requests('REFER').length, 0);
  const refer = target.request('REFER').headers.get('Refer-To') ?? '';
  assert.ok(
    refer.includes(encodeURIComponent(`${caller.callId};to-tag=${caller.tag};from-tag=${caller.phoneTag}`)),
    refer,
  );
  target.reply('REFER', 202);
  target.notifies(200);
  scene.seconds(5);
  assert.deepEqual([scene.verdicts, scene.stage], [['completed notify'], {}]);
  scene.over();
});

test('transfer.md §10: legs of two exchanges: no REFER by default, this phone joins the two', () => {
  const scene = new Scene({ secondAccount: true });
  const caller = scene.party('2001');
  const target = scene.party('9999', { host: '10.0.9.1' });
  scene.talking(caller);
  target.calls([], 'sip:other@other.example');
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  const [first, second] = scene.runtime.state.calls;
  scene.press({ verb: 'transfer.start', callId: first!.id, consult: second!.id });
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(1);
  assert.equal(scene.sent('REFER').length, 0);
  assert.deepEqual(scene.verdicts, ['completed bridge']);
  assertBridged(scene, caller, target);
  scene.over();
});

test('transfer.md §10: legs of two exchanges and acrossAccounts try: one REFER, without credentials or names of the other', () => {
  const scene = new Scene({ secondAccount: true, rules: { acrossAccounts: 'try' } });
  const caller = scene.party('2001');
  const target = scene.party('9999', { host: '10.0.9.1' });
  scene.talking(caller);
  target.calls([], 'sip:other@other.example');
  scene.ms(50);
  scene.press({ verb: 'call.answer' });
  const [first, second] = scene.runtime.state.calls;
  scene.press({ verb: 'transfer.start', callId: first!.id, consult: second!.id });
  scene.press({ verb: 'transfer.complete' });
  scene.ms(100);
  const refer = caller.request('REFER');
  assert.equal(refer.headers.get('Referred-By'), '<sip:desk@office.example>');
  assert.match(refer.headers.get('Refer-To') ?? '', /^<sip:9999@/);
  caller.reply('REFER', 407, ['Proxy-Authenticate: Digest realm="office.example", nonce="n"']);
  scene.ms(50);
  assert.match(caller.request('REFER').headers.get('Proxy-Authorization') ?? '', /username="desk"/);
  caller.reply('REFER', 404);
  scene.seconds(2);
  assert.equal(scene.sent('BYE').length, 0);
  assert.equal(Object.keys(scene.stage).length, 2);
  scene.over();
});

test.run();
