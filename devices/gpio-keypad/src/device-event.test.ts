import assert from 'node:assert/strict';
import type { DeviceEvent } from '@switchhook/phone';
import { test } from 'uvu';
import { Hook } from './hook.ts';
import { Matrix } from './matrix.ts';

test('DESIGN, one path: what the matrix and the hook say are device events of the phone, by their types too', () => {
  const pad = new Matrix([['line1']], 0);
  const hook = new Hook({ debounceMs: 0 });
  hook.receive({ lifted: false }, 0);
  const events: readonly DeviceEvent[] = [
    ...pad.receive({ closed: [[true]] }, 0),
    ...hook.receive({ lifted: true }, 0),
  ];
  assert.deepEqual(events, [
    { type: 'key', key: 'line1', edge: 'down' },
    { type: 'hook', act: 'lift' },
  ]);
});

test.run();
