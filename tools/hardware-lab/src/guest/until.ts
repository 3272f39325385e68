/** Look every 10 ms, doing `step` each time, until it is so; throws, naming what was waited for and what is seen, after `limitMs`. */
export async function until(
  what: string,
  done: () => boolean,
  limitMs = 10_000,
  seen: () => string = () => '',
): Promise<void> {
  for (const end = performance.now() + limitMs; !done(); ) {
    if (performance.now() > end)
      throw new Error(`not within ${limitMs / 1000} s: ${what}${seen() === '' ? '' : `; ${seen()}`}`);
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
