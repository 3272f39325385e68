import { Gestures } from '@switchhook/bt-headset';
import { Bindings, headsetGestures } from '@switchhook/phone';
import type { Runtime } from '@switchhook/phone/node';
import type { Hand, Step } from '../../people/hand.ts';
import { pause } from '../pause.ts';

const PRESS_MS = 80;
const BETWEEN_PRESSES_MS = 150;
const LOOK_MS = 10;

/**
 * A headset's one button, through the gesture machine of the Bluetooth device and the phone's binding table: a short
 * press answers, a double starts the transfer, a triple completes it. Digits come from the keypad, as they must.
 */
export function headsetHand(runtime: Runtime): Hand {
  const gestures = new Gestures();
  const bindings = new Bindings();
  const now = () => performance.now();
  const feed = (events: ReturnType<Gestures['wake']>): void => {
    for (const event of events) {
      for (const intent of bindings.receive(event, now())) runtime.submit(intent, { door: 'headset' });
    }
  };
  const look = setInterval(() => feed(gestures.wake(now())), LOOK_MS);
  const button = async (presses: number): Promise<void> => {
    for (let i = 0; i < presses; i++) {
      feed(gestures.receive({ type: 'bound', gestures: headsetGestures(runtime.state) }, now()));
      feed(gestures.receive({ type: 'button', edge: 'down' }, now()));
      await pause(PRESS_MS);
      feed(gestures.receive({ type: 'button', edge: 'up' }, now()));
      if (i + 1 < presses) await pause(BETWEEN_PRESSES_MS);
    }
  };
  const keypad = async (digits: string): Promise<void> => {
    for (const key of digits) {
      for (const edge of ['down', 'up'] as const) {
        for (const intent of bindings.receive({ type: 'key', key, edge }, now()))
          runtime.submit(intent, { door: 'keys' });
        await pause(PRESS_MS);
      }
    }
  };
  return {
    name: 'headset',
    press: (step) => (step.name === 'dial' ? keypad(`${step.digits}#`) : button(PRESSES[step.name])),
    close: async () => clearInterval(look),
  };
}

const PRESSES: Readonly<Record<Exclude<Step['name'], 'dial'>, number>> = {
  answer: 1,
  transfer: 2,
  complete: 3,
  'hang-up': 1,
};
