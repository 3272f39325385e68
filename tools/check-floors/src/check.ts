import { builtinModules } from 'node:module';
import { dirname, normalize } from 'node:path/posix';
import { ROOMS, type Room, SOLE_USERS } from './floors.ts';
import { blank, importsOf } from './source-text.ts';

/** A package of the house as it stands on disk. */
export interface Package {
  readonly name: string;
  readonly folder: string;
  /** Names in its `dependencies`. */
  readonly dependencies: readonly string[];
  /** Path below the folder → text, every .ts file of it. */
  readonly files: ReadonlyMap<string, string>;
}

export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const IMPURE =
  /(?<![.\w$])(setTimeout|setInterval|setImmediate|queueMicrotask|Date|performance|process|Buffer|EventEmitter|Promise|async|await|fetch)\b(?!\s*:)|\bMath\.random\b/g;
const BANNED_NAMES = /(^|\/)(util|utils|helper|helpers|manager|common)(\.test)?\.ts$/;
const LONGEST = 400;

/** Every breach of the floors in `packages`; empty when the house stands. `rootDependencies` may be used by tests. */
export function checkFloors(
  packages: readonly Package[],
  rootDependencies: readonly string[],
  rooms = ROOMS,
): Finding[] {
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]));
  const roomOf = new Map(rooms.map((room) => [room.folder, room]));
  const findings: Finding[] = [];
  for (const pkg of packages) {
    const room = roomOf.get(pkg.folder);
    if (room === undefined) {
      findings.push({
        file: `${pkg.folder}/package.json`,
        line: 1,
        message: 'has no floor: add it to tools/check-floors/src/floors.ts',
      });
      continue;
    }
    for (const [path, text] of pkg.files)
      for (const finding of checkFile(pkg, room, path, text, byName, roomOf, rootDependencies))
        findings.push({ ...finding, file: `${pkg.folder}/${path}` });
  }
  return findings;
}

function* checkFile(
  pkg: Package,
  room: Room,
  path: string,
  text: string,
  byName: ReadonlyMap<string, Package>,
  roomOf: ReadonlyMap<string, Room>,
  rootDependencies: readonly string[],
): Generator<{ line: number; message: string }> {
  const isTest = path.endsWith('.test.ts') || !path.startsWith('src/');
  const pureHere = room.pure && !isTest && !path.startsWith('src/node/');
  if (BANNED_NAMES.test(path))
    yield { line: 1, message: 'a file is named after one noun, not util, helper, manager or common' };
  const lines = text.split('\n').length - 1;
  if (lines > LONGEST && !/Long because/.test(text))
    yield { line: LONGEST, message: `${lines} lines: over ${LONGEST} a file says "Long because …" or is split` };
  for (const { specifier, typeOnly, line } of importsOf(text)) {
    const at = (message: string) => ({ line, message });
    if (specifier.startsWith('.')) {
      if (normalize(`${dirname(path)}/${specifier}`).startsWith('..'))
        yield at(`reaches out of its package: ${specifier}`);
      continue;
    }
    const name = packageName(specifier);
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
      if (pureHere) yield at(`a core does no IO: ${specifier} belongs under src/node/`);
      if (!specifier.startsWith('node:')) yield at(`write node:${specifier}`);
      continue;
    }
    const sole = SOLE_USERS[name];
    if (sole !== undefined && !sole.includes(pkg.folder) && name !== pkg.name && !isTest)
      yield at(`only ${sole.join(' and ')} may import ${name}`);
    if (!pkg.dependencies.includes(name) && name !== pkg.name && !(isTest && rootDependencies.includes(name)))
      yield at(`package.json of ${pkg.name} does not name ${name}`);
    const target = byName.get(name);
    if (target === undefined) {
      if (pureHere && !(room.allowed ?? []).includes(name))
        yield at(`npm package ${name} is not on this folder's short list`);
      continue;
    }
    if (target === pkg) continue;
    const other = roomOf.get(target.folder);
    if (other !== undefined && other.floor >= room.floor && !isTest)
      yield at(`floor ${room.floor} may not import ${name} on floor ${other.floor}: never up, never sideways`);
    if (!typeOnly && !isTest && room.typesOnlyOf?.includes(name))
      yield at(`only types of ${name} may be imported here`);
    if (!isTest && room.onlyFrom !== undefined && !room.onlyFrom.includes(specifier))
      yield at(`may import only ${room.onlyFrom.join(', ')}, not ${specifier}`);
  }
  if (pureHere) {
    const code = blank(text, true);
    for (const match of code.matchAll(IMPURE))
      yield {
        line: code.slice(0, match.index).split('\n').length,
        message: `a core has no ${match[0]}: it belongs under src/node/`,
      };
  }
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!;
}
