import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { StartFault } from './configuration-file.ts';
import { KeptSettings } from './kept-settings.ts';
import { openStateFolder } from './state-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-'));
test.after(() => rmSync(folder, { recursive: true }));

test('kept settings: what was set is there after a restart, a damaged file holds nothing', () => {
  assert.equal(new KeptSettings(folder).set('dnd', true), undefined);
  assert.equal(new KeptSettings(folder).get('dnd'), true);
  writeFileSync(join(folder, 'kept.json'), '{"dnd":tr');
  assert.equal(new KeptSettings(folder).get('dnd'), undefined);
});

test('kept settings: a disk that takes nothing is told in words, and the setting holds until the restart', () => {
  const kept = new KeptSettings(join(folder, 'nowhere'));
  assert.match(kept.set('dnd', true) ?? '', /kept\.json cannot be written \(ENOENT\)/);
  assert.equal(kept.get('dnd'), true);
});

test('state folder: a path that cannot be a folder is told with what to change', () => {
  writeFileSync(join(folder, 'file'), '');
  assert.throws(
    () => openStateFolder(join(folder, 'file')),
    (error) => error instanceof StartFault && /set log\.folder/.test(error.message),
  );
});

test.run();
