/**
 * The header fields of a message, in their order, values raw (unfolded, outer blanks removed). Names are compared
 * without case and compact forms are equal to long ones (RFC 3261 §7.3.3).
 */
export class HeaderFields {
  readonly #names: string[] = [];
  readonly #values: string[] = [];

  /** First value of `name`. */
  get(name: string): string | undefined {
    const key = name.toLowerCase();
    for (let i = 0; i < this.#names.length; i++) if (this.#names[i]!.toLowerCase() === key) return this.#values[i];
    return undefined;
  }
}
