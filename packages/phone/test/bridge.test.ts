// The phone joins the two itself because their phones or exchange cannot (transfer.md §10); the whole phone, on the wire.
import assert from 'node:assert/strict';
import type { MediaCommand } from '@switchhook/rtp-media';
import { test } from 'uvu';
import { directionOf, type Party } from './party.ts';
import { Scene, type SceneOptions } from './scene.ts';

const WITHOUT_REFER = 'INVITE, ACK, BYE, CANCEL, UPDATE, OPTIONS';

function cast(options: SceneOptions = {}, allow: readonly (string | undefined)[] = [undefined, undefined]) {
  const scene = new Scene(options);
  const party = (number: string, of: string | undefined) => scene.party(number, of === undefined ? {} : { allow: of });
  return { scene, caller: party('2001', allow[0]), target: party('9999', allow[1]) };
}

/** What the media worker was told last. */
function heard(scene: Scene): { connect: number; bridge: number } {
  const last = <T extends MediaCommand['type']>(type: T) =>
    scene.media.commands.findLast((each): each is Extract<MediaCommand, { type: T }> => each.type === type);
  return { connect: last('connect')?.sessions.length ?? 0, bridge: last('bridge')?.sessions.length ?? 0 };
}

/** Both are taken back and hear each other; the person does not. */
function assertJoined(scene: Scene, parties: readonly Party[]): void {
  assert.deepEqual(heard(scene), { connect: 0, bridge: 2 });
  for (const each of parties) {
    assert.equal(scene.phase(each), 'joined');
    assert.equal(directionOf(each.request('INVITE')), 'sendrecv', `${each.number} was taken back`);
    assert.equal(each.requests('BYE').length, 0);
  }
  assert.deepEqual(scene.verdicts, ['completed bridge']);
}

for (const status of [405, 501, 489, 420]) {
  test(`transfer §4, §10: ${status} of one and then of the other: the phone joins them, by itself`, () => {
    const { scene, caller, target } = cast();
    scene.consulting(caller, target);
    for (const each of [caller, target]) each.habits.set('REFER', status);
    scene.press({ verb: 'transfer.complete' });
    scene.ms(200);
    assertJoined(scene, [caller, target]);
    assert.deepEqual(
      [caller, target].map((each) => each.requests('REFER').length > 0),
      [true, true],
    );
    scene.seconds(10);
    assert.equal(scene.display, 'Joined by this phone: keep it on | 2001 + 9999');
    scene.over();
  });
}

test('transfer §2.2: two whose Allow lacks REFER are never asked: Transfer joins them at once', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.consulting(caller, target);
  const press = scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  assert.equal(scene.sent('REFER').length, 0);
  assertJoined(scene, [caller, target]);
  assert.equal(press.outcome?.name, 'done');
  scene.over();
});

test('transfer §10: with the handset put down at once the two are joined all the same, and stay so', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.consulting(caller, target);
  scene.press({ verb: 'hook.put-down' });
  scene.ms(200);
  assertJoined(scene, [caller, target]);
  for (const verb of ['hook.lift', 'hook.put-down', 'hook.lift', 'hook.put-down'] as const) scene.press({ verb });
  assertJoined(scene, [caller, target]);
  caller.hangsUp();
  scene.seconds(1);
  assert.equal(target.requests('BYE').length, 1, 'one hang-up ends both');
  assert.deepEqual([scene.stage, heard(scene)], [{}, { connect: 0, bridge: 0 }]);
  scene.over();
});

test('transfer §10: the target hangs up: the caller is ended too, and nothing is left', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  target.hangsUp();
  scene.seconds(1);
  assert.equal(caller.requests('BYE').length, 1);
  scene.over();
});

test('transfer §10: armed, and the two cannot transfer: joined when the target answers', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  target.answers();
  scene.ms(200);
  assert.deepEqual(heard(scene), { connect: 0, bridge: 2 });
  assert.deepEqual(scene.verdicts, ['completed bridge']);
  scene.over();
});

test('transfer §10: two exchanges: joined here without a REFER that neither could follow; `try` asks once', () => {
  for (const acrossAccounts of ['bridge', 'try'] as const) {
    const scene = new Scene({ secondAccount: true, rules: { acrossAccounts } });
    const caller = scene.party('2001');
    const target = scene.party('9999', { host: '10.0.9.1' });
    scene.talking(caller);
    scene.press({ verb: 'call.dial', to: '9999', account: scene.runtime.state.settings.accounts[1]!.id });
    target.answers();
    scene.ms(100);
    const [first, second] = scene.runtime.state.calls;
    scene.press({ verb: 'transfer.start', callId: first!.id, consult: second!.id });
    scene.press({ verb: 'transfer.complete' });
    scene.ms(200);
    if (acrossAccounts === 'try') {
      assert.equal(caller.requests('REFER').length, 1);
      assert.match(caller.request('REFER').headers.get('Referred-By') ?? '', /desk@office\.example/);
      caller.reply('REFER', 404);
      scene.ms(200);
    } else assert.equal(scene.sent('REFER').length, 0);
    assertJoined(scene, [caller, target]);
    scene.over();
  }
});

test('transfer §4: a plain refusal joins nobody: both calls are back, and the person may ask for it', () => {
  for (const status of [403, 603, 480, 486, 500]) {
    const { scene, caller, target } = cast();
    scene.referring(caller, target);
    caller.reply('REFER', status);
    scene.ms(200);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' }, String(status));
    assert.deepEqual(scene.verdicts, [`failed refer ${status}`]);
    assert.ok(scene.canDo.includes('transfer.bridge') && scene.canDo.includes('transfer.merge'));
    scene.press({ verb: 'transfer.bridge' });
    scene.ms(200);
    assert.deepEqual(heard(scene), { connect: 0, bridge: 2 });
    assert.equal(scene.verdicts.at(-1), 'completed bridge');
    scene.over();
  }
});

test('transfer §10: `ask` and `never` join nobody by themselves', () => {
  for (const localBridge of ['ask', 'never'] as const) {
    const { scene, caller, target } = cast({ rules: { localBridge } }, [undefined, WITHOUT_REFER]);
    scene.referring(caller, target);
    caller.reply('REFER', 405);
    scene.ms(200);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' }, localBridge);
    assert.equal(scene.canDo.includes('transfer.bridge'), localBridge === 'ask');
    scene.over();
  }
});

test('transfer §10: one cannot be taken back: the other is with the person, nobody is lost', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.consulting(caller, target);
  caller.habits.set('re-INVITE', 488);
  scene.press({ verb: 'transfer.complete' });
  scene.seconds(2);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
  assert.deepEqual(scene.verdicts, ['failed bridge 488']);
  assert.match(scene.display, /^Joining failed \(488\) \| Transfer = retry/);
  caller.habits.delete('re-INVITE');
  scene.press({ verb: 'key.transfer' });
  scene.seconds(1);
  assert.deepEqual(scene.stage, { 2001: 'joined', 9999: 'joined' });
  scene.over();
});

test('RFC 4028 §10: joined legs are refreshed as any call is, and a refresh changes nothing for the two', () => {
  // after our own re-INVITEs we are the refresher of both
  const fields = ['Supported: timer', 'Session-Expires: 120;refresher=uac'];
  const scene = new Scene();
  const [caller, target] = ['2001', '9999'].map((number) => scene.party(number, { allow: WITHOUT_REFER, fields }));
  assert.ok(caller !== undefined && target !== undefined);
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  const before = scene.sent('UPDATE').length + scene.sent('INVITE').length;
  scene.seconds(600);
  assert.ok(scene.sent('UPDATE').length + scene.sent('INVITE').length >= before + 8, 'refreshed on both legs');
  assert.deepEqual(scene.stage, { 2001: 'joined', 9999: 'joined' });
  assert.deepEqual(heard(scene), { connect: 0, bridge: 2 });
  scene.over();
});

test('transfer §10: who is joined may hold and take back; the phone answers and the join stands', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  caller.reinvites('sendonly');
  scene.ms(200);
  const plan = () => scene.media.commands.findLast((each) => each.type === 'plan');
  assert.equal(caller.statuses('INVITE').at(-1), 200);
  const held = plan();
  assert.ok(held?.type === 'plan' && held.plan.direction === 'recvonly', 'it gets nothing, its music goes on');
  caller.reinvites('sendrecv');
  scene.ms(200);
  const back = plan();
  assert.ok(back?.type === 'plan' && back.plan.direction === 'sendrecv');
  assert.deepEqual(scene.stage, { 2001: 'joined', 9999: 'joined' });
  scene.over();
});

test('features §1.3: an emergency call and a new caller beside a joined pair, on the wire', () => {
  const { scene, caller, target } = cast({}, [WITHOUT_REFER, WITHOUT_REFER]);
  const help = scene.party('112');
  const third = scene.party('3003');
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(200);
  scene.press({ verb: 'call.dial', to: '112' });
  help.answers();
  scene.ms(100);
  assert.deepEqual([scene.ear, heard(scene).bridge], ['112', 2]);
  third.calls();
  scene.ms(100);
  assert.equal(scene.phase(third), 'ringing');
  help.hangsUp();
  scene.ms(100);
  scene.press({ verb: 'call.answer' });
  scene.ms(100);
  assert.deepEqual([scene.ear, heard(scene).bridge], ['3003', 2]);
  scene.over();
});

test('X1: conference on the wire: the held one is taken back, the other hears no gap; leaving is an attended transfer', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  const offers = target.requests('INVITE').length;
  scene.press({ verb: 'key.conference' });
  scene.ms(100);
  assert.deepEqual(heard(scene), { connect: 2, bridge: 0 });
  assert.equal(target.requests('INVITE').length, offers, 'nothing is asked of who talks already');
  scene.press({ verb: 'hook.put-down' });
  scene.ms(100);
  assert.equal(directionOf(caller.request('INVITE')), 'sendonly');
  caller.reply('REFER', 202);
  scene.ms(50);
  caller.notifies(200);
  scene.seconds(6);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test.run();
