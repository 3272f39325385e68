import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { CallId, EndCause } from '@switchhook/sip-core';
import { test } from 'uvu';
import type { LegFacts, PairFacts, TransferEffect, TransferEvent, TransferPair, TransferRules } from './door.ts';
import { transferRules } from './rules.ts';
import type { TransferState } from './state.ts';
import { startAttended, startBlind, startJoin, transferStep } from './transferor.ts';

const pair: TransferPair = {
  transfer: token<'transfer'>('t'),
  caller: token<'call'>('caller') as CallId,
  target: token<'call'>('target') as CallId,
};
const blindPair: TransferPair = { ...pair, target: undefined };
const goal = { referTo: 'sip:300@pbx.example', referredBy: 'sip:100@pbx.example' };

function leg(name: string, host: string, allow?: readonly string[], gruu = false): LegFacts {
  return {
    dialog: { sipCallId: `${name}@id`, localTag: `${name}L`, remoteTag: `${name}R` },
    peer: {
      party: { uri: `sip:${name}@pbx.example`, verified: true },
      target: `sip:${name}@${host}:5062`,
      allow,
      supported: undefined,
      gruu,
      focus: false,
    },
    addressOfRecord: `sip:${name}@pbx.example`,
    account: 'sip:100@pbx.example',
  };
}
const facts: PairFacts = { caller: leg('200', '192.0.2.1'), target: leg('300', '192.0.2.2') };
const bye: EndCause = { by: 'remote', how: 'bye' };

/** A transfer that is fed events and remembers what it said. */
class Run {
  state: TransferState;
  readonly effects: TransferEffect[] = [];
  last: readonly TransferEffect[];
  readonly pair: TransferPair;
  readonly rules: TransferRules;

  constructor(
    start: { state: TransferState; effects: readonly TransferEffect[] },
    of: TransferPair,
    rules = transferRules(),
  ) {
    this.state = start.state;
    this.last = start.effects;
    this.effects.push(...start.effects);
    this.pair = of;
    this.rules = rules;
  }

  feed(...events: readonly TransferEvent[]): this {
    for (const event of events) {
      const step = transferStep(this.state, event, this.pair, this.rules);
      this.state = step.state;
      this.last = step.effects;
      this.effects.push(...step.effects);
    }
    return this;
  }

  get outcome() {
    const said = this.effects.flatMap((effect) => (effect.type === 'outcome' ? [effect.outcome] : []));
    assert.ok(said.length <= 1, 'one outcome');
    return said[0];
  }

  get refers() {
    return this.effects.flatMap((effect) => (effect.type === 'refer' ? [effect] : []));
  }

  /** What was done last, in short. */
  get did(): string[] {
    return this.last
      .filter((effect) => !effect.type.endsWith('timer') && effect.type !== 'outcome' && effect.type !== 'note')
      .map((effect) => ('leg' in effect ? `${effect.type} ${effect.leg}` : 'why' in effect ? effect.why : effect.type));
  }

  timer(name: string): number | undefined {
    const set = this.effects.filter((effect) => effect.type === 'set-timer' && effect.timer === name).at(-1);
    return set?.type === 'set-timer' ? set.afterMs : undefined;
  }
}

const referred = (
  status: number,
  more: { round?: number; retryAfterMs?: number; withoutSubscription?: boolean } = {},
): TransferEvent => ({
  type: 'refer-answered',
  round: 1,
  phrase: '',
  withoutSubscription: false,
  status,
  ...more,
});
const notify = (
  status: number | undefined,
  subscription: 'active' | 'pending' | 'terminated' = 'active',
  more: { round?: number; expiresMs?: number } = {},
): TransferEvent => ({ type: 'notified', round: 1, phrase: '', status, subscription, ...more });
const held = (which: 'caller' | 'target'): TransferEvent => ({ type: 'held', leg: which });
const ended = (which: 'caller' | 'target', cause: EndCause = bye): TransferEvent => ({
  type: 'ended',
  leg: which,
  cause,
});
const rings = (timer: Extract<TransferEvent, { type: 'timer' }>['timer']): TransferEvent => ({ type: 'timer', timer });
const complete: TransferEvent = { type: 'complete' };
const cancel: TransferEvent = { type: 'cancel' };
const swap: TransferEvent = { type: 'swap' };
const answered: TransferEvent = { type: 'target-answered', ...facts };

const attended = (rules?: TransferRules) => new Run(startAttended(pair), pair, rules);
const consulting = (rules?: TransferRules) =>
  attended(rules).feed(held('caller'), { type: 'target-ringing' }, answered);
const referring = (rules?: TransferRules) => consulting(rules).feed(complete, held('target'));
const watching = (rules?: TransferRules) => referring(rules).feed(referred(202));
const blind = (rules?: TransferRules) => new Run(startBlind(blindPair, goal), blindPair, rules).feed(held('caller'));

test('RFC 5589 §7.3: hold, dial, talk, hold, REFER to the caller with Replaces of the target', () => {
  const run = attended();
  assert.deepEqual(run.did, ['hold caller']);
  assert.deepEqual(run.feed(held('caller')).did, ['dial-target']);
  run.feed({ type: 'target-ringing' }, answered);
  assert.equal(run.state.name, 'consulting');
  assert.deepEqual(run.feed(complete).did, ['hold target']);
  assert.deepEqual(run.feed(held('target')).did, ['refer caller']);
  assert.deepEqual(run.refers, [
    {
      type: 'refer',
      leg: 'caller',
      round: 1,
      referTo: 'sip:300@192.0.2.2:5062?Replaces=300%40id%3Bto-tag%3D300R%3Bfrom-tag%3D300L',
      referredBy: 'sip:100@pbx.example',
    },
  ]);
});

test('transfer.md §6 S1: NOTIFY 2xx completes; the caller gets BYE after the grace, the target after 4 s', () => {
  const run = watching().feed(notify(100), notify(200, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'notify', status: 200 } });
  assert.deepEqual(run.did, []);
  assert.equal(run.timer('bye-grace'), 400);
  assert.equal(run.timer('target-bye'), 4_000);
  assert.deepEqual(run.feed(rings('bye-grace')).did, ['end caller']);
  assert.deepEqual(run.feed(rings('target-bye')).did, ['end target']);
  assert.equal(run.state.name, 'over');
});

test('transfer.md §6: a leg that the far side ends gets no second BYE from us', () => {
  const run = watching().feed(notify(200), ended('target'), ended('caller'));
  assert.equal(run.state.name, 'over');
  assert.ok(!run.effects.some((effect) => effect.type === 'end'));
});

test('RFC 7647 §5: 200 and 202 both accept, and neither is success', () => {
  for (const status of [200, 202, 299]) {
    const run = referring().feed(referred(status));
    assert.equal(run.state.name, 'watching');
    assert.equal(run.outcome, undefined);
    assert.equal(run.timer('verdict'), 32_000);
    assert.equal(run.timer('first-notify'), 5_000);
  }
});

test('transfer.md §6 S2: the target’s BYE completes after 2 s without contradiction', () => {
  const run = watching().feed(ended('target'));
  assert.equal(run.outcome, undefined);
  assert.equal(run.timer('bye-evidence'), 2_000);
  assert.deepEqual(run.feed(rings('bye-evidence')).did, ['end caller']);
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'target-bye' } });
  assert.equal(run.state.name, 'over');
});

test('transfer.md §6 S2: a NOTIFY that contradicts the target’s BYE wins, and the caller stays', () => {
  const run = watching().feed(ended('target'), notify(481, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'notify', status: 481, phrase: '' });
  assert.equal(run.state.name, 'caller-held');
});

for (const [title, cause] of [
  ['Q.850 17', { ...bye, reason: { protocol: 'Q.850', cause: 17 } }],
  ['SIP 486', { ...bye, reason: { protocol: 'SIP', cause: 486 } }],
  ['a hang-up of ours', { by: 'local', how: 'bye' }],
  ['a broken dialog', { by: 'network', how: 'timeout', status: 408 }],
] as const) {
  test(`transfer.md §6 S2: the target’s end with ${title} proves nothing`, () => {
    const run = watching().feed(ended('target', cause), rings('bye-evidence'));
    assert.equal(run.state.name, 'watching');
    run.feed(rings('verdict'));
    assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
    assert.deepEqual(run.feed(cancel).did, ['resume caller']);
  });
}

for (const reason of [undefined, { protocol: 'Q.850', cause: 16 }, { protocol: 'sip', cause: 200 }]) {
  test(`transfer.md §6 S2: the target’s BYE with Reason ${reason?.protocol ?? 'none'} counts`, () => {
    const run = watching().feed(ended('target', reason ? { ...bye, reason } : bye), rings('bye-evidence'));
    assert.equal(run.outcome?.name, 'completed');
  });
}

test('transfer.md §6 S3: without a subscription the target’s BYE alone decides', () => {
  const run = referring().feed(referred(200, { withoutSubscription: true }));
  assert.equal(run.timer('first-notify'), undefined);
  assert.equal(run.feed(ended('target'), rings('bye-evidence')).outcome?.name, 'completed');
});

test('transfer.md §6 S4: both BYEs complete at once, in either order', () => {
  for (const order of [
    ['caller', 'target'],
    ['target', 'caller'],
  ] as const) {
    const run = watching().feed(...order.map((which) => ended(which)));
    assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'both-byes' } });
    assert.equal(run.state.name, 'over');
  }
});

test('transfer.md §6 S4: the caller’s BYE alone leaves an unknown after 5 s, and the target talks again', () => {
  const run = watching().feed(ended('caller'));
  assert.equal(run.timer('caller-bye'), 5_000);
  assert.deepEqual(run.feed(rings('caller-bye')).did, ['resume target']);
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'caller-left' });
});

test('transfer.md §6 F3: no verdict is unknown; both legs are kept and nobody is hung up', () => {
  const run = watching().feed(rings('first-notify'), rings('verdict'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  assert.equal(run.state.name, 'unsure');
  assert.ok(!run.effects.some((effect) => effect.type === 'end'));
});

test('transfer.md §6: a verdict is never awaited longer than the subscription’s end and 10 s', () => {
  const run = watching().feed(notify(100, 'active', { expiresMs: 15_000 }));
  assert.equal(run.timer('subscription-end'), 25_000);
  assert.equal(run.feed(rings('subscription-end')).outcome?.name, 'unknown');
});

test('transfer.md §5: terminated with 100 or without a body is no verdict', () => {
  for (const status of [undefined, 100]) {
    const run = watching().feed(notify(status, 'terminated'));
    assert.equal(run.outcome, undefined);
    assert.equal(run.timer('subscription-end'), 10_000);
    assert.equal(run.feed(ended('target'), rings('bye-evidence')).outcome?.name, 'completed');
  }
});

test('RFC 6665 §4.1.2.4: a NOTIFY before the 2xx proves acceptance, and the 408 after it is no news', () => {
  const run = referring().feed(notify(100));
  assert.equal(run.state.name, 'watching');
  assert.equal(run.feed(referred(408)).state.name, 'watching');
  assert.equal(run.feed(notify(200)).outcome?.name, 'completed');
});

test('transfer.md §6: a NOTIFY that overtakes the 2xx says more than the BYEs before it', () => {
  const run = referring().feed(ended('target'), ended('caller'), notify(404, 'terminated'));
  assert.equal(run.outcome?.name, 'failed');
});

test('transfer.md §9.1: a refused REFER keeps both; the person talks with the target again', () => {
  const run = referring().feed(referred(403));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'refer', status: 403, phrase: '' });
  assert.deepEqual(run.did, ['resume target']);
  assert.equal(run.state.name, 'restored');
  assert.deepEqual(run.feed({ type: 'resumed', leg: 'target' }, swap).did, ['hold target', 'resume caller']);
  assert.deepEqual(run.feed(cancel).did, ['end target', 'resume caller']);
  assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
});

test('phone-ux.md §4.2: Transfer after a failure starts a new transfer over the same two calls', () => {
  const run = referring().feed(referred(603), complete);
  assert.deepEqual(run.last, [{ type: 'start-again', facts, talking: 'target' }]);
  const again = new Run(startJoin(pair, facts, 'target'), pair).feed(complete, held('target'));
  assert.equal(again.state.name, 'referring');
});

for (const [status, why] of [
  [480, 'refer'],
  [481, 'refer'],
  [486, 'refer'],
  [404, 'refer'],
  [429, 'refer'],
  [500, 'refer'],
  [503, 'refer'],
  [302, 'refer'],
  [401, 'refer'],
] as const) {
  test(`transfer.md §4: ${status} to REFER is a failure`, () => {
    const run = referring().feed(referred(status));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === why && run.outcome.status === status);
    assert.equal(run.refers.length, 1);
  });
}

test('transfer.md §4: 408 to REFER leaves it open whether it arrived', () => {
  const run = referring().feed(referred(408));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'refer-unanswered' });
});

test('transfer.md §4: 491 is waited out three times, 2.1 to 4.0 s each, then it is a failure', () => {
  const run = referring();
  for (const round of [1, 2, 3]) {
    run.feed(referred(491, { round }));
    assert.equal(run.state.name, 'backing-off');
    const wait = run.timer('retry')!;
    assert.ok(wait >= 2_100 && wait <= 4_000);
    run.feed(rings('retry'));
    assert.equal(run.refers.at(-1)!.round, round + 1);
  }
  assert.equal(run.feed(referred(491, { round: 4 })).outcome?.name, 'failed');
});

test('transfer.md §4: 503 is tried once more when Retry-After is 5 s or less', () => {
  const run = referring().feed(referred(503, { retryAfterMs: 5_000 }));
  assert.equal(run.timer('retry'), 5_000);
  run.feed(rings('retry'), referred(503, { round: 2, retryAfterMs: 1_000 }));
  assert.equal(run.outcome?.name, 'failed');
  assert.equal(referring().feed(referred(503, { retryAfterMs: 6_000 })).outcome?.name, 'failed');
});

test('transfer.md §4: cancel while a retry waits leads back to the caller', () => {
  const run = referring().feed(referred(491), cancel);
  assert.deepEqual(run.did, ['end target', 'resume caller']);
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'cancelled' });
});

for (const status of [400, 416, 420, 421, 488, 606]) {
  test(`transfer.md §4: ${status} drops Require=replaces once`, () => {
    const run = referring(transferRules('generic', { requireReplaces: true })).feed(referred(status));
    assert.match(run.refers[0]!.referTo, /Require=replaces/);
    assert.doesNotMatch(run.refers[1]!.referTo, /Require/);
    assert.equal(run.feed(referred(status, { round: 2 })).outcome?.name, 'failed');
  });
}

for (const status of [405, 489, 501]) {
  test(`transfer.md §4: ${status} sends the REFER to the other leg, with the first dialog in Replaces`, () => {
    const run = referring().feed(referred(status));
    assert.deepEqual(run.did, ['refer target']);
    assert.match(
      run.refers[1]!.referTo,
      /^sip:200@192.0.2.1:5062\?Replaces=200%40id%3Bto-tag%3D200R%3Bfrom-tag%3D200L$/,
    );
    run.feed(referred(202, { round: 2 }), ended('caller'), rings('bye-evidence'));
    assert.equal(run.outcome?.name, 'completed');
    assert.deepEqual(run.did, ['end target']);
  });
}

test('transfer.md §2.2: the leg whose Allow has REFER gets it; when both lack it a 405 is final', () => {
  const none = ['INVITE', 'BYE'];
  const with2 = (caller: readonly string[], target: readonly string[]): PairFacts => ({
    caller: leg('200', 'h1.example', caller),
    target: leg('300', 'h2.example', target),
  });
  const run = new Run(startJoin(pair, with2(none, [...none, 'REFER']), 'target'), pair).feed(complete, held('target'));
  assert.equal(run.refers[0]!.leg, 'target');
  const both = new Run(startJoin(pair, with2(none, none), 'target'), pair).feed(
    complete,
    held('target'),
    referred(405),
  );
  assert.equal(both.outcome?.name, 'failed');
  assert.equal(both.refers.length, 1);
});

for (const status of [403, 404, 408, 480, 481, 604]) {
  test(`RFC 5589 §7.5: NOTIFY ${status} is tried once more with the other form of the URI`, () => {
    const run = watching().feed(notify(status, 'terminated'));
    assert.equal(run.state.name, 'referring');
    assert.match(run.refers[1]!.referTo, /^sip:300@pbx\.example\?Replaces=/);
    // The old subscription's late NOTIFYs have the old round.
    run.feed(notify(200), referred(202, { round: 2 }), notify(status, 'terminated', { round: 2 }));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'notify' && run.outcome.status === status);
    assert.deepEqual(run.did, ['resume target']);
  });
}

test('transfer.md §6 F1: NOTIFY 486 fails at once and keeps both', () => {
  const run = watching().feed(notify(486, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'notify', status: 486, phrase: '' });
  assert.equal(run.refers.length, 1);
  assert.equal(run.state.name, 'restored');
});

test('transfer.md §9.23: any sipfrag 2xx is success, whatever the subscription says', () => {
  for (const status of [200, 202, 299]) {
    for (const subscription of ['active', 'pending', 'terminated'] as const) {
      assert.equal(watching().feed(notify(status, subscription)).outcome?.name, 'completed');
    }
  }
});

test('transfer.md §2.4: form of the URI: GRUU, own server and public Contacts go out; private ones need the AOR', () => {
  const form = (target: LegFacts, rules = transferRules()) =>
    new Run(startJoin(pair, { caller: leg('200', '192.0.2.1'), target }, 'target'), pair, rules)
      .feed(complete, held('target'))
      .refers[0]!.referTo.split('?')[0];
  assert.equal(form(leg('300', '10.0.0.7')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '10.0.0.7', undefined, true)), 'sip:300@10.0.0.7:5062');
  assert.equal(form(leg('300', '203.0.113.4')), 'sip:300@203.0.113.4:5062');
  assert.equal(form(leg('300', 'pbx.example')), 'sip:300@pbx.example:5062');
  assert.equal(form(leg('300', 'abc.invalid')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '[fd00::1]')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '203.0.113.4'), transferRules('asterisk')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '10.0.0.7'), transferRules('kamailio')), 'sip:300@10.0.0.7:5062');
});

for (const status of [488, 606, 415, 403, 491]) {
  test(`transfer.md §3: a hold refused with ${status} mutes and goes on`, () => {
    const refuse = (which: 'caller' | 'target'): TransferEvent => ({ type: 'hold-refused', leg: which, status });
    const run = attended().feed(refuse('caller'));
    assert.deepEqual(run.did, ['mute caller', 'dial-target']);
    assert.deepEqual(run.feed(answered, complete, refuse('target')).did, ['mute target', 'refer caller']);
  });
}

for (const status of [408, 481]) {
  test(`transfer.md §3: a hold answered ${status} means that leg is dead`, () => {
    const run = attended().feed({ type: 'hold-refused', leg: 'caller', status });
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'caller-gone', status });
    const later = consulting().feed(complete, { type: 'hold-refused', leg: 'target', status });
    assert.deepEqual(later.outcome, { name: 'failed', stage: 'target-gone', status });
    assert.deepEqual(later.feed(cancel).did, ['resume caller']);
  });
}

test('features.md §2.2: complete while the target rings arms; the answer sends REFER at once', () => {
  const run = attended().feed(held('caller'), { type: 'target-ringing' }, complete);
  assert.equal(run.state.name, 'armed');
  assert.equal(run.feed(complete).state.name, 'armed');
  assert.deepEqual(run.feed(answered).did, ['mute target', 'refer caller']);
});

test('features.md §2.2: a busy target fails at "consult"; the caller waits and can be taken back', () => {
  const busy: EndCause = { by: 'remote', how: 'response', status: 486, phrase: 'Busy Here' };
  for (const events of [[], [complete]] as const) {
    const run = attended().feed(held('caller'), ...events, ended('target', busy));
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'consult', status: 486, phrase: 'Busy Here' });
    assert.equal(run.state.name, 'caller-held');
    assert.deepEqual(run.feed(cancel).did, ['resume caller']);
  }
});

test('features.md §2.2: cancel leads back from every state before the REFER', () => {
  assert.deepEqual(attended().feed(cancel).did, ['resume caller']);
  for (const run of [
    attended().feed(held('caller')),
    attended().feed(held('caller'), complete),
    consulting(),
    consulting().feed(swap),
    consulting().feed(swap, held('target')),
    consulting().feed(complete),
  ]) {
    run.feed(cancel);
    assert.deepEqual(run.did, ['end target', 'resume caller']);
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'cancelled' });
    assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
  }
});

test('RFC 3515 §2.4.4: a REFER that is out cannot be cancelled, and says so', () => {
  assert.deepEqual(referring().feed(cancel).did, ['accepted-cannot-cancel']);
  assert.deepEqual(watching().feed(cancel).did, ['accepted-cannot-cancel']);
});

test('transfer.md §9.16: a second press of complete changes nothing', () => {
  const run = consulting().feed(complete, complete);
  assert.deepEqual(run.did, []);
  run.feed(held('target'), complete);
  assert.deepEqual(run.did, ['already-pending']);
  assert.equal(run.refers.length, 1);
});

test('features.md §2.2: swap holds the one, then resumes the other, and back', () => {
  const run = consulting().feed(swap);
  assert.deepEqual(run.did, ['hold target']);
  assert.deepEqual(run.feed(held('target')).did, ['resume caller']);
  assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'swapped');
  assert.deepEqual(run.feed(complete).did, ['hold caller']);
  assert.deepEqual(run.feed(held('caller')).did, ['refer caller']);
});

test('features.md §2.2: complete in mid-swap sends REFER as soon as both are held', () => {
  const run = consulting().feed(swap, complete, held('target'));
  assert.deepEqual(run.did, ['refer caller']);
  const back = consulting().feed(swap, held('target'), complete, { type: 'resumed', leg: 'caller' });
  assert.deepEqual(back.did, ['hold caller']);
});

test('transfer.md §9.4: the target gone before REFER: the caller is held and can be taken back', () => {
  for (const run of [consulting(), consulting().feed(complete)]) {
    run.feed(ended('target'));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'target-gone');
    assert.deepEqual(run.feed(swap).did, ['resume caller']);
  }
});

test('transfer.md §9.6: the caller gone: the target stays an ordinary call', () => {
  const run = consulting().feed(complete, held('target'), ended('caller'), referred(481));
  assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'caller-gone');
  assert.deepEqual(run.did, ['resume target']);
  assert.equal(run.state.name, 'over');
  assert.equal(attended().feed(held('caller'), ended('caller')).state.name, 'over');
});

test('transfer.md §6: a NOTIFY after unknown is believed while nobody has touched the calls', () => {
  const run = watching().feed(rings('verdict'), notify(200, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  assert.ok(run.last.some((effect) => effect.type === 'late-verdict' && effect.outcome.name === 'completed'));
  assert.deepEqual(run.feed(rings('bye-grace')).did, ['end caller']);
  const touched = watching().feed(rings('verdict'), cancel, notify(200, 'terminated'));
  assert.deepEqual(touched.did, []);
});

test('transfer.md §6: a late failure after unknown brings the target back', () => {
  const run = watching().feed(rings('verdict'), notify(486, 'terminated'));
  assert.deepEqual(run.did, ['late-verdict', 'resume target']);
});

test('a refused resume is tried three times, then the caller waits for the person', () => {
  const refused: TransferEvent = { type: 'resume-refused', leg: 'caller', status: 500 };
  const run = consulting().feed(cancel, refused, rings('retry'), refused, rings('retry'));
  assert.deepEqual(run.did, ['resume caller']);
  assert.equal(run.feed(refused).state.name, 'caller-held');
  assert.deepEqual(run.feed(cancel).did, ['resume caller']);
});

test('RFC 5589 §5: blind: hold, REFER without Replaces, watch for 180 s', () => {
  const run = blind();
  assert.deepEqual(run.refers, [{ type: 'refer', leg: 'caller', round: 1, ...goal }]);
  run.feed(referred(202));
  assert.equal(run.timer('verdict'), 180_000);
  run.feed(notify(180), notify(200, 'terminated'), rings('bye-grace'));
  assert.deepEqual(run.did, ['end caller']);
  assert.equal(run.state.name, 'over');
});

test('RFC 5589 §5: a blind transfer that fails gives the caller back', () => {
  for (const run of [blind().feed(referred(603)), blind().feed(referred(202), notify(486, 'terminated'))]) {
    assert.equal(run.outcome?.name, 'failed');
    assert.deepEqual(run.did, ['resume caller']);
    assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
  }
});

test('transfer.md §6: the caller’s BYE in a blind transfer proves success only where the PBX is known for it', () => {
  const run = blind().feed(referred(202), ended('caller'), rings('caller-bye'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'caller-left' });
  const sure = blind(transferRules('netsapiens')).feed(referred(202), ended('caller'), rings('caller-bye'));
  assert.deepEqual(sure.outcome, { name: 'completed', evidence: { name: 'caller-bye' } });
});

test('transfer.md §1: the seed trace: 202, NOTIFY 100, the target’s BYE, and no final NOTIFY', () => {
  const run = consulting(transferRules('ozeki')).feed(complete, held('target'), referred(202));
  assert.match(run.refers[0]!.referTo, /^sip:300@pbx\.example\?Replaces=300%40id%3Bto-tag%3D300R%3Bfrom-tag%3D300L$/);
  run.feed(notify(100, 'active', { expiresMs: 200_000 }), ended('target'), rings('bye-evidence'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'target-bye' } });
  assert.deepEqual(run.did, ['end caller']);
});

test('transfer.md §2.1: the caller’s own call as target is our bug and throws', () => {
  assert.throws(() => startAttended({ ...pair, target: pair.caller }), /same call/);
  assert.throws(() => startAttended(blindPair));
  assert.throws(() => startBlind(pair, goal));
});

test.run();
