// Long because it is the whole table of keys (phone-ux.md §4.1), one test a row: a finger on a key of the default table, and what
// comes of it.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bindings, lamps, type PhoneSettings } from '../src/index.ts';
import { Bench, call } from './bench.ts';
import { calling, shown, two } from './situations.ts';

/** A phone with a finger at it: presses have edges and take their time. */
class Desk extends Bench {
  readonly #bindings = new Bindings();

  down(key: string): void {
    this.#bindings.receive({ type: 'state', state: this.state }, this.now);
    for (const intent of this.#bindings.receive({ type: 'key', key, edge: 'down' }, this.now)) this.want(intent);
  }

  release(key: string): void {
    for (const intent of this.#bindings.receive({ type: 'key', key, edge: 'up' }, this.now)) this.want(intent);
  }

  wait(ms: number): void {
    const end = this.now + ms;
    const due = this.#bindings.deadline;
    if (due !== undefined && due <= end) {
      this.pass(Math.max(0, due - this.now));
      for (const intent of this.#bindings.wake(this.now)) this.want(intent);
    }
    this.pass(end - this.now);
  }

  press(key: string, forMs = 100): void {
    this.down(key);
    this.wait(forMs);
    this.release(key);
  }

  short(key: string): void {
    this.press(key);
    this.wait(400);
  }

  long(key: string): void {
    this.press(key, 1_100);
  }

  double(key: string): void {
    this.press(key);
    this.wait(60);
    this.press(key);
  }
}

/** As `dials`, the number and the call it made last. */
function lastDialled(desk: Desk): string | undefined {
  const effect = desk.effects.findLast((each) => each.type === 'dial');
  return effect?.type === 'dial' ? effect.to : undefined;
}

function ends(desk: Desk): readonly string[] {
  return desk.effects.flatMap((each) => (each.type === 'hangup' || each.type === 'reject' ? [each.call] : []));
}

function refusedWith(desk: Desk, text: string): void {
  const effect = desk.effects.findLast((each) => each.type === 'refuse');
  assert.ok(effect?.type === 'refuse', 'no refusal');
  assert.equal(effect.text, text);
  desk.tell({ type: 'refusal', text });
  assert.equal(desk.state.sounds.tone, 'refusal');
  assert.equal(shown(desk).display[0], text);
}

const blf: PhoneSettings['blf'] = [{ target: '214', label: 'Workshop', kind: 'line' }];

type Row = readonly [title: string, settings: Partial<PhoneSettings>, story: (desk: Desk) => void];

const rows: readonly Row[] = [
  [
    'Line, idle, short: seizes it with dial tone',
    {},
    (desk) => {
      desk.short('line2');
      assert.deepEqual([desk.state.prompt?.line, desk.state.sounds.tone], [2, 'dial']);
      assert.equal(lamps(desk.state)['line2'], 'solid-green');
    },
  ],
  [
    'Line, ringing, short: answers at the press, not at the release',
    {},
    (desk) => {
      desk.ring('a');
      desk.down('line1');
      assert.equal(desk.phase('a'), 'connecting');
    },
  ],
  [
    'Line, ringing, another talks, short: holds that one first, then answers',
    {},
    (desk) => {
      desk.talking('a');
      desk.ring('b', '2002');
      desk.down('line2');
      assert.deepEqual([desk.phase('a'), desk.phase('b')], ['holding', 'ringing']);
      desk.held('a');
      assert.deepEqual([desk.phase('a'), desk.phase('b')], ['held', 'connecting']);
    },
  ],
  [
    'Line, held, another talks, short: resumes it, the other is held',
    {},
    (desk) => {
      two(desk);
      desk.short('line1');
      desk.held('b');
      desk.resumed('a');
      assert.deepEqual([desk.phase('a'), desk.phase('b')], ['talking', 'held']);
    },
  ],
  [
    'Line, talking, short: holds, and again takes back',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('line1');
      desk.held('a');
      desk.short('line1');
      desk.resumed('a');
      assert.equal(desk.phase('a'), 'talking');
    },
  ],
  [
    'Line, talking, short, lineKeyHolds off: the refusal, the call goes on',
    { lineKeyHolds: false },
    (desk) => {
      desk.talking('a');
      desk.short('line1');
      assert.equal(desk.phase('a'), 'talking');
      refusedWith(desk, 'The key Hold holds');
    },
  ],
  [
    'Line, two calls on it, short: goes round among them, so that a third and a fourth call can be reached',
    { lines: 1 },
    (desk) => {
      two(desk);
      assert.deepEqual(
        desk.state.calls.map(({ line }) => line),
        [1, 1],
      );
      desk.short('line1');
      desk.held('b');
      desk.resumed('a');
      assert.deepEqual([desk.phase('a'), desk.phase('b')], ['talking', 'held']);
      desk.short('line1');
      desk.held('a');
      desk.resumed('b');
      assert.deepEqual([desk.phase('a'), desk.phase('b')], ['held', 'talking']);
    },
  ],
  [
    'Line, long: shows the party, and changes no call',
    {},
    (desk) => {
      desk.talking('a', '2001', 'Kiss');
      desk.long('line1');
      assert.deepEqual(shown(desk).display, ['Line 1: Kiss', '2001']);
      assert.equal(desk.phase('a'), 'talking');
    },
  ],
  [
    'Hold, talking, short: holds',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('hold');
      assert.equal(desk.phase('a'), 'holding');
    },
  ],
  [
    'Hold, held and nothing else, short: resumes',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('hold');
      desk.held('a');
      desk.short('hold');
      assert.equal(desk.phase('a'), 'resuming');
    },
  ],
  [
    'Hold, two calls, short: swaps',
    {},
    (desk) => {
      two(desk);
      desk.short('hold');
      desk.held('b');
      assert.equal(desk.phase('a'), 'resuming');
    },
  ],
  [
    'Hold, long: parks the call at the number for it',
    { parkNumber: '700' },
    (desk) => {
      desk.talking('a');
      desk.long('hold');
      desk.held('a');
      const refer = desk.effects.find((effect) => effect.type === 'refer');
      assert.ok(refer?.type === 'refer');
      assert.deepEqual([refer.call, refer.referTo], ['a', 'sip:700@pbx.test']);
    },
  ],
  [
    'Hold, long, without such a number: a long press is a short one',
    {},
    (desk) => {
      desk.talking('a');
      desk.long('hold');
      assert.equal(desk.phase('a'), 'holding');
    },
  ],
  [
    'Transfer, talking, short: holds and gives dial tone for the number',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('transfer');
      desk.held('a');
      assert.deepEqual([desk.state.prompt?.purpose.name, desk.state.sounds.tone], ['transfer', 'recall-dial']);
    },
  ],
  [
    'Transfer, second press while it rings: arms',
    {},
    (desk) => {
      calling(desk);
      desk.short('transfer');
      assert.equal(desk.state.transfers.at(-1)?.machine.name, 'armed');
    },
  ],
  [
    'Transfer, second press while talking to the specialist: completes',
    {},
    (desk) => {
      const target = desk.consulting();
      desk.short('transfer');
      desk.held(target);
      assert.ok(desk.effects.some((effect) => effect.type === 'refer' && effect.call === 'a'));
    },
  ],
  [
    'Transfer, long: blind transfer of the dialled number',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('transfer');
      desk.held('a');
      desk.dial('99');
      desk.long('transfer');
      assert.ok(desk.effects.some((effect) => effect.type === 'refer' && effect.referTo === 'sip:99@pbx.test'));
    },
  ],
  [
    'Cancel, consulting, short: ends the consult and resumes the caller',
    {},
    (desk) => {
      const target = desk.consulting();
      desk.short('cancel');
      assert.deepEqual(ends(desk), [target]);
      desk.end(target, undefined, 'local');
      assert.equal(desk.phase('a'), 'resuming');
    },
  ],
  [
    'Cancel, dialling a consult, short: resumes the caller',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('transfer');
      desk.held('a');
      desk.dial('9');
      desk.short('cancel');
      assert.deepEqual([desk.phase('a'), desk.state.prompt], ['resuming', undefined]);
    },
  ],
  [
    'Cancel, one call, short: ends it',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('cancel');
      assert.deepEqual(ends(desk), ['a']);
    },
  ],
  [
    'Cancel, long, several ring: rejects all',
    {},
    (desk) => {
      desk.ring('a');
      desk.ring('b', '2002');
      desk.long('cancel');
      assert.deepEqual(ends(desk), ['a', 'b']);
    },
  ],
  [
    'Cancel, long, two calls: asks, and ends both by a second press',
    {},
    (desk) => {
      two(desk);
      desk.long('cancel');
      assert.deepEqual(ends(desk), []);
      assert.deepEqual(shown(desk).display, ['End all 2 calls?', 'Cancel again = yes']);
      desk.short('cancel');
      assert.deepEqual(ends(desk), ['a', 'b']);
    },
  ],
  [
    'Cancel, long, two calls, no second press within 5 s: nothing happens, and Cancel means what it always does',
    {},
    (desk) => {
      two(desk);
      desk.long('cancel');
      desk.wait(5_100);
      desk.short('cancel');
      assert.deepEqual(ends(desk), ['b']);
      desk.end('b', undefined, 'local');
      assert.equal(desk.phase('a'), 'resuming');
    },
  ],
  [
    'Cancel, long, two calls, another key in between: the question is over',
    {},
    (desk) => {
      two(desk);
      desk.long('cancel');
      desk.short('hold');
      desk.held('b');
      desk.resumed('a');
      desk.short('cancel');
      assert.deepEqual(ends(desk), ['a']);
    },
  ],
  [
    'Conference, short: joins both',
    {},
    (desk) => {
      const target = desk.consulting();
      desk.short('conference');
      desk.resumed('a');
      assert.equal(desk.ear, `a+${target}`);
    },
  ],
  [
    'Conference, double: leaves, and keeps the two joined: a transfer',
    {},
    (desk) => {
      const target = desk.consulting();
      desk.short('conference');
      desk.resumed('a');
      desk.double('conference');
      desk.held('a');
      desk.held(target);
      assert.ok(desk.effects.some((effect) => effect.type === 'refer'));
    },
  ],
  [
    'Mute, short: toggles, with its red lamp',
    {},
    (desk) => {
      desk.talking('a');
      desk.short('mute');
      assert.deepEqual([desk.state.sounds.mute, lamps(desk.state)['mute']], [true, 'solid-red']);
      desk.wait(300);
      desk.short('mute');
      assert.deepEqual([desk.state.sounds.mute, lamps(desk.state)['mute']], [false, 'off']);
    },
  ],
  [
    'Mute, held down while muted, pushToTalk on: one speaks until it is released',
    { pushToTalk: true },
    (desk) => {
      desk.talking('a');
      desk.short('mute');
      desk.wait(300);
      desk.down('mute');
      desk.wait(300);
      assert.equal(desk.state.sounds.mute, false);
      desk.wait(5_000);
      assert.equal(desk.state.sounds.mute, false);
      desk.release('mute');
      assert.equal(desk.state.sounds.mute, true);
    },
  ],
  [
    'Redial, short: the last number',
    {},
    (desk) => {
      desk.want({ verb: 'call.dial', to: '501' });
      desk.end(desk.state.calls[0]!.id, 486);
      desk.short('redial');
      assert.equal(lastDialled(desk), 'sip:501@pbx.test');
    },
  ],
  [
    'Redial, long: the list; Redial goes on in it, # dials, Cancel leaves it',
    {},
    (desk) => {
      for (const number of ['501', '502', '501', '112', '503']) {
        desk.want({ verb: 'call.dial', to: number });
        desk.end(desk.state.calls[0]!.id, 486);
        desk.end(desk.state.calls[0]?.id ?? 'none');
      }
      assert.deepEqual(desk.state.lastNumbers, ['503', '501', '502'], 'none twice, and no emergency number');
      desk.long('redial');
      assert.deepEqual(shown(desk).display, ['Redial 1 of 3', '503']);
      desk.short('redial');
      assert.deepEqual(shown(desk).display, ['Redial 2 of 3', '501']);
      desk.short('cancel');
      assert.equal(desk.state.prompt, undefined);
      desk.long('redial');
      for (let i = 0; i < 3; i++) desk.short('redial');
      assert.deepEqual(shown(desk).display, ['Redial 1 of 3', '503'], 'around its end');
      desk.short('redial');
      desk.short('#');
      assert.equal(lastDialled(desk), 'sip:501@pbx.test');
    },
  ],
  [
    'Redial, long, while a transfer asks for its number: the list gives it',
    {},
    (desk) => {
      desk.want({ verb: 'call.dial', to: '501' });
      desk.end(desk.state.calls[0]!.id, 486);
      desk.talking('a');
      desk.want({ verb: 'call.dial', to: '502' });
      desk.held('a');
      desk.end(desk.state.calls.at(-1)!.id, 486);
      desk.short('line1');
      desk.resumed('a');
      desk.short('transfer');
      desk.held('a');
      desk.long('redial');
      desk.short('redial');
      desk.short('transfer');
      assert.equal(lastDialled(desk), 'sip:501@pbx.test');
      assert.equal(desk.state.transfers.at(-1)?.to, '501');
    },
  ],
  [
    'Redial, in the list: a digit begins another number, lifting dials',
    {},
    (desk) => {
      for (const number of ['501', '502']) {
        desk.want({ verb: 'call.dial', to: number });
        desk.end(desk.state.calls[0]!.id, 486);
      }
      desk.long('redial');
      desk.short('7');
      assert.equal(desk.state.prompt?.digits, '7');
      desk.short('cancel');
      desk.long('redial');
      desk.want({ verb: 'hook.lift' });
      assert.equal(lastDialled(desk), 'sip:502@pbx.test');
    },
  ],
  [
    'Do not disturb, short: toggles, with its lamp',
    {},
    (desk) => {
      desk.short('dnd');
      assert.equal(lamps(desk.state)['dnd'], 'solid-red');
      desk.wait(300);
      desk.short('dnd');
      assert.equal(lamps(desk.state)['dnd'], 'off');
    },
  ],
  [
    'Voicemail, short: calls the mailbox; without one, the refusal',
    {
      accounts: [
        { id: 'desk' as never, user: '1000', domain: 'pbx.test', transport: 'udp', register: true, mailbox: '*97' },
      ],
    },
    (desk) => {
      desk.short('voicemail');
      assert.equal(lastDialled(desk), 'sip:*97@pbx.test');
      const none = new Desk();
      none.short('voicemail');
      refusedWith(none, 'No mailbox');
    },
  ],
  [
    'BLF, idle, short: speed dial',
    { blf },
    (desk) => {
      desk.down('blf1');
      assert.equal(lastDialled(desk), 'sip:214@pbx.test');
    },
  ],
  [
    'BLF, without a watched extension: speed dial',
    { blf: [{ target: '+3612345678', label: 'Home', kind: 'dial' }] },
    (desk) => {
      desk.down('blf1');
      assert.equal(lastDialled(desk), 'sip:+3612345678@pbx.test');
      assert.equal(lamps(desk.state)['blf1'], 'off');
    },
  ],
  [
    'BLF, at "Transfer to?", short: the target of the transfer',
    { blf },
    (desk) => {
      desk.talking('a');
      desk.short('transfer');
      desk.held('a');
      desk.short('blf1');
      assert.equal(desk.state.transfers.at(-1)?.to, '214');
      assert.equal(lastDialled(desk), 'sip:214@pbx.test');
    },
  ],
  [
    'BLF, talking, long: calls and announces',
    { blf },
    (desk) => {
      desk.talking('a');
      desk.long('blf1');
      desk.held('a');
      assert.deepEqual([desk.state.transfers.at(-1)?.kind, desk.state.transfers.at(-1)?.to], ['attended', '214']);
    },
  ],
  [
    '#, short: sends the dialled number',
    {},
    (desk) => {
      desk.want({ verb: 'hook.lift' });
      for (const key of ['2', '1', '4', '#']) desk.short(key);
      assert.equal(lastDialled(desk), 'sip:214@pbx.test');
    },
  ],
  [
    'Hook: lifting answers or gives the dial tone, putting down ends',
    {},
    (desk) => {
      desk.want({ verb: 'hook.lift' });
      assert.equal(desk.state.sounds.tone, 'dial');
      desk.want({ verb: 'hook.put-down' });
      desk.talking('a');
      assert.equal(desk.phase('a'), 'talking');
      desk.want({ verb: 'hook.put-down' });
      assert.deepEqual(ends(desk), ['a']);
    },
  ],
  [
    'Hook: putting down while the specialist talks completes the transfer',
    {},
    (desk) => {
      const target = desk.consulting();
      desk.want({ verb: 'hook.put-down' });
      desk.held(target);
      assert.ok(desk.effects.some((effect) => effect.type === 'refer'));
    },
  ],
  [
    'Flash: one call: hold and dial tone; two calls: swap; a waiting call: hold and answer',
    {},
    (desk) => {
      desk.talking('a');
      desk.want({ verb: 'hook.flash' });
      desk.held('a');
      assert.equal(desk.state.sounds.tone, 'recall-dial');
      const both = new Desk();
      two(both);
      both.want({ verb: 'hook.flash' });
      both.held('b');
      assert.equal(both.phase('a'), 'resuming');
      const waiting = new Desk();
      waiting.talking('a');
      waiting.ring('b', '2002');
      waiting.want({ verb: 'hook.flash' });
      waiting.held('a');
      assert.equal(waiting.phase('b'), 'connecting');
    },
  ],
  [
    'any key that cannot act: the refusal tone and a text, never silence',
    {},
    (desk) => {
      for (const [key, text] of [
        ['hold', 'No call to take back now'],
        ['transfer', 'No call to transfer now'],
        ['conference', 'Two calls are needed'],
        ['cancel', 'Nothing to cancel'],
        ['redial', 'No number yet'],
        ['mute', 'No call to mute'],
        ['send', 'Dial a number first'],
        ['voicemail', 'No mailbox'],
        ['blf1', 'No such key'],
        ['line5', 'No such line'],
      ] as const) {
        desk.short(key);
        refusedWith(desk, text);
        desk.wait(4_000);
      }
    },
  ],
  [
    'two presses within 250 ms of the same function count once, by two keys as well as by one',
    {},
    (desk) => {
      desk.talking('a');
      desk.press('mute', 40);
      desk.wait(40);
      desk.press('mute', 40);
      assert.equal(desk.state.mute, true);
    },
  ],
];

for (const [title, settings, story] of rows) {
  test(`phone-ux §4.1: ${title}`, () => {
    const desk = new Desk(settings);
    story(desk);
  });
}

test('phone-ux §4.1: a third and a fourth call are held on the two lines, one talks, and a fifth hears busy', () => {
  const desk = new Desk();
  desk.talking('a');
  for (const [id, before] of [
    ['b', 'a'],
    ['c', 'b'],
    ['d', 'c'],
  ] as const) {
    desk.ring(id, `200${id}`);
    desk.want({ verb: 'call.answer', callId: call(id) });
    desk.held(before);
    desk.up(id, `200${id}`);
  }
  assert.deepEqual(
    desk.state.calls.map(({ id, line, phase }) => `${id} ${line} ${phase.name}`),
    ['a 1 held', 'b 2 held', 'c 1 held', 'd 2 talking'],
  );
  desk.ring('e', '2009');
  assert.ok(desk.has('reject', { call: 'e', status: 486 }));
  desk.short('hold');
  refusedWith(desk, 'Press the key of the line');
  // a transfer names its two calls: one of the three that are held, never a guess
  assert.equal(desk.outcome(desk.want({ verb: 'transfer.start', consult: call('d') })), 'unknown_call');
  assert.equal(desk.outcome(desk.want({ verb: 'transfer.start', callId: call('b'), consult: call('d') })), 'done');
  assert.deepEqual(desk.state.transfers.at(-1)?.pair.caller, 'b');
});

test('phone-ux §4.5: no call waiting tone within 1 s after the answer, nor while digits are entered', () => {
  const desk = new Desk();
  desk.talking('a');
  desk.ring('b', '2002');
  assert.equal(desk.state.sounds.tone, undefined);
  desk.pass(1_000);
  assert.equal(desk.state.sounds.tone, 'call-waiting');
  desk.short('5');
  assert.equal(desk.state.sounds.tone, undefined);
  desk.pass(2_000);
  desk.short('6');
  desk.pass(2_000);
  assert.equal(desk.state.sounds.tone, undefined);
  desk.pass(1_000);
  assert.equal(desk.state.sounds.tone, 'call-waiting');
});

test('phone-ux §4.5: the tone of a call that came to nothing, by its status, for 5 s', () => {
  for (const [status, tone] of [
    [486, 'busy'],
    [600, 'busy'],
    [404, 'unobtainable'],
    [484, 'unobtainable'],
    [604, 'unobtainable'],
    [408, 'reorder'],
    [480, 'reorder'],
    [403, 'reorder'],
    [500, 'reorder'],
    [603, 'reorder'],
    [488, 'reorder'],
    [503, 'reorder'],
  ] as const) {
    const desk = new Desk();
    desk.want({ verb: 'hook.lift' });
    desk.dial('5#');
    desk.end(desk.state.calls[0]!.id, status);
    assert.equal(desk.state.sounds.tone, tone, String(status));
    desk.pass(4_900);
    assert.equal(desk.state.sounds.tone, tone, String(status));
    desk.pass(200);
    assert.equal(desk.state.sounds.tone, undefined, String(status));
  }
});

test.run();
