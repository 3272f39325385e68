import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { JOURNAL_FILES, JournalFiles } from './journal-files.ts';

const now = Date.parse('2026-11-22T18:00:00Z');
let folder = '';
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'switchhook-journals-'));
});
test.after.each(() => rmSync(folder, { recursive: true }));

test('journal files: readable by the owner only, written in one step', () => {
  const files = new JournalFiles(folder);
  files.write('2026-11-22-180000-t-1', 'old');
  files.write('2026-11-22-180000-t-1', 'new');
  assert.deepEqual(readdirSync(folder), ['transfer-2026-11-22-180000-t-1.jsonl']);
  assert.equal(statSync(join(folder, readdirSync(folder)[0]!)).mode & 0o777, 0o600);
});

test('journal files: an id means its newest transfer, also within one second; last means the newest of all', () => {
  const files = new JournalFiles(folder);
  for (const name of [
    '2026-11-21-180000-t-1',
    '2026-11-22-100000-t-1',
    '2026-11-22-110000-t-9',
    '2026-11-22-110000-t-10',
  ])
    files.write(name, '');
  assert.equal(files.find('t-1'), '2026-11-22-100000-t-1');
  assert.equal(files.find('2026-11-21-180000-t-1'), '2026-11-21-180000-t-1');
  assert.equal(files.find('last'), '2026-11-22-110000-t-10');
  assert.equal(files.find('t-2'), undefined);
  assert.equal(files.find('../../etc/passwd'), undefined);
});

test('journal files: what is older than its days goes, so does a draft that was left, and nothing else', () => {
  const files = new JournalFiles(folder);
  for (const name of ['2026-10-01-180000-t-1', '2026-10-24-180000-t-1', '2026-11-22-100000-t-1']) files.write(name, '');
  for (const name of [
    'calls-2026-01-01.jsonl',
    'transfers-2026-01-01.jsonl',
    'transfer-2026-11-22-100000-t-2.jsonl.new',
  ])
    writeFileSync(join(folder, name), '');
  files.tidy(30, now);
  assert.deepEqual(readdirSync(folder).sort(), [
    'calls-2026-01-01.jsonl',
    'transfer-2026-10-24-180000-t-1.jsonl',
    'transfer-2026-11-22-100000-t-1.jsonl',
    'transfers-2026-01-01.jsonl',
  ]);
});

test('journal files: there are never more than their limit, the newest stay', () => {
  const files = new JournalFiles(folder);
  for (let i = 0; i < JOURNAL_FILES + 5; i++) files.write(`2026-11-22-${String(100_000 + i)}-t-1`, 'x');
  files.tidy(30, now);
  const names = files.names();
  assert.equal(names.length, JOURNAL_FILES);
  assert.equal(names.at(-1), '2026-11-22-100005-t-1');
});

test('journal files: one that cannot be read is damaged, not thrown', () => {
  const files = new JournalFiles(folder);
  assert.deepEqual(files.read('2026-11-22-100000-t-1'), { ok: false, why: 'ENOENT' });
});

test.run();
