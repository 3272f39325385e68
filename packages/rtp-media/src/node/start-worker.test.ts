import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inheritedArguments } from './start-worker.ts';

test("worker: the main thread's program is not handed on, everything else is", () => {
  const given = [
    '--conditions=@switchhook/source',
    '--input-type=module',
    '--import',
    'tsx',
    '--eval',
    'code',
    '--expose-gc',
  ];
  assert.deepEqual(inheritedArguments(given), ['--conditions=@switchhook/source', '--import', 'tsx', '--expose-gc']);
});

test.run();
