import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { AccountId, CallId, EndCause } from '@switchhook/sip-core';
import { test } from 'uvu';
import {
  decideRefer,
  defaultTransfereePolicy,
  noteRefer,
  type ReferLedger,
  type ReferRequest,
  type TransfereePolicy,
} from './refer-policy.ts';
import { reportStatus, startReferred, type TransfereeEvent, transfereeStep } from './transferee.ts';

const request: ReferRequest = {
  referTo: '<sip:300@pbx.example?Replaces=x%40h%3Bto-tag%3Da%3Bfrom-tag%3Db>',
  referredBy: '<sip:200@pbx.example>',
  call: token<'call'>('a') as CallId,
  account: token<'account'>('1') as AccountId,
  peer: 'sip:200@pbx.example',
  trusted: true,
  pendingOnCall: 0,
  chained: 0,
};
const policy: TransfereePolicy = { ...defaultTransfereePolicy, acceptRefer: 'same-dialog' };
const nobody: ReferLedger = new Map();
const decide = (changes: Partial<ReferRequest>, wishes: Partial<TransfereePolicy> = {}, ledger = nobody) =>
  decideRefer({ ...request, ...changes }, { ...policy, ...wishes }, ledger, 0);
const status = (decision: ReturnType<typeof decide>) => (decision.name === 'refuse' ? decision.status : decision.name);

/** Play events after an accepted REFER; each step's effects in short. */
function play(changes: Partial<ReferRequest>, acceptRefer: 'ask' | 'same-dialog', events: readonly TransfereeEvent[]) {
  const asked = { ...request, ...changes };
  const wishes = { ...policy, acceptRefer };
  const decision = decideRefer(asked, wishes, nobody, 0);
  assert.ok(decision.name !== 'refuse');
  let step = startReferred(asked, decision, wishes);
  const said = [step.effects];
  for (const event of events) {
    step = transfereeStep(step.state, event, asked, wishes);
    said.push(step.effects);
  }
  const short = said.map((effects) =>
    effects.map((effect) => {
      if ('status' in effect) return `${effect.type} ${effect.status}`;
      if ('leg' in effect) return `${effect.type} ${effect.leg}`;
      return 'timer' in effect ? `${effect.type} ${effect.timer}` : effect.type;
    }),
  );
  return { name: step.state.name, said: short, last: short.at(-1), first: said[0]! };
}

test('RFC 3515 §5.1: by default every REFER is refused', () => {
  assert.equal(status(decideRefer(request, defaultTransfereePolicy, nobody, 0)), 403);
});

test('transfer.md §7.1: a faulty Refer-To is answered before any policy', () => {
  assert.equal(status(decide({ referTo: '<http://x/>' }, { acceptRefer: 'never' })), 416);
  assert.equal(status(decide({ referTo: '<sip:a@h>,<sip:b@h>' })), 400);
});

test('transfer.md §7.2: unasked in the dialog of a call, asked outside, refused from strangers', () => {
  assert.equal(status(decide({})), 'accept');
  assert.equal(status(decide({}, { acceptRefer: 'ask' })), 'ask');
  assert.equal(status(decide({ call: undefined })), 'ask');
  assert.equal(status(decide({ call: undefined, trusted: false })), 403);
});

test('transfer.md §7.2: one pending a dialog, five a minute and peer, three in a chain', () => {
  assert.equal(status(decide({ pendingOnCall: 1 })), 480);
  assert.equal(status(decide({ chained: 3 })), 603);
  let ledger = nobody;
  for (let i = 0; i < 5; i++) ledger = noteRefer(ledger, request.peer, i * 1_000);
  assert.equal(status(decideRefer(request, policy, ledger, 59_999)), 480);
  assert.equal(status(decideRefer(request, policy, ledger, 60_000)), 'accept');
  assert.equal(status(decideRefer({ ...request, peer: 'sip:other@h' }, policy, ledger, 5_000)), 'accept');
  assert.equal(noteRefer(ledger, 'sip:x@h', 200_000).size, 1);
});

test('transfer.md §7.2: numbers that cost, and numbers that are allowed', () => {
  const premium = { referTo: '<sip:0900-123@h>' };
  assert.equal(status(decide(premium, { blocked: ['0900*'] })), 403);
  assert.equal(status(decide({ referTo: '<sip:%30900123;x=y@h>' }, { blocked: ['0900*'] })), 403);
  assert.equal(status(decide(premium, { allowed: ['3*'] })), 403);
  assert.equal(status(decide({}, { allowed: ['300'] })), 'accept');
});

test('transfer.md §7.5: the INVITE takes Replaces and the REFER’s own Referred-By, and silences the transferor', () => {
  const { first } = play({}, 'same-dialog', []);
  assert.deepEqual(first, [
    { type: 'answer-refer', status: 202 },
    { type: 'silence-transferor' },
    {
      type: 'invite',
      to: 'sip:300@pbx.example',
      replaces: 'x@h;to-tag=a;from-tag=b',
      require: [],
      referredBy: '<sip:200@pbx.example>',
    },
  ]);
});

test('RFC 3515 §2.4.5: progress is reported when it changes, and the end once', () => {
  const played = play({}, 'same-dialog', [
    { type: 'progress', status: 180 },
    { type: 'progress', status: 180 },
    { type: 'progress', status: 183 },
    { type: 'progress', status: 100 },
    { type: 'answered' },
    { type: 'progress', status: 180 },
    { type: 'answered' },
  ]);
  assert.deepEqual(played.said.slice(1), [
    ['report 180'],
    [],
    ['report 183'],
    [],
    ['report 200', 'activate', 'set-timer bye'],
    [],
    [],
  ]);
});

test('transfer.md §6: after NOTIFY 200 the transferor has 32 s for its BYE, then we send it', () => {
  const played = play({}, 'same-dialog', [{ type: 'answered' }, { type: 'timer', timer: 'bye' }]);
  assert.deepEqual(played.last, ['end transferor']);
  assert.equal(played.name, 'over');
  assert.deepEqual(play({}, 'same-dialog', [{ type: 'answered' }, { type: 'transferor-ended' }]).last, [
    'clear-timer bye',
  ]);
});

test('transfer.md §7.6: a failure is reported as it is, and the transferor’s call comes back', () => {
  const cause: EndCause = { by: 'remote', how: 'response', status: 481 };
  const played = play({}, 'same-dialog', [{ type: 'failed', cause }]);
  assert.deepEqual(played.last, ['report 481', 'unsilence-transferor']);
  assert.equal(played.name, 'over');
});

test('transfer.md §7.7: the transferor’s BYE in mid-transfer does not touch the call that was placed', () => {
  const played = play({}, 'same-dialog', [{ type: 'transferor-ended' }, { type: 'answered' }]);
  assert.deepEqual(played.said.slice(1), [[], ['report 200', 'activate']]);
  assert.equal(played.name, 'over');
  const cause: EndCause = { by: 'network', how: 'timeout', status: 408 };
  const lost = play({}, 'same-dialog', [{ type: 'transferor-ended' }, { type: 'failed', cause }]);
  assert.deepEqual(lost.last, ['report 408', 'nobody-left 408']);
});

test('transfer.md §7.8: our hang-up cancels, reports 487 and ends the transferor’s call', () => {
  const played = play({}, 'same-dialog', [{ type: 'progress', status: 180 }, { type: 'hang-up' }]);
  assert.deepEqual(played.last, ['end triggered', 'report 487', 'end transferor']);
});

test('transfer.md §7.2: asked: the answer is due at once; approval calls, refusal and silence report 603', () => {
  assert.deepEqual(play({}, 'ask', []).said, [['answer-refer 202', 'ask', 'set-timer ask']]);
  assert.deepEqual(play({}, 'ask', [{ type: 'approved' }]).last, ['clear-timer ask', 'silence-transferor', 'invite']);
  assert.deepEqual(play({}, 'ask', [{ type: 'declined' }]).last, ['clear-timer ask', 'report 603']);
  assert.deepEqual(play({}, 'ask', [{ type: 'timer', timer: 'ask' }]).last, ['report 603']);
  assert.deepEqual(play({}, 'ask', [{ type: 'hang-up' }]).last, ['clear-timer ask', 'report 603', 'end transferor']);
  const alone = play({}, 'ask', [{ type: 'transferor-ended' }, { type: 'approved' }]);
  assert.deepEqual(alone.last, ['clear-timer ask', 'invite']);
});

test('transfer.md §5: the end of the placed call as a NOTIFY status', () => {
  assert.equal(reportStatus({ by: 'remote', how: 'response', status: 486 }), 486);
  assert.equal(reportStatus({ by: 'network', how: 'timeout', status: 408 }), 408);
  assert.equal(reportStatus({ by: 'network', how: 'transport', status: 503 }), 503);
  assert.equal(reportStatus({ by: 'local', how: 'cancel' }), 487);
});

test('transfer.md §7.1: every fault of Refer-To has its own answer: 400, 416, 420, 603', () => {
  const answers: readonly (readonly [string, number])[] = [
    ['', 400],
    ['<sip:300@pbx.example>, <sip:301@pbx.example>', 400],
    ['<sip:300@pbx.example?Replaces=x%40h%3Bto-tag%3Da>', 400], // no from-tag
    ['<sip:300@pbx.example?Replaces=x%40h%3Bto-tag%3Da%3Bfrom-tag3D7>', 400], // the typo of RFC 5589 §7.3 F5
    ['<sip:300@pbx.example?Subject=a%0D%0ARoute:%20sip:evil>', 400],
    ['<sip:300@pbx.example?Replaces=%ZZ>', 400],
    ['<mailto:a@b.example>', 416],
    ['<tel:+36123>', 416],
    ['<sip:300@pbx.example?Require=teleport>', 420],
    ['<sip:300@pbx.example;method=BYE>', 603],
  ];
  for (const [referTo, expected] of answers) assert.equal(status(decide({ referTo })), expected, referTo);
  assert.equal(status(decide({ referTo: '<tel:+36123>' }, { tel: true })), 'accept');
});

test('RFC 3261 §19.1.5: header fields that a Refer-To carries besides Replaces and Require are dropped', () => {
  const decision = decide({
    referTo: '<sip:300@pbx.example?Route=%3Csip:evil%3E&From=x&Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>',
  });
  assert.ok(decision.name === 'accept');
  assert.deepEqual(decision.target.dropped, ['Route', 'From']);
  assert.equal(decision.target.uri, 'sip:300@pbx.example');
});

test('transfer.md §7.4: 202 in the dialog of a peer without a GRUU, else 200; an account may fix either', () => {
  const answer = (changes: Partial<ReferRequest>, wishes: Partial<TransfereePolicy> = {}) => {
    const asked = { ...request, ...changes };
    const decision = decideRefer(asked, { ...policy, ...wishes }, nobody, 0);
    assert.ok(decision.name !== 'refuse');
    const first = startReferred(asked, decision, { ...policy, ...wishes }).effects[0];
    return first?.type === 'answer-refer' ? first.status : undefined;
  };
  assert.equal(answer({}), 202);
  assert.equal(answer({ gruu: true }), 200);
  assert.equal(answer({ call: undefined }), 200);
  assert.equal(answer({}, { acceptStatus: 200 }), 200);
  assert.equal(answer({ gruu: true }, { acceptStatus: 202 }), 202);
});

test('transfer.md §7.2: the whole URI is shown to who is asked, and never the display name', () => {
  const { first } = play({ referTo: '"My bank" <sip:0900666@evil.example>' }, 'ask', []);
  assert.deepEqual(first[1], { type: 'ask', uri: 'sip:0900666@evil.example' });
});

test('transfer.md §7.5: Require=replaces of the URI is required of the target', () => {
  const { first } = play(
    { referTo: '<sip:300@h?Require=replaces&Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>' },
    'same-dialog',
    [],
  );
  assert.ok(first.some((effect) => effect.type === 'invite' && effect.require.includes('replaces')));
});

for (const code of [302, 404, 420, 481, 486, 603]) {
  test(`transfer.md §7.6: ${code} to the call that was placed is reported as ${code}, and nothing is tried without Replaces`, () => {
    const played = play({}, 'same-dialog', [
      { type: 'failed', cause: { by: 'remote', how: 'response', status: code } },
    ]);
    assert.deepEqual(played.last, [`report ${code}`, 'unsilence-transferor']);
    assert.equal(played.name, 'over');
  });
}

test('late events and stale timers are no-ops in every state', () => {
  const cause: EndCause = { by: 'remote', how: 'response', status: 486 };
  const every: readonly TransfereeEvent[] = [
    { type: 'approved' },
    { type: 'declined' },
    { type: 'hang-up' },
    { type: 'progress', status: 180 },
    { type: 'answered' },
    { type: 'failed', cause },
    { type: 'transferor-ended' },
    { type: 'timer', timer: 'ask' },
    { type: 'timer', timer: 'bye' },
  ];
  const seen = new Set<string>();
  const visit = (events: readonly TransfereeEvent[], depth: number) => {
    const played = play({}, 'ask', events);
    seen.add(played.name);
    const finals = played.said.flat().filter((word) => /^report [2-6]/.test(word));
    assert.ok(finals.length <= 1, `one final report after ${events.map((event) => event.type)}`);
    const ends = played.said.flat().filter((word) => word === 'end transferor');
    assert.ok(ends.length <= 1);
    if (played.name === 'over') assert.equal(finals.length, 1);
    if (depth > 0) for (const event of every) visit([...events, event], depth - 1);
  };
  visit([], 4);
  assert.deepEqual([...seen].sort(), ['asking', 'calling', 'over', 'parting']);
});

test.run();
