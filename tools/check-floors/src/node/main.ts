/** `npm run floors`: reads the house from the current folder, prints every breach, exits non-zero when there is one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkFloors, type Package } from '../check.ts';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (file: string): Manifest => JSON.parse(readFileSync(file, 'utf8')) as Manifest;

const packages = ['packages', 'devices', 'apps', 'tools']
  .flatMap((floor) => readdirSync(floor).map((name) => `${floor}/${name}`))
  .filter((folder) => existsSync(`${folder}/package.json`))
  .map(readPackage);
const root = readManifest('package.json');
const findings = checkFloors(packages, Object.keys({ ...root.dependencies, ...root.devDependencies }));
for (const { file, line, message } of findings) console.log(`${file}:${line}: ${message}`);
const files = packages.reduce((sum, pkg) => sum + pkg.files.size, 0);
console.log(
  findings.length === 0
    ? `floors: ${files} files in ${packages.length} packages stand`
    : `floors: ${findings.length} ${findings.length === 1 ? 'breach' : 'breaches'}`,
);
process.exit(findings.length === 0 ? 0 : 1);

function readPackage(folder: string): Package {
  const manifest = readManifest(`${folder}/package.json`);
  const files = new Map<string, string>();
  for (const part of ['src', 'test', 'e2e']) {
    if (!existsSync(join(folder, part))) continue;
    for (const name of readdirSync(join(folder, part), { recursive: true, encoding: 'utf8' }))
      if (name.endsWith('.ts')) files.set(`${part}/${name}`, readFileSync(join(folder, part, name), 'utf8'));
  }
  return { name: manifest.name, folder, dependencies: Object.keys(manifest.dependencies ?? {}), files };
}
