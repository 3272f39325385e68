// The person joins two calls: conference, leaving it, and the pair that the phone carries (transfer.md §10).
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { canDo, headsetGestures } from '../src/index.ts';
import { Bench, call, peer, refer } from './bench.ts';
import { shown } from './situations.ts';

/** All three talk: the consultation and then the conference key. The target's call id. */
function together(bench: Bench): string {
  const target = bench.consulting();
  bench.want({ verb: 'key.conference' });
  bench.resumed('a');
  assert.equal(bench.ear, `a+${target}`);
  return target;
}

/** The two talk through the phone, nobody has refused anything. */
function alone(bench: Bench): string {
  const target = bench.consulting();
  bench.want({ verb: 'transfer.bridge' });
  bench.resumed('a');
  assert.deepEqual(bench.state.sounds.bridges, [{ transfer: 't-1', calls: ['a', target] }]);
  return target;
}

const lamps = (bench: Bench) => [shown(bench).lamps['line1'], shown(bench).lamps['line2']];
const line = (bench: Bench, n: number) => shown(bench).lines[n - 1];

test('phone-ux §4.1: Conference merges both: the caller is taken back, the specialist goes on, all three hear each other', () => {
  const bench = new Bench();
  const target = bench.consulting();
  assert.ok(canDo(bench.state).includes('transfer.merge'));
  const ticket = bench.want({ verb: 'key.conference' });
  assert.ok(bench.has('resume', { call: 'a' }));
  assert.equal(bench.ear, target, 'the specialist is not put aside meanwhile');
  assert.equal(bench.outcome(ticket), undefined);
  bench.resumed('a');
  assert.ok(bench.has('connect', { calls: ['a', target] }));
  assert.equal(bench.outcome(ticket), 'done');
  assert.deepEqual(shown(bench).display, ['2001 + 9999', 'All three talk. Put down = hand over']);
  assert.deepEqual(lamps(bench), ['solid-green', 'solid-green']);
  assert.equal(shown(bench).phone, 'talking');
  assert.equal(shown(bench).transfer?.state, 'merged');
  const { joined } = line(bench, 1)!;
  assert.deepEqual([joined?.mode, joined?.with, joined?.party.number], ['conference', target, '9999']);
  assert.ok(bench.notices().includes('merged'));
});

test('phone-ux §4.1: a caller who cannot be taken back leaves the person with the specialist, and says so', () => {
  const bench = new Bench();
  const target = bench.consulting();
  const ticket = bench.want({ verb: 'key.conference' });
  bench.tell({ type: 'resume-refused', call: call('a'), status: 488, phrase: 'No' });
  assert.equal(bench.ear, target);
  assert.equal(bench.phase('a'), 'held');
  assert.equal(bench.outcome(ticket), 'hold_refused');
});

test('X1: putting the handset down in a conference is a transfer under the hood: both are held, then REFER', () => {
  const bench = new Bench();
  const target = together(bench);
  bench.want({ verb: 'hook.put-down' });
  assert.equal(bench.ear, undefined, 'an empty room is not heard');
  assert.ok(bench.has('hold', { call: 'a' }) && bench.has('hold', { call: target }));
  assert.deepEqual(lamps(bench), ['double-green', 'double-green']);
  bench.held('a');
  bench.held(target);
  assert.ok(bench.has('refer', { call: 'a' }));
});

test('X1: where the exchange refuses that transfer, who was in conference stays joined, without the person', () => {
  const bench = new Bench();
  const target = together(bench);
  bench.want({ verb: 'hook.put-down' });
  bench.held('a');
  bench.held(target);
  bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status: 403, phrase: 'No', withoutSubscription: false });
  assert.ok(bench.has('resume', { call: 'a' }), 'taken back for each other, though nobody has the handset');
  bench.resumed('a');
  bench.resumed(target);
  assert.equal(bench.ear, undefined);
  assert.ok(bench.has('bridge', { calls: ['a', target] }));
  assert.deepEqual(shown(bench).display, ['Joined by this phone: keep it on', '9999']);
});

test('phone-ux §4.1: Transfer, and Conference pressed twice, leave the conference as putting down does', () => {
  const bench = new Bench();
  const target = together(bench);
  assert.ok(canDo(bench.state).includes('transfer.complete'));
  bench.want({ verb: 'key.transfer' });
  assert.ok(bench.has('hold', { call: 'a' }) && bench.has('hold', { call: target }));
});

test('phone-ux §4.1: Cancel ends a conference: the person is with the one of before, the other is held', () => {
  const bench = new Bench();
  const target = together(bench);
  const ticket = bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hold', { call: 'a' }));
  assert.equal(bench.ear, target);
  bench.held('a');
  assert.deepEqual([bench.phase('a'), bench.outcome(ticket)], ['held', 'done']);
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hangup', { call: target }), 'and once more is back to the caller');
});

test('phone-ux §4.1: a line key in a conference: alone with the other one', () => {
  const bench = new Bench();
  const target = together(bench);
  const ticket = bench.want({ verb: 'key.line', line: 1 });
  assert.equal(bench.ear, 'a');
  bench.held(target);
  assert.deepEqual([bench.outcome(ticket), bench.phase('a'), bench.phase(target)], ['done', 'talking', 'held']);
});

test('X1: one of three hangs up: the person goes on with the other', () => {
  for (const who of ['a', 'target']) {
    const bench = new Bench();
    const target = together(bench);
    bench.end(who === 'a' ? 'a' : target);
    const left = who === 'a' ? target : 'a';
    assert.equal(bench.ear, left);
    assert.equal(bench.phase(left), 'talking');
    assert.deepEqual(bench.state.transfers, []);
  }
});

test('X1: two calls that stand for themselves are merged by the same key', () => {
  const bench = new Bench();
  bench.talking('a');
  bench.ring('b', '2002');
  bench.want({ verb: 'call.answer' });
  bench.held('a');
  bench.up('b', '2002');
  bench.want({ verb: 'key.conference' });
  bench.resumed('a');
  assert.equal(bench.ear, 'a+b');
});

test('phone-ux §4.1: Conference without two calls is refused with a text', () => {
  const bench = new Bench();
  bench.talking('a');
  assert.equal(bench.outcome(bench.want({ verb: 'key.conference' })), 'not_in_state');
  bench.tell({ type: 'refusal', text: 'Two calls are needed' });
  assert.deepEqual(shown(bench).display, ['Two calls are needed']);
});

test('transfer §10: digits in a conference are sent to both, or to the call that is named', () => {
  const bench = new Bench();
  const target = together(bench);
  bench.want({ verb: 'key.digit', digit: '5' });
  const to = () => bench.last.flatMap((effect) => (effect.type === 'dtmf' ? [effect.call as string] : []));
  assert.deepEqual(to(), ['a', target]);
  bench.want({ verb: 'call.dtmf', digits: '6', callId: call('a') });
  assert.deepEqual(to(), ['a']);
});

test('transfer §10: a digit by INFO crosses the join once; one that the media brought is the engine’s business', () => {
  const bench = new Bench();
  const target = alone(bench);
  bench.tell({ type: 'digit', call: call('a'), digit: '7', info: true });
  assert.ok(bench.has('dtmf', { call: target, digits: '7' }));
  bench.tell({ type: 'digit', call: call('a'), digit: '8', info: false });
  assert.ok(!bench.has('dtmf'));
});

test('transfer §10: bridge by wish: both are taken back, silent for us, joined, and that is completed', () => {
  const bench = new Bench();
  const target = bench.consulting();
  const ticket = bench.want({ verb: 'transfer.bridge' });
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(bench.outcome(ticket), 'done');
  assert.deepEqual(bench.settled.get(ticket), { name: 'done', result: { transferId: 't-1', evidence: 'bridge' } });
  assert.ok(bench.has('connect', { calls: [] }) && bench.has('bridge', { transfer: 't-1', calls: ['a', target] }));
  assert.ok(bench.has('tone', { tone: 'confirmation' }));
  assert.deepEqual(shown(bench).display, ['Joined by this phone: keep it on', '9999']);
  bench.pass(10_000);
  assert.deepEqual(shown(bench).display, ['Joined by this phone: keep it on', '2001 + 9999']);
  assert.deepEqual(lamps(bench), ['gap-amber', 'gap-amber']);
  const { joined, state } = line(bench, 2)!;
  assert.deepEqual([state, joined?.mode, joined?.party.number, joined?.since], ['joined', 'bridge', '2001', 't0']);
  assert.equal(shown(bench).phone, 'transferring');
});

test('transfer §10: one hang-up ends both', () => {
  for (const first of ['a', 'target']) {
    const bench = new Bench();
    const target = alone(bench);
    const [gone, left] = first === 'a' ? ['a', target] : [target, 'a'];
    bench.end(gone);
    assert.ok(bench.has('bridge', { calls: [] }) && bench.has('hangup', { call: left }));
    bench.end(left, undefined, 'local');
    assert.deepEqual([bench.state.calls, bench.state.transfers], [[], []]);
    assert.equal(shown(bench).phone, 'idle');
  }
});

test('transfer §10: the handset down, again and again, does not end a bridge; lifting gives the dial tone', () => {
  const bench = new Bench();
  const target = alone(bench);
  bench.want({ verb: 'hook.put-down' });
  assert.ok(!bench.has('hangup') && !bench.has('hold') && !bench.has('bridge'));
  assert.equal(bench.ear, undefined);
  bench.want({ verb: 'hook.lift' });
  assert.equal(bench.state.sounds.tone, 'dial');
  bench.want({ verb: 'hook.put-down' });
  assert.deepEqual([bench.phase('a'), bench.phase(target)], ['joined', 'joined']);
  bench.pass(3_600_000);
  assert.deepEqual(bench.state.sounds.bridges.length, 1, 'nor does time');
});

test('transfer §10: a line key, Cancel or Conference takes the person back in; Transfer or putting down leaves again', () => {
  for (const verb of ['key.line', 'key.cancel', 'key.conference'] as const) {
    const bench = new Bench();
    const target = alone(bench);
    const ticket = bench.want(verb === 'key.line' ? { verb, line: 2 } : { verb });
    assert.equal(bench.ear, `a+${target}`, verb);
    assert.ok(bench.has('bridge', { calls: [] }), 'who is in the conference is not bridged besides');
    assert.equal(bench.outcome(ticket), 'done');
    assert.ok(!bench.has('resume') && !bench.has('hold'), 'nothing is said on the wire');
    for (const leave of ['hook.put-down', 'key.transfer', 'key.conference'] as const) {
      bench.want({ verb: leave });
      assert.equal(bench.ear, undefined, leave);
      assert.equal(bench.state.sounds.bridges.length, 1, leave);
      bench.want({ verb: 'transfer.merge' });
    }
  }
});

test('transfer §10: Cancel among a joined pair: the specialist goes, the caller is the person’s alone', () => {
  const bench = new Bench();
  const target = alone(bench);
  bench.want({ verb: 'key.cancel' });
  const ticket = bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hangup', { call: target }));
  assert.equal(bench.ear, 'a');
  bench.end(target, undefined, 'local');
  assert.deepEqual([bench.phase('a'), bench.outcome(ticket)], ['talking', 'done']);
});

test('transfer §10: a new caller while two are joined rings, is answered, and changes nothing for them', () => {
  const bench = new Bench();
  const target = alone(bench);
  bench.pass(10_000);
  bench.ring('n', '2003');
  assert.ok(bench.has('ring', { call: 'n' }));
  assert.deepEqual(shown(bench).display, ['Call from 2003']);
  bench.want({ verb: 'call.answer' });
  bench.up('n', '2003');
  assert.equal(bench.ear, 'n');
  assert.deepEqual(bench.state.sounds.bridges, [{ transfer: 't-1', calls: ['a', target] }]);
  bench.end('n');
  assert.equal(bench.state.sounds.bridges.length, 1);
});

test('transfer §10: joined calls count: with all lines taken by them a further caller is told busy', () => {
  const bench = new Bench({ maxCalls: 2 });
  alone(bench);
  bench.ring('n', '2003');
  assert.ok(bench.has('reject', { call: 'n', status: 486 }));
  assert.ok(!canDo(bench.state).includes('call.dial'));
});

test('features §1.3: an emergency call is placed beside a joined pair, which goes on', () => {
  const bench = new Bench();
  const target = alone(bench);
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = bench.state.calls.find((each) => each.emergency)!;
  assert.ok(!bench.has('hold') && !bench.has('hangup'));
  bench.up(emergency.id, '112');
  assert.equal(bench.ear, emergency.id);
  assert.deepEqual(bench.state.sounds.bridges, [{ transfer: 't-1', calls: ['a', target] }]);
});

test('features §1.3: an emergency call out of a conference leaves the two to each other, and nothing is heard over it', () => {
  const bench = new Bench();
  const target = together(bench);
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = bench.state.calls.find((each) => each.emergency)!;
  assert.equal(bench.state.sounds.bridges.length, 1);
  assert.equal(bench.state.sounds.tone, undefined, 'no confirmation now');
  bench.up(emergency.id, '112');
  assert.equal(bench.ear, emergency.id);
  assert.deepEqual([bench.phase('a'), bench.phase(target)], ['joined', 'joined']);
});

test('features §1.3: where no bridge is allowed, the emergency call takes the microphone and gives it back', () => {
  const bench = new Bench({ transfer: { localBridge: 'never' } });
  const target = together(bench);
  bench.want({ verb: 'call.dial', to: '112' });
  const emergency = bench.state.calls.find((each) => each.emergency)!;
  assert.equal(bench.ear, undefined);
  bench.up(emergency.id, '112');
  assert.equal(bench.ear, emergency.id);
  bench.end(emergency.id);
  assert.equal(bench.ear, `a+${target}`);
});

test('transfer §10: `never` offers no bridge and says why not', () => {
  const bench = new Bench({ transfer: { localBridge: 'never' } });
  bench.consulting();
  assert.ok(!canDo(bench.state).includes('transfer.bridge'));
  assert.ok(canDo(bench.state).includes('transfer.merge'));
  assert.equal(bench.outcome(bench.want({ verb: 'transfer.bridge' })), 'not_in_state');
});

test('transfer §10: two pairs may be joined at once, each shown on its lines; a verb names which', () => {
  const bench = new Bench({ lines: 4 });
  alone(bench);
  bench.ring('b', '2002');
  bench.want({ verb: 'call.answer' });
  bench.up('b', '2002');
  bench.want({ verb: 'transfer.start', to: '8888' });
  bench.held('b');
  const second = bench.target();
  bench.up(second, '8888');
  bench.want({ verb: 'transfer.bridge' });
  bench.resumed('b');
  assert.deepEqual(
    bench.state.sounds.bridges.map(({ calls }) => calls.join()),
    [`a,c-1`, `b,${second}`],
  );
  const first = bench.state.transfers[0]!.pair.transfer;
  bench.want({ verb: 'transfer.merge', transferId: first });
  assert.equal(bench.ear, 'a+c-1');
  assert.deepEqual(
    shown(bench).lines.map(({ joined }) => joined?.mode),
    ['conference', 'conference', 'bridge', 'bridge'],
  );
});

test('RFC 3891 §3: nobody takes over a call that is joined: its other end would be left alone', () => {
  const bench = new Bench();
  alone(bench);
  bench.tell({
    type: 'incoming',
    call: call('n'),
    account: bench.state.calls[0]!.account,
    peer: peer('2001'),
    trusted: true,
    replaces: { call: call('a'), early: false },
  });
  assert.ok(bench.has('reject', { call: 'n', status: 486 }));
});

test('phone-ux §4.7: in a conference the headset’s triple press hands over', () => {
  const bench = new Bench();
  const target = together(bench);
  assert.ok(headsetGestures(bench.state).has('triple'));
  bench.want({ verb: 'headset.triple' });
  assert.ok(bench.has('hold', { call: 'a' }) && bench.has('hold', { call: target }));
});

test.run();
