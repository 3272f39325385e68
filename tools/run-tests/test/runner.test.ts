import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { runFile } from '../src/run-file.ts';

const folder = mkdtempSync(join(process.cwd(), '.results-'));

async function runText(text: string, limitS = 20) {
  const file = join(folder, 'case.test.mjs');
  writeFileSync(file, text);
  return runFile(file, folder, limitS);
}

test('run-tests: a file without test.run() fails although uvu exits 0', async () => {
  const result = await runText(`import { test } from 'uvu'; test('never run', () => {});`);
  assert.equal(result.failed, 1);
});

test('run-tests: a leaked timer is killed at the limit and fails', async () => {
  const result = await runText(
    `import { test } from 'uvu'; test('ok', () => {}); test.run(); setInterval(() => {}, 1000);`,
    3,
  );
  assert.match(result.trouble ?? '', /killed after 3 s/);
});

test('run-tests: a failing case is one failed, the others still pass', async () => {
  const result = await runText(
    `import { test } from 'uvu'; test('good', () => {}); test('bad', () => { throw new Error('no'); }); test.run();`,
  );
  assert.deepEqual([result.passed, result.failed], [1, 1]);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));
test.run();
