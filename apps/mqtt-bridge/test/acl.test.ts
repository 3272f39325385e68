// The sample ACL against a real mosquitto: aedes has none.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { test } from 'uvu';
import { readConfiguration } from '../src/configuration.ts';
import { type RunningBridge, runBridge } from '../src/node/run-bridge.ts';
import { freePort, startMosquitto, type TestBroker } from './broker.ts';
import { type PhoneProcess, startPhone } from './phone-process.ts';

const EXAMPLES = join(import.meta.dirname, '../examples');
const PATH = `${process.env['PATH']}:/usr/sbin`;
const USERS = ['panel', 'dialer', 'wallboard', 'owner', 'homeassistant', 'rcp1', 'rcp2'];

/** Where mosquitto is missing there is nothing to be tried. */
const missing = spawnSync('mosquitto', ['-h'], { env: { ...process.env, PATH } }).error !== undefined;
if (missing) console.log('SKIP the sample ACL: mosquitto is not installed');

let folder: string;
let broker: TestBroker;
let phone: PhoneProcess;
let bridge: RunningBridge;
const clients: MqttClient[] = [];

/** The example's own lines, with the paths and the listener of this run. */
function configuration(port: number): readonly string[] {
  const text = readFileSync(join(EXAMPLES, 'mosquitto.conf'), 'utf8');
  const common = text.slice(0, text.indexOf('# The phones, and')).replace(/^persistence.*$/gm, '');
  return [
    common
      .replaceAll('/etc/mosquitto/switchhook.passwd', join(folder, 'passwd'))
      .replaceAll('/etc/mosquitto/switchhook.acl', join(folder, 'acl')),
    `listener ${port} 127.0.0.1`,
  ];
}

/** A user at the broker, and every topic that it gets to see. */
async function as(username: string) {
  const client = await mqtt.connectAsync(broker.url, {
    protocolVersion: 5,
    username,
    password: `secret of ${username}`,
  });
  client.on('error', () => {});
  clients.push(client);
  const seen = new Map<string, string>();
  client.on('message', (topic, payload) => seen.set(topic, payload.toString()));
  await client.subscribeAsync('#', { qos: 1 });
  return {
    seen,
    /** Whether the broker took it: MQTT 5 says so in PUBACK. */
    mayWrite: (topic: string, payload = '{}') =>
      client.publishAsync(topic, payload, { qos: 1 }).then(
        () => true,
        () => false,
      ),
    async until(topic: string, fits: (text: string) => boolean = () => true): Promise<string> {
      for (const end = Date.now() + 15_000; ; await new Promise((next) => setTimeout(next, 20))) {
        const text = seen.get(topic);
        if (text !== undefined && fits(text)) return text;
        if (Date.now() > end) throw new Error(`${username} never saw ${topic}, only ${[...seen.keys()]}`);
      }
    },
  };
}

if (!missing) {
  test.before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'acl-'));
    writeFileSync(join(folder, 'acl'), readFileSync(join(EXAMPLES, 'mosquitto.acl')), { mode: 0o600 });
    writeFileSync(join(folder, 'passwd'), '', { mode: 0o600 });
    for (const user of USERS)
      execFileSync('mosquitto_passwd', ['-b', join(folder, 'passwd'), user, `secret of ${user}`], { stdio: 'ignore' });
    const port = await freePort();
    broker = await startMosquitto(port, {}, configuration(port));
    phone = await startPhone();
    const read = readConfiguration({
      id: 'rcp1',
      broker: { url: broker.url, username: 'rcp1', password: 'secret of rcp1' },
      control: phone.socket,
      stateFolder: folder,
    });
    assert.ok(read.ok);
    bridge = runBridge(read.value, '0.1.0', { info() {}, warn() {} });
  });
  test.after(async () => {
    for (const client of clients) await client.endAsync(true);
    await bridge?.close();
    await broker?.kill();
    await phone?.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  });
}

test('rule 3: each user of the sample ACL is tried here, and none may write everything', () => {
  const acl = readFileSync(join(EXAMPLES, 'mosquitto.acl'), 'utf8');
  const users = [...acl.matchAll(/^user (\w+)$/gm)].map((match) => match[1]!);
  assert.deepEqual(
    users.filter((user) => !USERS.includes(user)),
    [],
  );
  assert.ok(!/^(topic|pattern) (write |readwrite )?(#|\+\/|switchhook\/#)/m.test(acl));
});

if (!missing) {
  test('rule 3: the bridge may write all that it needs, and Home Assistant sees it', async () => {
    const home = await as('homeassistant');
    assert.equal(await home.until('switchhook/rcp1/availability', (text) => text === 'online'), 'online');
    assert.match(await home.until('homeassistant/device/switchhook_rcp1/config'), /"cmps"/);
    const diag = JSON.parse(await home.until('switchhook/rcp1/diag')) as { bridge: { warnings: string[] } };
    assert.deepEqual(diag.bridge.warnings, []);
    assert.ok(await home.mayWrite('homeassistant/status', 'online'));
  });

  test('rule 3: a panel acts as operator and as nobody else, and cannot forge what the phone says', async () => {
    const panel = await as('panel');
    await panel.until('switchhook/rcp1/state');
    for (const topic of ['cmd', 'cmd/call.hangup', 'set/mute'])
      assert.ok(await panel.mayWrite(`switchhook/rcp1/${topic}`));
    for (const topic of [
      'state',
      'availability',
      'admin/cmd',
      'dialer/cmd',
      'reply/panel',
      'event/call',
      'settings/dnd',
    ])
      assert.ok(!(await panel.mayWrite(`switchhook/rcp1/${topic}`)), topic);
    assert.ok(!(await panel.mayWrite('switchhook/rcp2/cmd')));
    assert.ok(!(await panel.mayWrite('homeassistant/device/switchhook_rcp1/config')));
  });

  test('rule 3, rule 4: a dialer dials what the phone allows, sees only its own answers, and may nothing else', async () => {
    const dialer = await as('dialer');
    const ask = async (id: string, cmd: string, args: object = {}) => {
      assert.ok(await dialer.mayWrite('switchhook/rcp1/dialer/cmd', JSON.stringify({ v: 1, id, cmd, args })));
      const text = await dialer.until(
        'switchhook/rcp1/reply/dialer',
        (said) => said.includes(id) && !said.includes('accepted'),
      );
      return (JSON.parse(text) as { error?: { code: string } }).error?.code;
    };
    assert.equal(await ask('d1', 'call.dial', { to: '112' }), 'number_not_allowed');
    assert.equal(await ask('d2', 'call.dial', { to: '+36901234567' }), 'number_not_allowed');
    assert.equal(await ask('d3', 'call.hangup'), 'forbidden');
    assert.equal(await ask('d4', 'settings.set', { key: 'dnd', value: true }), 'forbidden');
    for (const topic of ['cmd', 'cmd/call.dial', 'set/dnd', 'admin/cmd'])
      assert.ok(!(await dialer.mayWrite(`switchhook/rcp1/${topic}`)), topic);
    assert.deepEqual([...dialer.seen.keys()], ['switchhook/rcp1/reply/dialer']);
  });

  test('rule 3: a wallboard only looks; the owner sets', async () => {
    const wallboard = await as('wallboard');
    await wallboard.until('switchhook/rcp1/call_state');
    assert.ok(!(await wallboard.mayWrite('switchhook/rcp1/cmd')));
    const owner = await as('owner');
    const command = { v: 1, id: 'o1', cmd: 'settings.set', args: { key: 'dnd', value: true }, replyTo: 'client/owner' };
    assert.ok(await owner.mayWrite('switchhook/rcp1/admin/cmd', JSON.stringify(command)));
    assert.match(await owner.until('client/owner', (text) => text.includes('"done"')), /"id":"o1"/);
    assert.equal(await owner.until('switchhook/rcp1/settings/dnd', (text) => text === 'ON'), 'ON');
  });

  test("rule 3: another phone's bridge has its own branch only; who has no name has nothing", async () => {
    const other = await as('rcp2');
    assert.ok(await other.mayWrite('switchhook/rcp2/state'));
    for (const topic of ['switchhook/rcp1/state', 'switchhook/rcp1/cmd', 'homeassistant/device/switchhook_rcp1/config'])
      assert.ok(!(await other.mayWrite(topic)), topic);
    assert.ok(![...other.seen.keys()].some((topic) => topic.startsWith('switchhook/rcp1/')));
    await assert.rejects(mqtt.connectAsync(broker.url, { protocolVersion: 5, reconnectPeriod: 0 }, false));
  });
}

test.run();
