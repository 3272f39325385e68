import { InputDevice, type InputEdge, inputName } from '@switchhook/device-file/evdev';

/** What moved on an input device: `KEY_KP1` went down, `SW_LID` went off. */
export interface CodeLearned {
  readonly type: 'code';
  readonly code: string;
  readonly down: boolean;
}

/** Watches one input device, grabbed, for what the person presses. */
export class InputLearner {
  readonly name: string;
  readonly #device: InputDevice;
  /** Codes that are not as they were at rest. */
  readonly #away = new Map<string, CodeLearned>();
  #changed = () => {};
  #gone: Error | undefined;

  /** Throws a DeviceError when the device is not there or is taken. */
  constructor(which: { readonly name: string } | { readonly path: string }) {
    this.#device = InputDevice.open(which, { grab: true });
    this.name = this.#device.description.name;
    this.#device.listen({
      edge: (edge) => this.#take(edge),
      gone: (error) => {
        this.#gone = error;
        this.#changed();
      },
    });
  }

  async rest(_signal: AbortSignal): Promise<void> {
    this.#away.clear();
  }

  /** Resolves with the first code that is not at rest; `many` when there are several. */
  async moved(signal: AbortSignal): Promise<CodeLearned | 'many'> {
    await this.#until(signal, () => this.#away.size > 0);
    return this.#away.size === 1 ? [...this.#away.values()][0]! : 'many';
  }

  /** Resolves when all is as at rest again. */
  released(signal: AbortSignal): Promise<void> {
    return this.#until(signal, () => this.#away.size === 0);
  }

  close(): void {
    this.#device.close();
  }

  #take({ kind, code, down }: InputEdge): void {
    const name = inputName({ kind, code });
    if (this.#away.has(name)) this.#away.delete(name);
    else this.#away.set(name, { type: 'code', code: name, down });
    this.#changed();
  }

  async #until(signal: AbortSignal, ready: () => boolean): Promise<void> {
    const stop = () => this.#changed();
    signal.addEventListener('abort', stop);
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#gone !== undefined) throw this.#gone;
        if (ready()) return;
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }
}
