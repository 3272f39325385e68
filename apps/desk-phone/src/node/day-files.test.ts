import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { DayFiles } from './day-files.ts';
import { warnOfWideMode } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-'));
test.after(() => rmSync(folder, { recursive: true }));

test('call log: one file a day, for the owner only, and files older than keepDays go', () => {
  let now = Date.parse('2026-01-30T23:59:59Z');
  writeFileSync(join(folder, 'calls-2025-12-30.jsonl'), '');
  writeFileSync(join(folder, 'calls-2025-12-31.jsonl'), '');
  writeFileSync(join(folder, 'transfers-2025-12-01.jsonl'), '');
  const files = new DayFiles(folder, 'calls', 30, () => now);
  files.append({ callId: 'c-1' });
  files.append({ callId: 'c-2' });
  now += 1000;
  files.append({ callId: 'c-3' });
  assert.deepEqual(readdirSync(folder).sort(), [
    'calls-2026-01-30.jsonl',
    'calls-2026-01-31.jsonl',
    'transfers-2025-12-01.jsonl',
  ]);
  assert.equal(readFileSync(join(folder, 'calls-2026-01-30.jsonl'), 'utf8'), '{"callId":"c-1"}\n{"callId":"c-2"}\n');
  assert.equal(statSync(join(folder, 'calls-2026-01-31.jsonl')).mode & 0o777, 0o600);
});

test('secrets: a password file that others may read is warned of', () => {
  const path = join(folder, 'secret');
  writeFileSync(path, 'x', { mode: 0o644 });
  assert.match(warnOfWideMode(path) ?? '', /mode 0644.*chmod 600/);
  writeFileSync(join(folder, 'own'), 'x', { mode: 0o600 });
  assert.equal(warnOfWideMode(join(folder, 'own')), undefined);
});

test.run();
