/**
 * The one of `names` that was probably meant by `written`, or undefined when none is near. Two letters exchanged count
 * as one slip; a name may be off by a third of its length.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestSlips = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const slips = countSlips(written.toLowerCase(), name.toLowerCase());
    if (slips < bestSlips) {
      best = name;
      bestSlips = slips;
    }
  }
  return best !== undefined && bestSlips <= Math.max(1, Math.ceil(best.length / 3)) ? best : undefined;
}

function countSlips(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let slips = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        slips = Math.min(slips, beforeLast[j - 2]! + 1);
      row.push(slips);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
