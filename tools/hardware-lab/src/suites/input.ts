import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EvdevKeypad, usualKeys } from '@switchhook/gpio-keypad/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import { KEYBOARD, KEYBOARD_USAGES } from '../devices/descriptors.ts';
import { UhidDevice } from '../devices/uhid.ts';
import type { Suite } from '../guest/suite.ts';
import { pause, until } from '../guest/until.ts';

const AGAINST = 'uhid + hid-generic + evdev';
const NAME = 'Lab Keypad';

/** A USB keypad of this name. */
const plug = () => UhidDevice.plug({ name: NAME, vendor: 0x1234, product: 0x0001, descriptor: KEYBOARD });

async function plugged(): Promise<UhidDevice> {
  const keypad = plug();
  await until('the kernel makes an input device', () => keypad.events().length === 1);
  return keypad;
}

/** One key of the device down and up again. */
function strike(device: UhidDevice, key: string): void {
  device.report(0, 0, KEYBOARD_USAGES[key]!, 0, 0, 0, 0, 0);
  device.report(0, 0, 0, 0, 0, 0, 0, 0);
}

/** Who else would get the keys: another program that reads the device, and how many octets it got. */
function eavesdropper(device: UhidDevice) {
  const child = spawn('cat', [...device.events()], { stdio: ['ignore', 'pipe', 'inherit'] });
  let octets = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    octets += chunk.length;
  });
  return { octets: () => octets, close: () => child.kill() };
}

export const input: Suite = {
  name: 'input',
  limitS: 120,
  commands: {},
  async run(check) {
    let device = await plugged();
    const told: string[] = [];
    const faults: (string | undefined)[] = [];
    const keypad = new EvdevKeypad(
      { device: { name: NAME }, grab: true, keys: usualKeys },
      {
        clock: monotonicClock,
        onEvent: (event) => told.push(event.type === 'key' ? `${event.key} ${event.edge}` : event.type),
        onFault: (fault) => faults.push(fault),
      },
    );
    keypad.start();
    await check('§4.1: the keys of a USB keypad are the keys of the telephone', AGAINST, async () => {
      for (const key of ['1', '9', '0', 'enter']) strike(device, key);
      await until('eight edges', () => told.length === 8);
      assert.deepEqual(told.splice(0), ['1 down', '1 up', '9 down', '9 up', '0 down', '0 up', 'send down', 'send up']);
      assert.deepEqual(
        faults.filter((fault) => fault !== undefined),
        [],
      );
    });
    await check('§4.1: a grabbed keypad types into no other program', AGAINST, async () => {
      const other = eavesdropper(device);
      await pause(300);
      strike(device, '5');
      await until('5', () => told.length === 2);
      await pause(100);
      assert.equal(other.octets(), 0);
      other.close();
      assert.deepEqual(told.splice(0), ['5 down', '5 up']);
    });
    await check(
      'a keypad that is pulled out lets its keys go and is told; plugged in again it works',
      AGAINST,
      async () => {
        device.report(0, 0, KEYBOARD_USAGES['7']!, 0, 0, 0, 0, 0);
        await until('7', () => told.includes('7 down'));
        device.unplug();
        await until('7 is let go', () => told.includes('7 up'));
        await until('the loss is told', () => faults.at(-1) !== undefined);
        told.splice(0);
        device = await plugged();
        await until(
          'well again',
          () => faults.at(-1) === undefined,
          20_000,
          () => faults.join('; '),
        );
        strike(device, '8');
        await until('8', () => told.length === 2);
        assert.deepEqual(told.splice(0), ['8 down', '8 up']);
      },
    );
    await check(
      "a flood that overruns the kernel's buffer leaves no key down, and the next press counts",
      AGAINST,
      async () => {
        for (let n = 0; n < 1000; n++) strike(device, String(n % 10));
        await pause(500);
        const floated = told.splice(0);
        const count = (edge: string) => floated.filter((word) => word.endsWith(edge)).length;
        assert.ok(count('down') > 0 && count('down') < 1000, `${count('down')} of 1000 presses`);
        assert.equal(count('up'), count('down'));
        strike(device, '3');
        await until('3', () => told.length === 2);
        assert.deepEqual(told.splice(0), ['3 down', '3 up']);
      },
    );
    keypad.close();
    device.unplug();
  },
};
