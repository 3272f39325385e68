import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type Direction, directionOf, type Party } from './party.ts';
import { PHONE, Scene } from './scene.ts';

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

/** The first line of the picture: who, by whom, and whether somebody vouches for it. */
function shown(scene: Scene) {
  const line = scene.runtime.snapshot().lines.find((each) => each.callId !== null);
  return [line?.party?.number, line?.party?.name ?? undefined, line?.party?.verified, line?.via ?? undefined];
}

/** Who the call record says it was with before. */
function chain(scene: Scene): (string | null)[][] {
  return scene.journal.flatMap((entry) =>
    entry.type === 'call' ? [[...entry.record.earlier.map(({ number }) => number), entry.record.number]] : [],
  );
}

for (const method of ['UPDATE', 'INVITE'] as const) {
  test(`features.md pain 13: the exchange hands the call on and says so by ${method}: the picture and the record have the new party`, () => {
    const { scene, caller } = cast();
    scene.talking(caller);
    const sdp = 'v=0\r\no=- 7 9 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n';
    const body = method === 'INVITE' ? sdp : '';
    const type = method === 'INVITE' ? ['Content-Type: application/sdp'] : [];
    caller.asks(method, ['P-Asserted-Identity: "Éva" <sip:7777@office.example>', ...type], body);
    scene.ms(100);
    assert.deepEqual(shown(scene), ['7777', 'Éva', true, 'transferred by 2001']);
    caller.reinvites();
    scene.ms(100);
    assert.deepEqual(shown(scene)[0], '7777', 'silence about it is no news');
    caller.hangsUp();
    scene.ms(100);
    assert.deepEqual(chain(scene), [['2001', '7777']]);
    scene.over();
  });
}

test('features.md pain 13: nobody outside renames a call: an identity from another source is not shown', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  const thief = scene.party('666', { host: '203.0.113.66' });
  const { callId, tag, phoneTag } = caller;
  Object.assign(thief, { callId, tag, phoneTag, target: `sip:desk@${PHONE}`, cseq: 7_000 });
  thief.asks('UPDATE', ['P-Asserted-Identity: "The Bank" <sip:1@bank.example>']);
  scene.ms(100);
  assert.notEqual(shown(scene)[1], 'The Bank');
  assert.notEqual(shown(scene)[2] === true && shown(scene)[0] === '1', true);
  scene.over();
});

test('features.md pain 13: an INVITE that replaces the call brings its own name, and says by whom it came', () => {
  const { scene, caller } = cast();
  scene.talking(caller);
  const instead = scene.party('3003');
  instead.calls([
    `Replaces: ${caller.callId};to-tag=${caller.phoneTag};from-tag=${caller.tag}`,
    'P-Asserted-Identity: "Novák" <sip:3003@office.example>',
    'Referred-By: <sip:2001@office.example>',
  ]);
  scene.ms(100);
  assert.deepEqual(scene.stage, { 3003: 'talking' });
  assert.deepEqual(shown(scene), ['3003', 'Novák', true, 'transferred by 2001']);
  instead.hangsUp();
  scene.ms(100);
  assert.deepEqual(chain(scene).at(-1), ['2001', '3003']);
  scene.over();
});

test.run();
