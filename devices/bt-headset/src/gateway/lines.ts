/** Longest command that is looked at, in octets: a dial string of 64 and room for what vendors send. */
export const MOST_COMMAND_BYTES = 512;
/** What may wait while a command is being answered, in octets; a command counts as 32 at least. */
const MOST_WAITING_BYTES = 4096;
const LEAST_COMMAND_BYTES = 32;

/** One command without `AT` and its end, or the end of one that was too long to be looked at. */
export type AtLine = { readonly type: 'command'; readonly text: string } | { readonly type: 'too-long' };

/**
 * Cuts a headset's bytes into commands. They end with CR (V.250 §5.2.1); line feeds and NULs between them are skipped.
 * However the bytes are cut, the same commands come out; a command without end takes no memory beyond the limit, and
 * what comes faster than it is taken is dropped and counted.
 */
export class AtLines {
  /** Lines that are no command, and commands that were dropped because too many waited. */
  readonly counts = { 'not-at': 0, 'too-long': 0, flood: 0 };
  readonly #lines: AtLine[] = [];
  #waitingBytes = 0;
  #open: number[] = [];
  #tooLong = false;

  /** Take bytes in; the commands are to be had from `next`. */
  push(bytes: Uint8Array): void {
    for (const octet of bytes) {
      if (octet === 0x0d) this.#end();
      else if (octet === 0x0a || octet === 0) continue;
      else if (this.#open.length >= MOST_COMMAND_BYTES) this.#tooLong = true;
      else this.#open.push(octet);
    }
  }

  /** The next line in order. */
  next(): AtLine | undefined {
    const line = this.#lines.shift();
    if (line !== undefined) this.#waitingBytes -= cost(line);
    return line;
  }

  #end(): void {
    const text = String.fromCharCode(...this.#open).trim();
    const tooLong = this.#tooLong;
    this.#open = [];
    this.#tooLong = false;
    if (text === '') return;
    if (!/^at/i.test(text)) {
      this.counts['not-at']++;
      return;
    }
    if (tooLong) this.counts['too-long']++;
    const line: AtLine = tooLong ? { type: 'too-long' } : { type: 'command', text: text.slice(2).trim() };
    if (this.#waitingBytes + cost(line) > MOST_WAITING_BYTES) {
      this.counts.flood++;
      return;
    }
    this.#waitingBytes += cost(line);
    this.#lines.push(line);
  }
}

function cost(line: AtLine): number {
  return line.type === 'command' ? Math.max(line.text.length, LEAST_COMMAND_BYTES) : LEAST_COMMAND_BYTES;
}
