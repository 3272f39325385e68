import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import * as fc from 'fast-check';
import { test } from 'uvu';
import { AudioGateway, type GatewayCall, type GatewayPicture } from '../src/index.ts';
import { Headset, IDLE } from './headset.ts';

const STATES = ['active', 'held', 'dialing', 'alerting', 'incoming', 'waiting'] as const;
const NAMES = ['service', 'call', 'callsetup', 'callheld', 'signal', 'roam', 'battchg'] as const;

const aCall = fc.record({
  index: fc.integer({ min: 1, max: 4 }),
  direction: fc.constantFrom('in' as const, 'out' as const),
  state: fc.constantFrom(...STATES),
  number: fc.constantFrom('1001', '1002', '+361'),
  multiparty: fc.boolean(),
});
const aPicture = fc.record({
  calls: fc.uniqueArray(aCall, { maxLength: 4, selector: ({ index }) => index }),
  service: fc.boolean(),
  signal: fc.integer({ min: 0, max: 5 }),
  roam: fc.boolean(),
  battery: fc.integer({ min: 0, max: 5 }),
});

/** The table of HFP 1.8 §4.35, written a second time. */
function expected({ calls, service, signal, roam, battery }: GatewayPicture): readonly number[] {
  const any = (wanted: readonly GatewayCall['state'][]) => calls.some(({ state }) => wanted.includes(state));
  let setup = 0;
  if (any(['incoming', 'waiting'])) setup = 1;
  if (any(['dialing'])) setup = 2;
  if (any(['alerting'])) setup = 3;
  let held = 0;
  if (any(['held'])) held = any(['active']) ? 1 : 2;
  return [Number(service), Number(any(['active', 'held'])), setup, held, signal, Number(roam), battery];
}

/** What a headset makes of what it hears. */
class Belief {
  readonly values: number[] = NAMES.map(() => 0);
  /** Each value of `call` in the order in which it was told. */
  callTold: number[] = [];

  hear(lines: readonly string[]): void {
    for (const line of lines) {
      const all = /^\+CIND: ([\d,]+)$/.exec(line)?.[1];
      if (all !== undefined) this.values.splice(0, 7, ...all.split(',').map(Number));
      const [, place, value] = /^\+CIEV: (\d),(\d)$/.exec(line) ?? [];
      if (place === undefined) continue;
      this.values[Number(place) - 1] = Number(value);
      if (place === '2') this.callTold.push(Number(value));
    }
  }
}

test('phone-ux §4.7: indicators: after any sequence of phone states what was told equals the state, whenever the headset comes', () => {
  fc.assert(
    fc.property(fc.array(aPicture, { maxLength: 12 }), fc.nat(12), fc.boolean(), (pictures, connectAt, theirs) => {
      const headset = new Headset({ slc: theirs ? 'theirs' : 'ours' });
      const belief = new Belief();
      let connected = false;
      for (const [i, picture] of [...pictures, pictures.at(-1) ?? {}].entries()) {
        if (!connected && (i === connectAt || i >= pictures.length)) {
          if (theirs) belief.hear(headset.wait(2000));
          else
            for (const line of ['AT+BRSF=0', 'AT+CIND=?', 'AT+CIND?', 'AT+CMER=3,0,0,1'])
              belief.hear(headset.say(line));
          connected = true;
        }
        const was = belief.values[1];
        belief.callTold = [];
        belief.hear(headset.show(picture));
        if (!connected) continue;
        const is = expected({ ...IDLE, ...picture });
        // bluealsa tells of the battery itself
        const seen = theirs ? 6 : 7;
        assert.deepEqual(belief.values.slice(0, seen), is.slice(0, seen));
        assert.deepEqual(belief.callTold, was === is[1] ? [] : [is[1]], 'call is told once, and only when it changes');
      }
    }),
    { numRuns: 2000, seed: 4 },
  );
});

test('phone-ux §4.7: indicators: what happens while a command is open, or beside AT+BIA, is told in the end', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(aPicture, fc.boolean()), { minLength: 1, maxLength: 10 }), (steps) => {
      const headset = new Headset();
      const belief = new Belief();
      headset.connect();
      headset.verdict = () => undefined;
      belief.hear(headset.say('AT+CIND?'));
      for (const [picture, opens] of steps) {
        if (opens) headset.say('AT+BLDN');
        belief.hear(headset.show(picture));
        belief.hear(headset.answered(true));
        assert.deepEqual(belief.values, expected({ ...IDLE, ...picture }));
      }
    }),
    { numRuns: 500, seed: 5 },
  );
});

const WORDS = [
  ...[
    'AT',
    'at+',
    'AT+CHLD=',
    'AT+CIND',
    'ATD',
    'ATD>',
    'AT+VGS=',
    'AT+BIA=',
    'AT+BAC=',
    'AT+CMER=',
    'AT+IPHONEACCEV=',
  ],
  ...[
    'AT+BIND',
    'AT+BIEV=',
    'AT+CLCC',
    'ATA',
    'AT+CHUP',
    'AT+BCC',
    'AT+BCS=',
    'AT+XAPL=',
    '=?',
    '?',
    '=',
    ',',
    ';',
    '+',
    '1',
  ],
  ...['2', '99999999999', '"', '\r', '\r', '\r\n', '\n', '\0', 'é', '*', '#', '-', ' ', 'A'],
];

test('fuzz: 100,000 pieces of rubbish, cut anywhere, never throw, leave no timer, and no command gets two answers', () => {
  const random = new SeededRandom(8);
  let pieces = 0;
  for (let round = 0; pieces < 100_000; round++) {
    const gateway = new AudioGateway({ slc: random.chance(0.7) ? 'ours' : 'theirs', codecs: ['msbc', 'cvsd'] });
    let now = 0;
    let finals = 0;
    const take = (outputs: ReturnType<AudioGateway['receive']>): void => {
      for (const out of outputs) {
        if (out.type === 'bytes') {
          const text = new TextDecoder().decode(out.bytes);
          assert.match(text, /^\r\n[^\r\n]+\r\n$/, 'one whole line a piece');
          if (/^\r\n(OK|ERROR|\+CME ERROR: \d+)\r\n$/.test(text)) finals++;
        } else if (out.type === 'request' && random.chance(0.9))
          take(gateway.receive({ type: 'answered', ok: true }, now));
      }
    };
    let said = '';
    for (let i = 0; i < 200; i++, pieces++) {
      now += random.below(40);
      const text = Array.from({ length: 1 + random.below(4) }, () => random.pick(WORDS)).join('');
      said += text;
      take(gateway.receive({ type: 'bytes', bytes: new TextEncoder().encode(text) }, now));
      if (random.chance(0.1)) {
        const calls = [
          { index: 1, direction: 'in', state: random.pick(STATES), number: '1', multiparty: false },
        ] as const;
        take(gateway.receive({ type: 'picture', picture: { ...IDLE, calls } }, now));
      }
      if (gateway.deadline !== undefined && gateway.deadline <= now) take(gateway.wake(now));
    }
    take(gateway.receive({ type: 'picture', picture: IDLE }, now));
    for (let wakes = 0; gateway.deadline !== undefined; wakes++) {
      assert.ok(wakes < 400, `round ${round}: a timer that never ends`);
      now = Math.max(now, gateway.deadline);
      take(gateway.wake(now));
    }
    const commands = said.split('\r').filter((line) => /^at/i.test(line.replaceAll(/[\n\0]/g, '').trim())).length;
    assert.ok(finals <= commands, `round ${round}: ${finals} answers to ${commands} commands`);
  }
});

test.run();
