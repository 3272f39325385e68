import assert from 'node:assert/strict';
import { test } from 'uvu';
import { checkFloors, type Package } from './check.ts';

function house(folder: string, files: Record<string, string>, dependencies: string[] = []): Package[] {
  const rooms: [string, string][] = [
    ['@switchhook/sans-io', 'packages/sans-io'],
    ['@switchhook/sip-core', 'packages/sip-core'],
    ['@switchhook/rtp-media', 'packages/rtp-media'],
    ['@switchhook/phone', 'packages/phone'],
    ['@switchhook/bt-headset', 'devices/bt-headset'],
    ['@switchhook/mqtt-bridge', 'apps/mqtt-bridge'],
    ['@switchhook/desk-phone', 'apps/desk-phone'],
  ];
  return rooms.map(([name, at]) => ({
    name,
    folder: at,
    dependencies: at === folder ? dependencies : [],
    files: new Map(at === folder ? Object.entries(files) : []),
  }));
}

const messages = (packages: Package[]) => checkFloors(packages, ['uvu']).map((finding) => finding.message);

test('floors: a downward import that package.json names stands', () => {
  const text = `import { token } from '@switchhook/sans-io';\nexport const a = token('x');\n`;
  assert.deepEqual(messages(house('packages/sip-core', { 'src/a.ts': text }, ['@switchhook/sans-io'])), []);
});

test('floors: a planted upward import fails and names both floors', () => {
  const text = `import { view } from '@switchhook/phone';\n`;
  const found = checkFloors(house('packages/sip-core', { 'src/a.ts': text }, ['@switchhook/phone']), []);
  assert.match(found[0]!.message, /floor 1 may not import @switchhook\/phone on floor 3/);
  assert.equal(found[0]!.file, 'packages/sip-core/src/a.ts');
});

test('floors: a sideways import fails', () => {
  const text = `export type { SessionPlan } from '@switchhook/rtp-media';\n`;
  assert.match(
    messages(house('packages/sip-core', { 'src/a.ts': text }, ['@switchhook/rtp-media']))[0]!,
    /never sideways/,
  );
});

test('floors: node: outside src/node fails, inside it stands', () => {
  const text = `import { createHash } from 'node:crypto';\n`;
  assert.match(messages(house('packages/sip-core', { 'src/a.ts': text }))[0]!, /belongs under src\/node/);
  assert.deepEqual(messages(house('packages/sip-core', { 'src/node/a.ts': text })), []);
});

test('floors: clocks, promises and random numbers in a core fail; the words in comments and strings do not', () => {
  const bad = `export const now = () => Date.now();\nexport const dice = () => Math.random();\n`;
  assert.equal(messages(house('packages/phone', { 'src/a.ts': bad })).length, 2);
  const good = `// Date and setTimeout are not for us\nexport const name = 'Date, await';\nexport interface A { readonly date: string }\n`;
  assert.deepEqual(messages(house('packages/phone', { 'src/a.ts': good })), []);
});

test('floors: a dependency that package.json does not name fails', () => {
  const text = `import { token } from '@switchhook/sans-io';\n`;
  assert.match(messages(house('packages/sip-core', { 'src/a.ts': text }))[0]!, /does not name @switchhook\/sans-io/);
});

test('floors: an npm package that the short list lacks fails in a core', () => {
  const text = `import x from 'left-pad';\n`;
  assert.match(messages(house('packages/phone', { 'src/a.ts': text }, ['left-pad']))[0]!, /short list/);
});

test('floors: a device imports only types of the phone', () => {
  const value = `import { view } from '@switchhook/phone';\n`;
  const types = `import type { Intent } from '@switchhook/phone';\nimport { type Verb } from '@switchhook/phone';\n`;
  assert.match(messages(house('devices/bt-headset', { 'src/a.ts': value }, ['@switchhook/phone']))[0]!, /only types/);
  assert.deepEqual(messages(house('devices/bt-headset', { 'src/a.ts': types }, ['@switchhook/phone'])), []);
});

test('floors: the bridge knows the control protocol and nothing else of the phone', () => {
  const text = `import { createSoftphone } from '@switchhook/phone/node';\n`;
  assert.match(messages(house('apps/mqtt-bridge', { 'src/a.ts': text }, ['@switchhook/phone']))[0]!, /may import only/);
});

test('floors: a relative import may not leave its package', () => {
  assert.match(
    messages(house('packages/phone', { 'src/a.ts': `import '../../sip-core/src/x.ts';\n` }))[0]!,
    /reaches out/,
  );
});

test('floors: a file of over 400 lines needs a reason, and names such as utils are refused', () => {
  const long = 'export {};\n'.repeat(401);
  assert.match(messages(house('packages/phone', { 'src/a.ts': long }))[0]!, /over 400/);
  assert.deepEqual(messages(house('packages/phone', { 'src/a.ts': `// Long because one table.\n${long}` })), []);
  assert.match(messages(house('packages/phone', { 'src/utils.ts': 'export {};\n' }))[0]!, /one noun/);
});

test.run();
