import { InputDevice, type InputEdge, inputCode } from '@switchhook/device-file/evdev';
import type { AlarmClock } from '@switchhook/sans-io';
import { KeptOpen } from './kept-open.ts';

/** What bluetoothd's input devices for a headset's media keys are called. */
const AVRCP = /\(AVRCP\)$/;
/** One button sends play and pause in turn; both are the button. */
const BUTTON: ReadonlySet<number | undefined> = new Set(
  ['KEY_PLAYCD', 'KEY_PAUSECD', 'KEY_PLAYPAUSE', 'KEY_PLAY', 'KEY_STOPCD'].map((name) => inputCode(name)?.code),
);

export interface MediaKeysOptions {
  readonly clock: AlarmClock;
  onButton(edge: 'down' | 'up'): void;
}

/**
 * A headset's play key by AVRCP, as bluetoothd passes it on. Most headsets send it outside calls only: an extra, beside the
 * commands of the hands-free profile.
 */
export class MediaKeys {
  readonly #kept: KeptOpen<InputDevice>;

  constructor({ clock, onButton }: MediaKeysOptions) {
    this.#kept = new KeptOpen(
      clock,
      (gone) => {
        const device = InputDevice.open({ name: AVRCP });
        const edge = ({ kind, code, down }: InputEdge) => {
          if (kind === 'key' && BUTTON.has(code)) onButton(down ? 'down' : 'up');
        };
        device.listen({ edge, gone });
        return device;
      },
      () => {},
    );
  }

  start(): void {
    this.#kept.start();
  }

  close(): void {
    this.#kept.close();
  }
}
