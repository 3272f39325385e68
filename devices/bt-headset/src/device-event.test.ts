import assert from 'node:assert/strict';
import { type DeviceEvent, headsetGestures, initialPhone, phoneSettings } from '@switchhook/phone';
import { test } from 'uvu';
import { Gestures } from './gesture.ts';

test('DESIGN, one path: a gesture is a device event of the phone, and what the phone binds is what the button counts', () => {
  const button = new Gestures();
  const idle = initialPhone(phoneSettings({ accounts: [] }));
  button.receive({ type: 'bound', gestures: headsetGestures(idle) }, 0);
  button.receive({ type: 'button', edge: 'down' }, 0);
  const events: readonly DeviceEvent[] = button.wake(1000);
  assert.deepEqual(events, [{ type: 'headset', gesture: 'long' }]);
});

test.run();
