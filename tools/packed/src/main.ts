/**
 * `npm run packed`: what somebody gets who installs our packages from a registry. Packs each publishable package,
 * installs the archives in an empty folder, then for each runs its README's first JavaScript example with plain Node.js
 * and checks the example against the packed types.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

const root = resolve(import.meta.dirname, '../../..');
const tsc = join(root, 'node_modules/.bin/tsc');
const packages = ['packages', 'devices', 'apps']
  .flatMap((floor) => readdirSync(join(root, floor)).map((name) => join(root, floor, name)))
  .filter((folder) => existsSync(join(folder, 'package.json')))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest }))
  .filter(({ manifest }) => manifest.private !== true);

let passed = 0;
let failed = 0;
const empty = mkdtempSync(join(tmpdir(), 'packed-'));
process.on('exit', () => rmSync(empty, { recursive: true, force: true }));

check('the build', () => run('npm', ['run', '--silent', 'build'], root, 300));
const archives = join(empty, 'archives');
mkdirSync(archives);
for (const { folder, manifest } of packages)
  check(`npm pack ${manifest.name}`, () =>
    run('npm', ['pack', '--silent', '--pack-destination', archives], folder, 60),
  );
const shop = join(empty, 'shop');
mkdirSync(shop);
writeFileSync(join(shop, 'package.json'), '{ "name": "shop", "private": true, "type": "module" }\n');
check('npm install of all archives in an empty folder', () =>
  run(
    'npm',
    ['install', '--silent', '--no-audit', '--no-fund', ...readdirSync(archives).map((name) => join(archives, name))],
    shop,
    300,
  ),
);
for (const { folder, manifest } of packages) {
  const example = firstExample(join(folder, 'README.md'));
  if (example === undefined) {
    for (const command of Object.keys(manifest.bin ?? {}))
      check(`${command} --version`, () => run(join(shop, 'node_modules/.bin', command), ['--version'], shop, 20));
    if (manifest.bin === undefined) check(`${manifest.name}: README has a js example`, () => 'none found');
    continue;
  }
  const file = `${manifest.name.replace(/[@/]/g, '_')}.mjs`;
  writeFileSync(join(shop, file), example);
  check(`${manifest.name}: the README's first example runs`, () => run(process.execPath, [file], shop, 30));
  check(`${manifest.name}: the example fits the packed types`, () =>
    run(
      tsc,
      [
        '--noEmit',
        '--checkJs',
        '--allowJs',
        '--target',
        'es2023',
        '--module',
        'nodenext',
        '--skipLibCheck',
        '--strict',
        'false',
        '--typeRoots',
        join(root, 'node_modules/@types'),
        '--types',
        'node',
        file,
      ],
      shop,
      60,
    ),
  );
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 ? 0 : 1);

function firstExample(readme: string): string | undefined {
  return existsSync(readme) ? /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(readme, 'utf8'))?.[1] : undefined;
}

function check(title: string, body: () => string | undefined): void {
  const trouble = body();
  if (trouble === undefined) passed++;
  else failed++;
  console.log(trouble === undefined ? `ok   ${title}` : `FAIL ${title}\n${trouble}`);
}

/** Undefined when the command ended with 0, else what it said. */
function run(command: string, args: readonly string[], cwd: string, limitS: number): string | undefined {
  const result = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: limitS * 1000,
    env: { ...process.env, npm_config_loglevel: 'error' },
  });
  if (result.status === 0) return undefined;
  const ending = result.error !== undefined ? String(result.error) : `exit code ${result.status}`;
  return `${ending}\n${result.stdout ?? ''}${result.stderr ?? ''}`.trimEnd();
}
