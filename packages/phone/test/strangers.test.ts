import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Party } from './party.ts';
import { EXCHANGE, PHONE, Scene } from './scene.ts';

/** REFER, Replaces and NOTIFY from those who have no business with a call: guessed, overheard, repeated, in floods. */

const STRANGER = '203.0.113.66';
const REFER_TO = 'Refer-To: <sip:9999@office.example>';

function talking(): { scene: Scene; caller: Party } {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' }, secondAccount: true });
  const caller = scene.party('2001');
  scene.talking(caller);
  return { scene, caller };
}

/** A party that says what it likes under the ids that it is given. */
function impostor(scene: Scene, ids: { callId: string; tag: string; phoneTag: string }, host = STRANGER): Party {
  const party = scene.party('666', { host });
  Object.assign(party, ids, { target: `sip:desk@${PHONE}`, cseq: 7_000 });
  return party;
}

/** Nothing came of it: the call talks with whom it talked, nobody was dialled, hung up or put on hold. */
function unmoved(scene: Scene, caller: Party, what: string): void {
  scene.ms(200);
  assert.deepEqual(scene.stage, { 2001: 'talking' }, what);
  assert.deepEqual(caller.requests('BYE').length + caller.requests('INVITE').length, 0, what);
  assert.equal(scene.sent('INVITE').length, 0, what);
  assert.equal(scene.sent('REFER').length + scene.sent('BYE').length, 0, what);
  assert.equal(scene.ear, '2001', what);
}

/** The ids that an eavesdropper may have, and those of somebody who guesses. */
function wrongIds({ callId, tag, phoneTag }: Party): Record<string, { callId: string; tag: string; phoneTag: string }> {
  return {
    'a guessed Call-ID': { callId: 'guess@10.0.0.1', tag, phoneTag },
    'the Call-ID alone': { callId, tag: 'x', phoneTag: 'y' },
    'a Call-ID in capitals': { callId: callId.toUpperCase(), tag, phoneTag },
    'a Call-ID with more behind it': { callId: `${callId}x`, tag, phoneTag },
    'swapped tags': { callId, tag: phoneTag, phoneTag: tag },
    'the right to-tag and a wrong from-tag': { callId, tag: 'x', phoneTag },
    'the right from-tag and a wrong to-tag': { callId, tag, phoneTag: 'y' },
  };
}

const replacesOf = (ids: { callId: string; tag: string; phoneTag: string }) =>
  `Replaces: ${ids.callId};to-tag=${ids.phoneTag};from-tag=${ids.tag}`;

for (const method of ['REFER', 'NOTIFY', 'BYE', 'UPDATE'] as const) {
  test(`RFC 3261 §12.2.2: ${method} with ids that are not all right moves no call, even from the exchange`, () => {
    const { scene, caller } = talking();
    for (const [what, ids] of Object.entries(wrongIds(caller))) {
      const party = impostor(scene, ids, EXCHANGE);
      party.asks(method, [REFER_TO, 'Event: refer', 'Subscription-State: terminated']);
      unmoved(scene, caller, what);
      const said = scene.wire.findLast(({ from }) => from === PHONE)!.text;
      assert.match(said, /^SIP\/2\.0 481 /, what);
    }
    scene.over();
  });
}

test('transfer.md §7.1: REFER out of any dialog: the exchange is asked to prove it by Target-Dialog, a stranger hears nothing', () => {
  const { scene, caller } = talking();
  const outOf = (from: string, more: string) =>
    scene.throwIn(
      from,
      `${[
        `REFER sip:desk@${PHONE} SIP/2.0`,
        `Via: SIP/2.0/UDP ${from}:5060;branch=z9hG4bK${more.length}x${from}`,
        'Max-Forwards: 70',
        'From: <sip:666@office.example>;tag=f',
        'To: <sip:desk@office.example>',
        `Call-ID: out-of-any-${more.length}`,
        'CSeq: 1 REFER',
        `Contact: <sip:666@${from}>`,
        REFER_TO,
        `${more}Content-Length: 0`,
      ].join('\r\n')}\r\n\r\n`,
    );
  const right = `Target-Dialog: ${caller.callId};local-tag=${caller.phoneTag};remote-tag=${caller.tag}\r\nRequire: tdialog\r\n`;
  outOf(STRANGER, '');
  unmoved(scene, caller, 'a stranger');
  outOf(STRANGER, right);
  unmoved(scene, caller, 'a stranger who has overheard the ids');
  assert.ok(!scene.wire.some(({ to }) => to === STRANGER), 'a stranger learns nothing, not even that we are here');
  outOf(EXCHANGE, '');
  unmoved(scene, caller, 'the exchange, out of any dialog');
  assert.match(scene.wire.at(-1)!.text, /^SIP\/2\.0 (403|603) /);
  const swapped = `Target-Dialog: ${caller.callId};local-tag=${caller.tag};remote-tag=${caller.phoneTag}\r\n`;
  outOf(EXCHANGE, swapped);
  unmoved(scene, caller, 'the exchange, with swapped tags in Target-Dialog');
  scene.over();
});

test('RFC 3515 §5.1: REFER with the right ids from another source moves no call', () => {
  const { scene, caller } = talking();
  const party = impostor(scene, { callId: caller.callId, tag: caller.tag, phoneTag: caller.phoneTag });
  party.asks('REFER', [REFER_TO]);
  unmoved(scene, caller, 'overheard ids');
  assert.ok(!/SIP\/2\.0 2/.test(scene.wire.at(-1)!.text));
  scene.over();
});

test('RFC 3515 §5.1: REFER is refused as the phone comes out of its box, whoever sends it', () => {
  const scene = new Scene();
  const caller = scene.party('2001');
  scene.talking(caller);
  caller.asks('REFER', [REFER_TO]);
  unmoved(scene, caller, 'the caller');
  assert.deepEqual(caller.statuses('REFER'), [403]);
  scene.over();
});

test('RFC 3515 §5.1: a REFER that is played again, in its call and after it, dials once', () => {
  const { scene, caller } = talking();
  const target = scene.party('9999');
  caller.asks('REFER', [REFER_TO]);
  scene.ms(100);
  const refer = scene.wire.find(({ text }) => text.startsWith('REFER'))!.text;
  const again = (n: number) => {
    scene.throwIn(EXCHANGE, refer.replace(/branch=[^;]+/, `branch=z9hG4bKagain${n}`));
    scene.ms(100);
    return scene.wire.findLast(({ from, text }) => from === PHONE && /REFER/.test(text))!.text.slice(8, 11);
  };
  assert.match(again(1), /482|500/);
  target.answers();
  scene.seconds(1);
  caller.hangsUp();
  scene.seconds(1);
  assert.equal(again(2), '481');
  scene.seconds(200);
  assert.equal(again(3), '481');
  assert.equal(target.requests('INVITE').length, 1);
  assert.deepEqual(scene.stage, { 9999: 'talking' });
  scene.over();
});

test('transfer.md §7.2: a flood of REFERs in a call: one is done at a time, five a minute, the call answers to its person', () => {
  const { scene, caller } = talking();
  for (let n = 0; n < 60; n++) {
    caller.asks('REFER', [`Refer-To: <sip:8${n}@office.example>`]);
    scene.ms(20);
    for (const call of scene.runtime.state.calls)
      if (call.number !== '2001') scene.press({ verb: 'call.hangup', callId: call.id });
  }
  const accepted = caller.statuses('REFER').filter((status) => status < 300).length;
  assert.ok(accepted >= 1 && accepted <= 5, `${accepted} were accepted`);
  assert.ok(scene.sent('INVITE').length <= 5);
  assert.ok(caller.statuses('REFER').length === 60, 'each is answered');
  scene.over();
});

test('RFC 3891 §3: Replaces with ids that are not all right is 481 and touches nothing, and nothing rings', () => {
  const { scene, caller } = talking();
  for (const [what, ids] of Object.entries(wrongIds(caller))) {
    const thief = scene.party('2009');
    thief.callId = `thief-${what.replaceAll(' ', '-')}`;
    thief.calls([replacesOf(ids)]);
    unmoved(scene, caller, what);
    assert.deepEqual(thief.statuses('INVITE'), [481], what);
  }
  scene.over();
});

test('RFC 3891 §3: Replaces that is none is 400 and touches nothing', () => {
  const { scene, caller } = talking();
  const [id, to, from] = [caller.callId, `to-tag=${caller.phoneTag}`, `from-tag=${caller.tag}`];
  const right = `Replaces: ${id};${to};${from}`;
  for (const fields of [
    [`Replaces: ${id}`],
    [`Replaces: ${id};${to}`],
    [`Replaces: ${id};${from}`],
    [`Replaces: ${id};${to};${from};${to}`],
    [`Replaces: ${id};to-tag;${from}`],
    ['Replaces: '],
    ['Replaces: ;;;'],
    [`Replaces: ;${to};${from}`],
    [`Replaces: ${id} x;${to};${from}`],
    [right, right],
    [right, `Join: ${id};${to};${from}`],
  ]) {
    const thief = scene.party('2009');
    thief.callId = `thief-${scene.wire.length}`;
    thief.calls(fields);
    unmoved(scene, caller, fields.join(' and '));
    assert.deepEqual(thief.statuses('INVITE'), [400], fields.join(' and '));
  }
  caller.asks('INVITE', [right, 'Content-Type: application/sdp'], 'v=0\r\n');
  scene.ms(50);
  assert.deepEqual(caller.statuses('INVITE').at(-1), 400, 'in a re-INVITE it has no business');
  assert.equal(scene.phase(caller), 'talking');
  scene.over();
});

test('sip-core §10: who has overheard all ids of a call ends no call and no transfer from another source', () => {
  const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
  const [caller, target] = [scene.party('2001'), scene.party('9999')];
  scene.accepted(caller, target);
  for (const { callId, tag, phoneTag } of [caller, target]) {
    const eve = impostor(scene, { callId, tag, phoneTag });
    eve.asks(
      'NOTIFY',
      ['Event: refer', 'Subscription-State: terminated', 'Content-Type: message/sipfrag'],
      'SIP/2.0 200 OK\r\n',
    );
    eve.asks('BYE');
    eve.asks('REFER', [REFER_TO]);
    eve.asks('INVITE', ['Content-Type: application/sdp'], 'v=0\r\n');
  }
  scene.seconds(5);
  assert.deepEqual([scene.stage, scene.verdicts], [{ 2001: 'held', 9999: 'held' }, []]);
  assert.ok(!scene.wire.some(({ to }) => to === STRANGER), 'not even an answer');
  assert.equal(scene.notes.filter((word) => word === 'foreign-source').length >= 8, true);
  caller.notifies(200);
  scene.seconds(6);
  assert.deepEqual(scene.verdicts, ['completed notify']);
  scene.over();
});

test('RFC 3891 §5: the right ids from another source, or over another account, take no call over', () => {
  const { scene, caller } = talking();
  const outside = scene.party('2009', { host: STRANGER });
  outside.calls([replacesOf(caller)]);
  unmoved(scene, caller, 'another source');
  assert.deepEqual(outside.statuses('INVITE'), [], 'a stranger hears nothing');
  const other = scene.party('2010', { host: '10.0.9.1' });
  other.calls([replacesOf(caller)], 'sip:other@other.example');
  unmoved(scene, caller, 'the exchange of the other account');
  assert.deepEqual(
    other.statuses('INVITE').filter((status) => status !== 403 && status !== 603 && status !== 481),
    [],
  );
  assert.ok(other.statuses('INVITE').length > 0);
  scene.over();
});

test('RFC 3891 §3: early-only for a call that was answered is 486', () => {
  const { scene, caller } = talking();
  const thief = scene.party('2009');
  thief.calls([`${replacesOf(caller)};early-only`]);
  unmoved(scene, caller, 'early-only');
  assert.deepEqual(thief.statuses('INVITE'), [486]);
  scene.over();
});

test('RFC 3891 §3: a Replaces that is played again after its call has ended is 603, later 481, and never rings', () => {
  const { scene, caller } = talking();
  const ids = replacesOf(caller);
  caller.hangsUp();
  scene.seconds(1);
  for (const [after, status] of [
    [1, 603],
    [100, 481],
  ] as const) {
    scene.seconds(after);
    const late = scene.party('2009');
    late.callId = `late-${after}`;
    late.calls([ids]);
    scene.ms(100);
    assert.deepEqual(late.statuses('INVITE'), [status]);
    assert.deepEqual(scene.stage, {});
  }
  scene.over();
});

test('RFC 3891 §3: a flood of guesses is answered, costs the call nothing, and the right one is still taken', () => {
  const { scene, caller } = talking();
  for (let n = 0; n < 200; n++) {
    const thief = scene.party('2009');
    thief.callId = `thief-${n}`;
    thief.calls([`Replaces: ${caller.callId};to-tag=guess${n};from-tag=${caller.tag}`]);
    if (n % 10 === 0) scene.ms(20);
  }
  unmoved(scene, caller, 'two hundred guesses');
  scene.seconds(60);
  const right = scene.party('2010');
  right.calls([replacesOf(caller)]);
  scene.ms(200);
  assert.deepEqual(right.statuses('INVITE'), [200], 'the exchange itself, with the right ids');
  assert.deepEqual(scene.stage, { 2010: 'talking' });
  assert.equal(caller.requests('BYE').length, 1, 'the old one goes after the ACK');
  scene.over();
});

test('RFC 3891 §3: a leg of a transfer under way is not replaced from outside', () => {
  for (const leg of ['caller', 'target'] as const) {
    const scene = new Scene();
    const cast = { caller: scene.party('2001'), target: scene.party('9999') };
    scene.accepted(cast.caller, cast.target);
    const thief = scene.party('2009');
    thief.calls([replacesOf(cast[leg])]);
    scene.ms(100);
    assert.deepEqual(thief.statuses('INVITE'), [486], leg);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'held' });
    cast.caller.notifies(200);
    scene.seconds(5);
    assert.deepEqual(scene.verdicts, ['completed notify']);
    scene.over();
  }
});

test('features.md pain 12: nobody outside makes the phone place an emergency call, by REFER of any spelling', () => {
  for (const number of ['112', '911', '%31%31%32', '1-1-2', '112;phone-context=x', '1.1.2']) {
    const { scene, caller } = talking();
    caller.asks('REFER', [`Refer-To: <sip:${number}@office.example>`]);
    unmoved(scene, caller, number);
    assert.ok(caller.statuses('REFER')[0]! >= 400, number);
    scene.over();
  }
});

test.run();
