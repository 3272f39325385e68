import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeviceFile } from '@switchhook/device-file';
import { encodeInput, InputDevice, inputName, listInputs } from '@switchhook/device-file/evdev';
import { fifo } from '@switchhook/device-file/testing';
import { test } from 'uvu';

const folder = mkdtempSync(join(tmpdir(), 'input-'));

test('evdev: a FIFO stands in for a device', async () => {
  const path = join(folder, 'event0');
  fifo(path);
  const device = InputDevice.open({ path }, { grab: true });
  assert.equal(device.levelsAtStart.keys.size, 0);
  const edges = new Promise<string[]>((resolve) => {
    const seen: string[] = [];
    device.listen({
      edge: (edge) => {
        seen.push(`${inputName(edge)} ${edge.down}`);
        if (seen.length === 2) resolve(seen);
      },
      gone: (error) => resolve([error.message]),
    });
  });
  const finger = DeviceFile.open(path, 'write');
  for (const down of [true, false]) finger.write(encodeInput([{ kind: 'key', code: 79, down, atMs: 5 }]));
  assert.deepEqual(await edges, ['KEY_KP1 true', 'KEY_KP1 false']);
  finger.close();
  device.close();
});

test('evdev: a name that no device has says which there are', () => {
  assert.throws(
    () => InputDevice.open({ name: 'no such keypad' }),
    /no such keypad: open: (ENOENT \(no input device has this name|EACCES)/,
  );
  assert.ok(Array.isArray(listInputs().devices));
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
