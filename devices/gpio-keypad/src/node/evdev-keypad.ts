import type { DeviceError } from '@switchhook/device-file';
import { InputDevice, type InputEdge, inputCode, kernelNow } from '@switchhook/device-file/evdev';
import type { Millis } from '@switchhook/sans-io';
import { Contacts, type ContactUse } from '../contacts.ts';
import type { HookTimes } from '../hook.ts';
import type { KeypadOptions } from './gpio-keypad.ts';
import { Reopened } from './reopen.ts';

/** What an input device's keys and switches mean. Names as in linux/input-event-codes.h: `KEY_KP1`, `SW_LID`, or a number. */
export interface EvdevWiring {
  /** The device's name as its driver gives it, or its node. */
  readonly device: { readonly name: string } | { readonly path: string };
  /** So that nobody else, the console for instance, gets what is typed. */
  readonly grab: boolean;
  /** Code name → key name. */
  readonly keys: Readonly<Record<string, string>>;
  /** `lifted` = what the code says while the handset is lifted. */
  readonly hook?: HookTimes & { readonly code: string; readonly lifted: 'down' | 'up' };
  /** Default 0: the kernel's drivers and USB keypads debounce themselves. */
  readonly keyDebounceMs?: number;
}

/** What the keys of a numeric keypad, a telephone keypad and a remote control mean without a table. */
export const usualKeys: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    Array.from('0123456789', (digit) =>
      [`KEY_KP${digit}`, `KEY_${digit}`, `KEY_NUMERIC_${digit}`].map((n) => [n, digit]),
    ).flat(),
  ),
  KEY_KPASTERISK: '*',
  KEY_NUMERIC_STAR: '*',
  KEY_NUMERIC_POUND: '#',
  KEY_KPSLASH: '#',
  KEY_KPENTER: 'send',
  KEY_ENTER: 'send',
  KEY_KPPLUS: 'transfer',
  KEY_KPMINUS: 'hold',
  KEY_KPDOT: 'cancel',
  KEY_BACKSPACE: 'cancel',
  KEY_MICMUTE: 'mute',
  KEY_MUTE: 'mute',
};

/** Why this is no name of a key or switch of an input device; undefined = it is one. */
export function inputFault(name: string): string | undefined {
  return inputCode(name) === undefined ? `${name} is no key or switch; evtest shows the names` : undefined;
}

/** Keys and hook that come through the kernel's input system: `gpio-keys`, `gpio-matrix-keypad`, a USB keypad. */
export class EvdevKeypad {
  readonly #wiring: EvdevWiring;
  readonly #options: KeypadOptions;
  readonly #contacts: Contacts;
  readonly #uses: ReadonlyMap<string, ContactUse>;
  readonly #device: Reopened<InputDevice>;
  #lastAt: Millis = 0;
  #takeBack: () => void = () => {};

  /** A code that is none throws: check it with `inputFault` first. */
  constructor(wiring: EvdevWiring, options: KeypadOptions) {
    this.#wiring = wiring;
    this.#options = options;
    const uses = new Map<string, ContactUse>(
      Object.entries(wiring.keys).map(([name, key]) => [contactOf(name), { type: 'key', key, rest: 'open' }]),
    );
    if (wiring.hook !== undefined)
      uses.set(contactOf(wiring.hook.code), {
        type: 'hook',
        lifted: wiring.hook.lifted === 'down' ? 'closed' : 'open',
      });
    this.#uses = uses;
    this.#contacts = new Contacts(uses, wiring.keyDebounceMs ?? 0, wiring.hook);
    this.#device = new Reopened<InputDevice>({
      clock: options.clock,
      open: (gone) => this.#open(gone),
      opened: () => this.#opened(),
      lost: () => {
        this.#takeBack();
        this.#receive({ type: 'away' }, this.#at(kernelNow()));
      },
      fault: (line) => options.onFault(line),
    });
  }

  /** Open the device and begin; one that is not there is a fault and is looked for again. */
  start(): void {
    this.#device.start();
  }

  close(): void {
    this.#takeBack();
    this.#device.close();
  }

  #open(gone: (error: DeviceError) => void): InputDevice {
    const device = InputDevice.open(this.#wiring.device, { grab: this.#wiring.grab });
    try {
      device.listen({ edge: (edge) => this.#edge(edge), gone });
    } catch (error) {
      device.close();
      throw error;
    }
    return device;
  }

  #opened(): void {
    const levels = this.#device.device?.levelsAtStart;
    if (levels === undefined) return;
    const down = new Set([
      ...[...levels.keys].map((code) => `key ${code}`),
      ...[...levels.switches].map((code) => `switch ${code}`),
    ]);
    const closed = new Map([...this.#uses.keys()].map((contact) => [contact, down.has(contact)]));
    this.#receive({ type: 'levels', closed }, this.#at(kernelNow()));
  }

  #edge({ kind, code, down, atMs }: InputEdge): void {
    this.#receive({ type: 'moved', contact: `${kind} ${code}`, closed: down }, this.#at(atMs));
  }

  #receive(input: Parameters<Contacts['receive']>[0], at: Millis): void {
    for (const event of this.#contacts.receive(input, at)) this.#options.onEvent(event, at);
    this.#wait();
  }

  #wait(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    const at = this.#contacts.deadline;
    if (at === undefined) return;
    this.#takeBack = this.#options.clock.alarm(at, () => {
      const now = this.#at(kernelNow());
      for (const event of this.#contacts.wake(now)) this.#options.onEvent(event, now);
      this.#wait();
    });
  }

  /** A moment of the kernel's clock on ours: not in the future, and never before what was told already. */
  #at(kernelMs: Millis): Millis {
    const now = this.#options.clock.now();
    this.#lastAt = Math.max(this.#lastAt, Math.min(now, now - (kernelNow() - kernelMs)));
    return this.#lastAt;
  }
}

function contactOf(name: string): string {
  const code = inputCode(name);
  if (code === undefined) throw new Error(inputFault(name));
  return `${code.kind} ${code.code}`;
}
