import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';

const root = resolve(import.meta.dirname, '../../..');

test('check-floors: the command fails on an upward import planted in a copy of the house', () => {
  const copy = mkdtempSync(join(tmpdir(), 'floors-'));
  try {
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    for (const floor of ['packages', 'devices', 'apps', 'tools']) mkdirSync(join(copy, floor));
    for (const name of ['sans-io', 'phone']) {
      mkdirSync(join(copy, 'packages', name, 'src'), { recursive: true });
      cpSync(join(root, 'packages', name, 'package.json'), join(copy, 'packages', name, 'package.json'));
    }
    const planted = join(copy, 'packages/sans-io/src/planted.ts');
    const run = () =>
      spawnSync(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), join(root, 'tools/check-floors/src/node/main.ts')],
        {
          cwd: copy,
          encoding: 'utf8',
        },
      );
    assert.equal(run().status, 0);
    writeFileSync(planted, `import { view } from '@switchhook/phone';\nexport const v = view;\n`);
    const failed = run();
    assert.equal(failed.status, 1);
    assert.match(failed.stdout, /packages\/sans-io\/src\/planted\.ts:1: .*never up/);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test.run();
