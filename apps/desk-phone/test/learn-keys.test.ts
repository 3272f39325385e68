import assert from 'node:assert/strict';
import { test } from 'uvu';
import { ASKED, type KeySource, learnKeys, type Person } from '../src/node/learn-keys.ts';

/** A person who does what the wizard says: `act` tells with which contacts a request is answered, `[]` = Enter. */
function session(act: (request: string) => readonly string[]) {
  const told: string[] = [];
  let contacts: string[] = [];
  let enter: ((line: string | undefined) => void) | undefined;
  let early = 0;
  const person: Person = {
    say(text) {
      told.push(text);
      const request = /^(Put|Press the key (\S+)|Lift)/.exec(text);
      if (request === null) return;
      contacts = [...act(request[2] ?? request[1]!)];
      if (contacts.length > 0) return;
      if (enter === undefined) early++;
      else enter('');
      enter = undefined;
    },
    line: () =>
      new Promise((resolve) => {
        if (early === 0) enter = resolve;
        else {
          early--;
          resolve('');
        }
      }),
  };
  const source: KeySource<string> = {
    rest: async () => {},
    moved(signal) {
      const contact = contacts.shift();
      if (contact !== undefined) return Promise.resolve(contact);
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    released: async () => {},
  };
  return { told, run: () => learnKeys(source, person) };
}

test('setup keys: every key is asked for, Enter skips, and the hook comes last', async () => {
  const has = new Map([
    ['1', 'A'],
    ['#', 'B'],
    ['transfer', 'C'],
    ['Lift', 'H'],
  ]);
  const { told, run } = session((request) => (has.has(request) ? [has.get(request)!] : []));
  const { keys, hook } = await run();
  assert.deepEqual(
    [...keys],
    [
      ['1', 'A'],
      ['#', 'B'],
      ['transfer', 'C'],
    ],
  );
  assert.equal(hook, 'H');
  assert.deepEqual(told.filter((text) => text.startsWith('Press')).length, ASKED.length);
});

test('setup keys: two contacts at once, and a key that is another one already, are asked for again', async () => {
  const { told, run } = session((request) => (request === '1' ? ['many', 'A'] : request === '2' ? ['A', 'B'] : []));
  const { keys, hook } = await run();
  assert.deepEqual(
    [...keys],
    [
      ['1', 'A'],
      ['2', 'B'],
    ],
  );
  assert.equal(hook, undefined);
  assert.ok(told.includes('  more than one contact moved: only the key 1, please'));
  assert.ok(told.includes('  that is the key 1 already: the key 2, please'));
});

test('setup keys: input that ends is said, and nothing is learned', async () => {
  const source: KeySource<string> = {
    rest: async () => {},
    moved: () => new Promise(() => {}),
    released: async () => {},
  };
  await assert.rejects(learnKeys(source, { say: () => {}, line: async () => undefined }), /the input ended/);
});

test.run();
