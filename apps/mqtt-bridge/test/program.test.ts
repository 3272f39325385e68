import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import { startBroker } from './broker.ts';
import { Listener } from './listener.ts';
import { type PhoneProcess, startPhone } from './phone-process.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'program-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** The program as a process, to its end or until it is ended. */
function program(...args: string[]) {
  const command = ['--conditions=@switchhook/source', '--import', 'tsx', 'apps/mqtt-bridge/src/node/main.ts', ...args];
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const ended = new Promise<number | string | null>((done) =>
    child.once('exit', (code, signal) => done(code ?? signal)),
  );
  return { child, ended, said: () => said };
}

test('program: it joins broker and phone as a process, answers, and ends cleanly when it is told to', async () => {
  const broker = await startBroker();
  const phone: PhoneProcess = await startPhone();
  const file = join(folder, 'bridge.yaml');
  writeFileSync(
    file,
    JSON.stringify({ id: 'rcp1', broker: { url: broker.url }, control: phone.socket, stateFolder: folder }),
  );
  const panel = await Listener.join(broker.url);
  const bridge = program('--config', file);
  const said = (what: string) => (topic: string, text: string) =>
    topic === 'switchhook/rcp1/availability' && text === what;
  try {
    await panel.until('online', said('online'), 30_000);
    await panel.publish('switchhook/rcp1/cmd', { id: 'a', cmd: 'state.get' });
    await panel.until('answered', (topic, text) => topic === 'switchhook/rcp1/reply/operator' && /"done"/.test(text));
    bridge.child.kill('SIGTERM');
    assert.equal(await bridge.ended, 0, bridge.said());
    await panel.until('offline', said('offline'));
  } finally {
    bridge.child.kill('SIGKILL');
    await panel.close();
    await broker.kill();
    await phone.kill('SIGTERM');
  }
});

test('program: --check says what is not safe, a wrong file ends it with 2 and the path of the mistake', async () => {
  const file = join(folder, 'check.yaml');
  writeFileSync(file, 'id: rcp1\nbroker: {url: "mqtt://broker.example.org"}\n');
  const right = program('--config', file, '--check');
  assert.equal(await right.ended, 0);
  assert.match(right.said(), /warning: .*without encryption[\s\S]*is right/);
  writeFileSync(file, 'id: rcp1\nbroker: {url: "http://x"}\n');
  const wrong = program('--config', file);
  assert.equal(await wrong.ended, 2);
  assert.match(wrong.said(), /broker\.url/);
});

test.run();
