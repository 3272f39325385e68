// Who is shown on all three phones before, during and after a transfer (transfer.md §8.8, features.md pain 13).
import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { PhoneNotice } from '../src/control/protocol.ts';
import type { CallRecord } from '../src/node/index.ts';
import { Office, type Phone } from './office.ts';

function cast() {
  const office = new Office();
  const [caller, operator, specialist] = (['2001', '1000', '9999'] as const).map((user) =>
    office.phone(user, { acceptRefer: 'same-dialog' }),
  ) as [Phone, Phone, Phone];
  return { office, caller, operator, specialist };
}

/** The caller is answered, the specialist is asked and answers, Transfer. */
function handOver({ caller, operator, specialist }: ReturnType<typeof cast>): void {
  caller.do({ verb: 'call.dial', to: '1000' });
  caller.wait(100);
  operator.do({ verb: 'hook.lift' });
  caller.wait(100);
  operator.do({ verb: 'transfer.start', to: '9999' });
  caller.wait(100);
  specialist.do({ verb: 'hook.lift' });
  caller.wait(100);
  operator.do({ verb: 'transfer.complete' });
  caller.wait(10_000);
}

const party = (phone: Phone) => {
  const line = phone.runtime.snapshot().lines.find(({ callId }) => callId !== null);
  return line === undefined ? undefined : [line.party?.number, line.via];
};
const records = (phone: Phone): CallRecord[] =>
  phone.journal.flatMap((entry) => (entry.type === 'call' ? [entry.record] : []));
const chain = ({ earlier, number }: CallRecord) => [...earlier.map((each) => each.number), number];
const changed = (phone: Phone): PhoneNotice[] =>
  phone.journal.flatMap((entry) =>
    entry.type === 'notice' && entry.notice.event_type === 'partyChanged' ? [entry.notice] : [],
  );

test('features.md pain 13: after the transfer the caller sees the specialist, the specialist the caller, both by whom', () => {
  const all = cast();
  handOver(all);
  const { caller, operator, specialist } = all;
  assert.equal(party(operator), undefined);
  assert.deepEqual(party(specialist), ['2001', 'transferred by 1000']);
  assert.equal(party(caller)?.[1], 'transferred by 1000');
  assert.match(String(party(caller)?.[0]), /^(9999|transferred call from 1000)$/);
  assert.deepEqual(
    changed(specialist).map(({ number, reason }) => [number, reason]),
    [['2001', 'transferred by 1000']],
  );
  assert.equal(changed(caller).length, 1);
  assert.equal(changed(operator).length, 0);
});

test('features.md pain 13: the display says it too, for as long as the call lasts', () => {
  const all = cast();
  handOver(all);
  assert.deepEqual(all.specialist.runtime.snapshot().display, ['2001', 'transferred by 1000']);
  all.caller.wait(60_000);
  assert.deepEqual(all.specialist.runtime.snapshot().display, ['2001', 'transferred by 1000']);
});

test('features.md pain 13: the records keep the chain: caller, via the operator, now; the operator’s says to whom', () => {
  const all = cast();
  handOver(all);
  const { caller, operator, specialist } = all;
  specialist.do({ verb: 'hook.put-down' });
  caller.wait(2_000);
  assert.deepEqual(chain(records(specialist).at(-1)!), ['1000', '2001']);
  assert.equal(chain(records(caller).at(-1)!)[0], '1000');
  const [first] = records(operator).filter(({ direction }) => direction === 'in');
  assert.deepEqual([first?.number, first?.handedTo, first?.earlier], ['2001', '9999', []]);
  const [second] = records(operator).filter(({ direction }) => direction === 'out');
  assert.deepEqual([second?.number, second?.handedTo], ['9999', null]);
});

test('features.md pain 13: handed on twice: the second operator sees who comes, and the record keeps both', () => {
  const all = cast();
  const { caller, specialist } = all;
  const last = all.office.phone('7777', { acceptRefer: 'same-dialog' });
  handOver(all);
  specialist.do({ verb: 'transfer.start', to: '7777' });
  caller.wait(100);
  last.do({ verb: 'hook.lift' });
  caller.wait(100);
  specialist.do({ verb: 'transfer.complete' });
  caller.wait(10_000);
  assert.deepEqual(party(last), ['2001', 'transferred by 9999']);
  assert.equal(party(caller)?.[1]?.startsWith('transferred by'), true);
  last.do({ verb: 'hook.put-down' });
  caller.wait(2_000);
  assert.deepEqual(chain(records(last).at(-1)!), ['9999', '2001']);
  assert.deepEqual(chain(records(caller).at(-1)!).length, 3);
  assert.equal(chain(records(caller).at(-1)!)[0], '1000');
});

test('features.md pain 13: a transfer that fails renames nobody', () => {
  const all = cast();
  const { caller, operator, specialist } = all;
  caller.do({ verb: 'call.dial', to: '1000' });
  caller.wait(100);
  operator.do({ verb: 'hook.lift' });
  caller.wait(100);
  operator.do({ verb: 'transfer.start', to: '9999' });
  caller.wait(100);
  specialist.do({ verb: 'call.reject' });
  caller.wait(1_000);
  operator.do({ verb: 'key.cancel' });
  caller.wait(1_000);
  assert.deepEqual(party(caller), ['1000', null]);
  assert.deepEqual(party(operator), ['2001', 'back from 9999: busy']);
  assert.deepEqual([changed(caller), changed(operator)], [[], []]);
});

test('transfer §10: who is joined by the phone sees the phone; the phone sees both', () => {
  const all = cast();
  const { caller, operator, specialist } = all;
  caller.do({ verb: 'call.dial', to: '1000' });
  caller.wait(100);
  operator.do({ verb: 'hook.lift' });
  caller.wait(100);
  operator.do({ verb: 'transfer.start', to: '9999' });
  caller.wait(100);
  specialist.do({ verb: 'hook.lift' });
  caller.wait(100);
  operator.do({ verb: 'transfer.bridge' });
  caller.wait(5_000);
  assert.deepEqual([party(caller)?.[0], party(specialist)?.[0]], ['1000', '1000']);
  assert.deepEqual(
    operator.runtime.snapshot().lines.map(({ joined }) => joined?.party.number),
    ['9999', '2001'],
  );
  caller.do({ verb: 'hook.put-down' });
  caller.wait(1_000);
  assert.deepEqual([party(operator), party(specialist)], [undefined, undefined]);
  const [first] = records(operator).filter(({ direction }) => direction === 'in');
  assert.equal(first?.handedTo, '9999');
});

test.run();
