import assert from 'node:assert/strict';
import { test } from 'uvu';
import { view } from '../src/index.ts';
import { account, Bench, call, dialog, peer, refer } from './bench.ts';
import { Scene } from './scene.ts';

const shown = (bench: Bench) => view(bench.state, (at) => `t${at}`);
const dialled = (bench: Bench) => {
  const effect = bench.last.find((each) => each.type === 'dial');
  assert.ok(effect?.type === 'dial');
  return effect;
};

test('RFC 3891 §3: Replaces over our own registrar takes a call over without ringing, and the old one goes after the ACK', () => {
  const bench = new Bench();
  bench.talking('a', '2001');
  bench.tell({
    type: 'incoming',
    call: call('n'),
    account,
    peer: peer('2009', 'New'),
    trusted: true,
    replaces: { call: call('a'), early: false },
  });
  assert.ok(bench.has('answer', { call: 'n' }) && !bench.has('ringer'));
  assert.equal(bench.ear, 'a', 'the old call is untouched until the ACK');
  bench.up('n', '2009', 'New');
  assert.equal(bench.ear, 'n');
  bench.tell({ type: 'ended', call: call('a'), cause: { by: 'local', how: 'replaced' } });
  assert.deepEqual(
    shown(bench).lines.map((line) => line.callId),
    ['n', null],
  );
  assert.equal(shown(bench).lines[0]?.via, 'transferred by 2001');
});

test('RFC 3891 §3: Replaces from a stranger is refused and the call stays as it is', () => {
  const bench = new Bench();
  bench.talking('a');
  const before = bench.state.calls;
  bench.tell({
    type: 'incoming',
    call: call('n'),
    account,
    peer: peer('666'),
    trusted: false,
    replaces: { call: call('gone'), early: false },
  });
  assert.ok(bench.has('reject', { call: 'n', status: 603 }));
  const stranger = { ...peer('666'), party: { uri: 'sip:666@elsewhere.test', verified: false } };
  bench.tell({
    type: 'incoming',
    call: call('n'),
    account,
    peer: stranger,
    trusted: false,
    replaces: { call: call('a'), early: false },
  });
  assert.ok(bench.has('reject', { call: 'n', status: 403 }));
  bench.tell({
    type: 'incoming',
    call: call('n'),
    account,
    peer: peer('9'),
    trusted: true,
    replaces: { call: call('a'), early: true },
  });
  assert.ok(bench.has('reject', { call: 'n', status: 486 }), 'early-only, and it was answered');
  assert.equal(bench.state.calls, before);
});

test('RFC 3515 §5.1: REFER is refused by default', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.tell({
    type: 'refer-requested',
    refer: refer('x'),
    call: call('a'),
    account,
    referTo: '<sip:900@pbx.test>',
    trusted: true,
  });
  assert.ok(bench.has('answer-refer', { refer: 'x', status: 403 }));
  assert.ok(!bench.has('dial'));
});

test('transfer.md §7: an allowed REFER silences the transferor, dials, reports, and goes on with the new call', () => {
  const bench = new Bench({ acceptRefer: 'same-dialog' });
  bench.talking('a');
  const referTo = '<sip:900@pbx.test?Replaces=abc%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>';
  bench.tell({
    type: 'refer-requested',
    refer: refer('x'),
    call: call('a'),
    account,
    referTo,
    referredBy: '<sip:2001@pbx.test>',
    trusted: true,
  });
  assert.ok(bench.has('answer-refer', { status: 202 }));
  const { call: triggered, replaces, referredBy } = dialled(bench);
  assert.deepEqual(
    { replaces, referredBy },
    { replaces: 'abc@h;to-tag=1;from-tag=2', referredBy: '<sip:2001@pbx.test>' },
  );
  assert.ok(!bench.has('hold'), 'no re-INVITE races its BYE');
  bench.tell({ type: 'progress', call: triggered, status: 180 });
  assert.ok(bench.has('report-refer', { refer: 'x', status: 180 }));
  bench.up(triggered, '900');
  assert.ok(bench.has('report-refer', { status: 200 }) && bench.has('connect', { calls: [triggered] }));
  bench.end('a');
  assert.deepEqual(
    bench.state.calls.map((each) => each.id),
    [triggered],
  );
  assert.deepEqual(bench.state.referrals, []);
});

test('features §13: after a REFER to a Contact no made-up user is shown; who answered is shown once an exchange vouches', () => {
  const bench = new Bench({ acceptRefer: 'same-dialog' });
  bench.talking('a');
  const contact = 'sip:bcc350a3d9e1f204@192.0.2.7:5060';
  bench.tell({
    type: 'refer-requested',
    refer: refer('x'),
    call: call('a'),
    account,
    referTo: `<${contact}>`,
    referredBy: '<sip:1000@pbx.test>',
    trusted: true,
  });
  const { call: triggered, to } = dialled(bench);
  assert.equal(to, contact);
  const line = () => shown(bench).lines.find((each) => each.callId === triggered);
  assert.deepEqual([line()?.party?.number, line()?.via], ['transferred call from 1000', 'transferred by 2001']);
  const unsure = { ...peer('x'), party: { uri: contact, verified: false } };
  bench.tell({ type: 'answered', call: triggered, dialog: dialog('x'), peer: unsure });
  assert.equal(line()?.party?.number, 'transferred call from 1000');
  bench.tell({ type: 'peer-changed', call: triggered, peer: peer('9999', 'Éva') });
  assert.deepEqual(line()?.party, { number: '9999', name: 'Éva', verified: true });
  assert.equal(bench.state.calls.find((each) => each.id === triggered)?.address, contact, 'where it was found');
});

test('features §13: whom we dialled is the dialled number, unless a trusted exchange says that another one answered', () => {
  for (const [party, number] of [
    [{ uri: 'sip:777@pbx.test', verified: false }, '900'],
    [{ uri: 'sip:anonymous@anonymous.invalid', verified: true }, '900'],
    [{ uri: '', verified: true }, '900'],
    [{ uri: 'sip:777@10.9.9.9', verified: true }, '777'],
    [{ uri: 'tel:+3612345', verified: true }, '+3612345'],
  ] as const) {
    const bench = new Bench();
    bench.want({ verb: 'call.dial', to: '900' });
    const { call: id, to } = dialled(bench);
    bench.tell({
      type: 'answered',
      call: id,
      dialog: dialog('x'),
      peer: { ...peer('x'), party },
    });
    assert.equal(shown(bench).lines[0]?.party?.number, number);
    assert.equal(bench.state.calls[0]?.address, to);
  }
});

test('transfer.md §7.6: the call of a REFER fails: it is reported and the transferor is talked to again', () => {
  const bench = new Bench({ acceptRefer: 'same-dialog' });
  bench.talking('a');
  bench.tell({
    type: 'refer-requested',
    refer: refer('x'),
    call: call('a'),
    account,
    referTo: '<sip:900@pbx.test>',
    trusted: true,
  });
  bench.end(dialled(bench).call, 486);
  assert.ok(bench.has('report-refer', { status: 486 }));
  assert.equal(bench.ear, 'a');
});

test('RFC 3515 §5.1: no REFER makes the phone place an emergency call', () => {
  const bench = new Bench({ acceptRefer: 'same-dialog' });
  bench.talking('a');
  bench.tell({
    type: 'refer-requested',
    refer: refer('x'),
    call: call('a'),
    account,
    referTo: '<sip:112@pbx.test>',
    trusted: true,
  });
  assert.ok(bench.has('answer-refer', { status: 480 }) && !bench.has('dial'));
});

test('transfer §7.6: after the new call is up the old one is ended after 32 s, unless the person has taken it back', () => {
  for (const back of [false, true]) {
    const scene = new Scene({ settings: { acceptRefer: 'same-dialog' } });
    const [caller, target] = [scene.party('2001'), scene.party('9999')];
    scene.talking(caller);
    caller.asks('REFER', ['Refer-To: <sip:9999@office.example>']);
    scene.ms(50);
    target.answers();
    scene.ms(50);
    assert.deepEqual(scene.stage, { 2001: 'held', 9999: 'talking' });
    if (back) scene.press({ verb: 'call.swap' });
    scene.seconds(40);
    assert.deepEqual(scene.stage, back ? { 2001: 'talking', 9999: 'held' } : { 9999: 'talking' });
    scene.over();
  }
});

test.run();
