import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Office, type Phone } from './office.ts';

/** Kinds of loss: one datagram alone, or with all its retransmissions. */
type Loss = 'once' | 'always';

interface History {
  readonly outcome: string | undefined;
  /** Where each of the three stands in the end: caller, operator, specialist. */
  readonly lines: readonly string[];
  /** Datagrams that were sent. */
  readonly count: number;
  readonly what: string;
  readonly phones: readonly Phone[];
}

/** An attended transfer from the first INVITE on, in which datagram `k` is lost; Infinity = none. */
function transferLosing(k: number, loss: Loss): History {
  const office = new Office();
  const phones = ['caller', 'operator', 'specialist'].map((user) => office.phone(user, { acceptRefer: 'same-dialog' }));
  const [caller, operator, specialist] = phones as [Phone, Phone, Phone];
  let count = 0;
  let what: string | undefined;
  const carry = office.carry.bind(office);
  office.carry = (from, to, bytes) => {
    const text = new TextDecoder().decode(bytes);
    const parts = [text.split('\r\n', 1)[0], /^CSeq:.*/im.exec(text)?.[0], /branch=[^;\s]*/.exec(text)?.[0]];
    const name = [from, to, ...parts].join(' ');
    const mine = count++ === k;
    if (mine) what = name;
    if (!mine && (loss === 'once' || name !== what)) carry(from, to, bytes);
  };
  let outcome: string | undefined;
  operator.runtime.subscribe({
    notice: ({ event_type }) => {
      if (/^transfer(Completed|Failed|Unknown)$/.test(event_type)) outcome = event_type;
    },
  });
  caller.do({ verb: 'call.dial', to: 'operator' });
  caller.wait(2_000);
  operator.do({ verb: 'hook.lift' });
  caller.wait(2_000);
  operator.do({ verb: 'transfer.start', to: 'specialist' });
  caller.wait(4_000);
  specialist.do({ verb: 'hook.lift' });
  caller.wait(2_000);
  operator.do({ verb: 'transfer.complete' });
  caller.wait(120_000);
  const lines = phones.map((one) => one.runtime.state.calls.map(({ phase }) => phase.name).join());
  const sent = count;
  for (const one of phones) {
    for (const { id } of one.runtime.state.calls) one.do({ verb: 'call.hangup', callId: id });
  }
  caller.wait(400_000);
  return { outcome, lines, count: sent, what: what ?? 'nothing', phones };
}

function assertNothingLeft({ phones, what }: History): void {
  for (const { userAgent, runtime } of phones) {
    const { registrations: _, ...rest } = userAgent.census();
    assert.deepEqual(rest, { transactions: 0, dialogs: 0, subscriptions: 0, timers: 0, calls: 0 }, what);
    assert.equal(runtime.state.calls.length + runtime.state.transfers.length, 0, what);
  }
}

test('DESIGN, transfer: whichever single datagram is lost, the caller ends with the specialist and nothing is left', () => {
  const fair = transferLosing(Number.POSITIVE_INFINITY, 'once');
  assert.deepEqual([fair.outcome, fair.lines], ['transferCompleted', ['talking', '', 'talking']]);
  assertNothingLeft(fair);
  for (let k = 0; k < fair.count; k++) {
    const history = transferLosing(k, 'once');
    assert.deepEqual([history.outcome, history.lines], [fair.outcome, fair.lines], `${k} ${history.what}`);
    assertNothingLeft(history);
  }
});

test('DESIGN, transfer: a REFER that never arrives is unknown, and both calls are kept', () => {
  const fair = transferLosing(Number.POSITIVE_INFINITY, 'always');
  let seen = 0;
  for (let k = 0; k < fair.count; k++) {
    const history = transferLosing(k, 'always');
    assertNothingLeft(history);
    if (!/ REFER sip:/.test(history.what)) continue;
    seen++;
    assert.deepEqual(
      [history.outcome, history.lines],
      ['transferUnknown', ['talking', 'held,held', 'talking']],
      history.what,
    );
  }
  assert.equal(seen, 2);
});

test.run();
