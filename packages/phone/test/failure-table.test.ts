// features.md §2.2, row by row at the phone: where the transfer is, what happens, what is done. Where the page and
// transfer.md differ, transfer.md's numbers count, and the row says so.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { PhoneNotice } from '../src/control/protocol.ts';
import { Bench, call, refer } from './bench.ts';
import { calling, refused, shown } from './situations.ts';

/** Transfer was pressed and the caller's hold is on its way. */
function holding(bench: Bench): void {
  bench.talking();
  bench.want({ verb: 'transfer.start', to: '9999' });
}

/** The REFER is out; with `status` it was answered. */
function completing(bench: Bench, status?: number): string {
  const target = bench.consulting();
  bench.want({ verb: 'key.transfer' });
  bench.held(target);
  assert.ok(bench.has('refer', { call: 'a' }));
  if (status !== undefined) answer(bench, status);
  return target;
}

function answer(bench: Bench, status: number, round = 1): void {
  const of = refer(`t-1.${round}`);
  bench.tell({ type: 'refer-answered', refer: of, status, phrase: 'x', withoutSubscription: false });
}

function notify(
  bench: Bench,
  status: number | undefined,
  round = 1,
  over = status === undefined || status >= 200,
): void {
  const subscription = over ? 'terminated' : 'active';
  bench.tell({ type: 'refer-notified', refer: refer(`t-1.${round}`), status, phrase: 'x', subscription });
}

/** The verdicts that everybody was told. */
const verdicts = (bench: Bench): string[] =>
  bench.effects.flatMap((effect) => {
    const notice: PhoneNotice | undefined = effect.type === 'notice' ? effect.notice : undefined;
    if (notice === undefined || !/^transfer(Completed|Failed|Unknown)$/.test(notice.event_type)) return [];
    return [[notice.event_type.slice(8), notice.evidence ?? notice.reason, notice.code].filter(Boolean).join(' ')];
  });
const hungUp = (bench: Bench): string[] =>
  bench.effects.flatMap((effect) => (effect.type === 'hangup' ? [effect.call as string] : []));

const row = (where: string, what: string, done: string, run: (bench: Bench) => void) =>
  test(`features §2.2: ${where}: ${what}: ${done}`, () => run(new Bench({ transfer: { localBridge: 'never' } })));

row('holdingCaller', 'hold refused', 'the microphone is off and it goes on (transfer.md §3)', (bench) => {
  holding(bench);
  refused(bench, 'a');
  assert.ok(bench.has('dial', { call: bench.target() }));
  assert.equal(bench.ear, undefined);
});

row('holdingCaller', 'the caller hangs up', 'nobody is dialled, the transfer is over', (bench) => {
  holding(bench);
  bench.end('a');
  assert.ok(!bench.effects.some((effect) => effect.type === 'dial'));
  assert.deepEqual([verdicts(bench), bench.state.transfers], [['Failed caller-gone'], []]);
});

for (const [status, tone, text] of [
  [486, 'busy', '9999: busy'],
  [603, 'reorder', '9999: refused'],
  [480, 'reorder', '9999: no answer'],
  [404, 'unobtainable', '9999: wrong number'],
] as const) {
  row('dialingConsult', String(status), 'its tone, the caller stays held; another number, or back', (bench) => {
    const target = calling(bench);
    bench.end(target, status);
    assert.equal(bench.state.sounds.tone, tone);
    assert.deepEqual(shown(bench).display, [text, 'Cancel = back to caller']);
    assert.deepEqual([bench.phase('a'), verdicts(bench)], ['held', [`Failed consult ${status}`]]);
    bench.want({ verb: 'transfer.start', to: '7777' });
    assert.ok(bench.has('dial', { to: 'sip:7777@pbx.test' }));
    bench.want({ verb: 'key.cancel' });
    assert.ok(bench.has('resume', { call: 'a' }));
  });
}

row('consultRinging', 'Transfer', 'armed', (bench) => {
  calling(bench);
  bench.want({ verb: 'key.transfer' });
  assert.equal(shown(bench).transfer?.state, 'armed');
});

row('consultRinging', 'on-hook', 'armed, nobody is hung up and nothing rings', (bench) => {
  calling(bench);
  bench.want({ verb: 'hook.put-down' });
  assert.equal(shown(bench).transfer?.state, 'armed');
  assert.deepEqual([hungUp(bench), bench.state.sounds.ringer], [[], undefined]);
});

row('armed', 'the consult answers', 'REFER at once, the operator is never heard', (bench) => {
  const target = calling(bench);
  bench.want({ verb: 'key.transfer' });
  bench.up(target, '9999');
  assert.ok(bench.has('refer', { call: 'a' }) && !bench.has('hold'));
  assert.equal(bench.ear, undefined);
});

row('consultTalking', 'swap', 'hold first, then resume; both ids are kept', (bench) => {
  const target = bench.consulting();
  const before = bench.state.transfers[0]!.pair;
  bench.want({ verb: 'transfer.swap' });
  assert.ok(bench.has('hold', { call: target }) && !bench.has('resume'));
  bench.held(target);
  assert.ok(bench.has('resume', { call: 'a' }));
  bench.resumed('a');
  assert.equal(bench.state.transfers[0]!.pair, before);
});

for (const verb of ['key.transfer', 'hook.put-down', 'headset.triple', 'transfer.complete'] as const) {
  row('consultTalking', verb, "the consult is held, then REFER on the caller's dialog", (bench) => {
    const target = bench.consulting();
    bench.want({ verb });
    assert.ok(bench.has('hold', { call: target }) && !bench.has('refer'));
    bench.held(target);
    assert.ok(bench.has('refer', { call: 'a' }));
  });
}

row('consultTalking', 'the caller hangs up', 'tone and text; the consult is an ordinary call', (bench) => {
  const target = bench.consulting();
  bench.end('a');
  assert.equal(bench.state.sounds.tone, 'caller-gone');
  assert.deepEqual([bench.phase(target), bench.ear, bench.state.transfers], ['talking', target, []]);
  bench.want({ verb: 'transfer.start', to: '7777' });
  assert.ok(bench.has('hold', { call: target }), 'which can be transferred itself');
});

row('consultTalking', 'the specialist hangs up', 'tone; the caller stays held, Cancel returns', (bench) => {
  bench.end(bench.consulting());
  assert.deepEqual([bench.state.sounds.tone, bench.phase('a')], ['reorder', 'held']);
  bench.want({ verb: 'key.cancel' });
  assert.ok(bench.has('resume', { call: 'a' }));
});

for (const status of [400, 403, 480, 500, 603]) {
  row('completing', `REFER ${status}`, 'failed, both legs kept, the consult talks', (bench) => {
    const target = completing(bench, status);
    bench.resumed(target);
    assert.deepEqual([bench.phase('a'), bench.phase(target), hungUp(bench)], ['held', 'talking', []]);
    assert.deepEqual(verdicts(bench), [`Failed refer ${status}`]);
  });
}

row('completing', 'REFER unanswered', 'unknown (transfer.md §6): it may have arrived; both legs kept', (bench) => {
  const target = completing(bench, 408);
  assert.deepEqual(verdicts(bench), ['Unknown refer-unanswered']);
  assert.deepEqual([bench.phase('a'), bench.phase(target), hungUp(bench)], ['held', 'held', []]);
});

row('completing', 'sipfrag 1xx', 'progress, no verdict', (bench) => {
  completing(bench, 202);
  notify(bench, 180);
  assert.deepEqual([verdicts(bench), shown(bench).phone], [[], 'transferring']);
});

row(
  'completing',
  'sipfrag 2xx',
  'done; BYE to the caller after 0.4 s, to the target after 4 s unless it was quicker',
  (bench) => {
    const target = completing(bench, 202);
    notify(bench, 200);
    assert.deepEqual([verdicts(bench), hungUp(bench)], [['Completed notify'], []]);
    assert.equal(shown(bench).phone, 'transferring', 'nobody is on hold any more');
    bench.pass(400);
    assert.deepEqual(hungUp(bench), ['a']);
    bench.pass(3_599);
    assert.deepEqual(hungUp(bench), ['a']);
    bench.pass(1);
    assert.deepEqual(hungUp(bench), ['a', target]);
  },
);

row('completing', 'sipfrag 503', 'failed; both legs kept', (bench) => {
  const target = completing(bench, 202);
  notify(bench, 503);
  bench.resumed(target);
  assert.deepEqual([verdicts(bench), hungUp(bench)], [['Failed notify 503'], []]);
  assert.deepEqual([bench.phase('a'), bench.phase(target)], ['held', 'talking']);
});

row('completing', 'sipfrag 404', 'other forms and the other leg, each once; then failed, both legs kept', (bench) => {
  completing(bench, 202);
  notify(bench, 404);
  const rounds = () => bench.effects.filter((effect) => effect.type === 'refer').length;
  for (let round = 2; round <= rounds(); round++) {
    answer(bench, 202, round);
    notify(bench, 404, round);
  }
  assert.ok(rounds() >= 2 && rounds() <= 4, String(rounds()));
  assert.deepEqual([verdicts(bench), hungUp(bench)], [['Failed notify 404'], []]);
});

row('completing', 'BYE on both legs', 'done: both-byes', (bench) => {
  const target = completing(bench, 202);
  bench.end('a');
  bench.end(target);
  assert.deepEqual(verdicts(bench), ['Completed both-byes']);
});

row(
  'completing',
  "BYE on the specialist's leg only",
  'done after 2 s without a contradiction (transfer.md §6 S2)',
  (bench) => {
    const target = completing(bench, 202);
    bench.end(target);
    bench.pass(1_999);
    assert.deepEqual(verdicts(bench), []);
    bench.pass(1);
    assert.deepEqual(verdicts(bench), ['Completed target-bye']);
  },
);

row(
  'completing',
  "BYE on the specialist's leg, then NOTIFY 486",
  'failed: the caller rings no one and is offered back',
  (bench) => {
    const target = completing(bench, 202);
    bench.end(target);
    notify(bench, 486);
    assert.deepEqual([verdicts(bench), hungUp(bench), bench.phase('a')], [['Failed notify 486'], [], 'held']);
    bench.want({ verb: 'key.cancel' });
    assert.ok(bench.has('resume', { call: 'a' }));
  },
);

row('completing', "BYE on the caller's leg only", 'the specialist is kept; after 5 s unknown, and talks', (bench) => {
  const target = completing(bench, 202);
  bench.end('a');
  assert.deepEqual(hungUp(bench), []);
  bench.pass(5_000);
  assert.deepEqual(verdicts(bench), ['Unknown caller-left']);
  assert.ok(bench.effects.some((effect) => effect.type === 'resume' && effect.call === call(target)));
  assert.deepEqual(hungUp(bench), []);
});

row(
  'completing',
  'no NOTIFY at all',
  'unknown after 32 s, both legs kept; Transfer asks again, Cancel resumes',
  (bench) => {
    const target = completing(bench, 202);
    bench.pass(31_999);
    assert.deepEqual(verdicts(bench), []);
    bench.pass(1);
    assert.deepEqual([verdicts(bench), hungUp(bench)], [['Unknown no-verdict'], []]);
    assert.deepEqual([bench.phase('a'), bench.phase(target)], ['held', 'held']);
    const { canDo } = shown(bench);
    assert.ok(canDo.includes('transfer.complete') && canDo.includes('transfer.cancel'));
  },
);

test.run();
