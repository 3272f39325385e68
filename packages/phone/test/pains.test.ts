import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Intent } from '../src/intent.ts';
import { type Direction, directionOf, type Party } from './party.ts';
import { PHONE, Scene, type SceneOptions } from './scene.ts';

/** What hurts people most about transfers, as far as no other file proves it; the whole phone, on the wire. */

function cast(options: SceneOptions = {}) {
  const scene = new Scene(options);
  return { scene, caller: scene.party('2001'), target: scene.party('9999') };
}

/** The ids in Refer-To are those of `named` as it sees them itself: to-tag is its own tag. */
function assertNames(referee: Party, named: Party, what = ''): void {
  const refer = referee.request('REFER');
  assert.equal(refer.headers.get('Call-ID'), referee.callId, what);
  const value = /Replaces=([^>&]*)/.exec(refer.headers.get('Refer-To') ?? '')?.[1] ?? '';
  assert.equal(
    decodeURIComponent(value),
    `${named.callId};to-tag=${named.tag};from-tag=${named.phoneTag}`,
    `${what}: ids of the wrong call`,
  );
}

test('features.md pain 1: whatever line keys are pressed before Transfer, the REFER names the target and goes to the caller', () => {
  const keys: readonly Intent[] = [
    { verb: 'key.line', line: 1 },
    { verb: 'key.line', line: 2 },
    { verb: 'key.hold' },
    { verb: 'transfer.swap' },
  ];
  const words: Intent[][] = [[]];
  for (let from = 0, n = 0; n < 3; n++) {
    const to = words.length;
    for (; from < to; from++) for (const key of keys) words.push([...words[from]!, key]);
  }
  assert.equal(words.length, 85);
  for (const word of words) {
    const { scene, caller, target } = cast();
    scene.consulting(caller, target);
    for (const intent of word) scene.press(intent);
    scene.press({ verb: 'transfer.complete' });
    scene.ms(100);
    const what = word.map((intent) => ('line' in intent ? `line${intent.line}` : intent.verb)).join(' ');
    assert.equal(target.requests('REFER').length, 0, what);
    assertNames(caller, target, what);
    scene.over();
  }
});

test('features.md pain 1: a third call comes and goes between start and Transfer: the pair stays what it was', () => {
  const { scene, caller, target } = cast();
  const third = scene.party('3003');
  scene.consulting(caller, target);
  third.calls();
  scene.ms(50);
  scene.press({ verb: 'transfer.complete' });
  assertNames(caller, target);
  assert.equal(third.requests('REFER').length, 0);
  scene.over();
});

test('features.md pain 4: 202, NOTIFY 100, NOTIFY 200 and the BYE of the target in every order: success, each is answered', () => {
  const acts = {
    '202': (caller: Party) => caller.reply('REFER', 202),
    '100': (caller: Party) => caller.notifies(100),
    '200': (caller: Party) => caller.notifies(200),
    bye: (_: Party, target: Party) => target.hangsUp(),
  };
  for (const order of permutations(Object.keys(acts) as (keyof typeof acts)[])) {
    for (const gapMs of [0, 30]) {
      const { scene, caller, target } = cast();
      scene.referring(caller, target);
      for (const act of order) {
        acts[act](caller, target);
        scene.ms(gapMs);
      }
      scene.seconds(10);
      const what = `${order.join()} every ${gapMs} ms`;
      assert.match(scene.verdicts.join(), /^completed (notify|target-bye)$/, what);
      assert.deepEqual([caller.statuses('NOTIFY'), target.statuses('BYE')], [[200, 200], [200]], what);
      assert.deepEqual([caller.requests('BYE').length, target.requests('BYE').length], [1, 0], what);
      scene.over();
    }
  }
});

test('features.md pain 4: a refer subscription that ends without a verdict leaves the call what it was', () => {
  const { scene, caller, target } = cast();
  scene.accepted(caller, target);
  caller.notifies(undefined);
  scene.seconds(60);
  assert.match(scene.verdicts.join(), /^unknown/);
  scene.press({ verb: 'transfer.cancel' });
  assert.deepEqual(scene.stage, { 2001: 'talking' });
  scene.press({ verb: 'key.hold' });
  assert.deepEqual(scene.stage, { 2001: 'held' });
  scene.over();
});

test('features.md pain 4: as transferee, no BYE to the transferor before its answer to our last NOTIFY, and 32 s to send its own', () => {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  const target = scene.party('9999');
  scene.talking(transferor);
  transferor.asks('REFER', ['Refer-To: <sip:9999@office.example>']);
  scene.ms(50);
  transferor.habits.set('NOTIFY', 'waits');
  target.answers();
  scene.seconds(20);
  assert.equal(transferor.requests('BYE').length, 0);
  transferor.reply('NOTIFY', 200);
  scene.seconds(10);
  transferor.hangsUp();
  scene.seconds(30);
  assert.deepEqual([transferor.requests('BYE').length, transferor.statuses('BYE')], [0, [200]]);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  scene.over();
});

test('features.md pain 5: %3b in small letters is a semicolon, and + stays +', () => {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const transferor = scene.party('2001');
  scene.talking(transferor);
  transferor.asks('REFER', ['Refer-To: <sip:9999@office.example?Replaces=a+b%40h%3bto-tag%3d1+%3bfrom-tag%3d2>']);
  scene.ms(50);
  const [invite] = scene.sent('INVITE');
  assert.equal(invite?.headers.get('Replaces'), 'a+b@h;to-tag=1+;from-tag=2');
  scene.over();
});

for (const callerIn of [true, false]) {
  for (const targetIn of [true, false]) {
    test(`features.md pain 6: caller ${callerIn ? 'in' : 'out'}, target ${targetIn ? 'in' : 'out'}: the ids are the target's, and it is named by its own URI`, () => {
      const { scene, caller, target } = cast();
      const stand = (party: Party, incoming: boolean, verb: 'hook.lift' | 'call.answer') => {
        if (incoming) {
          party.calls();
          scene.ms(50);
          scene.press({ verb });
        } else {
          scene.press({ verb: 'call.dial', to: party.number });
          party.answers();
          scene.ms(50);
        }
        assert.equal(scene.phase(party), 'talking');
      };
      stand(caller, callerIn, 'hook.lift');
      if (targetIn) {
        stand(target, true, 'call.answer');
        const [first, second] = scene.runtime.state.calls;
        scene.press({ verb: 'transfer.start', callId: first!.id, consult: second!.id });
      } else {
        scene.press({ verb: 'transfer.start', to: '9999' });
        target.answers();
        scene.ms(50);
      }
      scene.press({ verb: 'transfer.complete' });
      assertNames(caller, target);
      assert.match(caller.request('REFER').headers.get('Refer-To') ?? '', /^<sip:9999@[^?]+\?Replaces=/);
      assert.equal(caller.request('REFER').headers.get('Referred-By'), '<sip:desk@office.example>');
      scene.over();
    });
  }
}

test('features.md pain 7: a challenge to the REFER: again with credentials and CSeq + 1; stale once more; a second "no" is failure', () => {
  const challenge = (nonce: string, more = '') => [
    `WWW-Authenticate: Digest realm="office.example", nonce="${nonce}"${more}`,
  ];
  const { scene, caller, target } = cast();
  scene.referring(caller, target);
  caller.reply('REFER', 401, challenge('one'));
  scene.ms(20);
  caller.reply('REFER', 401, challenge('two', ', stale=true'));
  scene.ms(20);
  const refers = caller.requests('REFER');
  const cseqs = refers.map((refer) => Number.parseInt(refer.headers.get('CSeq') ?? '', 10));
  assert.deepEqual(cseqs, [cseqs[0]!, cseqs[0]! + 1, cseqs[0]! + 2]);
  assert.match(refers[2]?.headers.get('Authorization') ?? '', /nonce="two".*uri="sip:2001@10\.0\.0\.1:5060"/);
  assert.equal(new Set(refers.map((refer) => refer.headers.get('Via'))).size, 3, 'each has its own branch');
  assert.equal(new Set(refers.map((refer) => refer.headers.get('Refer-To'))).size, 1);
  caller.reply('REFER', 401, challenge('three'));
  scene.ms(50);
  assert.equal(caller.requests('REFER').length, 3);
  assert.deepEqual([scene.verdicts, scene.stage], [['failed refer 401'], { 2001: 'held', 9999: 'talking' }]);
  scene.over();
});

test('features.md pain 8: the person takes the caller back while a hold waits after 491: the hold is not tried again', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  caller.habits.set('re-INVITE', 491);
  scene.press({ verb: 'key.hold' });
  caller.habits.set('re-INVITE', 200);
  scene.press({ verb: 'key.hold' });
  scene.seconds(10);
  const last = caller.requests('INVITE').at(-1);
  assert.ok(last === undefined || directionOf(last) === 'sendrecv' || scene.phase(caller) === 'held');
  assert.equal(scene.ear === '2001', scene.phase(caller) === 'talking', 'what is shown is what is heard');
  scene.over();
});

test('features.md pain 9: offers of every direction, talking and holding, are answered by RFC 3264 and never end the call', () => {
  const table: readonly (readonly [offer: Direction, talking: Direction, holding: Direction])[] = [
    ['sendrecv', 'sendrecv', 'sendonly'],
    ['sendonly', 'recvonly', 'inactive'],
    ['recvonly', 'sendonly', 'sendonly'],
    ['inactive', 'inactive', 'inactive'],
  ];
  for (const [offer, ...answers] of table) {
    for (const [index, wanted] of answers.entries()) {
      const { scene, caller } = cast();
      scene.talking(caller);
      if (index === 1) scene.press({ verb: 'key.hold' });
      caller.reinvites(offer);
      scene.ms(50);
      const answer = caller.heard.findLast((one) => one.kind === 'response')!;
      assert.equal(directionOf(answer), wanted, `${offer} while ${index === 1 ? 'holding' : 'talking'}`);
      scene.seconds(100);
      assert.equal(caller.requests('BYE').length, 0, 'no silence of a hold ends a call');
      scene.over();
    }
  }
});

test('features.md pain 11: what we can is said in requests and in answers: Replaces, REFER, NOTIFY', () => {
  const { scene, caller, target } = cast();
  scene.consulting(caller, target);
  const said = scene.wire.filter(({ from, text }) => from === PHONE && /^(INVITE|SIP\/2\.0 200)/.test(text));
  assert.ok(said.length >= 2);
  for (const { message, text } of said) {
    if (!/CSeq: \d+ INVITE/.test(text)) continue;
    assert.match(message?.headers.get('Supported') ?? '', /replaces/, text);
    for (const method of ['REFER', 'NOTIFY']) assert.ok(message?.headers.get('Allow')?.includes(method), text);
  }
  scene.over();
});

test('features.md pain 11: the INVITE that replaces cannot be used (488): the old call is untouched', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  const instead = scene.party('3003');
  instead.calls([`Replaces: ${caller.callId};to-tag=${caller.phoneTag};from-tag=${caller.tag}`, 'Accept: text/plain']);
  scene.ms(100);
  assert.ok(instead.statuses('INVITE').every((status) => status >= 400));
  assert.deepEqual([scene.stage, caller.requests('BYE').length], [{ 2001: 'talking' }, 0]);
  scene.over();
});

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
  );
}

test.run();
