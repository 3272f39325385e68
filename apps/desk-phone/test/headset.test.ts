import assert from 'node:assert/strict';
import type { Intent } from '@switchhook/phone';
import { test } from 'uvu';
import { HeadsetLine } from '../src/headset/headset-line.ts';
import { handOfHid, hidLampsOf } from '../src/headset/hid-table.ts';
import { Office, type Phone } from './office.ts';

/** The receptionist's headset: what is said into it, and what it hears. */
class Headset {
  readonly line: HeadsetLine;
  readonly #office: Office;
  #heard = '';

  constructor(office: Office, phone: Phone, slc: 'ours' | 'theirs' = 'ours') {
    this.#office = office;
    const send = (bytes: Uint8Array) => {
      this.#heard += new TextDecoder().decode(bytes);
    };
    const { runtime, hands } = phone;
    this.line = new HeadsetLine({ runtime, hands, clock: office.clock, link: { slc, send }, memory: ['9999'] });
  }

  connect(): this {
    for (const command of ['BRSF=2', 'CIND=?', 'CIND?', 'CMER=3,0,0,1', 'CHLD=?', 'CLIP=1', 'CCWA=1'])
      this.say(`AT+${command}`);
    return this;
  }

  say(command: string, forMs = 300): readonly string[] {
    this.line.take(new TextEncoder().encode(`${command}\r`));
    return this.wait(forMs);
  }

  wait(ms = 300): readonly string[] {
    this.#office.clock.advance(ms);
    const lines = this.#heard.split('\r\n').filter((line) => line !== '');
    this.#heard = '';
    return lines;
  }
}

/** 1001 calls 1000, whose headset is connected; 9999 answers what rings. */
function open(slc: 'ours' | 'theirs' = 'ours') {
  const office = new Office();
  const [desk, caller, specialist] = [office.phone('1000'), office.phone('1001'), office.phone('9999')];
  const ask = (phone: Phone, intent: Intent) =>
    phone.runtime.submit(intent, { door: 'control', client: 'test', role: 'local' });
  specialist.runtime.subscribe({
    snapshot: ({ lines }) => {
      if (lines.some((line) => line.state === 'ringing')) ask(specialist, { verb: 'call.answer' });
    },
  });
  const outcomes: string[] = [];
  desk.runtime.subscribe({
    notice: ({ event_type }) => {
      if (/^transfer(Completed|Failed|Unknown)$/.test(event_type)) outcomes.push(event_type);
    },
  });
  const headset = new Headset(office, desk, slc);
  if (slc === 'ours') headset.connect();
  else headset.wait(3000);
  ask(caller, { verb: 'call.dial', to: '1000' });
  return { office, desk, caller, specialist, outcomes, headset, ask };
}

test('phone-ux §4.7: AT: it rings, ATA answers, the caller is consulted about with 9999 and AT+CHLD=4 hands over', () => {
  const { headset, caller, specialist, outcomes, desk } = open();
  assert.deepEqual(headset.wait(), ['+CIEV: 3,1', 'RING', '+CLIP: "1001",129']);
  assert.deepEqual(headset.say('ATA'), ['OK', '+CIEV: 2,1', '+CIEV: 3,0']);
  assert.deepEqual(desk.lines, ['talking']);
  assert.deepEqual(headset.say('ATD9999;'), [
    'OK',
    '+CIEV: 4,2',
    '+CIEV: 3,2',
    '+CIEV: 3,3',
    '+CIEV: 3,0',
    '+CIEV: 4,1',
  ]);
  assert.deepEqual(headset.say('AT+CLCC'), ['+CLCC: 1,1,1,0,0,"1001",129', '+CLCC: 2,0,0,0,0,"9999",129', 'OK']);
  assert.deepEqual(headset.say('AT+CHLD=2'), ['OK', '+CIEV: 4,2', '+CIEV: 4,1'], 'swapped, both waiting in between');
  assert.deepEqual(headset.say('AT+CHLD=2'), ['OK', '+CIEV: 4,2', '+CIEV: 4,1']);
  const said = headset.say('AT+CHLD=4', 3000);
  assert.equal(said[0], 'OK');
  assert.deepEqual(said.slice(-1), ['+CIEV: 2,0'], 'both have gone');
  assert.deepEqual(outcomes, ['transferCompleted']);
  assert.deepEqual([desk.lines, caller.lines, specialist.lines], [[], ['talking'], ['talking']]);
});

test('phone-ux §4.7: redial has no other meaning while the consult talks: AT+BLDN completes, also over bluealsa', () => {
  const { headset, outcomes, desk, caller, specialist } = open('theirs');
  headset.wait();
  headset.say('ATA');
  desk.hands.take({ type: 'headset', gesture: 'double' });
  headset.wait();
  headset.say('ATD9999;', 1000);
  assert.deepEqual(desk.lines, ['held', 'talking']);
  assert.equal(headset.say('AT+BLDN', 3000)[0], 'OK');
  assert.deepEqual(outcomes, ['transferCompleted']);
  assert.deepEqual([caller.lines, specialist.lines], [['talking'], ['talking']]);
});

test('phone-ux §4.7: the one button of AT+CKPD: short answers, double starts, triple hands over', () => {
  const { headset, outcomes, desk } = open('theirs');
  headset.wait();
  assert.equal(headset.say('AT+CKPD=200')[0], 'OK');
  assert.deepEqual(desk.lines, ['talking'], 'a ringing phone is answered at once');
  for (let press = 0; press < 2; press++) headset.say('AT+CKPD=200', 100);
  headset.wait(1000);
  headset.say('ATD9999;', 1000);
  for (let press = 0; press < 3; press++) headset.say('AT+CKPD=200', 100);
  headset.wait(3000);
  assert.deepEqual(outcomes, ['transferCompleted']);
  const gestures = desk.wanted.filter((want) => want.startsWith('headset headset.'));
  assert.deepEqual(gestures, ['headset headset.short', 'headset headset.double', 'headset headset.triple']);
});

test('phone-ux §4.7: AT+CHUP in a consult gives the caller back; alone it hangs up; ringing it rejects', () => {
  const { headset, desk, caller, ask, office } = open();
  headset.wait();
  headset.say('ATA');
  desk.hands.take({ type: 'headset', gesture: 'double' });
  headset.wait();
  headset.say('ATD9999;', 1000);
  assert.deepEqual(headset.say('AT+CHUP', 1000).slice(-1), ['+CIEV: 4,0']);
  assert.deepEqual(desk.lines, ['talking']);
  assert.deepEqual(headset.say('AT+CHUP'), ['OK', '+CIEV: 2,0']);
  assert.deepEqual([desk.lines, caller.lines], [[], []]);
  assert.deepEqual(headset.say('AT+CHUP'), ['ERROR'], 'nothing to hang up');
  ask(caller, { verb: 'call.dial', to: '1000' });
  headset.wait();
  assert.deepEqual(headset.say('AT+CHUP'), ['OK', '+CIEV: 3,0']);
  office.clock.advance(2000);
  assert.deepEqual([desk.lines, caller.lines], [[], []]);
});

test('phone-ux §4.7: AT+CHLD with a waiting call: 0 rejects it, 1 ends the talking one and answers, 2 holds and answers', () => {
  for (const [command, lines] of [
    ['AT+CHLD=0', ['talking']],
    ['AT+CHLD=1', ['talking']],
    ['AT+CHLD=2', ['held', 'talking']],
  ] as const) {
    const { headset, desk, specialist, caller, ask } = open();
    headset.wait();
    headset.say('ATA');
    ask(specialist, { verb: 'call.dial', to: '1000' });
    assert.deepEqual(headset.wait(), ['+CIEV: 3,1', '+CCWA: "9999",129,1'], command);
    headset.say(command, 2000);
    assert.deepEqual(desk.lines, lines, command);
    const [talker] = desk.runtime.state.calls.filter(({ phase }) => phase.name === 'talking');
    assert.equal(talker?.number, command === 'AT+CHLD=0' ? '1001' : '9999', command);
    assert.equal(caller.lines.length, command === 'AT+CHLD=1' ? 0 : 1, command);
  }
});

test('phone-ux §4.7: what the phone refuses is an error to the headset, with its number where it asked for one', () => {
  const { headset } = open();
  headset.wait();
  headset.say('AT+CMEE=1');
  assert.deepEqual(headset.say('AT+BLDN'), ['+CME ERROR: 3'], 'no number yet');
  assert.deepEqual(headset.say('AT+VTS=5').slice(0, 1), ['OK'], 'digits are dialled with the handset down');
});

test('HFP 1.8 §4.28: the volume set on the headset is the phone’s, and one set elsewhere is shown on the headset', () => {
  const { headset, desk, ask } = open();
  headset.wait();
  assert.equal(headset.say('AT+VGS=15')[0], 'OK');
  assert.equal(desk.runtime.state.volumes.headset, 100);
  ask(desk, { verb: 'audio.volume', route: 'headset', percent: 40 });
  assert.ok(headset.wait().includes('+VGS: 6'));
});

test('features rule EHS: HID: the hook key answers and hangs up, its echo of our lamp does nothing, the lamps follow the calls', () => {
  const { desk, office, ask, caller } = open();
  office.clock.advance(300);
  const hook = (lifted: boolean) => {
    for (const act of handOfHid({ type: 'hook', lifted }, desk.runtime.state)) desk.hands.take(act);
    office.clock.advance(300);
  };
  assert.deepEqual(hidLampsOf(desk.runtime.state), { ring: true, offHook: false, mute: false, hold: false });
  hook(true);
  assert.deepEqual(desk.lines, ['talking']);
  assert.deepEqual(hidLampsOf(desk.runtime.state), { ring: false, offHook: true, mute: false, hold: false });
  hook(true);
  assert.deepEqual(desk.lines, ['talking'], 'an echo');
  for (const act of handOfHid({ type: 'key', key: 'mute' }, desk.runtime.state)) desk.hands.take(act);
  assert.equal(hidLampsOf(desk.runtime.state).mute, true);
  hook(false);
  assert.deepEqual([desk.lines, caller.lines], [[], []]);
  hook(false);
  ask(caller, { verb: 'call.dial', to: '1000' });
  office.clock.advance(300);
  assert.deepEqual(desk.lines, ['ringing'], 'a hook that is down already rejects nobody');
});

test('a headset that goes in each state ends no call', () => {
  for (const until of [[], ['ATA'], ['ATA', 'ATD9999;'], ['ATA', 'AT+CHLD=2']]) {
    const { headset, desk, office } = open();
    headset.wait();
    for (const command of until) headset.say(command, 1000);
    const { lines } = desk;
    headset.line.take(new TextEncoder().encode('AT+CH'));
    headset.line.close();
    office.clock.advance(1000);
    assert.deepEqual(desk.lines, lines, until.join());
  }
});

test.run();
