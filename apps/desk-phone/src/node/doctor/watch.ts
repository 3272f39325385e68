import { EvdevKeypad, GpioKeypad, type KeypadOptions } from '@switchhook/gpio-keypad/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import { gpioWiringOf, inputWiringsOf } from '../../configuration/keypad-wiring.ts';
import type { Configuration } from '../../configuration/schema.ts';

/** Say what every contact, key and hook does from now on. Returns what ends it; undefined = there is nothing to watch. */
export function watchKeypads(configuration: Configuration, say: (line: string) => void): (() => void) | undefined {
  const optionsOf = (device: string): KeypadOptions => ({
    clock: monotonicClock,
    onEvent: (event) =>
      say(
        `${device}: ${event.type === 'key' ? `key ${event.key} ${event.edge}` : event.type === 'hook' ? `hook ${event.act}` : event.gesture}`,
      ),
    onFault: (line) => say(`${device}: ${line ?? 'works'}`),
  });
  const wiring = gpioWiringOf(configuration);
  const last = new Map<string, boolean>();
  const pins =
    wiring === undefined
      ? undefined
      : new GpioKeypad(wiring, {
          ...optionsOf('keypad.gpio'),
          onContact: (line, closed) => {
            if (last.get(line) !== closed) say(`${line} ${closed ? 'closed' : 'open'}`);
            last.set(line, closed);
          },
        });
  const inputs = inputWiringsOf(configuration).map((each, i) => new EvdevKeypad(each, optionsOf(`keypad.input[${i}]`)));
  const all = [...(pins === undefined ? [] : [pins]), ...inputs];
  if (all.length === 0) return undefined;
  say('Press keys, lift and put down; Ctrl-C ends.');
  for (const keypad of all) keypad.start();
  return () => {
    for (const keypad of all) keypad.close();
  };
}
