import assert from 'node:assert/strict';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { VirtualNetwork } from './virtual-network.ts';
import { FAIR, travels, type Weather } from './weather.ts';

function history(seed: number, weather: Weather): { readonly log: string[]; readonly recorded: number } {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(seed));
  network.weather = () => weather;
  let recorded = 0;
  network.record = () => recorded++;
  const a = network.attach('10.0.0.1:5060');
  const b = network.attach('10.0.0.2:5060');
  const log: string[] = [];
  b.onReceive = (bytes, from) => log.push(`${clock.now().toFixed(3)} ${from} ${bytes[0]}`);
  for (let i = 0; i < 200; i++) {
    a.send('10.0.0.2:5060', Uint8Array.of(i));
    clock.advance(5);
  }
  clock.advance(1000);
  return { log, recorded };
}

const STORM: Weather = { loss: 0.2, duplicate: 0.1, delayMs: 10, jitterMs: 30, reorder: 0.1, reorderMs: 100 };

test('network: fair weather delivers everything once and in order', () => {
  const { log, recorded } = history(1, { ...FAIR, delayMs: 3 });
  assert.equal(recorded, 200);
  assert.deepEqual(
    log.map((line) => Number(line.split(' ')[2])),
    [...Array(200).keys()],
  );
  assert.match(log[0]!, /^3\.000 10\.0\.0\.1:5060 0$/);
});

test('network: a storm loses, doubles and reorders at the rates asked for', () => {
  const random = new SeededRandom(7);
  let lost = 0;
  let twice = 0;
  for (let i = 0; i < 20_000; i++) {
    const copies = travels(STORM, random).length;
    if (copies === 0) lost++;
    if (copies === 2) twice++;
  }
  assert.ok(Math.abs(lost / 20_000 - 0.2) < 0.01, `lost ${lost}`);
  assert.ok(Math.abs(twice / 20_000 - 0.08) < 0.01, `doubled ${twice}`);
  const order = history(3, STORM).log.map((line) => Number(line.split(' ')[2]));
  assert.ok(order.some((n, i) => i > 0 && n < order[i - 1]!));
});

test('network: one seed is one history', () => {
  assert.deepEqual(history(42, STORM), history(42, STORM));
  assert.notDeepEqual(history(42, STORM), history(43, STORM));
});

test('network: an address is one party; a closed one receives nothing', () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(1));
  const a = network.attach('10.0.0.1:1');
  assert.throws(() => network.attach('10.0.0.1:1'), /taken/);
  const b = network.attach('10.0.0.2:1');
  b.onReceive = () => assert.fail('closed');
  a.send('10.0.0.2:1', Uint8Array.of(1));
  b.close();
  clock.advance(10);
  assert.equal(network.unreachable, 1);
});

test('network: bytes are handed on and recorded as they are, without a copy', () => {
  const clock = new VirtualClock();
  const network = new VirtualNetwork(clock, new SeededRandom(1));
  const recorded: Uint8Array[] = [];
  network.record = ({ bytes }) => recorded.push(bytes);
  const a = network.attach('10.0.0.1:1');
  let got: Uint8Array | undefined;
  network.attach('10.0.0.2:1').onReceive = (bytes) => {
    got = bytes;
  };
  const sent = Uint8Array.of(5);
  a.send('10.0.0.2:1', sent);
  clock.advance(10);
  assert.ok(got === sent && recorded[0] === sent);
});

test.run();
