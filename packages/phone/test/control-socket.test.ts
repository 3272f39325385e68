import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import type { Publication } from '../src/control/protocol.ts';
import { connectControl, defaultControlPath } from '../src/node/control.ts';
import { ControlServer } from '../src/node/index.ts';
import { Office } from './office.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-'));
test.after(() => rmSync(folder, { recursive: true }));
let count = 0;

async function phone() {
  const office = new Office();
  const { runtime } = office.phone('1001');
  const path = join(folder, `${++count}`, 'control.sock');
  const options = {
    runtime,
    clock: office.clock,
    path,
    phone: 'desk',
    version: '1.2.3',
    wall: () => Date.UTC(2026, 0, 1),
  };
  return { office, runtime, path, options, server: await ControlServer.open(options) };
}

test('control socket: a client is greeted, reads the state, gives a command and hears of it', async () => {
  const { path, server } = await phone();
  assert.equal(statSync(path).mode & 0o777, 0o660);
  const client = await connectControl(path);
  assert.equal(client.hello.phone, 'desk');
  assert.ok(client.hello.verbs.includes('transfer.complete'));
  const heard: Publication[] = [];
  client.onPublication = (publication) => heard.push(publication);
  const state = await client.request('state.get');
  assert.ok(state.phase === 'done' && state.result['phone'] === 'idle');
  await client.request('subscribe', { topics: ['state'] });
  const done = await client.request('settings.set', { key: 'dnd', value: true });
  assert.equal(done.phase, 'done');
  const bad = await client.request('call.hangup');
  assert.ok(bad.phase === 'failed' && bad.error.code === 'not_in_state');
  assert.ok(heard.some((one) => one.type === 'state' && one.dnd));
  client.close();
  await server.close();
  assert.equal(existsSync(path), false);
});

test('control socket: the role in a command counts', async () => {
  const { path, server } = await phone();
  const client = await connectControl(path);
  const answer = await client.request('call.dial', { to: '112' }, { role: 'dialer' });
  assert.ok(answer.phase === 'failed' && answer.error.code === 'number_not_allowed');
  client.close();
  await server.close();
});

test('control socket: a file left behind is taken over, a live phone is not', async () => {
  const { path, options, server } = await phone();
  await assert.rejects(ControlServer.open(options), /another phone runs here/);
  await server.close();
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  const { signal } = spawnSync(process.execPath, ['-e', script]);
  assert.equal(signal, 'SIGKILL');
  assert.equal(statSync(path).isSocket(), true);
  const next = await ControlServer.open(options);
  const client = await connectControl(path);
  client.close();
  await next.close();
});

test('control socket: a path that cannot be one is told in words that say what to change', async () => {
  const { options, server } = await phone();
  const path = join(folder, `${'x'.repeat(120)}.sock`);
  await assert.rejects(ControlServer.open({ ...options, path }), /longer than 107 bytes\): set control\.socket/);
  writeFileSync(join(folder, 'plain'), '');
  const below = join(folder, 'plain', 'control.sock');
  await assert.rejects(ControlServer.open({ ...options, path: below }), /cannot be made \(E\w+\): set control\.socket/);
  await server.close();
});

test('control socket: what is no socket is never removed', async () => {
  const { options, server } = await phone();
  await server.close();
  const path = join(folder, 'precious');
  writeFileSync(path, 'x');
  await assert.rejects(ControlServer.open({ ...options, path }), /cannot be made/);
  assert.equal(existsSync(path), true);
});

test('control socket: rubbish gets an answer or is passed over, and the next command works', async () => {
  const { path, server } = await phone();
  const socket = createConnection(path);
  await once(socket, 'data');
  const answers: string[] = [];
  socket.on('data', (chunk) => answers.push(...String(chunk).trim().split('\n')));
  socket.write('\n\n{\n[]\nnull\n{"v":1,"id":"7"}\n{"v":1,"id":"8","cmd":"fly"}\n{"v":1,"id":"9","cmd":"state.get"}\n');
  while (!answers.some((line) => line.includes('"id":"9"'))) await once(socket, 'data');
  const codes = answers.map((line) => JSON.parse(line)).map((answer) => answer.error?.code ?? answer.phase);
  assert.deepEqual(codes, ['bad_json', 'bad_schema', 'bad_schema', 'bad_schema', 'unknown_verb', 'done']);
  socket.destroy();
  await server.close();
});

test('control socket: a line over 64 KiB ends that connection and no other', async () => {
  const { path, server } = await phone();
  const other = await connectControl(path);
  const socket = createConnection(path);
  await once(socket, 'data');
  socket.on('error', () => {});
  socket.write('x'.repeat(70_000));
  await once(socket, 'close');
  assert.equal((await other.request('state.get')).phase, 'done');
  other.close();
  await server.close();
});

test('control socket: who does not read is cut off once 1 MiB waits', async () => {
  const { path, runtime, server } = await phone();
  const socket = createConnection(path);
  socket.write('{"v":1,"id":"1","cmd":"subscribe","args":{}}\n');
  let text = '';
  while (!text.includes('"phase":"done"')) [text] = [text + String((await once(socket, 'data'))[0])];
  socket.pause();
  for (let i = 0; i < 5000 && server.clients === 1; i++) {
    runtime.submit({ verb: 'key.dnd' }, { door: 'keys' });
    if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'close');
  assert.equal(server.clients, 0);
  await server.close();
});

test('control socket: nobody there is told in words', async () => {
  await assert.rejects(connectControl(join(folder, 'nowhere')), /no phone runs here/);
  assert.equal(defaultControlPath({ XDG_RUNTIME_DIR: '/run/user/7' }), '/run/user/7/switchhook/control.sock');
  assert.equal(defaultControlPath({}), '/run/switchhook/control.sock');
  assert.equal(defaultControlPath({ XDG_RUNTIME_DIR: 'relative' }), '/run/switchhook/control.sock');
});

test.run();
