/** `gate check` is the fast gate; `gate test` adds flows. Each prints seconds a part and one closing line. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { closingLine, forbiddenSkips, type SuiteResult, tally } from './summary.ts';

const mode = process.argv[2];
if (mode !== 'check' && mode !== 'test') {
  console.error('gate: say "check" or "test"');
  process.exit(2);
}

const suites = mode === 'check' ? ['unit'] : ['unit', 'flows'];
const projects = ['packages', 'devices', 'apps', 'tools']
  .flatMap((floor) => readdirSync(floor).map((name) => join(floor, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')));
for (const folder of projects) rmSync(join(folder, '.results'), { recursive: true, force: true });

const failedParts: string[] = [];
part('floors', ['npm', 'run', '--silent', 'floors']);
part('types', ['npx', 'tsc', '--build']);
part('lint', ['npx', 'biome', 'ci', '--error-on-warnings', '.']);
part('unit and property tests', nx('test'));
if (mode === 'test') part('flows, fuzz, demo and office', nx('flows'));

const results = projects.flatMap((folder) =>
  suites
    .map((suite) => join(folder, '.results', `${suite}.json`))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as SuiteResult),
);
const counts = tally(results);
for (const suite of results)
  for (const file of suite.files)
    if (file.failed > 0) console.log(`failed: ${suite.project} ${file.file} ${file.trouble ?? ''}`);
for (const skip of counts.skipped) console.log(`skipped: ${skip}`);
if (process.env['CI'] === 'true') {
  const allowed = existsSync('.ci/allowed-skips') ? readFileSync('.ci/allowed-skips', 'utf8') : '';
  for (const skip of forbiddenSkips(counts.skipped, allowed)) failedParts.push(`skip not allowed in CI: ${skip}`);
}
for (const failure of failedParts) console.log(`failed part: ${failure}`);
// A part that failed without a failed test case (types, lint) still counts, so that the line can never read as a pass.
const failed = Math.max(counts.failed, failedParts.length);
console.log(closingLine({ ...counts, failed }));
process.exit(failed > 0 || counts.passed === 0 ? 1 : 0);

function nx(target: string): string[] {
  return ['npx', 'nx', 'run-many', '-t', target, '--parallel=3', '--output-style=stream', '--nxBail=false'];
}

function part(name: string, [command, ...args]: string[]): void {
  const began = performance.now();
  const run = spawnSync(command!, args, {
    stdio: 'inherit',
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', npm_config_loglevel: 'error' },
  });
  console.log(`-- ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (run.status !== 0) failedParts.push(name);
}
