import { EvdevKeypad, GpioKeypad, I2cDisplay, listChips, listInputs } from '@switchhook/gpio-keypad/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import { gpioWiringOf, inputWiringsOf } from '../../configuration/keypad-wiring.ts';
import type { Finding } from '../../doctor/finding.ts';
import type { Check } from './check.ts';

/** So long the lines are watched: longer than any contact bounces. */
const LOOK_MS = 150;

/** The GPIO chips, and what is soldered to them with the levels it has now. */
export const gpioCheck: Check = async ({ loaded }) => {
  const { chips, refused } = listChips();
  const there = chips.map(
    ({ label, lines, all }) => `${label} (${lines} lines, ${all.filter((line) => line.used).length} in use)`,
  );
  const findings: Finding[] = [];
  if (there.length > 0) findings.push({ part: 'gpio', verdict: 'note', text: there.join(', ') });
  if (refused.length > 0)
    findings.push({
      part: 'gpio',
      verdict: 'warning',
      text: `${refused.join(', ')} may not be opened: add the user to group gpio`,
    });
  const wiring = loaded === undefined ? undefined : gpioWiringOf(loaded.configuration);
  if (wiring === undefined) return findings;
  const levels = new Map<string, boolean>();
  const down: string[] = [];
  let fault: string | undefined;
  const keypad = new GpioKeypad(wiring, {
    clock: monotonicClock,
    onEvent: (event) => {
      if (event.type === 'key' && event.edge === 'down') down.push(event.key);
    },
    onFault: (line) => {
      fault = line;
    },
    onContact: (line, closed) => levels.set(line, closed),
  });
  keypad.start();
  await new Promise((resolve) => setTimeout(resolve, fault === undefined ? LOOK_MS : 0));
  keypad.close();
  if (fault !== undefined) return [...findings, held(fault)];
  const contact = (line: string) => `${line} ${levels.get(line) === true ? 'closed' : 'open'}`;
  const { hook, keys, matrix } = wiring;
  findings.push({ part: 'keypad.gpio', verdict: 'ok', text: 'all lines are there and free' });
  if (hook !== undefined) {
    const lifted = (levels.get(hook.line) === true) === (hook.lifted === 'closed');
    findings.push({
      part: 'hook',
      verdict: 'note',
      text: `${contact(hook.line)}: the handset ${lifted ? 'is lifted' : 'lies there'}`,
    });
  }
  const pressed = keys.filter(({ line, rest }) => (levels.get(line) === true) === (rest === 'open'));
  const all = [...pressed.map(({ key, line }) => `${key} (${contact(line)})`), ...down];
  if (all.length > 0)
    findings.push({
      part: 'keys',
      verdict: 'warning',
      text: `down now: ${all.join(', ')}; if nobody presses: the key sticks, or its rest is the other one`,
    });
  else if (keys.length > 0 || matrix !== undefined)
    findings.push({ part: 'keys', verdict: 'ok', text: 'none is down' });
  return findings;
};

/** Lines that the running phone holds are where they should be. */
function held(fault: string): Finding {
  const ours = /by switchhook(,|;)/.test(fault) && !/ by (?!switchhook)\S/.test(fault.replace(/; .*/, ''));
  const part = 'keypad.gpio';
  if (ours) return { part, verdict: 'ok', text: 'the running phone holds the lines; stop it to see their levels' };
  return { part, verdict: 'fault', text: fault };
}

/** The input devices, and those that are keypads of this phone. */
export const inputCheck: Check = ({ loaded }) => {
  const { devices, refused } = listInputs();
  const findings: Finding[] = [];
  if (devices.length > 0)
    findings.push({
      part: 'input',
      verdict: 'note',
      text: devices.map(({ name, path }) => `${name} (${path})`).join(', '),
    });
  if (refused.length > 0)
    findings.push({
      part: 'input',
      verdict: 'warning',
      text: `${refused.length} devices may not be opened: add the user to group input`,
    });
  const wirings = loaded === undefined ? [] : inputWiringsOf(loaded.configuration);
  for (const [i, wiring] of wirings.entries()) {
    const part = `keypad.input[${i}]`;
    let fault: string | undefined;
    const keypad = new EvdevKeypad(
      { ...wiring, grab: false },
      {
        clock: monotonicClock,
        onEvent: () => {},
        onFault: (line) => {
          fault = line;
        },
      },
    );
    keypad.start();
    keypad.close();
    findings.push(
      fault === undefined ? { part, verdict: 'ok', text: 'is there' } : { part, verdict: 'fault', text: fault },
    );
  }
  return findings;
};

/** Whether the display answers. */
export const displayCheck: Check = ({ loaded }) => {
  const glass = loaded?.configuration.keypad.display;
  if (glass === undefined) return [];
  let fault: string | undefined;
  const display = new I2cDisplay({
    ...glass,
    clock: monotonicClock,
    onFault: (line) => {
      fault = line;
    },
  });
  display.start();
  display.close();
  const address = `0x${glass.address.toString(16)}`;
  return [
    fault === undefined
      ? { part: 'keypad.display', verdict: 'ok', text: `answers at ${address} on ${glass.bus}` }
      : { part: 'keypad.display', verdict: 'fault', text: `${fault}; i2cdetect -y shows who is on the bus` },
  ];
};
