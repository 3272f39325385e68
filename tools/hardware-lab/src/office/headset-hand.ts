import type { Hand, Step } from '@switchhook/lab';
import { GATEWAY_CHANNEL, HEADSET_ADAPTER, PHONE_ADAPTER } from '../devices/bluetooth.ts';
import { ScriptedHeadset } from '../devices/headset.ts';
import { until } from '../guest/until.ts';
import type { DeskProcess } from './desk-process.ts';

const CONNECTED_MS = 30_000;

/** How the phone must be set for it: our own profile, in which a headset may send AT+CHLD; its presses may be slow here. */
export const HEADSET_CONFIGURED = {
  headset: { enabled: true, transport: 'profile', address: HEADSET_ADAPTER, doubleGapMs: 1000 },
};

/**
 * A person with a headset: ATA answers, two presses of its button ask for a number, ATD says it, AT+CHLD=4 hands the caller over. Over
 * kernel RFCOMM and bluetoothd, with the service level connection of a headset that knows three-way calling.
 */
export async function headsetHand(desk: DeskProcess): Promise<Hand> {
  const headset = await ScriptedHeadset.connect(HEADSET_ADAPTER, PHONE_ADAPTER, GATEWAY_CHANNEL);
  await headset.serviceLevel();
  await until('the phone shows the headset', () => desk.runtime.snapshot().headset !== undefined, CONNECTED_MS);
  const say = async (command: string): Promise<void> => {
    const answer = (await headset.command(command)).at(-1);
    if (answer !== 'OK') throw new Error(`the headset's ${command} was answered with ${answer}`);
  };
  return {
    name: 'headset',
    close: () => headset.drop(),
    press: async (step: Step): Promise<void> => {
      switch (step.name) {
        case 'answer':
          // it rings in the ear before anybody can press anything
          await headset.hears(/^RING$/);
          return say('ATA');
        case 'transfer':
          await say('AT+CKPD=200');
          return say('AT+CKPD=200');
        case 'dial':
          return say(`ATD${step.digits};`);
        case 'complete':
          return say('AT+CHLD=4');
        case 'hang-up':
          return say('AT+CHUP');
        default:
          throw step satisfies never;
      }
    },
  };
}
