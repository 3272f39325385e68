import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { lookAtBluetooth, Pairing } from '../src/node/index.ts';
import { FakeBluez, noBusDaemon, PrivateBus, until } from '../src/node/testing/index.ts';

const skip = noBusDaemon();
if (skip !== undefined) console.log(`SKIP pairing over a real dbus-daemon: ${skip}`);
const test = suite('pairing');
const on = skip === undefined ? test : test.skip;
let bus: PrivateBus;
test.before.each(async () => {
  bus = new PrivateBus();
  await bus.start();
});
test.after.each(() => bus.remove());

const ANN = '00:11:22:AA:BB:01';

on(
  'setup headset: the radio is switched on, a headset found, paired with our agent, trusted and connected',
  async () => {
    const bluez = await FakeBluez.start(bus.address);
    bluez.nearby = [FakeBluez.headset(ANN, 'Ann', false)];
    bluez.connectFails = undefined;
    const pairing = await Pairing.open(bus.address);
    assert.equal(bluez.agent?.capability, 'NoInputNoOutput');
    const [ann] = await until('a headset', () => (pairing.found.length > 0 ? pairing.found : undefined));
    assert.deepEqual([ann?.name, ann?.paired], ['Ann', false]);
    assert.equal(await pairing.pair(ann!), undefined);
    assert.deepEqual(
      bluez.asked.filter((line) => !line.startsWith('Set Discoverable')),
      ['Set Powered hci0', 'StartDiscovery', `Pair ${ANN}`, 'Set Trusted dev_00_11_22_AA_BB_01', `Connect ${ANN}`],
    );
    await pairing.close();
    assert.equal(bluez.agent, undefined, 'nobody can pair any more');
    const look = await lookAtBluetooth(bus.address);
    assert.deepEqual([look.trouble, look.bluealsa, look.headsets[0]?.connected], [undefined, false, true]);
    await bluez.stop();
  },
);

on('setup headset: a headset that nobody chose is refused; one that is paired and out of reach is said', async () => {
  const bluez = await FakeBluez.start(bus.address);
  const path = bluez.addHeadset(ANN, 'Ann', false);
  const pairing = await Pairing.open(bus.address);
  await assert.rejects(bluez.askAgent('RequestAuthorization', path), /nobody here wants to pair/);
  const [ann] = pairing.found;
  assert.match((await pairing.pair(ann!)) ?? '', /Host is down/);
  await pairing.close();
  await bluez.stop();
});

on('setup headset: without bluetoothd or radio it says so', async () => {
  await assert.rejects(Pairing.open(bus.address), /start the service bluetooth/);
  assert.match((await lookAtBluetooth(bus.address)).trouble ?? '', /bluetoothd is not running/);
  assert.match((await lookAtBluetooth('unix:path=/nonexistent')).trouble ?? '', /no D-Bus/);
  const bluez = await FakeBluez.start(bus.address, false);
  await assert.rejects(Pairing.open(bus.address), /no Bluetooth radio/);
  await bluez.stop();
});

test.run();
