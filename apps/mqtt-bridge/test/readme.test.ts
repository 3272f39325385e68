import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { parse } from 'yaml';
import { readConfiguration } from '../src/configuration.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const [bridgeYaml] = [...readme.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => parse(match[1]!) as unknown);

test('README: the configuration in it is right', () => {
  assert.deepEqual(readConfiguration(bridgeYaml).ok, true);
});

test('README: the table names every key, and the defaults that hold', () => {
  const read = readConfiguration({ broker: { url: 'mqtt://localhost' } }, 'phone-1');
  assert.ok(read.ok);
  const { value } = read;
  assert.equal(value.id, 'phone-1');
  assert.deepEqual(
    [value.privacy, value.replyTo, value.settable, value.events.media, value.homeAssistant],
    ['full', ['client/+'], ['dnd'], false, { discovery: true, prefix: 'homeassistant' }],
  );
  for (const key of Object.keys(value)) assert.match(readme, new RegExp(`\`${key}[\`.]`), key);
  assert.ok(!readConfiguration({ broker: { url: 'mqtt://localhost' } }).ok, 'without an id there is no topic');
});

test('README: a wrong configuration is told by path, value and what was expected, without showing a password', () => {
  const read = readConfiguration({
    id: 'A B',
    broker: { url: 'http://x', password: 7, nonsense: 1 },
    replyTo: ['#'],
    homeAssistant: { prefix: 'a/+' },
  });
  assert.ok(!read.ok);
  const all = read.troubles.join('\n');
  for (const part of [
    /id: .*A B.*a-z/,
    /broker\.url: .*http:\/\/x.*mqtt:/,
    /broker\.password: this value/,
    /broker\.nonsense: there is no such key/,
    /replyTo\.0: .*topic filter/,
    /homeAssistant\.prefix: .*topic/,
  ])
    assert.match(all, part);
});

test.run();
