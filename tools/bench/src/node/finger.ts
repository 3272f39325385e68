import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hands } from '@switchhook/desk-phone';
import { EvdevKeypad } from '@switchhook/gpio-keypad/node';
import type { Runtime } from '@switchhook/phone/node';
import { monotonicClock } from '@switchhook/sip-core/node';

/** Keys of linux/input-event-codes.h. */
const KEYS = { 2: 80, 0: 82, send: 96, line1: 59 } as const;
const EVENT_BYTES = 24;
const EV_KEY = 1;

/** A finger on a keypad: writes the octets of an input event where the kernel would, into a FIFO that the phone has open as its keypad. */
export class Finger {
  readonly #folder = mkdtempSync(join(tmpdir(), 'finger-'));
  readonly #keypad: EvdevKeypad;
  readonly #hands: Hands;
  readonly #fd: number;

  constructor(runtime: Runtime) {
    const path = join(this.#folder, 'event');
    execFileSync('mkfifo', [path]);
    this.#hands = new Hands({ runtime, clock: monotonicClock });
    const keys = { KEY_KP2: '2', KEY_KP0: '0', KEY_KPENTER: 'send', KEY_F1: 'line1' };
    this.#keypad = new EvdevKeypad(
      { device: { path }, grab: false, keys },
      {
        clock: monotonicClock,
        onEvent: (event, at) => this.#hands.take(event, at),
        onFault: (line) => {
          if (line !== undefined) throw new Error(line);
        },
      },
    );
    this.#keypad.start();
    this.#fd = openSync(path, 'r+');
  }

  /** Press a key; the moment at which its octets were there. */
  press(key: keyof typeof KEYS): number {
    const bytes = moved(KEYS[key], 1);
    const at = performance.now();
    writeSync(this.#fd, bytes);
    return at;
  }

  release(key: keyof typeof KEYS): void {
    writeSync(this.#fd, moved(KEYS[key], 0));
  }

  close(): void {
    this.#keypad.close();
    this.#hands.close();
    closeSync(this.#fd);
    rmSync(this.#folder, { recursive: true });
  }
}

/** `struct input_event` of a 64-bit kernel, now by CLOCK_MONOTONIC, and the end of its report. */
function moved(code: number, value: 0 | 1): Buffer {
  const bytes = Buffer.alloc(2 * EVENT_BYTES);
  const microseconds = process.hrtime.bigint() / 1000n;
  for (const at of [0, EVENT_BYTES]) {
    bytes.writeBigInt64LE(microseconds / 1_000_000n, at);
    bytes.writeBigInt64LE(microseconds % 1_000_000n, at + 8);
  }
  bytes.writeUInt16LE(EV_KEY, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}
