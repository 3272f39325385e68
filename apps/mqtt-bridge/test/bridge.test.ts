import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { suite } from 'uvu';
import { readConfiguration } from '../src/configuration.ts';
import { type RunningBridge, runBridge } from '../src/node/run-bridge.ts';
import { freePort, startBroker, type TestBroker } from './broker.ts';
import { Listener } from './listener.ts';
import { type PhoneProcess, startPhone } from './phone-process.ts';

const wantsMosquitto = process.env['SWITCHHOOK_BROKER'] === 'mosquitto';
const test = suite(wantsMosquitto ? 'mosquitto' : 'aedes');
const said: string[] = [];
const log = { info() {}, warn: (_: object, text: string) => void said.push(text) };
const top = 'switchhook/rcp1';

let phone: PhoneProcess;
let broker: TestBroker;
let bridge: RunningBridge | undefined;
let panel: Listener;

const stateFolder = mkdtempSync(join(tmpdir(), 'bridge-state-'));
/** As the real one, fifty times faster. */
const PACE = { firstMs: 20, mostMs: 1200, takenOverFirstMs: 600, takenOverMostMs: 12_000, goodAfterMs: 1200 };

function run(url = broker.url, more: object = {}): RunningBridge {
  const read = readConfiguration({ id: 'rcp1', broker: { url }, control: phone.socket, stateFolder, ...more });
  assert.ok(read.ok);
  return runBridge(read.value, '0.1.0', log, PACE);
}

const online = () => panel.until('online', (topic, text) => topic === `${top}/availability` && text === 'online');

test.before(async () => {
  phone = await startPhone();
});
test.before.each(async () => {
  said.length = 0;
  broker = await startBroker();
  panel = await Listener.join(broker.url);
});
test.after.each(async () => {
  await bridge?.close();
  bridge = undefined;
  await panel.close();
  await broker.kill();
});
test.after(async () => {
  await phone.kill('SIGTERM');
  rmSync(stateFolder, { recursive: true, force: true });
});

interface Answer {
  readonly id: string;
  readonly phase: string;
  readonly error?: { readonly code: string };
  readonly result?: Record<string, unknown>;
}

/** Send an envelope with the MQTT 5 properties and collect its answers up to the final one. */
async function command(envelope: { id: string; cmd: string; args?: object }, limitMs?: number): Promise<Answer[]> {
  const answers: Answer[] = [];
  const done = panel.until(
    `answered ${envelope.id}`,
    (topic, text, packet) => {
      if (topic !== 'client/panel' || packet === undefined) return false;
      const answer = JSON.parse(text) as Answer;
      if (answer.id !== envelope.id) return false;
      assert.equal(packet.properties?.correlationData?.toString(), `for ${envelope.id}`);
      answers.push(answer);
      return answer.phase !== 'accepted';
    },
    limitMs,
  );
  const properties = { responseTopic: 'client/panel', correlationData: Buffer.from(`for ${envelope.id}`) };
  // both at once: under load the limit may pass before the broker has taken the command
  await Promise.all([panel.publish(`${top}/cmd`, envelope, { properties }), done]);
  return answers;
}

/** Ask again each second, as a panel would whose command was lost with a connection or to the rate limit. */
async function answersInTheEnd(name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      assert.equal((await command({ id: `${name}-${attempt}`, cmd: 'state.get' }, 1000)).at(-1)!.phase, 'done');
      return;
    } catch (error) {
      if (attempt === 15) throw error;
    }
  }
}

test('mqtt §3.2: availability, snapshot, coarse state and lines stand retained for who comes later', async () => {
  bridge = run();
  await online();
  const late = await Listener.join(broker.url);
  await late.until('the snapshot', (topic) => topic === `${top}/state`);
  for (const path of ['availability', 'state', 'call_state', 'call_attr', 'line/1/state', 'transfer', 'settings/dnd'])
    await late.until(path, (topic) => topic === `${top}/${path}`);
  assert.equal(late.seen.get(`${top}/call_state`), 'idle');
  assert.ok(late.packets.every(({ retain }) => retain));
  await late.close();
});

test('mqtt §3.4: commands are answered in phases at the response topic with the same correlation data', async () => {
  bridge = run();
  await online();
  const [state] = await command({ id: 'q1', cmd: 'state.get' });
  assert.deepEqual([state!.phase, state!.result!['phone']], ['done', 'idle']);
  const [explained] = await command({ id: 'q5', cmd: 'transfer.explain' });
  assert.equal(explained!.phase, 'done');
  assert.match(String(explained!.result!['advice']), /no call/);
  const answers = await command({ id: 'q2', cmd: 'settings.set', args: { key: 'dnd', value: true } });
  assert.equal(answers.at(-1)!.phase, 'failed', 'the operator may not change settings');
  assert.equal(answers.at(-1)!.error!.code, 'forbidden');
  assert.equal((await command({ id: 'q3', cmd: 'call.hangup' })).at(-1)!.error!.code, 'not_in_state');
  assert.equal((await command({ id: 'q4', cmd: 'no.such' })).at(-1)!.error!.code, 'unknown_verb');
});

test('mqtt §3.5 rule 4: an emergency number is refused from here', async () => {
  bridge = run();
  await online();
  assert.equal(
    (await command({ id: 'e1', cmd: 'call.dial', args: { to: '112' } })).at(-1)!.error!.code,
    'number_not_allowed',
  );
});

test('mqtt §3.5 rule 1: a retained command that waits at the broker is never carried out', async () => {
  await panel.publish(`${top}/cmd/call.mute`, 'ON', { retain: true });
  await panel.publish(`${top}/set/dnd`, 'ON', { retain: true });
  bridge = run();
  await online();
  await command({ id: 'after', cmd: 'state.get' });
  const state = JSON.parse(panel.seen.get(`${top}/state`)!) as { mute: boolean; dnd: boolean };
  assert.deepEqual([state.mute, state.dnd], [false, false]);
  for (const path of ['cmd/call.mute', 'set/dnd']) await panel.publish(`${top}/${path}`, '', { retain: true });
});

test('mqtt §3.2: the will says offline when the bridge dies, a clean end says it too', async () => {
  bridge = run();
  await online();
  await bridge.close();
  bridge = undefined;
  await panel.until('offline', (topic, text) => topic === `${top}/availability` && text === 'offline');
});

test('features rule 22: a broker that is down at start, is killed and comes back finds the phone again', async () => {
  const port = await freePort();
  bridge = run(`mqtt://127.0.0.1:${port}`);
  const first = await startBroker({ port });
  let watcher = await Listener.join(first.url);
  await watcher.until('online', (topic, text) => topic === `${top}/availability` && text === 'online');
  await watcher.close();
  await first.kill();
  const second = await startBroker({ port });
  watcher = await Listener.join(second.url);
  await watcher.until('online again', (topic, text) => topic === `${top}/availability` && text === 'online');
  await watcher.until('the snapshot again', (topic) => topic === `${top}/state`);
  await watcher.close();
  await bridge.close();
  bridge = undefined;
  await second.kill();
});

test('bridge: two with the same client id do not fight in a tight loop; it is said in the log and in diag', async () => {
  bridge = run();
  await online();
  const joined = () => said.filter((text) => /another program|closed the connection/.test(text)).length;
  const other = run();
  await answersInTheEnd('both');
  await new Promise((later) => setTimeout(later, 2500));
  // a tight loop would bring hundreds; each of the two comes back after waits that double
  assert.ok(joined() >= 1 && joined() < 20, `${joined()} partings in two and a half seconds: ${said.join('; ')}`);
  assert.match(said.join('; '), /another program joins .* as switchhook-rcp1.*next attempt/);
  await other.close();
  await answersInTheEnd('one');
  await panel.until('said in diag', (topic, text) => topic === `${top}/diag` && /"takeovers":[1-9]/.test(text));
});

test('bad input: rubbish at full speed is counted, and the phone still answers', async () => {
  bridge = run();
  await online();
  const random = new SeededRandom(5);
  const topics = ['cmd', 'cmd/x', 'set/route', 'admin/cmd', 'cmd/call.dial'];
  for (let burst = 0; burst < 20; burst++)
    await Promise.all(
      Array.from({ length: 100 }, () =>
        panel.publish(`${top}/${random.pick(topics)}`, Buffer.from(random.bytes(random.below(200))), { qos: 0 }),
      ),
    );
  await answersInTheEnd('alive');
});

test('mqtt §3.2: without a phone the bridge says offline, and online when the phone has come back', async () => {
  bridge = run();
  await online();
  await phone.kill('SIGKILL');
  await panel.until('offline', (topic, text) => topic === `${top}/availability` && text === 'offline');
  phone = await startPhone();
  await bridge.close();
  bridge = run();
  await panel.until(
    'online again',
    (topic, text, packet) => packet !== undefined && topic === `${top}/availability` && text === 'online',
  );
});

test.run();
