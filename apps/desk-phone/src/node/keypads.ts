import { EvdevKeypad, GpioKeypad, I2cDisplay, type KeypadOptions } from '@switchhook/gpio-keypad/node';
import { LampClock, type LampLight } from '@switchhook/phone';
import type { Runtime } from '@switchhook/phone/node';
import type { AlarmClock } from '@switchhook/sans-io';
import { gpioWiringOf, inputWiringsOf } from '../configuration/keypad-wiring.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Hands } from '../hands.ts';

/** What the keypads are wired to in the phone. */
export interface KeypadPorts {
  readonly runtime: Pick<Runtime, 'subscribe' | 'snapshot'>;
  readonly hands: Pick<Hands, 'take'>;
  readonly clock: AlarmClock;
  /** What is wrong with which device, in one line; undefined = it works (again). */
  readonly fault: (device: string, line: string | undefined) => void;
}

/** Every keypad, hook, lamp and display of the configuration, from now on. One that is not there now is waited for. */
export function openKeypads(configuration: Configuration, ports: KeypadPorts): { close(): void } {
  const { runtime, hands, clock, fault } = ports;
  const optionsOf = (device: string): KeypadOptions => ({
    clock,
    onEvent: (event, at) => hands.take(event, at),
    onFault: (line) => fault(device, line),
  });
  const wiring = gpioWiringOf(configuration);
  const gpio = wiring === undefined ? undefined : new GpioKeypad(wiring, optionsOf('keypad.gpio'));
  const inputs = inputWiringsOf(configuration).map((each, i) => new EvdevKeypad(each, optionsOf(`keypad.input[${i}]`)));
  const { display: glass } = configuration.keypad;
  const display =
    glass === undefined
      ? undefined
      : new I2cDisplay({ ...glass, clock, onFault: (line) => fault('keypad.display', line) });
  const lamps = new LampClock();
  let takeBack = () => {};
  const shine = (lights: readonly LampLight[]): void => {
    if (lights.length > 0) gpio?.light(lights);
    takeBack();
    const { deadline } = lamps;
    takeBack = deadline === undefined ? () => {} : clock.alarm(deadline, () => shine(lamps.wake(clock.now())));
  };
  const look = (snapshot: ReturnType<Runtime['snapshot']>): void => {
    if (gpio !== undefined) shine(lamps.receive(snapshot.lamps, clock.now()));
    display?.show(snapshot.display);
  };
  const unsubscribe = runtime.subscribe({ snapshot: look });
  for (const device of [gpio, display, ...inputs]) device?.start();
  look(runtime.snapshot());
  return {
    close() {
      unsubscribe();
      takeBack();
      gpio?.light(lamps.all().map(({ lamp }) => ({ lamp, colour: 'off' })));
      for (const device of [gpio, display, ...inputs]) device?.close();
    },
  };
}
