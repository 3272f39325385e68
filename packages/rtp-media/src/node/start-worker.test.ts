import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inheritedArguments } from './start-worker.ts';

const SOURCE = '--conditions=@switchhook/source';

test("worker: the main thread's program is not handed on, everything else is", () => {
  const given = [SOURCE, '--input-type=module', '--import', './hook.mjs', '--eval', 'code', '--expose-gc'];
  assert.deepEqual(inheritedArguments(given), [SOURCE, '--import', './hook.mjs', '--expose-gc']);
});

test('worker: tsx is not loaded twice, however it was named', () => {
  for (const tsx of [
    ['--import', 'tsx'],
    ['--import=tsx'],
    ['--require', '/x/node_modules/tsx/dist/preflight.cjs', '--import', 'file:///x/node_modules/tsx/dist/loader.mjs'],
  ]) {
    assert.deepEqual(inheritedArguments([...tsx, SOURCE]), [SOURCE]);
  }
});

test.run();
