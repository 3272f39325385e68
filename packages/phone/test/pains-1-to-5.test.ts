import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Intent } from '../src/intent.ts';
import type { Party } from './party.ts';
import { Scene } from './scene.ts';

/** What hurts people most about transfers, as far as no other file proves it; the whole phone, on the wire. */

function cast() {
  const scene = new Scene();
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

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, at) =>
    permutations(items.filter((_, other) => other !== at)).map((rest) => [item, ...rest]),
  );
}

test.run();
