import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import { demoOptions } from '../src/node/demo/options.ts';
import { type DemoResult, runDemo } from '../src/node/demo/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-lab-'));
const ROOT = resolve(import.meta.dirname, '../../..');

/** Several offices at once: each waits for its people most of the time. */
const AT_ONCE = 4;
let running = 0;
const queue: (() => void)[] = [];

async function demo(name: string, ...args: string[]): Promise<DemoResult> {
  if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
  running++;
  try {
    return await runDemo(demoOptions(['--auto', '--talk', '1', '--out', join(folder, name), ...args], false), () => {});
  } finally {
    running--;
    queue.shift()?.();
  }
}

/** All are started at once; each test waits for its own. */
const played = {
  b2bua: demo('b2bua', '--style', 'b2bua'),
  proxy: demo('proxy', '--style', 'proxy'),
  headset: demo('headset', '--headset'),
  mqtt: demo('mqtt', '--mqtt', '--style', 'proxy'),
  loss: demo('loss', '--loss', '0.1', '--seed', '7'),
  hold: demo('hold', '--break', 'hold'),
  refer: demo('refer', '--break', 'refer'),
  notify: demo('notify', '--break', 'notify', '--style', 'proxy'),
  replaces: demo('replaces', '--break', 'replaces'),
  silent: demo('silent', '--break', 'specialist-silent'),
};
for (const one of Object.values(played)) one.catch(() => {});

for (const name of ['b2bua', 'proxy', 'headset', 'mqtt', 'loss'] as const) {
  test(`demo (${name}): the caller hears receptionist, hold and specialist, and the ladder has its steps`, async () => {
    const { wrong, findings, transferMs } = await played[name];
    assert.deepEqual(wrong, []);
    assert.deepEqual(findings.outcome.name, 'completed');
    assert.ok(transferMs !== undefined && transferMs > 0);
  });
}

for (const [name, named] of [
  ['hold', /hold .* refused: 488/],
  ['refer', /REFER was refused: 603/],
  ['notify', /ladder has no <NOTIFY/],
  ['replaces', /481: Replaces/],
  ['silent', /specialist was heard by nobody/],
] as const) {
  test(`demo: a broken ${name} is found and named`, async () => {
    const { wrong } = await played[name];
    assert.ok(
      wrong.some((line) => named.test(line)),
      wrong.join('\n'),
    );
  });
}

test('demo: writes ladder, capture and recordings', async () => {
  await played.b2bua;
  for (const file of ['ladder.txt', 'ladder.svg', 'capture.pcap', 'caller.wav', 'specialist.wav', 'receptionist.wav']) {
    assert.ok(statSync(join(folder, 'b2bua', file)).size > 500, file);
  }
});

test('demo: as a process without a terminal it plays by itself, exits 0 and writes its JSON', async () => {
  await Promise.all(Object.values(played));
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
  assert.deepEqual(result.heard, {
    caller: ['receptionist', 'hold', 'specialist'],
    specialist: ['receptionist', 'caller'],
  });
});

test('demo: a wrong option is refused in one line', () => {
  for (const [args, said] of [
    [['--style', 'pbx'], /proxy or b2bua/],
    [['--break', 'nothing'], /--break is one of/],
    [['--loss', '2'], /share/],
    [['--mqtt', '--headset'], /choose one/],
  ] as const) {
    assert.throws(() => demoOptions(args, true), said);
  }
});

test.after(() => {
  if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
});

test.run();
