// Transfer while the specialist's phone still rings (transfer.md §10), by the rules of the account's exchange.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bench, refer } from './bench.ts';
import { Scene, type SceneOptions } from './scene.ts';
import { calling, shown } from './situations.ts';

function cast(options: SceneOptions = {}) {
  const scene = new Scene(options);
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

test('transfer §10: armed by Transfer: nothing is sent until the specialist answers; Cancel takes it back', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  assert.equal(scene.display, 'Will connect when answered | 9999');
  assert.ok(scene.canDo.includes('transfer.cancel') && scene.canDo.includes('transfer.complete'));
  assert.equal(scene.sent('REFER').length, 0);
  scene.press({ verb: 'key.cancel' });
  scene.seconds(1);
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.over();
});

for (const second of ['key.transfer', 'hook.put-down', 'headset.triple'] as const) {
  test(`transfer §10: armed and then ${second}: the question is given up and the caller is sent there, without Replaces`, () => {
    const { scene, caller, target } = cast();
    scene.calling(caller, target);
    scene.press({ verb: 'key.transfer' });
    scene.press({ verb: second });
    scene.ms(100);
    assert.equal(target.requests('CANCEL').length, 1);
    const [sent] = scene.sent('REFER');
    assert.equal(sent?.headers.get('Refer-To'), '<sip:9999@office.example>');
    caller.reply('REFER', 202);
    caller.notifies(200);
    scene.seconds(6);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    scene.over();
  });
}

test('transfer §10: put down once arms, the caller stays held and no bell rings; put down again sends the caller', () => {
  const bench = new Bench();
  const target = calling(bench);
  bench.want({ verb: 'hook.put-down' });
  assert.equal(bench.state.transfers[0]?.machine.name, 'armed');
  assert.ok(!bench.has('hangup') && bench.state.sounds.ringer === undefined);
  bench.want({ verb: 'hook.lift' });
  bench.want({ verb: 'hook.put-down' });
  assert.ok(bench.has('hangup', { call: target }));
  assert.equal(shown(bench).transfer?.state, 'degrading');
  assert.deepEqual(shown(bench).display, ['Transferring…', '9999']);
  bench.end(target, 487, 'local');
  assert.ok(bench.has('refer', { call: 'a', referTo: 'sip:9999@pbx.test' }));
});

test('transfer §10: armed, put down, nobody answers: the caller rings the phone with the reason', () => {
  const bench = new Bench();
  const target = calling(bench);
  bench.want({ verb: 'hook.put-down' });
  bench.end(target, 480);
  assert.equal(bench.state.sounds.ringer, 'recall');
  assert.equal(shown(bench).lines[0]?.via, 'back from 9999: no answer');
});

test('transfer §9.15: the specialist answers in the very moment: that call is ended, and the caller is sent all the same', () => {
  const { scene, caller, target } = cast();
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  target.habits.set('CANCEL', (request) => target.replyTo(request, 200));
  target.answers();
  scene.press({ verb: 'key.transfer' });
  scene.ms(200);
  assert.deepEqual([target.requests('CANCEL').length, target.requests('BYE').length], [1, 1]);
  assert.equal(scene.sent('REFER').length, 1);
  caller.reply('REFER', 202);
  caller.notifies(200);
  scene.seconds(6);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('transfer §10: profile `blind`: one Transfer while it rings sends the caller there', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'blind' } });
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  scene.ms(100);
  assert.equal(target.requests('CANCEL').length, 1);
  assert.doesNotMatch(scene.sent('REFER')[0]?.headers.get('Refer-To') ?? 'none', /Replaces|none/);
  scene.over();
});

test('transfer §10: profile `early`: the ringing call itself is handed over, by the tags of its early dialog', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'early' } });
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  scene.ms(100);
  const value = /Replaces=([^>&]*)/.exec(scene.sent('REFER')[0]?.headers.get('Refer-To') ?? '')?.[1] ?? '';
  assert.equal(decodeURIComponent(value), `${target.callId};to-tag=${target.tag};from-tag=${target.phoneTag}`);
  assert.equal(target.requests('CANCEL').length, 0);
  caller.reply('REFER', 202);
  caller.notifies(200);
  scene.seconds(10);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('transfer §10: `early` refused: it is armed, and nothing is lost', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'early' } });
  scene.calling(caller, target);
  scene.press({ verb: 'key.transfer' });
  caller.reply('REFER', 403);
  scene.ms(100);
  assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'ringback' });
  assert.equal(scene.display, 'Will connect when answered | 9999');
  scene.over();
});

test('transfer §10: two phones ring at once: neither early dialog is named, it is armed instead', () => {
  const { scene, caller, target } = cast({ rules: { semiAttended: 'early' } });
  scene.calling(caller, target);
  target.reply('INVITE', 180, [], 'another-branch');
  scene.ms(50);
  scene.press({ verb: 'key.transfer' });
  scene.ms(100);
  assert.equal(scene.sent('REFER').length, 0);
  assert.equal(scene.runtime.state.transfers[0]?.machine.name, 'armed');
  scene.over();
});

test('RFC 5589 §7.2: the target is protected: it gets the REFER, which names the caller, and the caller learns nothing', () => {
  const { scene, caller, target } = cast({ rules: { protectTarget: true } });
  scene.consulting(caller, target);
  scene.press({ verb: 'transfer.complete' });
  scene.ms(100);
  assert.equal(caller.requests('REFER').length, 0);
  const value = target.request('REFER').headers.get('Refer-To') ?? '';
  assert.match(value, /^<sip:2001@/);
  assert.ok(decodeURIComponent(value).includes(`${caller.callId};to-tag=${caller.tag};from-tag=${caller.phoneTag}`));
  scene.over();
});

test('transfer §10: the rules are those of the account that the caller came over, as they were at the start', () => {
  const accounts = [
    {
      id: 'desk',
      user: '1000',
      domain: 'pbx.test',
      transport: 'udp',
      register: false,
      transfer: { holdTarget: false },
    },
  ] as const;
  const bench = new Bench({ accounts: accounts as never });
  bench.consulting();
  bench.tell({
    type: 'settings',
    settings: { transfer: { holdTarget: true }, accounts: [{ ...accounts[0], transfer: {} }] as never },
  });
  bench.want({ verb: 'key.transfer' });
  assert.ok(
    bench.has('refer', { call: 'a', refer: 't-1.1' }) && !bench.has('hold'),
    'no hold, as that exchange wants it',
  );
});

test('RFC 7647 §4, RFC 4488: REFER goes out as the machine says: to the GRUU, and without a subscription where the rule is so', () => {
  const bench = new Bench({ transfer: { referSub: false } });
  bench.consulting();
  bench.want({ verb: 'key.transfer' });
  bench.held(bench.target());
  assert.ok(bench.has('refer', { outOfDialog: false, withoutSubscription: true }));
  bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status: 200, phrase: '', withoutSubscription: true });
  bench.end(bench.target());
  bench.pass(3_000);
  assert.ok(bench.notices().includes('transferCompleted'), 'the replaced leg’s BYE is the evidence');
});

test.run();
