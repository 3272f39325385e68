// One test a row of the table of lamps (phone-ux.md §4.3, last column). Those of the busy lamp field are in watched.test.ts.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { lampPatterns, lamps, type PatternName } from '../src/index.ts';
import { account, Bench, call } from './bench.ts';
import { calling, two } from './situations.ts';

type Row = readonly [title: string, wanted: Readonly<Record<string, PatternName>>, story: (bench: Bench) => void];

const rows: readonly Row[] = [
  ['idle: off', { line1: 'off', line2: 'off' }, () => {}],
  ['dial tone: solid green', { line1: 'solid-green' }, (bench) => bench.want({ verb: 'hook.lift' })],
  [
    'dialling: solid green',
    { line1: 'solid-green' },
    (bench) => {
      bench.want({ verb: 'hook.lift' });
      bench.dial('21#');
    },
  ],
  ['ringing in: fast blink green', { line1: 'fast-green' }, (bench) => bench.ring('a')],
  ['talking: solid green', { line1: 'solid-green' }, (bench) => bench.talking('a')],
  ['held by me, another talks: slow blink green, solid', { line1: 'slow-green', line2: 'solid-green' }, two],
  [
    'held by the other side: solid green with a gap',
    { line1: 'gap-green' },
    (bench) => {
      bench.talking('a');
      bench.tell({ type: 'peer-held', call: call('a'), on: true });
    },
  ],
  [
    'consult talking, caller held: first line slow blink, second solid',
    { line1: 'slow-green', line2: 'solid-green' },
    (bench) => bench.consulting(),
  ],
  [
    'transfer armed: both double flash',
    { line1: 'double-green', line2: 'double-green' },
    (bench) => {
      calling(bench);
      bench.want({ verb: 'key.transfer' });
    },
  ],
  [
    'transfer completing: both double flash',
    { line1: 'double-green', line2: 'double-green' },
    (bench) => {
      const target = bench.consulting();
      bench.want({ verb: 'key.transfer' });
      bench.held(target);
    },
  ],
  [
    'transfer failed: both fast red for 5 s',
    { line1: 'fast-red', line2: 'fast-red' },
    (bench) => {
      const target = bench.consulting();
      bench.want({ verb: 'key.transfer' });
      bench.held(target);
      bench.tell({
        type: 'refer-answered',
        refer: 't-1.1' as never,
        status: 403,
        phrase: 'No',
        withoutSubscription: false,
      });
      bench.resumed(target);
      bench.pass(4_900);
    },
  ],
  [
    'transfer failed, after 5 s: the real state',
    { line1: 'slow-green', line2: 'solid-green' },
    (bench) => {
      rows.find(([title]) => title.startsWith('transfer failed: '))?.[2](bench);
      bench.pass(200);
    },
  ],
  [
    'muted: the mute lamp red',
    { mute: 'solid-red' },
    (bench) => {
      bench.talking('a');
      bench.want({ verb: 'key.mute' });
    },
  ],
  ['do not disturb: its lamp red', { dnd: 'solid-red' }, (bench) => bench.want({ verb: 'key.dnd' })],
  [
    'not registered: all line lamps a red blip',
    { line1: 'blip-red', line2: 'blip-red' },
    (bench) => bench.tell({ type: 'registration', account, state: { name: 'unregistered' } }),
  ],
  [
    'voicemail: the message lamp slow red',
    { message: 'slow-red' },
    (bench) => bench.tell({ type: 'mailbox', account, mailbox: { waiting: true, new: 2, old: 0, urgentNew: 0 } }),
  ],
  [
    'off hook, forgotten: slow red',
    { line1: 'slow-red' },
    (bench) => {
      bench.want({ verb: 'hook.lift' });
      bench.pass(31_000);
    },
  ],
];

for (const [title, wanted, story] of rows) {
  test(`phone-ux §4.3: ${title}`, () => {
    const bench = new Bench();
    story(bench);
    const are = lamps(bench.state);
    for (const [lamp, pattern] of Object.entries(wanted)) assert.equal(are[lamp], pattern, lamp);
  });
}

test('phone-ux §4.3: the patterns have the times of the table', () => {
  const times = Object.fromEntries(Object.values(lampPatterns).map(({ name, onOff }) => [name, onOff.join('/')]));
  assert.deepEqual(
    [times['fast-green'], times['slow-green'], times['gap-green'], times['double-green'], times['blip-red']],
    ['200/200', '1000/1000', '1800/200', '100/100/100/700', '50/2950'],
  );
  assert.deepEqual([times['slow-red'], times['fast-red'], times['solid-green']], ['1000/1000', '200/200', '']);
});

test.run();
