/** Longest pause between two tries, in calls of `due`. */
const LONGEST = 30;

/** When to try again what has failed: after 1, 2, 4 … 30 calls of `due`, which is called once a second. */
export class BackOff {
  #pause = 1;
  #left = 0;

  /** Failed (again): the next try is further away than the last. */
  failed(): void {
    this.#left = this.#pause;
    this.#pause = Math.min(LONGEST, this.#pause * 2);
  }

  succeeded(): void {
    this.#pause = 1;
    this.#left = 0;
  }

  /** Whether to try now. */
  due(): boolean {
    if (this.#left > 0) this.#left--;
    return this.#left === 0;
  }
}
