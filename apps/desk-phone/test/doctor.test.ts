import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import { loadConfiguration } from '../src/node/configuration-file.ts';
import { CHECKS } from '../src/node/doctor/checks.ts';
import { examine } from '../src/node/doctor-command.ts';

const folder = mkdtempSync(join(tmpdir(), 'doctor-'));

async function look(keypad: string, bridge?: string): Promise<string[]> {
  const path = join(folder, 'switchhook.yaml');
  writeFileSync(
    path,
    `accounts: [{id: a, user: 1, domain: 127.0.0.1, register: false}]
audio: {sound: silence}
control: {socket: ${join(folder, 'control.sock')}}
${keypad}`,
    { mode: 0o600 },
  );
  const findings = await examine(CHECKS, { loaded: loadConfiguration(path), bridge });
  return findings
    .filter(({ part }) => part !== 'gpio' && part !== 'input')
    .map(({ part, verdict, text }) => `${verdict} ${part}: ${text}`);
}

test('doctor: devices that are not there are faults with their remedy, one that is there is not', async () => {
  const node = join(folder, 'keypad');
  execFileSync('mkfifo', [node]);
  const lines = await look(`keypad:
  gpio: {chip: no-such-chip, hook: {line: HOOK}}
  input: [{path: ${node}}, {name: nobody}]
  display: {bus: ${join(folder, 'i2c-9')}}
`);
  assert.equal(lines.length, 6);
  assert.match(lines[0]!, /^fault keypad\.gpio: .*(ENOENT|EACCES)/);
  assert.equal(lines[1], 'ok keypad.input[0]: is there');
  assert.match(lines[2]!, /^fault keypad\.input\[1\]: nobody: open: (ENOENT|EACCES)/);
  assert.match(lines[3]!, /^fault keypad\.display: .*ENOENT.*i2cdetect/);
  assert.equal(lines[4], 'note sound: audio.sound is silence');
  assert.match(lines[5]!, /^note control: no phone runs here/);
});

test('doctor: a control socket behind which nobody talks like a phone is told, not waited for', async () => {
  const server = createServer((socket) => socket.end('what?\n'));
  await new Promise<void>((resolve) => server.listen(join(folder, 'control.sock'), resolve));
  const [, control] = await look('');
  assert.match(control!, /^(note|fault) control: /);
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

test('doctor: a bridge that cannot be read is a fault', async () => {
  const lines = await look('', join(folder, 'none.yaml'));
  assert.match(lines.at(-1)!, /^fault bridge: .*none\.yaml cannot be read: ENOENT/);
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
