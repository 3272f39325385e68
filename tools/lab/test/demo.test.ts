import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import { demoOptions } from '../src/node/demo/options.ts';
import { demo, folder } from './demos.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

/** All are started at once; each test waits for its own. */
const played = {
  b2bua: demo('--style', 'b2bua'),
  proxy: demo('--style', 'proxy'),
  headset: demo('--headset'),
  mqtt: demo('--mqtt', '--style', 'proxy'),
  loss: demo('--loss', '0.1', '--seed', '7'),
};

for (const name of ['b2bua', 'proxy', 'headset', 'mqtt', 'loss'] as const) {
  test(`demo (${name}): the caller hears receptionist, hold and specialist, and the ladder has its steps`, async () => {
    const { wrong, findings, transferMs } = await played[name];
    assert.deepEqual(wrong, []);
    assert.equal(findings.outcome.name, 'completed');
    assert.ok(transferMs !== undefined && transferMs > 0);
  });
}

test('demo: writes ladder, capture and recordings', async () => {
  const { files } = await played.b2bua;
  for (const file of ['ladder.txt', 'ladder.svg', 'capture.pcap', 'caller.wav', 'specialist.wav', 'receptionist.wav']) {
    assert.ok(statSync(join(files, file)).size > 500, file);
  }
});

test('demo: as a process without a terminal it plays by itself, exits 0 and writes its JSON', async () => {
  await Promise.allSettled(Object.values(played));
  const json = join(folder, 'result.json');
  const args = ['--conditions=@switchhook/source', '--import', 'tsx', 'tools/lab/src/node/demo/main.ts'];
  const child = spawn(process.execPath, [...args, '--json', json, '--out', join(folder, 'process')], {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const code = await new Promise((exit) => child.once('exit', exit));
  assert.equal(code, 0);
  const result = JSON.parse(readFileSync(json, 'utf8'));
  assert.deepEqual(Object.keys(result), ['outcome', 'evidence', 'transferMs', 'heard', 'messages', 'style']);
  assert.deepEqual(result.heard.caller, ['receptionist', 'hold', 'specialist']);
});

test('demo: a wrong option is refused in one line', () => {
  for (const [args, said] of [
    [['--style', 'pbx'], /proxy or b2bua/],
    [['--break', 'nothing'], /--break is one of/],
    [['--loss', '2'], /share/],
    [['--talk', '0'], /seconds/],
    [['--mqtt', '--headset'], /choose one/],
  ] as const) {
    assert.throws(() => demoOptions(args, true), said);
  }
});

test.run();
