import assert from 'node:assert/strict';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { CommandMemory, defaultStateFolder } from './command-memory.ts';

const folder = mkdtempSync(join(tmpdir(), 'memory-'));
const file = join(folder, 'mqtt-rcp1.commands');
const said: string[] = [];
const open = (now: number, at = folder) => new CommandMemory(at, 'rcp1', now, (why) => said.push(why));
test.after(() => rmSync(folder, { recursive: true }));
test.before.each(() => {
  rmSync(file, { force: true });
  said.length = 0;
});

test('mqtt §3.5 rule 2: acting commands are kept over a restart, the last word of each, mode 0600', () => {
  const first = open(1000);
  first.keep({ key: 'operator a', at: 1000 });
  first.keep({ key: 'operator b', at: 1001 });
  first.keep({ key: 'operator a', at: 1000, last: { v: 1, id: 'a', phase: 'done', result: {}, ms: 1 } });
  assert.equal(statSync(file).mode & 0o777, 0o600);
  // no close: as if the power had failed
  assert.deepEqual(
    open(2000).kept.map(({ key, last }) => [key, last?.phase]),
    [
      ['operator a', 'done'],
      ['operator b', undefined],
    ],
  );
  assert.deepEqual(said, []);
});

test('mqtt §3.5 rule 2: after ten minutes they are forgotten, and the file does not grow without end', () => {
  const memory = open(0);
  for (let i = 0; i < 17_000; i++) memory.keep({ key: `operator ${i}`, at: i * 100 });
  assert.ok(readFileSync(file, 'utf8').split('\n').length < 17_000);
  memory.close();
  assert.equal(open(17_000 * 100 + 600_000).kept.length, 0);
  assert.equal(readFileSync(file, 'utf8'), '');
});

test('bad input: a cut or spoilt line is left out, a file that others could read is closed to them', () => {
  writeFileSync(file, '{"key":"operator a","at":1}\nnonsense\n{"key":7,"at":1}\nnull\n{"key":"oper');
  chmodSync(file, 0o644);
  const memory = open(2);
  assert.deepEqual(memory.kept, [{ key: 'operator a', at: 1 }]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  appendFileSync(file, '{"key"');
  memory.keep({ key: 'operator b', at: 2 });
  assert.equal(open(3).kept.length, 1, 'a line after a cut one is lost with it, and nothing else');
});

test('bad input: a folder that cannot be written is said with the remedy, and the bridge goes on', () => {
  writeFileSync(join(folder, 'plain'), '');
  const memory = open(0, join(folder, 'plain'));
  memory.keep({ key: 'operator a', at: 1 });
  assert.equal(said.length, 1);
  assert.match(said[0]!, /cannot be written \(\w+\).*stateFolder/);
});

test('the folder: that of the systemd unit, else of the user', () => {
  assert.equal(defaultStateFolder({ STATE_DIRECTORY: '/var/lib/switchhook' }), '/var/lib/switchhook');
  assert.equal(defaultStateFolder({ HOME: '/home/pi' }), '/home/pi/.local/state/switchhook');
});

test.run();
