import type { Runtime } from '@switchhook/phone/node';
import type { Hand } from '../../people/hand.ts';
import type { HandName } from '../demo/options.ts';
import { headsetHand } from './headset.ts';
import { keyboardHand } from './keyboard.ts';
import { mqttHand } from './mqtt.ts';

/** The hand that the command line asks for, on the receptionist's phone. */
export async function openHand(name: HandName, runtime: Runtime): Promise<Hand> {
  switch (name) {
    case 'keyboard':
      return keyboardHand(runtime);
    case 'headset':
      return headsetHand(runtime);
    case 'mqtt':
      return mqttHand(runtime);
    default:
      throw name satisfies never;
  }
}
