import { median } from '../result.ts';

/** CPU microseconds of one call of each, measured in turn round by round so that a drifting machine hits all alike. */
export function sideBySide(
  contestants: Readonly<Record<string, () => unknown>>,
  { rounds = 7, roundMs = 60 }: { readonly rounds?: number; readonly roundMs?: number } = {},
): Record<string, number> {
  const names = Object.keys(contestants);
  for (const name of names) calibrate(contestants[name]!, 4 * roundMs); // lets the compiler see each one hot
  const counts = new Map(names.map((name) => [name, calibrate(contestants[name]!, roundMs)]));
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const name of names) times.get(name)!.push(timeOf(contestants[name]!, counts.get(name)!));
  return Object.fromEntries(names.map((name) => [name, median(times.get(name)!)]));
}

function calibrate(body: () => unknown, roundMs: number): number {
  let count = 1;
  for (;;) {
    const perCallUs = timeOf(body, count);
    if (perCallUs * count > roundMs * 500) return Math.max(1, Math.round((roundMs * 1000) / perCallUs));
    count *= 2;
  }
}

let sink: unknown;

function timeOf(body: () => unknown, count: number): number {
  const began = process.cpuUsage();
  for (let i = 0; i < count; i++) sink = body();
  const used = process.cpuUsage(began);
  if (sink === timeOf) throw new Error('a contestant must not return the stop-watch');
  return (used.user + used.system) / count;
}
