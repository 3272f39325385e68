import assert from 'node:assert/strict';
import { DeviceError } from '@switchhook/device-file';
import { VirtualClock } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Reopened } from './reopen.ts';

function stand() {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const world: { refuse: string | undefined; pull: ((error: DeviceError) => void) | undefined } = {
    refuse: 'EBUSY',
    pull: undefined,
  };
  const tell = (what: string) => seen.push(`${clock.now()}:${what}`);
  const device = new Reopened({
    clock,
    open: (gone) => {
      tell('try');
      if (world.refuse !== undefined) throw new DeviceError(world.refuse, 'open', 'line');
      world.pull = gone;
      return { close: () => tell('close') };
    },
    opened: () => tell('opened'),
    lost: () => tell('lost'),
    fault: (line) => tell(line === undefined ? 'well' : /: (E\w+)/.exec(line)![1]!),
  });
  return { clock, seen, world, device };
}

test('devices: a line that another program holds is tried again with growing pauses, and told once', () => {
  const { clock, seen, world, device } = stand();
  device.start();
  clock.advance(4000);
  assert.deepEqual(seen, ['0:try', '0:EBUSY', '500:try', '1500:try', '3500:try']);
  world.refuse = 'EACCES';
  clock.advance(4000);
  assert.deepEqual(seen.slice(5), ['7500:try', '7500:EACCES']);
  clock.advance(1_000_000);
  const [a, b] = seen.slice(-2).map((line) => Number.parseInt(line, 10)) as [number, number];
  assert.equal(b - a, 5000);
  world.refuse = undefined;
  clock.advance(30_000);
  assert.deepEqual(
    seen.slice(-3).map((line) => line.split(':')[1]),
    ['try', 'well', 'opened'],
  );
});

test('devices: one that goes away is closed, told, and opened again; after a while of health the pauses are short anew', () => {
  const { clock, seen, world, device } = stand();
  world.refuse = undefined;
  device.start();
  clock.advance(10_000);
  world.pull!(new DeviceError('ENODEV', 'read', 'line'));
  clock.advance(500);
  assert.deepEqual(
    seen.map((line) => line.split(':')[1]),
    ['try', 'opened', 'close', 'lost', 'ENODEV', 'try', 'well', 'opened'],
  );
});

test('devices: what the device refuses in use is its end for now, and a bug goes on up', () => {
  const { clock, seen, world, device } = stand();
  world.refuse = undefined;
  device.start();
  device.use(() => {
    throw new DeviceError('EIO', 'ioctl', 'line');
  });
  assert.equal(device.device, undefined);
  device.use(() => assert.fail('it is not there'));
  clock.advance(500);
  assert.notEqual(device.device, undefined);
  assert.throws(
    () =>
      device.use(() => {
        throw new TypeError('ours');
      }),
    /ours/,
  );
  device.close();
  world.pull!(new DeviceError('ENODEV', 'read', 'line'));
  clock.advance(60_000);
  assert.equal(seen.filter((line) => line.endsWith('try')).length, 2);
});

test.run();
