import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceFile } from '@switchhook/device-file';
import { encodeInput, inputCode, kernelNow } from '@switchhook/device-file/evdev';
import { fifo, pseudoTerminal } from '@switchhook/device-file/testing';
import { EvdevKeypad, type EvdevWiring, inputFault, usualKeys } from '@switchhook/gpio-keypad/node';
import { VirtualClock } from '@switchhook/sans-io/testing';
import { test } from 'uvu';

const folder = mkdtempSync(join(tmpdir(), 'keypad-'));

/** A keypad that reads a FIFO in an input device's place, in virtual time. */
function stand(name: string, wiring: Partial<EvdevWiring> = {}) {
  const path = join(folder, name);
  const clock = new VirtualClock();
  const seen: string[] = [];
  let heard = () => {};
  const keypad = new EvdevKeypad(
    { device: { path }, grab: true, keys: usualKeys, ...wiring },
    {
      clock,
      onEvent: (event) => {
        seen.push(event.type === 'key' ? `${event.key} ${event.edge}` : event.type === 'hook' ? event.act : event.type);
        heard();
      },
      onFault: (line) => {
        seen.push(line === undefined ? 'well' : /: (E[A-Z]+)/.exec(line)![1]!);
        heard();
      },
    },
  );
  return {
    path,
    clock,
    seen,
    keypad,
    /** Once this many things have been told. */
    async told(count: number): Promise<readonly string[]> {
      while (seen.length < count)
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      return seen;
    },
  };
}

function move(path: string, name: string, ...downs: boolean[]): void {
  const finger = DeviceFile.open(path, 'write');
  for (const down of downs) finger.write(encodeInput([{ ...inputCode(name)!, down, atMs: kernelNow() }]));
  finger.close();
}

test('evdev: keys by their names, and those that mean nothing are nothing', async () => {
  const bench = stand('keys');
  fifo(bench.path);
  bench.keypad.start();
  move(bench.path, 'KEY_KP5', true, false);
  move(bench.path, 'KEY_F1', true, false);
  move(bench.path, 'KEY_KPASTERISK', true, true, false);
  assert.deepEqual(await bench.told(4), ['5 down', '5 up', '* down', '* up']);
  bench.keypad.close();
});

test('evdev: a device that is not there is told once, looked for with growing pauses, and works when it comes', async () => {
  const bench = stand('late');
  bench.keypad.start();
  bench.clock.advance(2000);
  assert.deepEqual(bench.seen, ['ENOENT']);
  fifo(bench.path);
  bench.clock.advance(4000);
  assert.deepEqual(bench.seen, ['ENOENT', 'well']);
  move(bench.path, 'KEY_1', true);
  assert.deepEqual(await bench.told(3), ['ENOENT', 'well', '1 down']);
  bench.keypad.close();
});

test('phone-ux §4.4: a hook on a switch, with its debounce; chatter lifts nothing', async () => {
  const bench = stand('hook', { keys: { KEY_1: '1' }, hook: { code: 'SW_LID', lifted: 'up' } });
  fifo(bench.path);
  bench.keypad.start(); // a stand-in's switch is off at the start: the handset is lifted, which counts only after a put-down
  move(bench.path, 'SW_LID', true);
  move(bench.path, 'KEY_1', true);
  await bench.told(1);
  bench.clock.advance(1000);
  move(bench.path, 'SW_LID', false, true, false, true);
  move(bench.path, 'KEY_1', false);
  await bench.told(2);
  bench.clock.advance(1000);
  assert.deepEqual(bench.seen, ['1 down', '1 up']);
  move(bench.path, 'SW_LID', false);
  move(bench.path, 'KEY_1', true);
  await bench.told(3);
  bench.clock.advance(1000);
  assert.deepEqual(bench.seen.slice(2), ['1 down', 'lift']);
  bench.keypad.close();
});

test('evdev: names that are no codes are told before anything is opened', () => {
  assert.equal(inputFault('KEY_ONE'), 'KEY_ONE is no key or switch; evtest shows the names');
  for (const name of [...Object.keys(usualKeys), 'KEY_PHONE', 'SW_LID', '164'])
    assert.equal(inputFault(name), undefined);
  const wiring: EvdevWiring = { device: { name: 'x' }, grab: true, keys: { KEY_ONE: '1' } };
  assert.throws(() => new EvdevKeypad(wiring, { clock: new VirtualClock(), onEvent() {}, onFault() {} }), /KEY_ONE/);
});

test('evdev: a device that is pulled out in mid-press lets go of the key, is told, and works when it comes back', async () => {
  const bench = stand('usb');
  /** A terminal in raw mode is a node that can be taken away under its reader. */
  const plug = () => {
    const { ours, theirs, path } = pseudoTerminal();
    execFileSync('stty', ['-F', path, 'raw', '-echo']);
    rmSync(bench.path, { force: true });
    symlinkSync(path, bench.path);
    ours.close();
    return theirs;
  };
  let far = plug();
  const press = (down: boolean) => far.write(encodeInput([{ ...inputCode('KEY_7')!, down, atMs: kernelNow() }]));
  bench.keypad.start();
  press(true);
  await bench.told(1);
  far.close();
  await bench.told(3);
  assert.deepEqual(bench.seen.slice(0, 2), ['7 down', '7 up']);
  assert.match(bench.seen[2]!, /EIO|END/);
  far = plug();
  bench.clock.advance(1000);
  press(true);
  assert.deepEqual((await bench.told(5)).slice(3), ['well', '7 down']);
  bench.keypad.close();
  far.close();
});

test('evdev: a node that is no device of keys is a fault, not the end of the phone', () => {
  const bench = stand('odd');
  writeFileSync(bench.path, '');
  bench.keypad.start();
  assert.deepEqual(bench.seen, ['EPERM']);
  bench.keypad.close();
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
