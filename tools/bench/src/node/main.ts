/** `npm run bench [-- --only NAME|ID] [--json FILE]`: figures beside peers of the same run. Misses stay in the table. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Bench, isResult, type NotRun, type Result, table } from '../result.ts';
import { answering } from './answering.ts';
import { deskPhone } from './desk-phone.ts';
import { fleet } from './fleet.ts';
import { mediaPackets } from './media-packets.ts';
import { pacing } from './pacing.ts';
import { parsing } from './parse.ts';
import { latency } from './phone-latency.ts';
import { transfers } from './transfer-latency.ts';

/** A bench that takes longer is given up, so that the whole always ends. */
const LIMIT_MS = 120_000;

const BENCHES: readonly Bench[] = [parsing, answering, mediaPackets, pacing, deskPhone, transfers, latency, fleet];

const { values } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } });
const only = values.only;
const chosen = BENCHES.filter(
  (bench) => only === undefined || bench.name === only || bench.ids.some((id) => id.startsWith(only)),
);
if (chosen.length === 0) {
  console.error(
    `bench: nothing is called "${only}"; there are ${BENCHES.map((b) => `${b.name} (${b.ids.join(', ')})`).join(', ')}`,
  );
  process.exit(2);
}
const rows: (Result | NotRun)[] = [];
for (const bench of chosen) {
  console.error(`bench: ${bench.name} (${bench.ids.join(', ')})`);
  try {
    rows.push(...(await withinLimit(bench)));
  } catch (error) {
    rows.push(
      ...bench.ids.map((id) => ({ id, why: error instanceof Error ? error.message.split('\n')[0]! : String(error) })),
    );
  }
}
console.log(table(rows));
if (values.json !== undefined) {
  const body = { results: rows.filter(isResult), notRun: rows.filter((row) => !isResult(row)) };
  writeFileSync(values.json, `${JSON.stringify(body, null, 2)}\n`);
}
process.exit(0);

function withinLimit(bench: Bench): ReturnType<Bench['run']> {
  let limit: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    const limitMs = bench.limitMs ?? LIMIT_MS;
    limit = setTimeout(() => reject(new Error(`not done within ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([bench.run(), tooLong]).finally(() => clearTimeout(limit));
}
