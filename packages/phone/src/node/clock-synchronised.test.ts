import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { clockSynchronised } from './clock-synchronised.ts';

test('mqtt §3.5 rule 1: a clock is right when the time service says so, or where there is none, by its year', () => {
  const folder = mkdtempSync(join(tmpdir(), 'timesync-'));
  const now = Date.UTC(2026, 10, 22);
  assert.equal(clockSynchronised(now, join(folder, 'none')), true);
  assert.equal(clockSynchronised(0, join(folder, 'none')), false);
  assert.equal(clockSynchronised(now, folder), false, 'the service runs and has not got the time yet');
  writeFileSync(join(folder, 'synchronized'), '');
  assert.equal(clockSynchronised(now, folder), true);
  assert.equal(clockSynchronised(0, folder), false);
  rmSync(folder, { recursive: true });
});

test.run();
