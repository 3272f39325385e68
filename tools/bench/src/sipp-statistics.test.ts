import assert from 'node:assert/strict';
import { test } from 'uvu';
import { lossFree, sippStatistics } from './sipp-statistics.ts';

const TITLES = 'StartTime;CallRate(P);CallRate(C);TotalCallCreated;SuccessfulCall(C);FailedCall(C);Retransmissions(C);';

test('performance 2b: the last line of a statistics file counts, whatever the columns before it', () => {
  const text = `${TITLES}\n2026-11-22;1;2;3;4;5;6;\n2026-11-22;0;498.8;1500;1499;1;2;\n`;
  assert.deepEqual(sippStatistics(text), {
    created: 1500,
    successful: 1499,
    failed: 1,
    retransmissions: 2,
    callRate: 498.8,
  });
});

test('performance 2b: a file without figures, or without a column that we need, is no statistics', () => {
  assert.equal(sippStatistics(''), undefined);
  assert.equal(sippStatistics(`${TITLES}\n`), undefined);
  assert.equal(sippStatistics('StartTime;CallRate(C);\n2026-11-22;12;\n'), undefined);
  assert.equal(sippStatistics(`${TITLES}\n2026-11-22;0;;1500;1499;1;2;\n`), undefined);
});

test('performance 2b: loss-free means all calls, none failed, none sent twice', () => {
  const good = { created: 100, successful: 100, failed: 0, retransmissions: 0, callRate: 50 };
  assert.ok(lossFree(good, 100));
  assert.equal(lossFree(good, 101), false);
  assert.equal(lossFree({ ...good, failed: 1 }, 100), false);
  assert.equal(lossFree({ ...good, retransmissions: 1 }, 100), false);
});

test.run();
