/** `run-tests unit|flows [--limit SECONDS] [FILE…]`, started in a project's folder. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runFile } from './run-file.ts';
import { closingLine, type FileResult, type SuiteResult, tally } from './summary.ts';

const SUITES: Readonly<Record<string, { readonly folders: readonly string[]; readonly limitS: number }>> = {
  unit: { folders: ['src'], limitS: 30 },
  flows: { folders: ['test', 'e2e'], limitS: 120 },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { limit: { type: 'string' } } });
const [suite = 'unit', ...named] = positionals;
const plan = SUITES[suite];
if (plan === undefined) {
  console.error(`run-tests: no suite "${suite}"; there are ${Object.keys(SUITES).join(' and ')}`);
  process.exit(2);
}
const project = (JSON.parse(readFileSync('package.json', 'utf8')) as { name: string }).name;
const files = named.length > 0 ? named : findFiles(plan.folders);
const results: FileResult[] = [];
for (const file of files) {
  const { output, ...result } = await runFile(file, process.cwd(), Number(values.limit ?? plan.limitS));
  results.push(result);
  const bad = result.failed > 0;
  console.log(
    `${bad ? 'FAIL' : 'ok  '} ${file}  ${result.passed}${bad ? ` (${result.failed} failed)` : ''}  ${result.seconds.toFixed(1)} s`,
  );
  for (const skip of result.skipped) console.log(`     skipped: ${skip}`);
  if (bad) console.log(`${result.trouble === undefined ? '' : `     ${result.trouble}\n`}${output.trimEnd()}`);
}
const written: SuiteResult = { project, suite, files: results };
mkdirSync('.results', { recursive: true });
writeFileSync(`.results/${suite}.json`, `${JSON.stringify(written, null, 1)}\n`);
const counts = tally([written]);
if (files.length > 0) console.log(`${project} ${suite}: ${closingLine(counts)}`);
process.exit(counts.failed > 0 ? 1 : 0);

function findFiles(folders: readonly string[]): string[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((name) => name.endsWith('.test.ts'))
    .sort();
}
