import assert from 'node:assert/strict';
import { test } from 'uvu';
import { lamps, view } from '../src/index.ts';
import { Bench, call, dialog, peer, refer } from './bench.ts';

const shown = (bench: Bench) => view(bench.state, (at) => `t${at}`);

/** Transfer pressed while the target talks, up to the REFER that is out. */
function referring(bench: Bench): string {
  const target = bench.consulting();
  bench.want({ verb: 'key.transfer' });
  bench.held(target);
  return target;
}

function accepted(bench: Bench, status = 202): void {
  bench.tell({ type: 'refer-answered', refer: refer('t-1.1'), status, phrase: 'x', withoutSubscription: false });
}

function notified(bench: Bench, status: number): void {
  bench.tell({ type: 'refer-notified', refer: refer('t-1.1'), status, phrase: 'x', subscription: 'terminated' });
}

test('phone-ux §4.2 step 1: Transfer holds the caller, gives the recall dial tone and asks "Transfer to?"', () => {
  const bench = new Bench();
  bench.talking();
  const ticket = bench.want({ verb: 'key.transfer' });
  assert.ok(bench.has('hold', { call: 'a' }));
  assert.ok(bench.has('connect', { calls: [] }));
  assert.equal(bench.outcome(ticket), undefined, 'the hold has no answer yet');
  assert.equal(bench.state.prompt, undefined);
  bench.held('a');
  assert.ok(bench.has('tone', { tone: 'recall-dial' }));
  assert.deepEqual(shown(bench).display, ['Transfer to?']);
  assert.equal(lamps(bench.state)['line1'], 'slow-green');
  assert.equal(lamps(bench.state)['line2'], 'solid-green');
  assert.equal(bench.outcome(ticket), 'done');
  assert.equal(shown(bench).transfer?.state, 'calling-target');
});

test('phone-ux §4.2 step 2: digits stop the tone, # dials the target on the second line, ringback is heard', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9');
  assert.ok(bench.has('tone', { tone: undefined }));
  bench.dial('999');
  bench.dial('#');
  assert.ok(bench.has('dial', { call: bench.target(), to: 'sip:9999@pbx.test', line: 2 }));
  bench.tell({ type: 'progress', call: call(bench.target()), status: 180 });
  assert.ok(bench.has('tone', { tone: 'ringback' }));
  bench.tell({ type: 'flowing', call: call(bench.target()) });
  assert.ok(bench.has('tone', { tone: undefined }));
  assert.ok(bench.has('connect', { calls: [bench.target()] }));
});

test('phone-ux §4.2 step 2: who dials faster than the exchange holds loses no digit', () => {
  for (const typed of ['9999#', '9999']) {
    const bench = new Bench();
    bench.talking();
    bench.want({ verb: 'key.transfer' });
    bench.dial(typed.slice(0, 2));
    assert.ok(!bench.has('tone', { tone: 'refusal' }));
    bench.dial(typed.slice(2));
    assert.ok(!bench.has('dial'));
    bench.held('a');
    assert.equal(bench.state.prompt?.digits, '9999');
    bench.pass(typed.endsWith('#') ? 0 : 10_000);
    assert.ok(bench.has('dial', { call: bench.target(), to: 'sip:9999@pbx.test' }));
    assert.equal(bench.state.ahead, '');
  }
});

test('phone-ux §4.2 step 2: digits typed into a hold that fails are forgotten, on another line they are kept', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.dial('99');
  bench.tell({ type: 'hold-refused', call: call('a'), status: 481, phrase: 'Gone' });
  assert.equal(bench.state.ahead, '');
  const other = new Bench();
  other.talking();
  other.want({ verb: 'key.line', line: 2 });
  other.dial('12');
  other.held('a');
  assert.equal(other.state.prompt?.digits, '12');
});

test('phone-ux §4.2 step 2: ten seconds without a digit dial as # does', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999');
  bench.pass(9_999);
  assert.equal(bench.phase(bench.target()), undefined);
  bench.pass(1);
  assert.equal(bench.phase(bench.target()), 'dialing');
});

test('phone-ux §4.2 step 3: Hold swaps, and Cancel returns to the caller', () => {
  const bench = new Bench();
  const target = bench.consulting();
  assert.equal(bench.ear, target);
  const swap = bench.want({ verb: 'key.hold' });
  assert.ok(bench.has('hold', { call: target }));
  assert.ok(!bench.has('resume'), 'the hold has no answer yet');
  bench.held(target);
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(bench.ear, 'a');
  assert.equal(bench.outcome(swap), 'done');
  const cancel = bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hangup', { call: target }));
  bench.end(target, undefined, 'local');
  assert.equal(bench.outcome(cancel), 'done');
  assert.equal(bench.phase('a'), 'talking');
});

test('phone-ux §4.2 step 3: Cancel while the target is consulted ends it and takes the caller back', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hangup', { call: target }) && bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  bench.end(target, undefined, 'local');
  assert.equal(bench.phase('a'), 'talking');
  assert.deepEqual(bench.state.transfers, []);
});

test('phone-ux §4.2 step 4: Transfer holds the target, sends REFER to the caller, both lamps flash twice', () => {
  const bench = new Bench();
  const target = bench.consulting();
  const ticket = bench.want({ verb: 'key.transfer' });
  assert.ok(bench.has('hold', { call: target }) && !bench.has('refer'));
  bench.held(target);
  const sent = bench.last.find((effect) => effect.type === 'refer');
  assert.ok(sent?.type === 'refer' && sent.call === 'a' && sent.refer === 't-1.1');
  assert.match(sent.referTo, /Replaces=/);
  assert.equal(sent.referredBy, 'sip:1000@pbx.test');
  assert.equal(lamps(bench.state)['line1'], 'double-green');
  assert.equal(lamps(bench.state)['line2'], 'double-green');
  assert.equal(shown(bench).display[0], 'Transferring…');
  assert.equal(shown(bench).phone, 'transferring');
  assert.equal(bench.outcome(ticket), undefined);
});

test('phone-ux §4.2 step 5: 202 is no success; the final NOTIFY 200 is, with tone, text and our BYEs', () => {
  const bench = new Bench();
  const target = referring(bench);
  accepted(bench);
  assert.ok(!bench.notices().includes('transferCompleted'));
  assert.ok(!bench.has('hangup'));
  notified(bench, 200);
  assert.ok(bench.has('tone', { tone: 'confirmation' }));
  assert.deepEqual(shown(bench).display, ['Transferred', '9999']);
  assert.ok(bench.notices().includes('transferCompleted'));
  assert.equal(bench.outcome('k-8'), 'done', 'the ticket of the second Transfer');
  bench.end(target);
  bench.pass(500);
  assert.ok(bench.effects.some((effect) => effect.type === 'hangup' && effect.call === 'a'));
  bench.end('a', undefined, 'local');
  assert.deepEqual(bench.state.calls, []);
  assert.deepEqual(bench.state.transfers, []);
  bench.pass(3_000);
  assert.equal(lamps(bench.state)['line1'], 'off');
  assert.deepEqual(shown(bench).display, ['1000']);
});

test('phone-ux §4.2 step 6: REFER 403: reorder, the target talks again, the caller is kept, Transfer tries again', () => {
  const bench = new Bench();
  const target = referring(bench);
  accepted(bench, 403);
  assert.ok(bench.has('tone', { tone: 'reorder' }));
  assert.deepEqual(shown(bench).display, ['Transfer refused (403)', 'Transfer = retry, Cancel = back to caller']);
  assert.ok(bench.has('resume', { call: target }));
  assert.equal(bench.outcome('k-8'), 'refer_rejected');
  assert.equal(lamps(bench.state)['line1'], 'fast-red');
  assert.equal(shown(bench).lines[0]?.via, 'back from 9999: refused');
  bench.resumed(target);
  assert.equal(bench.phase(target), 'talking');
  assert.equal(bench.phase('a'), 'held');
  bench.pass(5_000);
  assert.equal(lamps(bench.state)['line1'], 'slow-green');
  const again = bench.want({ verb: 'key.transfer' });
  bench.held(target);
  assert.ok(bench.has('refer', { refer: 't-2.1', call: 'a' }));
  bench.tell({ type: 'refer-answered', refer: refer('t-2.1'), status: 202, phrase: '', withoutSubscription: false });
  bench.tell({ type: 'refer-notified', refer: refer('t-2.1'), status: 200, phrase: '', subscription: 'terminated' });
  assert.equal(bench.outcome(again), 'done');
});

test('phone-ux §4.2 step 6: after a failure Cancel leads back to the caller', () => {
  const bench = new Bench();
  const target = referring(bench);
  accepted(bench, 403);
  bench.resumed(target);
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('hangup', { call: target }) && bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(bench.phase('a'), 'talking');
});

test('phone-ux §4.2 step 7: no verdict is "Not confirmed", nobody is hung up', () => {
  const bench = new Bench();
  referring(bench);
  accepted(bench);
  bench.pass(32_000);
  assert.ok(bench.notices().includes('transferUnknown'));
  assert.equal(bench.outcome('k-8'), 'transfer_unknown');
  assert.ok(!bench.effects.some((effect) => effect.type === 'hangup'));
  assert.equal(shown(bench).display[0], 'Not confirmed');
  assert.equal(lamps(bench.state)['line1'], 'slow-green');
  assert.equal(lamps(bench.state)['line2'], 'slow-green');
  assert.equal(bench.state.calls.length, 2);
});

test('phone-ux §4.2 step 9: the caller hangs up while held: three beeps and the consult goes on', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.end('a');
  assert.ok(bench.has('tone', { tone: 'caller-gone' }));
  assert.equal(lamps(bench.state)['line1'], 'off');
  assert.equal(bench.phase(target), 'talking');
  assert.equal(bench.ear, target);
  assert.equal(shown(bench).display[0], 'Caller hung up');
});

test('phone-ux §4.1: Transfer while the target rings arms, and the REFER goes out on the answer', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999#');
  const target = bench.target();
  bench.tell({ type: 'progress', call: call(target), status: 180 });
  bench.want({ verb: 'key.transfer' });
  assert.equal(shown(bench).display[0], 'Will connect when answered');
  assert.equal(shown(bench).transfer?.state, 'armed');
  bench.up(target, '9999');
  assert.ok(bench.has('refer', { call: 'a' }));
  assert.equal(bench.ear, undefined, 'the person does not talk to the target');
});

test('features §2.2: target busy: busy tone, the caller stays held, Cancel returns, another number may be tried', () => {
  const bench = new Bench();
  bench.talking();
  const start = bench.want({ verb: 'transfer.start', to: '9999' });
  bench.held('a');
  assert.equal(bench.outcome(start), 'done');
  bench.end(bench.target(), 486);
  assert.ok(bench.has('tone', { tone: 'busy' }));
  assert.deepEqual(shown(bench).display, ['9999: busy', 'Cancel = back to caller']);
  assert.equal(bench.phase('a'), 'held');
  bench.want({ verb: 'key.transfer' });
  assert.deepEqual(bench.state.prompt?.purpose.name, 'transfer');
  bench.want({ verb: 'key.cancel' });
  bench.resumed('a');
  assert.equal(bench.phase('a'), 'talking');
  assert.deepEqual(bench.state.transfers, []);
});

test('features §2.2: after a wrong number, plain digits are another number for the same caller: Transfer joins those two', () => {
  for (const status of [404, 486, 480]) {
    const bench = new Bench();
    bench.talking();
    bench.want({ verb: 'key.transfer' });
    bench.held('a');
    bench.dial('8888#');
    bench.end(bench.target(), status);
    bench.dial('9999#');
    const target = bench.target();
    assert.ok(bench.has('dial', { call: target, to: 'sip:9999@pbx.test' }));
    bench.up(target, '9999');
    assert.deepEqual(shown(bench).transfer?.consult, target);
    bench.want({ verb: 'key.transfer' });
    bench.held(target);
    assert.ok(bench.has('refer', { call: 'a' }), 'the caller is handed over, not asked for another number');
  }
});

test('features §2.2: after a wrong number, an emergency number is an emergency call, and Cancel is back to the caller', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('8888#');
  bench.end(bench.target(), 404);
  bench.dial('112#');
  assert.ok(bench.state.calls.some((each) => each.emergency));
  const other = new Bench();
  other.talking();
  other.want({ verb: 'key.transfer' });
  other.held('a');
  other.dial('8888#');
  other.end(other.target(), 404);
  other.dial('99');
  other.want({ verb: 'key.cancel' });
  assert.ok(other.has('resume', { call: 'a' }));
});

test('features §2.2: the hold of the caller refused: the microphone is off and the target is dialled all the same', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'transfer.start', to: '9999' });
  bench.tell({ type: 'hold-refused', call: call('a'), status: 488, phrase: 'No' });
  assert.ok(bench.has('dial', { call: bench.target() }));
  assert.equal(bench.ear, undefined);
  assert.equal(bench.phase('a'), 'held');
  bench.want({ verb: 'key.cancel' });
  assert.equal(bench.phase('a'), 'talking', 'nothing has to be asked of the far end');
});

test('phone-ux §4.1: Transfer held down sends the caller to the number that was dialled', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999');
  const ticket = bench.want({ verb: 'key.transfer-long' });
  assert.ok(bench.has('refer', { call: 'a', referTo: 'sip:9999@pbx.test', refer: 't-2.1' }));
  assert.equal(bench.state.transfers.length, 1);
  bench.tell({ type: 'refer-answered', refer: refer('t-2.1'), status: 202, phrase: '', withoutSubscription: false });
  bench.tell({ type: 'refer-notified', refer: refer('t-2.1'), status: 200, phrase: '', subscription: 'terminated' });
  assert.equal(bench.outcome(ticket), 'done');
});

test('phone-ux §4.7: one button is enough: triple press completes, redial does too, short brings the caller back', () => {
  for (const verb of ['headset.triple', 'headset.redial'] as const) {
    const bench = new Bench();
    const target = bench.consulting();
    bench.want({ verb });
    bench.held(target);
    assert.ok(bench.has('refer', { call: 'a' }), verb);
  }
  const bench = new Bench();
  const target = bench.consulting();
  bench.want({ verb: 'headset.short' });
  assert.ok(bench.has('hangup', { call: target }) && bench.has('resume', { call: 'a' }));
});

test('features §2 rule 1: whatever line keys are pressed in between, the REFER names the two calls of the start', () => {
  const bench = new Bench();
  const target = bench.consulting();
  for (const line of [1, 2, 1]) {
    bench.want({ verb: 'key.line', line });
    for (const effect of [...bench.last]) if (effect.type === 'hold') bench.held(effect.call);
    for (const effect of [...bench.last]) if (effect.type === 'resume') bench.resumed(effect.call);
  }
  bench.want({ verb: 'key.transfer' });
  for (const effect of [...bench.last]) if (effect.type === 'hold') bench.held(effect.call);
  const sent = bench.last.find((effect) => effect.type === 'refer');
  assert.ok(sent?.type === 'refer' && sent.call === 'a');
  assert.ok(
    decodeURIComponent(sent.referTo).includes(`${dialog(target).sipCallId};to-tag=r-${target};from-tag=l-${target}`),
  );
});

test('features §1.3: an emergency number is dialled in the middle of a transfer, and the target is put aside', () => {
  const bench = new Bench();
  const target = bench.consulting();
  const ticket = bench.want({ verb: 'call.dial', to: '112' });
  const dialled = bench.last.find((effect) => effect.type === 'dial');
  assert.ok(dialled?.type === 'dial' && dialled.emergency);
  assert.ok(bench.has('hold', { call: target }));
  assert.equal(bench.outcome(ticket), 'done');
  bench.up(dialled.call, '112');
  assert.equal(bench.ear, dialled.call);
  assert.equal(bench.outcome(bench.want({ verb: 'transfer.complete' })), 'not_in_state');
  bench.end(dialled.call);
  bench.held(target);
  bench.want({ verb: 'key.cancel' });
  bench.resumed('a');
  assert.equal(bench.phase('a'), 'talking');
});

test('transfer.md §9.7: a late NOTIFY after "unknown" still settles it', () => {
  const bench = new Bench();
  const target = referring(bench);
  accepted(bench);
  bench.pass(32_000);
  notified(bench, 200);
  assert.ok(bench.notices().includes('transferCompleted'));
  bench.pass(10_000);
  assert.deepEqual(
    bench.effects.flatMap((effect) => (effect.type === 'hangup' ? [effect.call as string] : [])).sort(),
    ['a', target].sort(),
  );
});

test('phone-ux §4.2: the name of the target is shown, not its number, when it gives one', () => {
  const bench = new Bench();
  const target = bench.consulting();
  bench.tell({ type: 'peer-changed', call: call(target), peer: peer('9999', 'Kovács\u0007 Éva') });
  assert.deepEqual(shown(bench).display, ['Kovács Éva', 'Held: 2001']);
});

test.run();
