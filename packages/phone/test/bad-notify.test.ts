import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import type { Party } from './party.ts';
import { Scene } from './scene.ts';

/** NOTIFYs that are wrong, and every vector of the shared folder, at a phone that waits for the verdict of its REFER. */

interface Waiting {
  readonly scene: Scene;
  readonly caller: Party;
  readonly target: Party;
}

function waiting(): Waiting {
  const scene = new Scene();
  const caller = scene.party('2001');
  const target = scene.party('9999');
  scene.accepted(caller, target);
  return { scene, caller, target };
}

/** NOTIFY with exactly these fields and body. */
function notify({ scene, caller }: Waiting, fields: readonly string[], body = ''): number | undefined {
  caller.asks('NOTIFY', fields, body);
  scene.ms(50);
  return caller.statuses('NOTIFY').at(-1);
}

const FRAGMENT = 'Content-Type: message/sipfrag;version=2.0';
const OK = 'SIP/2.0 200 OK\r\n';

for (const [event, status] of [
  ['Event: refer', 200],
  ['Event: REFER', 200],
  ['o: refer', 200],
  ['Event: refer;x=y', 200],
  ['Event: refer;id=999999', 481],
  ['Event: refer;id=-1', 481],
  ['Event: refer;id=62x', 481],
  ['Event: presence', 489],
  ['Event: refer.winfo', 489],
  ['Event: dialog;id=1', 489],
  ['X-None: 1', 489],
  ['Event: ', 489],
  ['Event: <refer>', 489],
  ['Event: refer, refer', 489],
] as const) {
  test(`RFC 6665 §8.2.1: NOTIFY with "${event}" gets ${status} and decides only as its own`, () => {
    const stage = waiting();
    const got = notify(stage, [event, 'Subscription-State: terminated;reason=noresource', FRAGMENT], OK);
    assert.equal(got === 400 && status === 489 ? 489 : got, status, 'a field that cannot be read may be 400');
    assert.deepEqual(stage.scene.verdicts, status === 200 ? ['completed notify'] : []);
    assert.equal(stage.scene.sent('BYE').length, 0);
    stage.scene.over();
  });
}

for (const state of [
  undefined,
  'foo;bar',
  'terminated',
  'active',
  'active;expires=0',
  'active;expires=99999999999999999999',
  'active;expires=-5',
  'active;expires=x',
  'pending;expires="60"',
  ';',
  '"terminated"',
  `active;${'x=y;'.repeat(500)}expires=60`,
]) {
  test(`transfer.md §5: Subscription-State ${JSON.stringify(state)?.slice(0, 60)} gets 200; the sipfrag alone is the verdict`, () => {
    for (const [body, verdict] of [
      ['SIP/2.0 100 Trying', []],
      [OK, ['completed notify']],
    ] as const) {
      const stage = waiting();
      const field = state === undefined ? [] : [`Subscription-State: ${state}`];
      assert.equal(notify(stage, ['Event: refer', ...field, FRAGMENT], body), 200);
      assert.deepEqual(stage.scene.verdicts, verdict);
      stage.scene.seconds(60);
      if (verdict.length === 0) {
        assert.match(stage.scene.verdicts.join(), /^unknown/);
        assert.deepEqual(stage.scene.stage, { 2001: 'held', 9999: 'held' });
      }
      stage.scene.over(3_700); // nobody makes us keep a subscription for longer than an hour
    }
  });
}

for (const [why, type, body] of [
  ['of another type', 'Content-Type: text/plain', 'all is well'],
  ['of XML', 'Content-Type: application/xml', '<?xml version="1.0"?>'],
  ['of SDP', 'Content-Type: application/sdp', 'v=0\r\n'],
  ['of nothing', FRAGMENT, ''],
  ['of blank lines', FRAGMENT, '\r\n\r\n'],
  ['of NULs', FRAGMENT, '\0\0\0\0'],
  ['of a request', FRAGMENT, 'INVITE sip:a@b SIP/2.0\r\n'],
  ['of HTTP', FRAGMENT, 'HTTP/1.1 200 OK\r\n'],
  ['of a status of two digits', FRAGMENT, 'SIP/2.0 20 OK\r\n'],
  ['of a status of five digits', FRAGMENT, 'SIP/2.0 20000 OK\r\n'],
  ['of a status beyond 699', FRAGMENT, 'SIP/2.0 700 X\r\n'],
  ['of a negative status', FRAGMENT, 'SIP/2.0 -200 X\r\n'],
  ['of 60 kB', FRAGMENT, 'x'.repeat(60_000)],
] as const) {
  test(`transfer.md §5: a sipfrag ${why} gets 200 and is no news, even when the subscription ends with it`, () => {
    for (const state of ['active;expires=60', 'terminated;reason=noresource']) {
      const stage = waiting();
      assert.equal(notify(stage, ['Event: refer', `Subscription-State: ${state}`, type], body), 200);
      assert.deepEqual(stage.scene.verdicts, []);
      assert.equal(notify(stage, ['Event: refer', 'Subscription-State: terminated', FRAGMENT], OK), 200);
      assert.deepEqual(stage.scene.verdicts, ['completed notify'], 'the next one is heard');
      stage.scene.over();
    }
  });
}

test('RFC 3515 §5.3: nothing that stands behind the status line of a sipfrag is believed, shown or sent', () => {
  const stage = waiting();
  const fragment = `SIP/2.0 486 ${'evil'.repeat(400)}\r\nContact: <sip:evil@203.0.113.66>\r\nRoute: <sip:203.0.113.66;lr>\r\n\r\n`;
  notify(stage, ['Event: refer', 'Subscription-State: terminated', FRAGMENT], fragment);
  assert.deepEqual(stage.scene.verdicts, ['failed notify 486']);
  assert.ok(!JSON.stringify(stage.scene.runtime.snapshot()).includes('203.0.113.66'));
  const after = stage.scene.wire.filter(({ from, text }) => from === '10.0.0.2' && /evil|203\.0\.113\.66/.test(text));
  assert.deepEqual(after, []);
  stage.scene.over();
});

test('sip-core §10: four hundred NOTIFYs of nothing keep nobody from the verdict, and the phone from nothing', () => {
  const stage = waiting();
  for (let n = 0; n < 400; n++) {
    stage.caller.asks(
      'NOTIFY',
      ['Event: refer', 'Subscription-State: active;expires=60', FRAGMENT],
      `SIP/2.0 1${(n % 90) + 10} x`,
    );
    if (n % 50 === 0) stage.scene.ms(20);
  }
  stage.scene.ms(100);
  assert.equal(notify(stage, ['Event: refer', 'Subscription-State: terminated', FRAGMENT], OK), 200);
  assert.deepEqual(stage.scene.verdicts, ['completed notify']);
  stage.scene.over();
});

// ------------------------------------------------------------------------------------------- the vectors, all of them

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(process.env['SWITCHHOOK_CORPUS'] ?? join(root, '..', 'shared', 'corpus'), 'transfer-vectors');

interface Escape {
  readonly name: string;
  readonly targetUri: string;
  readonly earlyOnly: boolean;
  readonly replacesValue: string;
  readonly referTo: string;
  readonly consult: { readonly callId: string; readonly remoteTag: string };
}

function load<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly T[];
}

if (existsSync(folder)) {
  for (const vector of load<Escape>('refer-to-escape.json')) {
    test(`RFC 3891 §6.1: Refer-To "${vector.name}" in a REFER becomes the Replaces of our INVITE, letter by letter`, () => {
      const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
      const transferor = scene.party('2001');
      scene.talking(transferor);
      transferor.asks('REFER', [`Refer-To: ${vector.referTo}`]);
      scene.ms(100);
      const [invite] = scene.sent('INVITE');
      if (vector.targetUri.startsWith('sips:')) {
        // RFC 5630 §3.1: an account without TLS calls no sips URI, and the transferor is told so
        assert.equal(invite, undefined);
        assert.match(new TextDecoder().decode(transferor.request('NOTIFY').body), /^SIP\/2\.0 416 /);
        assert.equal(scene.phase(transferor), 'talking');
        scene.over();
        return;
      }
      assert.ok(invite?.kind === 'request');
      assert.deepEqual([invite.uri, invite.headers.get('Replaces')], [vector.targetUri, vector.replacesValue]);
      scene.over();
    });

    test(`RFC 3891 §6.1: ids "${vector.name}" of a consultation come back from our Refer-To, letter by letter`, () => {
      const scene = new Scene();
      const caller = scene.party('2001');
      const target = scene.party('9999');
      target.callId = vector.consult.callId; // the target calls us, so the ids are its own
      target.tag = vector.consult.remoteTag;
      scene.talking(caller);
      target.calls();
      scene.ms(50);
      scene.press({ verb: 'call.answer' });
      const [first, second] = scene.runtime.state.calls;
      scene.press({ verb: 'transfer.start', callId: first!.id, consult: second!.id });
      scene.press({ verb: 'transfer.complete' });
      const referTo = /Replaces=([^>&]*)/.exec(caller.request('REFER').headers.get('Refer-To') ?? '')?.[1] ?? '';
      assert.match(referTo, /^[A-Za-z0-9\-_.!~*'()[\]/?:+$%]+$/, 'nothing raw that RFC 3261 §25.1 does not allow');
      const { callId, remoteTag } = vector.consult;
      assert.equal(decodeURIComponent(referTo), `${callId};to-tag=${remoteTag};from-tag=${target.phoneTag}`);
      scene.over();
    });
  }

  for (const { body, status } of load<{ readonly body: string; readonly status: number | null }>('sipfrag.json')) {
    test(`RFC 3420 §2.1: sipfrag ${JSON.stringify(body)} is ${status ?? 'no news'} for the person`, () => {
      const stage = waiting();
      assert.equal(notify(stage, ['Event: refer', 'Subscription-State: active;expires=60', FRAGMENT], body), 200);
      const verdict =
        status === null || status < 200 ? [] : status < 300 ? ['completed notify'] : [`failed notify ${status}`];
      assert.deepEqual(stage.scene.verdicts, verdict);
      stage.scene.over();
    });
  }

  for (const { value, expires } of load<{ readonly value: string; readonly expires: number | null }>(
    'subscription-state.json',
  )) {
    test(`RFC 6665 §8.2.3: Subscription-State "${value}" without a body gets 200 and is no verdict`, () => {
      const stage = waiting();
      assert.equal(notify(stage, ['Event: refer', `Subscription-State: ${value}`]), 200);
      stage.scene.seconds(1);
      assert.deepEqual(stage.scene.verdicts, []);
      stage.scene.seconds(40);
      assert.match(stage.scene.verdicts.join(), /^unknown/, `${expires}`);
      assert.equal(stage.scene.sent('BYE').length, 0);
      stage.scene.over();
    });
  }
} else {
  console.log(`SKIP transfer vectors at the whole phone: no corpus at ${folder}`);
}

test.run();
