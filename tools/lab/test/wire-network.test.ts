import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Datagram } from '@switchhook/ladder';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { officePlan, type PartyPlan, partiesOf } from '../src/network/office-plan.ts';
import { FAIR } from '../src/network/weather.ts';
import { openOnFreePlot } from '../src/node/plots.ts';
import { PlotTaken, WireNetwork } from '../src/node/wire-network.ts';

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

function closing(socket: Socket): Promise<unknown> {
  const closed = once(socket, 'close');
  socket.close();
  return closed;
}

async function between(
  loss: number,
  act: (
    a: Socket,
    b: Socket,
    from: PartyPlan,
    to: PartyPlan,
    recorded: Datagram[],
    network: WireNetwork,
  ) => Promise<void>,
): Promise<void> {
  const recorded: Datagram[] = [];
  const { plan, network } = await openOnFreePlot((parties) =>
    WireNetwork.open({
      parties,
      random: new SeededRandom(1),
      now: () => 0,
      record: (datagram) => recorded.push(datagram),
      weather: () => ({ ...FAIR, loss }),
    }),
  );
  const a = await bind(plan.caller.lan, plan.caller.sipPort);
  const b = await bind(plan.receptionist.lan, plan.receptionist.sipPort);
  try {
    await act(a, b, plan.caller, plan.receptionist, recorded, network);
  } finally {
    await Promise.all([closing(a), closing(b), network.close()]);
  }
}

test('wire network: both sides see advertised addresses only, and every datagram is recorded', () =>
  between(0, async (a, b, from, to, recorded) => {
    a.send('hello', to.sipPort, to.wan);
    const [bytes, source] = await once(b, 'message');
    assert.equal(String(bytes), 'hello');
    assert.deepEqual([source.address, source.port], [from.wan, from.sipPort]);
    b.send('back', source.port, source.address);
    const [, back] = await once(a, 'message');
    assert.deepEqual([back.address, back.port], [to.wan, to.sipPort]);
    assert.deepEqual(
      recorded.map((d) => [d.from, d.to, String(Buffer.from(d.bytes))]),
      [
        [`${from.wan}:${from.sipPort}`, `${to.wan}:${to.sipPort}`, 'hello'],
        [`${to.wan}:${to.sipPort}`, `${from.wan}:${from.sipPort}`, 'back'],
      ],
    );
  }));

test('wire network: loss is drawn from the seed, and what is lost is recorded as lost', () =>
  between(0.5, async (a, b, _from, to, recorded) => {
    let arrived = 0;
    b.on('message', () => arrived++);
    for (let i = 0; i < 40; i++) {
      a.send(String(i), to.sipPort, to.wan);
      await new Promise((turn) => setImmediate(turn));
    }
    while (recorded.length < 40) await new Promise((turn) => setImmediate(turn));
    const passed = recorded.filter((d) => d.arrivalsMs!.length > 0).length;
    while (arrived < passed) await new Promise((turn) => setImmediate(turn));
    assert.ok(passed > 10 && passed < 30, `${passed} of 40 arrived`);
    assert.equal(arrived, passed);
  }));

test('wire network: a stranger is not passed on', () =>
  between(0, async (_a, _b, _from, to, recorded, network) => {
    const stranger = await bind('127.0.0.1', 0);
    stranger.send('x', to.sipPort, to.wan);
    while (network.strangers === 0) await new Promise((turn) => setImmediate(turn));
    assert.equal(recorded.length, 0);
    await closing(stranger);
  }));

test('wire network: a plot that is taken is refused by name, and the next free one is found', async () => {
  const open = (parties: readonly PartyPlan[]) =>
    WireNetwork.open({ parties, random: new SeededRandom(1), now: () => 0, record: () => {} });
  const first = await openOnFreePlot(open);
  const plot = (Number(first.plan.exchange.lan.split('.')[2]) - 1) / 2;
  await assert.rejects(open(partiesOf(officePlan(plot))), PlotTaken);
  const second = await openOnFreePlot(open);
  assert.notEqual(second.plan.exchange.wan, first.plan.exchange.wan);
  await first.network.close();
  await second.network.close();
});

test.run();
