import assert from 'node:assert/strict';
import { test } from 'uvu';
import { closingLine, forbiddenSkips, readFileResult, tally } from './summary.ts';

const summary = (total: number, passed: number, skipped = 0) =>
  `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  1.00ms\n`;

test('run-tests: a file with a summary counts its cases', () => {
  const result = readFileResult('a.test.ts', summary(4, 4), { code: 0 }, 1);
  assert.deepEqual([result.passed, result.failed, result.trouble], [4, 0, undefined]);
});

test('run-tests: colours in the output do not hide the counts', () => {
  const coloured = summary(2, 1).replace('Passed:    1', '\u001b[32mPassed:    1\u001b[39m');
  assert.equal(readFileResult('a', coloured, { code: 1 }, 1).failed, 1);
});

test('run-tests: zero tests is a failure', () => {
  const result = readFileResult('a', 'nothing here', { code: 0 }, 1);
  assert.equal(result.failed, 1);
  assert.match(result.trouble!, /ran no test/);
});

test('run-tests: a killed file is a failure that says how long it was given', () => {
  const result = readFileResult('a', summary(3, 3), { code: null, timedOutAfterS: 30 }, 30);
  assert.equal(result.failed, 1);
  assert.match(result.trouble!, /30 s/);
});

test('run-tests: an exit code without a failed case is a failure', () => {
  assert.equal(readFileResult('a', summary(3, 3), { code: 7 }, 1).failed, 1);
});

test('run-tests: SKIP lines are counted and keep their text', () => {
  const result = readFileResult('a', `SKIP corpus: no folder\n${summary(1, 1)}`, { code: 0 }, 1);
  assert.deepEqual(result.skipped, ['corpus: no folder']);
  assert.equal(result.failed, 0);
});

test('run-tests: the closing line adds up all files', () => {
  const files = [
    readFileResult('a', summary(4, 3), { code: 1 }, 1),
    readFileResult('b', summary(2, 2), { code: 0 }, 1),
  ];
  assert.equal(closingLine(tally([{ project: 'p', suite: 'unit', files }])), '5 passed, 1 failed, 0 skipped');
});

test('CI: a skip that the list does not name is forbidden', () => {
  const allowed = '# remarks\npulse: no card # apt has none\n';
  assert.deepEqual(forbiddenSkips(['pulse: no card here', 'corpus: gone'], allowed), ['corpus: gone']);
});

test.run();
