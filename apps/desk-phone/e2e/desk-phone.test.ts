import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectControl } from '@switchhook/phone/control/node';
import { createSoftphone, type SoftphoneCall } from '@switchhook/phone/node';
import { HeaderFields, parseMessage, printMessage } from '@switchhook/sip-core';
import { test } from 'uvu';
import { DeskProcess, freePort, LIMIT_MS, testFolder, writeConfiguration } from './desk-process.ts';

/** Resolves when the call is in `state`. */
function reaches(call: SoftphoneCall, state: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (call.state === state) return resolve();
    const limit = setTimeout(() => reject(new Error(`the call is ${call.state}, not ${state}`)), LIMIT_MS);
    call.on('state', (now) => {
      if (now !== state) return;
      clearTimeout(limit);
      resolve();
    });
  });
}

test('the phone as a process: called, answered by ctl, heard, held, and it says goodbye at SIGTERM', async () => {
  const folder = testFolder();
  const [deskPort, softPort] = [await freePort(), await freePort()];
  const path = writeConfiguration(folder.path, deskPort, softPort);
  const desk = new DeskProcess('phone', '--config', path);
  const softphone = createSoftphone({ ports: { from: 31_000, to: 31_400 }, bind: '127.0.0.1', sipPort: softPort });
  const line = softphone.line({ user: '1002', domain: '127.0.0.1', server: `127.0.0.1:${deskPort}`, register: false });
  try {
    await desk.says(/phone e2e at port/);
    await softphone.start();
    const control = await connectControl(join(folder.path, 'control.sock'));
    const call = await line.call('1001');
    await reaches(call, 'ringback');
    const ctl = new DeskProcess('ctl', '--socket', join(folder.path, 'control.sock'), 'answer');
    assert.equal(await ctl.exited, 0, ctl.errors);
    await reaches(call, 'talking');
    let frames = 0;
    for await (const frame of call.audio.frames()) {
      assert.equal(frame.length, 160);
      if (++frames === 10) break;
    }
    const hold = await control.request('call.hold');
    assert.equal(hold.phase, 'done');
    assert.equal(call.heldByPeer, true);
    const wrong = new DeskProcess(
      'ctl',
      '--socket',
      join(folder.path, 'control.sock'),
      'transfer.complete',
      't-9',
      '--json',
    );
    assert.equal(await wrong.exited, 1);
    assert.equal(JSON.parse(wrong.output).error.code, 'unknown_transfer');
    desk.child.kill('SIGTERM');
    assert.equal(await desk.exited, 0, desk.errors);
    await reaches(call, 'ended');
    const state = join(folder.path, 'state');
    const calls = readdirSync(state).find((name) => name.startsWith('calls-'))!;
    assert.equal(statSync(join(state, calls)).mode & 0o777, 0o600);
    const record = JSON.parse(readFileSync(join(state, calls), 'utf8'));
    assert.equal(record.number, '1002');
    assert.equal(record.direction, 'in');
    assert.ok(record.answeredAtMs > 0);
    control.close();
  } finally {
    desk.child.kill('SIGKILL');
    await softphone.close();
    folder.remove();
  }
});

test('a port in use is one clear line with the remedy, and exit code 1', async () => {
  const folder = testFolder();
  const taken = createSocket('udp4');
  taken.bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const path = writeConfiguration(folder.path, taken.address().port, 9);
  const desk = new DeskProcess('phone', '--config', path);
  assert.equal(await desk.exited, 1);
  assert.match(desk.errors, /^switchhook: port \d+ is in use by another program: set network\.sipPort .*\n$/);
  taken.close();
  folder.remove();
});

test('a second phone at the same control socket is refused in one line, and ends', async () => {
  const folder = testFolder();
  const first = new DeskProcess('phone', '--config', writeConfiguration(folder.path, await freePort(), 9));
  await first.says(/phone e2e at port/);
  const second = new DeskProcess('phone', '--config', writeConfiguration(folder.path, await freePort(), 9));
  assert.equal(await second.exited, 1);
  assert.match(second.errors, /^switchhook: another phone runs here: .*\(set control\.socket to another path\)\n$/);
  first.child.kill('SIGTERM');
  assert.equal(await first.exited, 0);
  folder.remove();
});

test('a wrong configuration: every fault with its line, exit code 2, and nothing else', async () => {
  const folder = testFolder();
  const path = join(folder.path, 'wrong.yaml');
  writeFileSync(path, 'accounts:\n  - id: a\n    user: b\n    domain: c\n    pasword: d\nnetwork: {sipPort: x}\n');
  const desk = new DeskProcess('phone', '--config', path, '--check');
  assert.equal(await desk.exited, 2);
  const lines = desk.errors.trim().split('\n');
  assert.equal(lines.length, 2, desk.errors);
  assert.match(lines[0]!, /wrong\.yaml:5: accounts\[0\]: found the unknown key pasword, .* did you mean password\?$/);
  assert.match(lines[1]!, /wrong\.yaml:6: network\.sipPort: found "x", expected a whole number/);
  folder.remove();
});

test('a server name that does not resolve is one clear line, and exit code 1', async () => {
  const folder = testFolder();
  const path = join(folder.path, 'phone.yaml');
  writeFileSync(
    path,
    'accounts: [{id: a, user: b, domain: no-such-name.invalid, server: "no-such-name.invalid:5060", password: x}]\n',
    {
      mode: 0o600,
    },
  );
  const desk = new DeskProcess('phone', '--config', path);
  assert.equal(await desk.exited, 1);
  assert.match(desk.errors, /^switchhook: server name no-such-name\.invalid [^\n]*\n$/);
  folder.remove();
});

test('a wrong password is told once, with the keys to mend, and the phone goes on trying', async () => {
  const folder = testFolder();
  const registrar = createSocket('udp4');
  registrar.bind(0, '127.0.0.1');
  await once(registrar, 'listening');
  registrar.on('message', (bytes, from) => {
    const request = parseMessage(bytes, 'datagram');
    if (!request.ok || request.value.kind !== 'request') return;
    const headers = HeaderFields.of([['Via', request.value.headers.get('Via')!]]);
    for (const name of ['From', 'To', 'Call-ID', 'CSeq']) headers.copy(request.value.headers, name);
    headers.add('WWW-Authenticate', 'Digest realm="pbx", nonce="fixed", algorithm=MD5, qop="auth"');
    const response = {
      kind: 'response',
      status: 401,
      reason: 'Unauthorized',
      headers,
      body: new Uint8Array(),
    } as const;
    registrar.send(printMessage(response), from.port, from.address);
  });
  const path = join(folder.path, 'phone.yaml');
  writeFileSync(
    path,
    `accounts: [{id: a, user: b, domain: pbx, server: "127.0.0.1:${registrar.address().port}", password: wrong}]
network: {bind: 127.0.0.1, sipPort: 0, rtpPorts: {from: 30000, to: 30400}}
control: {enabled: false}
log: {folder: ${folder.path}}
audio: {sound: silence}
`,
    { mode: 0o600 },
  );
  const desk = new DeskProcess('phone', '--config', path);
  try {
    await desk.says(/does not accept the password \(401 Unauthorized\): check password or passwordFile/);
    assert.equal(desk.child.exitCode, null);
    assert.ok(!desk.errors.includes('"wrong"'));
  } finally {
    desk.child.kill('SIGTERM');
    await desk.exited;
    registrar.close();
    folder.remove();
  }
});

test('--help after any command prints what there is and exits 0', async () => {
  for (const command of ['ctl', 'phone', 'setup']) {
    const asked = new DeskProcess(command, '--help');
    assert.equal(await asked.exited, 0, asked.errors);
    assert.match(asked.output, /switchhook ctl \[--socket PATH\]/);
  }
});

test('ctl without a phone: exit code 3 and how to start one', async () => {
  const ctl = new DeskProcess('ctl', '--socket', '/nonexistent/control.sock', 'state');
  assert.equal(await ctl.exited, 3);
  assert.match(ctl.errors, /no phone runs here.*switchhook phone/);
});

test.run();
