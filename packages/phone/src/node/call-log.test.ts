import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bench, call, dialog, peer } from '../../test/bench.ts';
import { CallLog } from './call-log.ts';

test('features §13: the record of a call keeps what was dialled beside who answered; a call that came in has none', () => {
  const log = new CallLog(() => 5);
  const bench = new Bench();
  bench.want({ verb: 'call.dial', to: '500' });
  const out = bench.state.calls[0]!.id;
  bench.tell({ type: 'answered', call: out, dialog: dialog('x'), peer: peer('777') });
  const end = { type: 'ended', call: out, cause: { by: 'remote', how: 'bye' } } as const;
  const record = log.take(end, bench.state);
  assert.deepEqual([record?.number, record?.dialled], ['777', '500']);
  const other = new Bench();
  other.talking('a', '1001');
  const came = log.take({ ...end, call: call('a') }, other.state);
  assert.deepEqual([came?.number, came?.dialled], ['1001', null]);
});

test.run();
