// The operator's sequence of phone-ux.md §4.2 as it is felt: what is pressed or happens, and then what the ear, the
// lamps and the display have. Each story is one table; `/` parts the two lines of the display.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bench, call, dialog, peer, refer } from './bench.ts';
import { shown } from './situations.ts';

const round = (bench: Bench) => refer(`${bench.state.transfers.at(-1)!.pair.transfer}.1`);
function answer(bench: Bench, status: number): void {
  bench.tell({ type: 'refer-answered', refer: round(bench), status, phrase: '', withoutSubscription: false });
}
function notify(bench: Bench, status: number): void {
  bench.tell({ type: 'refer-notified', refer: round(bench), status, phrase: '', subscription: 'terminated' });
}

/** What can happen, by the words of the tables. */
const acts: Readonly<Record<string, (bench: Bench) => void>> = {
  'a caller is answered': (bench) => bench.talking(),
  'Transfer is pressed': (bench) => void bench.want({ verb: 'key.transfer' }),
  'Cancel is pressed': (bench) => void bench.want({ verb: 'key.cancel' }),
  'Hold is pressed': (bench) => void bench.want({ verb: 'key.hold' }),
  'Conference is pressed': (bench) => void bench.want({ verb: 'key.conference' }),
  'the handset is put down': (bench) => void bench.want({ verb: 'hook.put-down' }),
  'the handset is lifted': (bench) => void bench.want({ verb: 'hook.lift' }),
  'the two are joined': (bench) => void bench.want({ verb: 'transfer.bridge' }),
  'the first digit': (bench) => bench.dial('9'),
  'the number and #': (bench) => bench.dial('999#'),
  'the caller is held': (bench) => bench.held('a'),
  'the caller is back': (bench) => bench.resumed('a'),
  'the caller hangs up': (bench) => bench.end('a'),
  'we have hung up the caller': (bench) => bench.end('a', undefined, 'local'),
  'it rings there': (bench) =>
    void bench.tell({ type: 'progress', call: call(bench.target()), status: 180, dialog: dialog('t') }),
  'they answer': (bench) => bench.up(bench.target(), '9999'),
  'they are held': (bench) => bench.held(bench.target()),
  'they are back': (bench) => bench.resumed(bench.target()),
  'they hang up': (bench) => bench.end('c-1'),
  'we have hung them up': (bench) => bench.end('c-1', undefined, 'local'),
  'they are busy: 486': (bench) => bench.end(bench.target(), 486),
  'REFER: 202': (bench) => answer(bench, 202),
  'REFER: 403': (bench) => answer(bench, 403),
  'NOTIFY: 200': (bench) => notify(bench, 200),
  'NOTIFY: 503': (bench) => notify(bench, 503),
};

/** Tone or bell; who is heard, in brackets who hear each other without us; both lamps; the display. */
function felt(bench: Bench): readonly string[] {
  const { sounds } = bench.state;
  const { lamps, display } = shown(bench);
  const name = (id: string) =>
    id === 'a' ? 'caller' : (bench.state.calls.find((each) => each.id === id)?.number ?? id);
  const bridged = sounds.bridges.map(({ calls }) => `(${calls.map(name).join('+')})`).join();
  const sound = sounds.tone ?? (sounds.ringer === undefined ? '' : `${sounds.ringer} rings`);
  const ear = sounds.connect.map(name).join('+') || bridged;
  return [sound, ear, lamps['line1'] ?? '', lamps['line2'] ?? '', display.join(' / ')];
}

function story(title: string, table: string): void {
  test(`phone-ux §4.2: ${title}`, () => {
    const bench = new Bench();
    for (const row of table.split('\n').filter((each) => each.trim() !== '')) {
      const [happens = '', ...expected] = row.split('|').map((cell) => cell.trim());
      const later = /^(\d+) ms later$/.exec(happens)?.[1];
      const act = acts[happens];
      if (later !== undefined) bench.pass(Number(later));
      else if (act !== undefined) act(bench);
      else throw new Error(`nothing is known of "${happens}"`);
      assert.deepEqual(felt(bench), expected, row);
    }
  });
}

const CONSULTING = `
  a caller is answered   |               | caller          | solid-green  | off          | 2001
  Transfer is pressed    |               |                 | slow-green   | off          | Holding 2001
  the caller is held     | recall-dial   |                 | slow-green   | solid-green  | Transfer to?
  the first digit        |               |                 | slow-green   | solid-green  | Transfer to? / 9
  the number and #       |               |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  it rings there         | ringback      |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  they answer            |               | 9999            | slow-green   | solid-green  | 9999 / Held: 2001`;
const REFERRING = `${CONSULTING}
  Transfer is pressed    |               |                 | double-green | double-green | Transferring… / 9999
  they are held          |               |                 | double-green | double-green | Transferring… / 9999`;

story(
  'handed over: nothing is claimed before there is evidence; then two beeps, lamps off, "Transferred"',
  `${REFERRING}
  REFER: 202             |               |                 | double-green | double-green | Transferring… / 9999
  NOTIFY: 200            | confirmation  |                 | off          | off          | Transferred / 9999
  600 ms later           |               |                 | off          | off          | Transferred / 9999
  2400 ms later          |               |                 | off          | off          | 1000`,
);

story(
  'refused: reorder for 1.5 s, fast red for 5 s, and the call is back: the specialist talks, the caller waits',
  `${REFERRING}
  REFER: 403             | reorder       |                 | fast-red     | fast-red     | Transfer refused (403) / Transfer = retry, Cancel = back to caller
  they are back          | reorder       | 9999            | fast-red     | fast-red     | Transfer refused (403) / Transfer = retry, Cancel = back to caller
  1500 ms later          |               | 9999            | fast-red     | fast-red     | Transfer refused (403) / Transfer = retry, Cancel = back to caller
  3500 ms later          |               | 9999            | slow-green   | solid-green  | Transfer refused (403) / Transfer = retry, Cancel = back to caller
  3000 ms later          |               | 9999            | slow-green   | solid-green  | 9999 / Held: 2001
  Transfer is pressed    |               |                 | double-green | double-green | Transferring… / 9999
  they are held          |               |                 | double-green | double-green | Transferring… / 9999
  REFER: 202             |               |                 | double-green | double-green | Transferring… / 9999
  NOTIFY: 200            | confirmation  |                 | off          | off          | Transferred / 9999`,
);

story(
  'refused by the NOTIFY, and Cancel = back to the caller',
  `${REFERRING}
  REFER: 202             |               |                 | double-green | double-green | Transferring… / 9999
  NOTIFY: 503            | reorder       |                 | fast-red     | fast-red     | Transfer failed (503) / Transfer = retry, Cancel = back to caller
  they are back          | reorder       | 9999            | fast-red     | fast-red     | Transfer failed (503) / Transfer = retry, Cancel = back to caller
  8000 ms later          |               | 9999            | slow-green   | solid-green  | 9999 / Held: 2001
  Cancel is pressed      |               |                 | solid-green  | off          | Taking back 2001 / back from 9999: no line
  we have hung them up   |               |                 | solid-green  | off          | Taking back 2001 / back from 9999: no line
  the caller is back     |               | caller          | solid-green  | off          | 2001 / back from 9999: no line`,
);

story(
  'nobody says how it went: one long tone, slow lamps, "Not confirmed", and nobody is hung up',
  `${REFERRING}
  REFER: 202             |               |                 | double-green | double-green | Transferring… / 9999
  32000 ms later         | unknown       |                 | slow-green   | slow-green   | Not confirmed / Transfer = again, Cancel = back to caller
  1000 ms later          |               |                 | slow-green   | slow-green   | Not confirmed / Transfer = again, Cancel = back to caller
  7000 ms later          |               |                 | slow-green   | slow-green   | On hold: 2001 / Hold = take back
  Cancel is pressed      |               |                 | solid-green  | off          | Taking back 2001`,
);

story(
  'the caller hangs up meanwhile: three beeps, and the specialist stays',
  `${CONSULTING}
  the caller hangs up    | caller-gone   | 9999            | off          | solid-green  | Caller hung up / 9999
  8000 ms later          |               | 9999            | off          | solid-green  | 9999`,
);

story(
  'busy: the tone of it, the caller waits, and comes back by Cancel with the reason',
  `
  a caller is answered   |               | caller          | solid-green  | off          | 2001
  Transfer is pressed    |               |                 | slow-green   | off          | Holding 2001
  the caller is held     | recall-dial   |                 | slow-green   | solid-green  | Transfer to?
  the first digit        |               |                 | slow-green   | solid-green  | Transfer to? / 9
  the number and #       |               |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  it rings there         | ringback      |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  they are busy: 486     | busy          |                 | slow-green   | off          | 9999: busy / Cancel = back to caller
  Cancel is pressed      |               |                 | solid-green  | off          | Taking back 2001 / back from 9999: busy
  the caller is back     |               | caller          | solid-green  | off          | 2001 / back from 9999: busy`,
);

story(
  'the specialist hangs up first: reorder, and Cancel leads back',
  `${CONSULTING}
  they hang up           | reorder       |                 | slow-green   | off          | 9999 hung up / Cancel = back to caller
  8000 ms later          |               |                 | slow-green   | off          | On hold: 2001 / back from 9999: hung up`,
);

story(
  'swapped: Hold leads to and fro',
  `${CONSULTING}
  Hold is pressed        |               |                 | slow-green   | slow-green   | Holding 9999 / Held: 2001
  they are held          |               |                 | solid-green  | slow-green   | Taking back 2001 / Held: 9999
  the caller is back     |               | caller          | solid-green  | slow-green   | 2001 / Held: 9999`,
);

story(
  'armed: Transfer while it rings, the phone connects them when answered; handset down does the same',
  `
  a caller is answered   |               | caller          | solid-green  | off          | 2001
  Transfer is pressed    |               |                 | slow-green   | off          | Holding 2001
  the caller is held     | recall-dial   |                 | slow-green   | solid-green  | Transfer to?
  the first digit        |               |                 | slow-green   | solid-green  | Transfer to? / 9
  the number and #       |               |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  it rings there         | ringback      |                 | slow-green   | solid-green  | Calling 9999 / Held: 2001
  Transfer is pressed    | ringback      |                 | double-green | double-green | Will connect when answered / 9999
  they answer            |               |                 | double-green | double-green | Transferring… / 9999
  REFER: 202             |               |                 | double-green | double-green | Transferring… / 9999
  NOTIFY: 200            | confirmation  |                 | off          | off          | Transferred / 9999`,
);

story(
  'the handset down with a held caller and nobody asked: the phone rings back',
  `
  a caller is answered   |               | caller          | solid-green  | off          | 2001
  Transfer is pressed    |               |                 | slow-green   | off          | Holding 2001
  the caller is held     | recall-dial   |                 | slow-green   | solid-green  | Transfer to?
  the handset is put down | recall rings  |                 | fast-green   | off          | Back to caller
  3000 ms later          | recall rings  |                 | fast-green   | off          | Calls back: 2001 / Hold = take back
  the handset is lifted  |               |                 | solid-green  | off          | Taking back 2001
  the caller is back     |               | caller          | solid-green  | off          | 2001`,
);

story(
  'all three, and then the two alone through this phone, which says so until one hangs up',
  `${CONSULTING}
  Conference is pressed  |               | 9999            | solid-green  | solid-green  | 9999
  the caller is back     |               | caller+9999     | solid-green  | solid-green  | 2001 + 9999 / All three talk. Put down = hand over
  the two are joined     | confirmation  | (caller+9999)   | gap-amber    | gap-amber    | Joined by this phone: keep it on / 9999
  4000 ms later          |               | (caller+9999)   | gap-amber    | gap-amber    | Joined by this phone: keep it on / 2001 + 9999
  the caller hangs up    |               |                 | off          | off          | 1000
  we have hung them up   |               |                 | off          | off          | 1000`,
);

test('phone-ux §4.2: the stories have real people in them: a name is shown instead of its number', () => {
  const bench = new Bench();
  bench.talking('a', '2001', 'Kiss');
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999#');
  bench.tell({ type: 'answered', call: call(bench.target()), dialog: dialog('t'), peer: peer('9999', 'Éva') });
  assert.deepEqual(shown(bench).display, ['Éva', 'Held: Kiss']);
});

test.run();
