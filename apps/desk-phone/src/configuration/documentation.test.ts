import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { configurationSchema } from './schema.ts';

const page = readFileSync(new URL('../../../../docs/configuration.md', import.meta.url), 'utf8');

/** Every key of the schema with the path that leads to it, `accounts[].id`. */
function keys(schema: unknown, path: string): readonly string[] {
  const node = schema as { wrapped?: unknown; item?: unknown; entries?: Record<string, unknown> };
  if (node.wrapped !== undefined) return keys(node.wrapped, path);
  if (node.item !== undefined) return keys(node.item, `${path}[]`);
  return Object.entries(node.entries ?? {}).flatMap(([name, entry]) => {
    const below = path === '' ? name : `${path}.${name}`;
    const inside = keys(entry, below);
    return inside.length === 0 ? [below] : inside;
  });
}

test('docs/configuration.md describes every key that the schema knows', () => {
  const all = keys(configurationSchema, '');
  assert.ok(all.length > 50);
  const missing = all.filter((path) => {
    const name = path.split('.').at(-1)!.replace('[]', '');
    return (
      !page.includes(`\`${name}\``) &&
      !page.includes(`.${name}\``) &&
      !page.includes(`{${name}`) &&
      !page.includes(`${name}}`) &&
      !page.includes(`, ${name}`)
    );
  });
  assert.deepEqual(missing, []);
});

test('docs/configuration.md: its shortest file is a valid one', async () => {
  const { readConfiguration } = await import('./read.ts');
  const yaml = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  assert.ok(readConfiguration(yaml).ok);
});

test.run();
