/** What came of feeding a `LineReader`. */
export type LineFeed = { readonly ok: true; readonly lines: readonly string[] } | { readonly ok: false };

const NEWLINE = 0x0a;

/** Cuts a byte stream into lines of UTF-8 text, and gives up on a line longer than its limit. */
export class LineReader {
  readonly #limitBytes: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** The lines that `chunk` completes, without their ends; not ok = a line is too long and the stream cannot be read on. */
  feed(chunk: Uint8Array): LineFeed {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE, from); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      if (this.#heldBytes > this.#limitBytes) return { ok: false };
      const text = Buffer.concat(this.#held, this.#heldBytes).toString('utf8').replace(/\r$/, '');
      if (text !== '') lines.push(text);
      this.#held = [];
      this.#heldBytes = 0;
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
    return this.#heldBytes > this.#limitBytes ? { ok: false } : { ok: true, lines };
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#held.push(piece);
    this.#heldBytes += piece.length;
  }
}
