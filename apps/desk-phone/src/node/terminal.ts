import process from 'node:process';
import type { Snapshot } from '@switchhook/phone/control';
import type { Runtime } from '@switchhook/phone/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import type { Hands } from '../hands.ts';
import { readKeys } from '../terminal/keys.ts';
import { lampLook } from '../terminal/lamp-look.ts';
import { drawScreen } from '../terminal/screen.ts';

const REDRAW_MS = 100;
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
/** Erase to the end of the line, and of the screen: drawn over, never blank in between. */
const LINE_END = '\x1b[K\r\n';
const SCREEN_END = '\x1b[J';

/** The terminal as the phone's keypad, headset button and display. Ends with `q`, Ctrl-C, or `close`. */
export class Terminal {
  readonly #runtime: Runtime;
  readonly #hands: Hands;
  readonly #name: string;
  readonly #notes: readonly string[];
  readonly #onQuit: () => void;
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #onData = (chunk: Buffer): void => this.#typed(chunk.toString('utf8'));
  #state: Snapshot;
  #refusal: string | undefined;
  #drawn = '';

  constructor(runtime: Runtime, hands: Hands, name: string, notes: readonly string[], onQuit: () => void) {
    this.#runtime = runtime;
    this.#hands = hands;
    hands.onOutcome = (outcome) => {
      if (outcome.name === 'failed') this.#refusal = outcome.error.message;
    };
    this.#name = name;
    this.#notes = notes;
    this.#onQuit = onQuit;
    this.#state = runtime.snapshot();
    this.#unsubscribe = runtime.subscribe({
      snapshot: (state) => {
        this.#state = state;
        this.#draw();
      },
    });
    process.stdin.setRawMode(true);
    process.stdin.on('data', this.#onData);
    process.stdin.resume();
    process.stdout.write(ENTER);
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#draw();
  }

  /** Give the terminal back as it was. */
  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#hands.onOutcome = () => {};
    process.stdin.off('data', this.#onData);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write(LEAVE);
  }

  #typed(text: string): void {
    this.#refusal = undefined;
    for (const press of readKeys(text, this.#state.hook, monotonicClock.now())) {
      if (press.type === 'quit') {
        this.#onQuit();
        return;
      }
      this.#hands.take(press.event, press.at);
    }
    this.#draw();
  }

  #draw(): void {
    const nowMs = Date.now();
    const lines = drawScreen(this.#state, {
      name: this.#name,
      nowMs,
      lamp: (pattern) => lampLook(pattern, nowMs),
      colour: process.env['NO_COLOR'] === undefined,
      // A pseudo terminal without a size says 0.
      width: process.stdout.columns || 80,
      refusal: this.#refusal,
      notes: [...this.#notes, ...this.#runtime.alarms.map((alarm) => `internal error contained: ${alarm}`)],
    });
    const text = lines.join(LINE_END);
    if (text === this.#drawn) return;
    this.#drawn = text;
    process.stdout.write(HOME + text + LINE_END + SCREEN_END);
  }
}
