import assert from 'node:assert/strict';
import { test } from 'uvu';
import { describeAnswer, describeNotice, exitCode } from './outcome.ts';

const failed = (code: 'transfer_unknown' | 'refer_rejected') =>
  ({ v: 1, id: '1', phase: 'failed', error: { code, message: 'refused', sip: 403, canDo: ['call.swap'] } }) as const;

test('ctl: the exit code tells done, failed and unknown apart', () => {
  assert.equal(exitCode({ v: 1, id: '1', phase: 'done', result: {}, ms: 1 }), 0);
  assert.equal(exitCode(failed('refer_rejected')), 1);
  assert.equal(exitCode(failed('transfer_unknown')), 4);
});

test('ctl: answers and notices are sentences', () => {
  assert.equal(
    describeAnswer('transfer.start', { v: 1, id: '1', phase: 'done', result: { transferId: 't-1' }, ms: 1 }),
    'transfer.start: done, transferId t-1',
  );
  assert.equal(
    describeAnswer('x', failed('refer_rejected')),
    'x: refer_rejected: refused (SIP 403)\nnow possible: call.swap',
  );
  assert.equal(
    describeNotice({ ts: '2026-01-02T03:04:05.678Z', event_type: 'ended', callId: 'c-1', code: 486 }),
    '03:04:05 ended c-1 486',
  );
});

test.run();
