import type { BluetoothLook } from '@switchhook/bt-headset/node';
import type { Configuration } from '../../configuration/schema.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { Check } from './check.ts';

const PART = 'headset';

/** Which way the headset comes, whether it can hold calls by its own commands, and whether it is there. */
export const headsetCheck: Check = async ({ loaded }) => {
  if (loaded === undefined || !loaded.configuration.headset.enabled) return [];
  const { headset } = loaded.configuration;
  if (headset.transport === 'none') return [];
  const { lookAtBluetooth } = await import('@switchhook/bt-headset/node');
  return headsetFindings(headset, await lookAtBluetooth());
};

/** What follows from a look at Bluetooth. */
export function headsetFindings(
  { transport, address }: Pick<Configuration['headset'], 'transport' | 'address'>,
  look: BluetoothLook,
): readonly Finding[] {
  const say = (verdict: Finding['verdict'], text: string): Finding => ({ part: PART, verdict, text });
  if (look.trouble !== undefined) return [say('fault', look.trouble)];
  if (look.adapters.length === 0)
    return [say('fault', 'no Bluetooth radio here: is it switched off (rfkill list), or its driver missing?')];
  if (transport === 'bluealsa' && !look.bluealsa)
    return [say('fault', 'bluealsa is not running: install bluez-alsa-utils and start it with -p hfp-ag')];
  const bluealsa = transport === 'bluealsa' || (transport === 'auto' && look.bluealsa);
  const way = bluealsa
    ? say('ok', 'comes over bluealsa: with voice; call holding (AT+CHLD) is not available there')
    : say('ok', 'comes over our own profile: call holding (AT+CHLD 0-4) is available, voice is not');
  const conflict =
    transport === 'profile' && look.bluealsa
      ? [
          say(
            'warning',
            'bluealsa runs too, and both want the hands-free gateway: stop it, or set headset.transport: bluealsa',
          ),
        ]
      : [];
  const named = look.headsets.filter((each) => address === undefined || each.address === address.toUpperCase());
  const paired = named.filter((each) => each.paired);
  if (paired.length === 0)
    return [way, ...conflict, say('warning', `${address ?? 'no headset'} is not paired: switchhook setup headset`)];
  const each = paired.map(({ name, address: at, connected, battery }) => {
    const charge = battery === undefined ? '' : `, battery ${battery} %`;
    return say(connected ? 'ok' : 'note', `${name} (${at}) is ${connected ? 'connected' : 'not connected'}${charge}`);
  });
  const choice =
    paired.length > 1 ? [say('note', 'several are paired: headset.address says which one the phone uses')] : [];
  return [way, ...conflict, ...each, ...choice];
}
