import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import { readConfiguration } from '../configuration/read.ts';
import { askAll, configurationText, listen } from './setup-command.ts';

function answering(...answers: readonly string[]) {
  const left = [...answers];
  return async (_question: string, preset: string) => left.shift() || preset;
}

test('setup: four answers make a configuration that is right, the password in a file of its own', async () => {
  const answers = await askAll(answering('pbx.example.com:5080', '1000', 's#cr: et', ''));
  const { yaml, passwordPath } = configurationText(answers, '/etc/switchhook/switchhook.yaml');
  assert.equal(passwordPath, '/etc/switchhook/main.password');
  assert.ok(!yaml.includes('s#cr'));
  const reading = readConfiguration(yaml);
  assert.ok(reading.ok, yaml);
  const [account] = reading.configuration.accounts;
  assert.equal(account!.domain, 'pbx.example.com');
  assert.equal(account!.server, 'pbx.example.com:5080');
  assert.equal(account!.user, '1000');
  assert.equal(account!.passwordFile, 'main.password');
});

test('setup: no sound card and a named one', () => {
  const base = { server: '192.0.2.1', user: '1', password: 'x' };
  assert.match(configurationText({ ...base, card: 'none' }, '/x/y').yaml, /sound: silence/);
  assert.match(configurationText({ ...base, card: 'plughw:CARD=A' }, '/x/y').yaml, /capture: plughw:CARD=A/);
});

test('setup: an empty answer is asked again, three times', async () => {
  assert.equal((await askAll(answering('', 'pbx', '1', 'p', ''))).server, 'pbx');
  await assert.rejects(askAll(answering('', '', '')), /no answer to: Server/);
});

test('setup: answers from a pipe that has said all at once are each heard, and its end is said', async () => {
  const input = new PassThrough();
  const { ask, close } = listen(input, new PassThrough());
  input.end('pbx.example.com\r\n1000\nsecret\n\n');
  const answers = await askAll(ask);
  assert.deepEqual(answers, { server: 'pbx.example.com', user: '1000', password: 'secret', card: 'default' });
  await assert.rejects(ask('More', ''), /the input ended before an answer to: More/);
  close();
});

test.run();
