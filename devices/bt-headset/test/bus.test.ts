import assert from 'node:assert/strict';
import { DeviceFile } from '@switchhook/device-file';
import { socketPair } from '@switchhook/device-file/testing';
import dbus from 'dbus-native';
import { suite } from 'uvu';
import { BusStream } from '../src/node/bus/bus-stream.ts';
import { Bus, BusError, type ObjectTree, ServiceObjects } from '../src/node/bus/index.ts';
import { noBusDaemon, PrivateBus, until } from '../src/node/testing/index.ts';

const skip = noBusDaemon();
if (skip !== undefined) console.log(`SKIP bus over a real dbus-daemon: ${skip}`);
const test = suite('bus');
const bus = new PrivateBus();
if (skip === undefined) {
  test.before(() => bus.start());
  test.after(() => bus.remove());
}
const on = skip === undefined ? test : test.skip;

on('D-Bus: a method call brings a descriptor, and what is written into it arrives', async () => {
  const ours = await Bus.connect(bus.address);
  const peer = dbus.createClient({ stream: BusStream.connect(bus.address.slice('unix:path='.length)) });
  // its first answer says that it may pass descriptors: before that a message with one would be cut off
  await peer.requestName('org.x.Peer', 0);
  const calls: string[] = [];
  let told = '';
  ours.serve('/p', 'org.x.P', 'Take', '', ([path], fds) => {
    calls.push(`${path} ${fds.length}`);
    DeviceFile.adopt(fds[0]!, 'passed').listen({
      bytes: (chunk) => {
        told += new TextDecoder().decode(chunk);
      },
      gone: () => {},
    });
    return undefined;
  });
  ours.serve('/p', 'org.x.P', 'Refuse', '', () => {
    throw new BusError('org.bluez.Error.Rejected', 'not now');
  });
  const { name } = ours;
  const { ours: near, theirs: far } = socketPair('seqpacket');
  const body = ['/dev', 0];
  await peer.invoke({
    destination: name,
    path: '/p',
    interface: 'org.x.P',
    member: 'Take',
    signature: 'oh',
    body,
    fds: [near.fd],
  });
  near.close();
  far.write(new TextEncoder().encode('ATA\r'));
  await until('the bytes', () => told === 'ATA\r');
  assert.deepEqual(calls, ['/dev 1']);
  await assert.rejects(
    async () => peer.invoke({ destination: name, path: '/p', interface: 'org.x.P', member: 'Refuse' }),
    /not now/,
  );
  far.close();
  ours.close();
  await peer.close();
});

on('D-Bus: no bus, a bus that goes, and a call into nowhere are told in one line', async () => {
  await assert.rejects(Bus.connect('unix:path=/nonexistent/bus'), /no D-Bus: \/nonexistent\/bus: connect: ENOENT/);
  await assert.rejects(Bus.connect('tcp:host=x'), /no local socket/);
  const second = new PrivateBus();
  await second.start();
  const ours = await Bus.connect(second.address);
  await assert.rejects(
    ours.call({ service: 'org.nobody', path: '/', interface: 'org.x', method: 'Y' }),
    (error: BusError) => error.busName.endsWith('ServiceUnknown'),
  );
  let why: string | undefined;
  ours.onClosed = (reason) => {
    why = reason;
  };
  await second.stop();
  await until('the end', () => why);
  await assert.rejects(ours.call({ service: 'a.b', path: '/', interface: 'org.x', method: 'Y' }), /gone/);
  await second.remove();
});

on('D-Bus: the objects of a service are known when it comes, changes, goes and comes again', async () => {
  const ours = await Bus.connect(bus.address);
  let tree: ObjectTree | undefined | 'unasked' = 'unasked';
  await ServiceObjects.watch(ours, 'org.x.Service', '/', (now) => {
    tree = now;
  });
  assert.equal(tree, undefined, 'not there yet');
  for (let round = 0; round < 2; round++) {
    const peer = dbus.createClient({ stream: BusStream.connect(bus.address.slice('unix:path='.length)) });
    peer.exportObjectManager('/');
    const thing = { Level: 1 };
    peer.exportInterface(thing, '/a', { name: 'org.x.A', methods: {}, properties: { Level: 'y' } });
    await peer.requestName('org.x.Service', 0);
    const level = () => (typeof tree === 'object' ? tree?.['/a']?.['org.x.A']?.['Level'] : undefined);
    await until('the object', () => level() === 1);
    thing.Level = 2;
    peer.emitPropertiesChanged('/a', 'org.x.A', { Level: 2 });
    await until('the change', () => level() === 2);
    await peer.close();
    await until('its end', () => tree === undefined);
  }
  ours.close();
});

test.run();
