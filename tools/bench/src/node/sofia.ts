import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NativeProgram } from './native-program.ts';

const ROUND_MS = 60;
const ROUNDS = 4;

/** CPU microseconds of sofia-sip for one message. */
export interface SofiaTimes {
  readonly parse: number;
  readonly print: number;
}

/** sofia-sip as a peer. */
export class Sofia {
  readonly #program: NativeProgram;

  private constructor(program: NativeProgram) {
    this.#program = program;
  }

  /** Compile; what is missing, in words, where that cannot be. */
  static build(): Sofia | string {
    const program = NativeProgram.build('sofia-parse', 'sofia-sip-ua', 'libsofia-sip-ua-dev');
    return typeof program === 'string' ? program : new Sofia(program);
  }

  /** Medians of a few rounds. */
  measure(message: Uint8Array): SofiaTimes {
    const file = join(this.#program.folder, 'message');
    writeFileSync(file, message);
    const [parse = Number.NaN, print = Number.NaN] = this.#program.columns(file, String(ROUND_MS), String(ROUNDS));
    return { parse, print };
  }

  close(): void {
    this.#program.close();
  }
}
