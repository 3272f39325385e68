import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Contacts, type ContactsIn, type ContactUse } from './contacts.ts';

const USES = new Map<string, ContactUse>([
  ['GPIO5', { type: 'key', key: 'transfer', rest: 'open' }],
  ['GPIO6', { type: 'key', key: 'mute', rest: 'closed' }],
  ['GPIO7', { type: 'hook', lifted: 'open' }],
]);
/** Nothing pressed, handset down. */
const REST = new Map([
  ['GPIO5', false],
  ['GPIO6', true],
  ['GPIO7', true],
]);

/** A timeline of what is read; `ms:what` of everything that happened up to `end`. */
function play(moments: readonly (readonly [number, ContactsIn])[], end: number): string[] {
  const contacts = new Contacts(USES, 20);
  const seen: string[] = [];
  const tell = (at: number, events: ReturnType<Contacts['wake']>) => {
    for (const event of events) seen.push(`${at}:${event.type === 'hook' ? event.act : `${event.key} ${event.edge}`}`);
  };
  const wakeUntil = (limit: number) => {
    for (let at = contacts.deadline; at !== undefined && at <= limit; at = contacts.deadline)
      tell(at, contacts.wake(at));
  };
  for (const [at, input] of moments) {
    wakeUntil(at);
    tell(at, contacts.receive(input, at));
  }
  wakeUntil(end);
  return seen;
}

const levels = (changed: Readonly<Record<string, boolean>> = {}): ContactsIn => ({
  type: 'levels',
  closed: new Map([...REST, ...Object.entries(changed)]),
});
const moved = (contact: string, closed: boolean): ContactsIn => ({ type: 'moved', contact, closed });

test('contacts: normally open and normally closed keys, each by its rest', () => {
  const seen = play(
    [
      [0, levels()],
      [100, moved('GPIO5', true)],
      [200, moved('GPIO5', false)],
      [300, moved('GPIO6', false)],
      [400, moved('GPIO6', true)],
    ],
    1000,
  );
  assert.deepEqual(seen, ['120:transfer down', '220:transfer up', '320:mute down', '420:mute up']);
});

test('contacts: a key that is down when it is first read says nothing until it was let go', () => {
  const seen = play(
    [
      [0, levels({ GPIO5: true })],
      [500, moved('GPIO5', false)],
      [600, moved('GPIO5', true)],
    ],
    1000,
  );
  assert.deepEqual(seen, ['620:transfer down']);
  const short = play(
    [
      [0, levels({ GPIO5: true })],
      [5, moved('GPIO5', false)],
      [600, moved('GPIO5', true)],
    ],
    1000,
  );
  assert.deepEqual(short, ['620:transfer down']);
});

test('contacts: an edge that was lost is found at the next look', () => {
  assert.deepEqual(
    play(
      [
        [0, levels()],
        [2000, levels({ GPIO7: false })],
        [4000, levels({ GPIO7: false })],
      ],
      9000,
    ),
    ['2050:lift'],
  );
});

test('contacts: a driver that says "on hook" with its last breath ends no call', () => {
  const seen = play(
    [
      [0, levels()],
      [100, moved('GPIO7', false)],
      [5000, moved('GPIO7', true)],
      [5010, { type: 'away' }],
      [30_000, levels({ GPIO7: false })],
      [40_000, moved('GPIO7', true)],
    ],
    60_000,
  );
  assert.deepEqual(seen, ['150:lift', '40700:put-down']);
});

test('contacts: a dip that the driver did not live to finish is decided by the level after its return', () => {
  const before: readonly (readonly [number, ContactsIn])[] = [
    [0, levels()],
    [100, moved('GPIO7', false)],
    [5000, moved('GPIO7', true)],
    [5100, { type: 'away' }],
  ];
  assert.deepEqual(play([...before, [9000, levels({ GPIO7: false })]], 60_000), ['150:lift']);
  assert.deepEqual(play([...before, [9000, levels()]], 60_000), ['150:lift', '9700:put-down']);
});

test('contacts: keys that were held when the driver went are let go, and one that is still down after it is not pressed', () => {
  const seen = play(
    [
      [0, levels()],
      [100, moved('GPIO5', true)],
      [500, { type: 'away' }],
      [900, levels({ GPIO5: true })],
      [1500, moved('GPIO5', false)],
      [1600, moved('GPIO5', true)],
    ],
    2000,
  );
  assert.deepEqual(seen, ['120:transfer down', '500:transfer up', '1620:transfer down']);
});

test('contacts: chatter of the hook while it rings lifts nothing and puts nothing down', () => {
  const storm = Array.from({ length: 400 }, (_, i) => [100 + 7 * i, moved('GPIO7', i % 2 === 1)] as const);
  assert.deepEqual(play([[0, levels()], ...storm], 60_000), []);
});

test('contacts: a contact that nobody wired is nothing', () => {
  assert.deepEqual(
    play(
      [
        [0, levels()],
        [50, moved('GPIO99', true)],
      ],
      1000,
    ),
    [],
  );
});

test.run();
