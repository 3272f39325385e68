import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { suite } from 'uvu';
import { readConfiguration } from '../src/configuration.ts';
import { removeDiscovery } from '../src/node/remove-discovery.ts';
import { type RunningBridge, runBridge } from '../src/node/run-bridge.ts';
import { type BrokerOptions, startBroker, type TestBroker } from './broker.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

const test = suite(process.env['SWITCHHOOK_BROKER'] === 'mosquitto' ? 'mosquitto' : 'aedes');
const PACE = { firstMs: 100, mostMs: 500, takenOverFirstMs: 600, takenOverMostMs: 12_000, goodAfterMs: 1200 };
const stateFolder = mkdtempSync(join(tmpdir(), 'bridge-state-'));

let certificates: Certificates;
let broker: TestBroker | undefined;
let bridge: RunningBridge | undefined;
const said: string[] = [];

test.before(() => {
  certificates = makeCertificates();
});
test.after.each(async () => {
  await bridge?.close();
  bridge = undefined;
  await broker?.kill();
  broker = undefined;
  said.length = 0;
});
test.after(() => {
  certificates.remove();
  rmSync(stateFolder, { recursive: true, force: true });
});

function settings(url: string, tls: object | undefined) {
  const more = tls === undefined ? {} : { tls };
  const control = join(stateFolder, 'none.sock');
  const read = readConfiguration({ id: 'rcp1', broker: { url, ...more }, control, stateFolder });
  assert.ok(read.ok);
  return read.value;
}

/** Start a bridge without a phone; resolves when it has joined the broker, or with what it says of why it cannot. */
function run(url: string, tls?: object): Promise<string> {
  return new Promise((resolve) => {
    const log = {
      info: (_: object, text: string) => {
        if (text === 'broker joined') resolve(text);
      },
      warn: (_: object, text: string) => {
        said.push(text);
        if (/broker|certificate/.test(text)) resolve(text);
      },
    };
    bridge = runBridge(settings(url, tls), '0.1.0', log, PACE);
  });
}

const listener = (more: Partial<BrokerOptions> & { askClient?: boolean } = {}): BrokerOptions => {
  const { askClient = false, ...rest } = more;
  return { tls: { ...certificates.broker, ca: certificates.ca, askClient }, ...rest };
};

test('mqtt §3.5 rule 8: TLS with an authority of our own', async () => {
  broker = await startBroker(listener());
  assert.equal(await run(broker.url, { ca: certificates.ca }), 'broker joined');
});

test('mqtt §3.5 rule 8: a broker of another authority is refused, and it is said what to do', async () => {
  broker = await startBroker(listener());
  assert.match(
    await run(broker.url, { ca: certificates.stranger }),
    /certificate of mqtts:.*not known here.*broker\.tls\.ca/,
  );
});

test('mqtt §3.5 rule 8: a broker whose certificate is for another name is refused', async () => {
  broker = await startBroker(listener());
  const tls = { ca: certificates.ca, serverName: 'elsewhere.example' };
  assert.match(await run(broker.url, tls), /for another name/);
});

test('mqtt §3.5 rule 8: a client certificate where the broker asks for one', async () => {
  broker = await startBroker(listener({ askClient: true }));
  assert.equal(await run(broker.url, { ca: certificates.ca, ...certificates.client }), 'broker joined');
});

test('mqtt §3.5 rule 8: without the client certificate that the broker asks for there is no way in', async () => {
  broker = await startBroker(listener({ askClient: true }));
  assert.match(await run(broker.url, { ca: certificates.ca }), /the broker at mqtts:/);
});

test('mqtt §3: WebSocket', async () => {
  broker = await startBroker({ webSocket: true });
  assert.equal(await run(broker.url), 'broker joined');
});

test('mqtt §3: WebSocket over TLS', async () => {
  broker = await startBroker(listener({ webSocket: true }));
  assert.equal(await run(broker.url, { ca: certificates.ca }), 'broker joined');
});

test('mqtt §3: a certificate file that is not there is said, and tried again', async () => {
  broker = await startBroker(listener());
  assert.match(
    await new Promise<string>((resolve) => {
      const log = { info() {}, warn: (_: object, text: string) => /ENOENT/.test(text) && resolve(text) };
      bridge = runBridge(settings(broker!.url, { ca: join(stateFolder, 'no.pem') }), '0.1.0', log, PACE);
    }),
    /no\.pem/,
  );
});

test('mqtt §3.6 rule 5: --remove-discovery empties the retained description', async () => {
  broker = await startBroker(listener());
  const ca = readFileSync(certificates.ca);
  const somebody = await mqtt.connectAsync(broker.url, { protocolVersion: 5, ca });
  const topic = 'homeassistant/device/switchhook_rcp1/config';
  await somebody.publishAsync(topic, '{}', { qos: 1, retain: true });
  assert.equal(await removeDiscovery(settings(broker.url, { ca: certificates.ca })), topic);
  const seen: string[] = [];
  somebody.on('message', (_, payload) => seen.push(payload.toString()));
  await somebody.subscribeAsync([topic, 'client/end'], { qos: 1 });
  const ended = new Promise((resolve) => somebody.on('message', (name) => name === 'client/end' && resolve(undefined)));
  await somebody.publishAsync('client/end', 'end', { qos: 1 });
  await ended;
  await somebody.endAsync();
  assert.deepEqual(seen, ['end']);
});

test.run();
