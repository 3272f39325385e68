/**
 * `npm run mutate`: breaks the transfer package as `mutants.ts` says, each time in a copy, and runs the tests over it.
 * `-- WORD` takes only the mutants whose file or guard has that word; `-- --check` only says whether all still apply;
 * `-- --quick` runs the unit tests alone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fate, type Mutant, mutate, verdict } from './mutant.ts';
import { mutants } from './mutants.ts';
import { type Stage, Workshop } from './workshop.ts';

const AT_A_TIME = 2;
/** A run that takes this much longer than without a mutant hangs: the mutant was noticed. */
const PATIENCE = 10;
const FIRST_LIMIT_MS = 300_000;
const root = join(import.meta.dirname, '..', '..', '..');

/** Cheapest first: most mutants die in the first second. */
function stages(): readonly Stage[] {
  const unit = readdirSync(join(root, 'packages/transfer/src')).filter((name) => name.endsWith('.test.ts'));
  const rows = readdirSync(join(root, 'packages/phone/test')).filter((name) =>
    /^(transfer-.*|pbx|bad-refer)\.test\.ts$/.test(name),
  );
  const flows = readdirSync(join(root, 'packages/transfer/test')).filter((name) => name.endsWith('.test.ts'));
  const quick = flows.filter((name) => !/walk|fuzz/.test(name));
  return [
    { name: 'unit', files: unit.map((name) => `packages/transfer/src/${name}`) },
    { name: 'flows', files: quick.map((name) => `packages/transfer/test/${name}`) },
    { name: 'whole phone', files: rows.map((name) => `packages/phone/test/${name}`) },
    {
      name: 'graph walk',
      files: flows.filter((name) => !quick.includes(name)).map((name) => `packages/transfer/test/${name}`),
    },
  ].filter((stage) => stage.files.length > 0);
}

/** A stage, and how long it may take. */
interface Timed {
  readonly stage: Stage;
  readonly limitMs: number;
}

async function fateOf(mutant: Mutant, shop: Workshop, all: readonly Timed[]): Promise<Fate> {
  const whole = shop.read(mutant.file);
  const mutation = mutate(whole, mutant);
  if (mutation.name !== 'mutated') throw new Error(mutation.why);
  shop.write(mutant.file, mutation.text);
  try {
    for (const { stage, limitMs } of all) {
      const { ending } = await shop.run(stage, limitMs);
      if (ending !== 'passed') return { mutant, killedBy: ending === 'hung' ? `${stage.name}, hung` : stage.name };
    }
    return { mutant, killedBy: undefined };
  } finally {
    shop.write(mutant.file, whole);
  }
}

async function main(words: readonly string[]): Promise<number> {
  const began = performance.now();
  const check = words.includes('--check');
  const word = words.find((one) => !one.startsWith('--'));
  const chosen = mutants.filter(({ file, guard }) => word === undefined || file.includes(word) || guard.includes(word));
  const source = (file: string): string => readFileSync(join(root, 'packages/transfer/src', file), 'utf8');
  const stale: string[] = [];
  const due: Mutant[] = [];
  for (const mutant of chosen) {
    const mutation = mutate(source(mutant.file), mutant);
    if (mutation.name === 'mutated') due.push(mutant);
    else stale.push(mutation.why);
  }
  if (check) {
    for (const why of stale) console.log(`no longer applies: ${why}`);
    console.log(`${due.length} mutants apply, ${stale.length} do not`);
    return stale.length === 0 ? 0 : 1;
  }
  const all: Timed[] = [];
  const fates: Fate[] = [];
  const shops = Array.from({ length: AT_A_TIME }, () => new Workshop(root));
  const close = (): void => {
    for (const shop of shops) shop.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      close();
      process.exit(1);
    });
  }
  try {
    // Tests that fail without any mutant would kill them all.
    for (const stage of words.includes('--quick') ? stages().slice(0, 1) : stages()) {
      const start = performance.now();
      const { ending, said } = await shops[0]!.run(stage, FIRST_LIMIT_MS);
      if (ending !== 'passed') {
        console.log(`${stage.name}: ${ending} as it is\n${said}`);
        return 1;
      }
      all.push({ stage, limitMs: PATIENCE * (performance.now() - start) });
    }
    const queue = [...due];
    const worker = async (shop: Workshop): Promise<void> => {
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const fate = await fateOf(mutant, shop, all);
        fates.push(fate);
        console.log(`${fate.killedBy ?? 'SURVIVED'}: ${mutant.file}: ${mutant.guard}`);
      }
    };
    await Promise.all(shops.map(worker));
  } finally {
    close();
  }
  const { lines, ok } = verdict(fates, stale);
  for (const line of lines) console.log(line);
  console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
  return ok ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
