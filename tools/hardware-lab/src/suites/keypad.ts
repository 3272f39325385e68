import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { GpioKeypad } from '@switchhook/gpio-keypad/node';
import { type DeviceEvent, LampClock, type PatternName } from '@switchhook/phone';
import { monotonicClock } from '@switchhook/sip-core/node';
import { KEYS, SOLDERED, Telephone } from '../devices/telephone.ts';
import type { Suite } from '../guest/suite.ts';
import { pause, until } from '../guest/until.ts';
import { lookAt } from '../office/lamp-watch.ts';

const AGAINST = 'gpio-sim, GPIO character device v2';
/** From key to key. */
const PRESS_MS = 130;

/** The driver on a telephone, and all that it told, in words. */
function atWork() {
  const told: string[] = [];
  const faults: (string | undefined)[] = [];
  const keypad = new GpioKeypad(SOLDERED, {
    clock: monotonicClock,
    onEvent: (event) => told.push(words(event)),
    onFault: (fault) => faults.push(fault),
  });
  keypad.start();
  return { told, faults, keypad };
}

function words(event: DeviceEvent): string {
  if (event.type === 'key') return `${event.key} ${event.edge}`;
  return event.type === 'hook' ? event.act : event.type;
}

/** Another program that holds a line until it is ended. */
function holder(line: string): ChildProcess {
  const [chip, offset] = spawnSync('gpiofind', [line], { encoding: 'utf8' }).stdout.trim().split(' ');
  return spawn('gpioset', ['--mode=signal', chip!, `${offset}=1`], { stdio: 'ignore' });
}

export const keypad: Suite = {
  name: 'keypad',
  limitS: 180,
  commands: { gpioset: 'gpiod', chrt: 'util-linux' },
  async run(check) {
    let telephone = await Telephone.build();
    const phone = atWork();
    const { told, faults } = phone;
    const press = async (...keys: readonly string[]) => {
      const before = told.length;
      for (const key of keys) telephone.wires.press(key);
      // a finger stays until it has felt the key, which is long on a busy machine
      await until(`${keys.join(', ')} down`, () => told.length >= before + keys.length).catch(() => {});
      for (const key of keys) telephone.wires.release(key);
      await pause(PRESS_MS);
    };
    const forget = () => told.splice(0);

    await check(
      '§4.1: every key of the matrix tells that it went down and up, and no other does',
      AGAINST,
      async () => {
        assert.deepEqual(faults, []);
        for (const key of KEYS.flat()) {
          await press(key);
          await until(`${key} up`, () => told.length >= 2);
          assert.deepEqual(forget(), [`${key} down`, `${key} up`]);
        }
      },
    );
    await check('§4.1: a key with a wire of its own', AGAINST, async () => {
      telephone.mute(true);
      await until('mute', () => told.length === 1);
      telephone.mute(false);
      await until('mute up', () => told.length === 2);
      assert.deepEqual(forget(), ['mute down', 'mute up']);
    });
    await check('§4.1: contacts that bounce make one press', AGAINST, async () => {
      for (let bounce = 0; bounce < 3; bounce++) {
        telephone.wires.press('5');
        await pause(2);
        telephone.wires.release('5');
        await pause(1);
      }
      await press('5');
      await until('5 up', () => told.includes('5 up'));
      assert.deepEqual(forget(), ['5 down', '5 up']);
    });
    await check('§4.1: two keys at once are two keys; the fourth corner of a square never dials', AGAINST, async () => {
      await press('1', '5');
      await until('both up', () => told.length >= 4);
      assert.deepEqual(forget().sort(), ['1 down', '1 up', '5 down', '5 up']);
      telephone.wires.press('1');
      await until('1', () => told.length === 1);
      telephone.wires.press('2');
      await until('2', () => told.length === 2);
      telephone.wires.press('4');
      await pause(300);
      for (const key of ['1', '2', '4']) telephone.wires.release(key);
      await until('all up', () => told.filter((word) => word.endsWith('up')).length >= 2);
      await pause(200);
      assert.ok(!forget().some((word) => word.startsWith('5')), 'a ghost');
    });
    await check('§4.4: lift, flash, put down; a chattering hook is none of them', AGAINST, async () => {
      telephone.lift();
      await until('lift', () => told.includes('lift'));
      telephone.putDown();
      await pause(250);
      telephone.lift();
      await until('flash', () => told.includes('flash'));
      for (let chatter = 0; chatter < 3; chatter++) {
        telephone.putDown();
        await pause(4);
        telephone.lift();
        await pause(4);
      }
      await pause(300);
      telephone.putDown();
      await until('put-down', () => told.includes('put-down'));
      assert.deepEqual(forget(), ['lift', 'flash', 'put-down']);
    });
    await check('§4.3: the diodes shine as the lamps do, each in its colour', AGAINST, async () => {
      phone.keypad.light([
        { lamp: 'line1', colour: 'green' },
        { lamp: 'line2', colour: 'amber' },
        { lamp: 'message', colour: 'red' },
      ]);
      const shining = (
        ['lamp.line1.green', 'lamp.line1.red', 'lamp.line2.green', 'lamp.line2.red', 'lamp.message'] as const
      ).map((line) => telephone.shines(line));
      assert.deepEqual(shining, [true, false, true, true, true]);
    });
    await check('§4.3: a lamp that blinks is recognised at the line by its rhythm', AGAINST, async () => {
      const clock = new LampClock();
      let wanted: Readonly<Record<string, PatternName>> = {};
      const blink = setInterval(() => phone.keypad.light(clock.wake(monotonicClock.now())), 5);
      for (const [line1, line2] of [
        ['fast-green', 'slow-green'],
        ['double-green', 'gap-green'],
        ['fast-red', 'pulse-amber'],
      ] as const) {
        wanted = { line1, line2 };
        phone.keypad.light(clock.receive(wanted, monotonicClock.now()));
        const seen = await lookAt(telephone.wires, 'blinking');
        assert.deepEqual([seen.line1, seen.line2], [line1, line2]);
      }
      clearInterval(blink);
    });
    await check('while the phone has its lines, another program gets none of them', AGAINST, async () => {
      const other = holder('hook');
      const code = await new Promise((done) => other.once('exit', done));
      assert.notEqual(code, 0);
    });
    await check(
      'a chip that is taken out lets every key go and is told; back again, its keys work',
      AGAINST,
      async () => {
        telephone.wires.press('7');
        await until('7', () => told.includes('7 down'));
        await telephone.scrap();
        await until('the loss is told', () => faults.at(-1) !== undefined);
        await until('7 is up', () => told.includes('7 up'));
        assert.match(faults.at(-1) ?? '', /telephone|row\.1/);
        forget();
        telephone = await Telephone.build();
        await until(
          'well again',
          () => faults.length > 0 && faults.at(-1) === undefined,
          20_000,
          () => faults.join('; '),
        );
        await press('8');
        await until('8 up', () => told.length >= 2);
        assert.deepEqual(forget(), ['8 down', '8 up']);
      },
    );
    await check(
      'a line that another program holds is told with its holder, and taken when it is free',
      AGAINST,
      async () => {
        phone.keypad.close();
        const other = holder('hook');
        await until('the line is held', () => spawnSync('gpioinfo', { encoding: 'utf8' }).stdout.includes('gpioset'));
        const again = atWork();
        forget();
        await until('it is told', () => again.faults.length > 0);
        assert.match(again.faults[0] ?? '', /EBUSY.*hook by gpioset/);
        other.kill('SIGTERM');
        await until(
          'well again',
          () => again.faults.at(-1) === undefined,
          20_000,
          () => again.faults.join('; '),
        );
        telephone.wires.press('9');
        await until('9', () => again.told.length >= 1);
        telephone.wires.release('9');
        await until('9 up', () => again.told.length >= 2);
        assert.deepEqual(again.told, ['9 down', '9 up']);
        again.keypad.close();
      },
    );
    await check('§4.4: a handset that is lifted at the start counts once it has been put down', AGAINST, async () => {
      await telephone.scrap();
      telephone = await Telephone.build(true);
      const early = atWork();
      await pause(400);
      assert.deepEqual(early.told, []);
      telephone.putDown();
      await pause(400);
      telephone.lift();
      await until('lift', () => early.told.includes('lift'));
      assert.deepEqual(
        early.told.filter((word) => word !== 'put-down'),
        ['lift'],
      );
      early.keypad.close();
    });
    await telephone.scrap();
  },
};
