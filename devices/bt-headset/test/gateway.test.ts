import assert from 'node:assert/strict';
import { test } from 'uvu';
import { call, Headset, IDLE } from './headset.ts';

test('HFP 1.8 §4.2.1: the service level connection of a headset that can all', () => {
  const headset = new Headset({ slc: 'ours', codecs: ['msbc', 'cvsd'] });
  assert.deepEqual(headset.say('AT+BRSF=1023'), ['+BRSF: 2017', 'OK']);
  assert.deepEqual(headset.say('AT+BAC=1,2'), ['OK']);
  assert.deepEqual(headset.say('AT+CIND=?'), [
    '+CIND: ("service",(0,1)),("call",(0,1)),("callsetup",(0-3)),("callheld",(0-2)),("signal",(0-5)),("roam",(0,1)),("battchg",(0-5))',
    'OK',
  ]);
  assert.deepEqual(headset.say('AT+CIND?'), ['+CIND: 1,0,0,0,5,0,5', 'OK']);
  assert.deepEqual(headset.say('AT+CMER=3,0,0,1'), ['OK']);
  assert.deepEqual(headset.events, [], 'not before call holding and HF indicators are known');
  assert.deepEqual(headset.say('AT+CHLD=?'), ['+CHLD: (0,1,1x,2,2x,3,4)', 'OK']);
  assert.deepEqual(headset.say('AT+BIND=1,2'), ['OK']);
  assert.deepEqual(headset.say('AT+BIND=?'), ['+BIND: (2)', 'OK']);
  assert.deepEqual(headset.say('AT+BIND?'), ['+BIND: 2,1', 'OK']);
  assert.deepEqual(headset.events, [{ type: 'connected', threeWay: true }]);
});

test('HFP 1.8 §4.2.1: a headset without call holding and indicators is connected after CMER', () => {
  const headset = new Headset();
  assert.deepEqual(headset.say('AT+BRSF=16'), ['+BRSF: 1505', 'OK'], 'no codec negotiation where no voice goes');
  headset.say('AT+CIND=?');
  headset.say('AT+CIND?');
  headset.say('AT+CMER=3,0,0,1');
  assert.deepEqual(headset.events, [{ type: 'connected', threeWay: false }]);
});

test('HFP 1.8 §4.13: incoming: callsetup before RING, the number with it, again every three seconds; ATA, then call', () => {
  const headset = new Headset().connect();
  const rings = call(1, 'in', 'incoming', { number: '+36123', name: 'Ann "A"\r\nB' });
  assert.deepEqual(headset.calls(rings), ['+CIEV: 3,1', 'RING', '+CLIP: "+36123",145,,,"Ann AB"']);
  assert.deepEqual(headset.wait(6000), [
    'RING',
    '+CLIP: "+36123",145,,,"Ann AB"',
    'RING',
    '+CLIP: "+36123",145,,,"Ann AB"',
  ]);
  assert.deepEqual(headset.say('ATA'), ['OK']);
  assert.deepEqual(headset.requests, [{ name: 'answer', call: 1 }]);
  assert.deepEqual(headset.calls({ ...rings, state: 'active' }), ['+CIEV: 2,1', '+CIEV: 3,0']);
  assert.deepEqual(headset.wait(10_000), []);
  assert.deepEqual(headset.say('AT+CHUP'), ['OK']);
  assert.deepEqual(headset.calls(), ['+CIEV: 2,0']);
});

test('HFP 1.8 §4.13: what a request changes at once is told after its OK', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'incoming'));
  headset.verdict = () => {
    headset.calls(call(1, 'in', 'active'));
    return true;
  };
  assert.deepEqual(headset.say('ATA'), ['OK', '+CIEV: 2,1', '+CIEV: 3,0']);
});

test('HFP 1.8 §4.14: a rejected or missed call takes callsetup back and the ringing with it', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'incoming'));
  assert.deepEqual(headset.say('AT+CHUP'), ['OK']);
  assert.deepEqual(headset.calls(), ['+CIEV: 3,0']);
  assert.deepEqual(headset.wait(10_000), []);
});

test('HFP 1.8 §4.18: outgoing: dialling, the far end rings, call before callsetup 0', () => {
  const headset = new Headset().connect();
  assert.deepEqual(headset.say('ATD+36 1 234-5678;'), ['OK']);
  assert.deepEqual(headset.requests, [{ name: 'dial', number: '+3612345678' }]);
  assert.deepEqual(headset.calls(call(1, 'out', 'dialing')), ['+CIEV: 3,2']);
  assert.deepEqual(headset.calls(call(1, 'out', 'alerting')), ['+CIEV: 3,3']);
  assert.deepEqual(headset.calls(call(1, 'out', 'active')), ['+CIEV: 2,1', '+CIEV: 3,0']);
});

test('HFP 1.8 §4.18: memory dial, redial, and what cannot be dialled', () => {
  const headset = new Headset().connect();
  headset.say('ATD>2;');
  headset.say('AT+BLDN');
  assert.deepEqual(headset.requests, [{ name: 'dial', number: '+441234' }, { name: 'redial' }]);
  headset.verdict = () => false;
  assert.deepEqual(headset.say('AT+BLDN'), ['ERROR'], 'the phone knows no last number');
  headset.say('AT+CMEE=1');
  assert.deepEqual(headset.say('ATD>3;'), ['+CME ERROR: 21']);
  assert.deepEqual(headset.say(`ATD${'1'.repeat(65)};`), ['+CME ERROR: 26']);
  assert.deepEqual(headset.say('ATD12x4;'), ['+CME ERROR: 27']);
  assert.deepEqual(headset.say('ATD123'), ['ERROR'], 'a data call');
  headset.show({ service: false });
  assert.deepEqual(headset.say('ATD123;'), ['+CME ERROR: 30']);
  assert.deepEqual(headset.say('ATA'), ['+CME ERROR: 3']);
});

test('HFP 1.8 §4.21: a second call waits: +CCWA once with callsetup, and no RING', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'active'));
  const both = [call(1, 'in', 'active'), call(2, 'in', 'waiting', { name: 'Ben' })] as const;
  assert.deepEqual(headset.calls(...both), ['+CIEV: 3,1', '+CCWA: "1002",129,1,"Ben"']);
  assert.deepEqual(headset.wait(10_000), []);
  assert.deepEqual(headset.say('AT+CHLD=2'), ['OK']);
  assert.deepEqual(headset.requests.at(-1), { name: 'answer', call: 2 });
  assert.deepEqual(headset.calls(call(1, 'in', 'held'), call(2, 'in', 'active')), ['+CIEV: 3,0', '+CIEV: 4,1']);
});

test('HFP 1.8 §4.21: the talking call ends while another waits: it rings on as the only one', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'active'), call(2, 'in', 'waiting'));
  assert.deepEqual(headset.calls(call(2, 'in', 'incoming')), ['+CIEV: 2,0', 'RING', '+CLIP: "1002",129']);
});

test('HFP 1.8 §4.22: a call beside a held one: callheld 2, the set-up, then callheld 1', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'active'));
  assert.deepEqual(headset.calls(call(1, 'in', 'held'), call(2, 'out', 'dialing')), ['+CIEV: 4,2', '+CIEV: 3,2']);
  assert.deepEqual(headset.calls(call(1, 'in', 'held'), call(2, 'out', 'alerting')), ['+CIEV: 3,3']);
  assert.deepEqual(headset.calls(call(1, 'in', 'held'), call(2, 'out', 'active')), ['+CIEV: 3,0', '+CIEV: 4,1']);
});

test('HFP 1.8 §4.22: a swap says callheld 1 again; taking back alone says 0', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'held'), call(2, 'out', 'active'));
  assert.deepEqual(headset.say('AT+CHLD=2'), ['OK']);
  assert.deepEqual(headset.requests, [{ name: 'hold-swap' }]);
  assert.deepEqual(headset.calls(call(1, 'in', 'active'), call(2, 'out', 'held')), ['+CIEV: 4,1']);
  assert.deepEqual(headset.calls(call(1, 'in', 'active')), ['+CIEV: 4,0']);
});

test('HFP 1.8 §4.22: AT+CHLD by what is there', () => {
  const headset = new Headset().connect();
  const wants = (command: string) => {
    headset.say(command);
    return headset.requests.pop();
  };
  headset.calls(call(1, 'in', 'held'), call(2, 'out', 'active'));
  assert.deepEqual(wants('AT+CHLD=0'), { name: 'release', call: 1 });
  assert.deepEqual(wants('AT+CHLD=1'), { name: 'release-and-accept' });
  assert.deepEqual(wants('AT+CHLD=12'), { name: 'release', call: 2 });
  assert.deepEqual(wants('AT+CHLD=21'), { name: 'private', call: 1 });
  assert.deepEqual(wants('AT+CHLD=3'), { name: 'merge' });
  assert.deepEqual(wants('AT+CHLD=4'), { name: 'transfer' });
  headset.calls(call(1, 'in', 'active'), call(2, 'in', 'waiting'), call(3, 'out', 'held'));
  assert.deepEqual(wants('AT+CHLD=0'), { name: 'reject', call: 2 }, 'the waiting one before the held one');
  assert.deepEqual(wants('AT+CHLD=2'), { name: 'answer', call: 2 });
  headset.calls();
  for (const command of ['AT+CHLD=0', 'AT+CHLD=1', 'AT+CHLD=2', 'AT+CHLD=3', 'AT+CHLD=4', 'AT+CHLD=15'])
    assert.deepEqual([...headset.say(command), headset.requests.pop()], ['ERROR', undefined], command);
});

test('HFP 1.8 §4.22: a hand-over ends both: callheld before call', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'held'), call(2, 'out', 'active'));
  assert.deepEqual(headset.calls(), ['+CIEV: 4,0', '+CIEV: 2,0']);
});

test('HFP 1.8 §4.33: the call list has index, direction, state, mode, multiparty, number and type', () => {
  const headset = new Headset().connect();
  headset.calls(
    call(3, 'in', 'waiting', { number: '' }),
    call(1, 'in', 'held', { number: '+49', multiparty: true, name: 'Zoë' }),
    call(2, 'out', 'alerting'),
  );
  assert.deepEqual(headset.say('AT+CLCC'), [
    '+CLCC: 1,1,1,0,1,"+49",145,"Zoë"',
    '+CLCC: 2,0,3,0,0,"1002",129',
    '+CLCC: 3,1,5,0,0,"",129',
    'OK',
  ]);
});

test('HFP 1.8 §4.11: codec: AT+BCC gets OK, +BCS, and the codec once both agree', () => {
  const headset = new Headset({ slc: 'ours', codecs: ['msbc', 'cvsd'] }).connect();
  headset.events.length = 0;
  assert.deepEqual(headset.say('AT+BCC'), ['OK', '+BCS: 2']);
  assert.deepEqual(headset.say('AT+BCS=1'), ['ERROR'], 'not what was asked');
  assert.deepEqual(headset.say('AT+BCS=2'), ['OK']);
  assert.deepEqual(headset.events, [{ type: 'codec', codec: 'msbc' }]);
});

test('HFP 1.8 §4.11: codec: a headset that changes its list is asked anew; one that is silent gets CVSD, then none', () => {
  const headset = new Headset({ slc: 'ours', codecs: ['msbc', 'cvsd'] }).connect();
  headset.events.length = 0;
  headset.take(headset.gateway.receive({ type: 'open-audio' }, headset.now));
  assert.deepEqual(headset.heard(), ['+BCS: 2']);
  assert.deepEqual(headset.say('AT+BAC=1'), ['OK', '+BCS: 1']);
  headset.say('AT+BAC=1,2');
  assert.deepEqual(headset.wait(3000), ['+BCS: 1'], 'mSBC was not confirmed in three seconds');
  assert.deepEqual(headset.wait(3000), []);
  assert.deepEqual(headset.events, [{ type: 'no-codec' }]);
});

test('HFP 1.8 §4.11: a connection that carries no voice refuses AT+BCC', () => {
  assert.deepEqual(new Headset().connect().say('AT+BCC'), ['ERROR']);
});

test('HFP 1.8 §4.35: AT+BIA switches off signal, and never the three of the calls', () => {
  const headset = new Headset().connect();
  assert.deepEqual(headset.say('AT+BIA=,0,0,0,0'), ['OK']);
  assert.deepEqual(headset.show({ signal: 3, calls: [call(1, 'in', 'active')] }), ['+CIEV: 2,1']);
  assert.deepEqual(headset.say('AT+BIA=,,,,1'), ['OK', '+CIEV: 5,3']);
});

test('HFP 1.8 §4.36: battery of the headset, by HF indicator and by the way of Apple', () => {
  const headset = new Headset().connect();
  headset.events.length = 0;
  assert.deepEqual(headset.say('AT+BIEV=2,80'), ['OK']);
  assert.deepEqual(headset.say('AT+BIEV=2,101'), ['ERROR']);
  assert.deepEqual(headset.say('AT+BIEV=1,1'), ['ERROR'], 'not one of those offered');
  assert.deepEqual(headset.say('AT+XAPL=0000-0000-0100,2'), ['+XAPL=Switchhook,2', 'OK']);
  assert.deepEqual(headset.say('AT+IPHONEACCEV=2,1,4,2,0'), ['OK']);
  assert.deepEqual(headset.say('AT+IPHONEACCEV=2,1,4'), ['ERROR']);
  assert.deepEqual(headset.events, [
    { type: 'battery', percent: 80 },
    { type: 'battery', percent: 50 },
  ]);
});

test('HFP 1.8 §4.34: the small ones', () => {
  const headset = new Headset().connect();
  assert.deepEqual(headset.say('AT'), ['OK']);
  assert.deepEqual(headset.say('AT+COPS=3,0'), ['OK']);
  assert.deepEqual(headset.say('AT+COPS?'), ['+COPS: 0,0,"Switchhook"', 'OK']);
  assert.deepEqual(headset.say('AT+CNUM'), ['+CNUM: ,"+361234567",145,,4', 'OK']);
  assert.deepEqual(headset.say('AT+NREC=0'), ['ERROR'], 'not offered in +BRSF');
  assert.deepEqual(headset.say('AT+BVRA=1'), ['ERROR'], 'not offered in +BRSF');
  assert.deepEqual(headset.say('at+vgs=15'), ['OK']);
  assert.deepEqual(headset.say('AT+VGM=16'), ['ERROR']);
  assert.deepEqual(headset.say('AT+VTS=#'), ['OK']);
  assert.deepEqual(headset.say('AT+CKPD=200'), ['OK']);
  assert.deepEqual(headset.say('AT+FOO=1'), ['ERROR']);
  assert.deepEqual(headset.requests, [
    { name: 'volume', of: 'speaker', level: 15 },
    { name: 'digit', digit: '#' },
    { name: 'button' },
  ]);
  headset.take(headset.gateway.receive({ type: 'volume', of: 'speaker', level: 7.4 }, 0));
  assert.deepEqual(headset.heard(), ['+VGS: 7']);
});

test('slc theirs: what bluealsa answers is read and not answered; the rest is ours; CIEV after its OK', () => {
  const headset = new Headset({ slc: 'theirs' });
  for (const command of [
    'AT+BRSF=1023',
    'AT+BAC=1,2',
    'AT+CIND=?',
    'AT+CIND?',
    'AT+BIA=1,1',
    'AT+XAPL=0-0-1,2',
    'AT+NREC=0',
  ])
    assert.deepEqual(headset.say(command), [], command);
  headset.calls(call(1, 'in', 'incoming'));
  assert.deepEqual(headset.say('AT+CMER=3,0,0,1'), []);
  assert.deepEqual(headset.events, []);
  assert.deepEqual(headset.wait(200), ['+CIEV: 1,1', '+CIEV: 3,1', '+CIEV: 5,5', 'RING']);
  assert.deepEqual(headset.events, [{ type: 'connected', threeWay: false }]);
  assert.deepEqual(headset.say('AT+VGS=9'), []);
  assert.deepEqual(headset.say('AT+IPHONEACCEV=1,1,9'), []);
  assert.deepEqual(headset.say('AT+CLIP=1'), ['OK']);
  assert.deepEqual(headset.say('ATA'), ['OK']);
  assert.deepEqual(headset.say('AT+CHUP'), ['OK']);
  assert.deepEqual(headset.say('AT+FOO'), ['ERROR']);
  assert.deepEqual(headset.requests, [
    { name: 'volume', of: 'speaker', level: 9 },
    { name: 'answer', call: 1 },
    { name: 'hangup' },
  ]);
  assert.deepEqual(headset.events.at(-1), { type: 'battery', percent: 100 });
});

test('slc theirs: a connection that stood before we came is taken as it is after two seconds', () => {
  const headset = new Headset({ slc: 'theirs' });
  headset.calls(call(1, 'in', 'active'));
  assert.deepEqual(headset.wait(1999), []);
  assert.deepEqual(headset.wait(1), ['+CIEV: 1,1', '+CIEV: 2,1', '+CIEV: 5,5']);
});

test('bad input: garbage, half lines, lines without end and floods are bounded and counted, and the next ATA is obeyed', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'incoming'));
  assert.deepEqual(headset.raw('\0\0garbage\r\n'), []);
  assert.deepEqual(headset.raw('AT+BRS'), []);
  assert.deepEqual(headset.raw('F=1\r'), ['+BRSF: 1505', 'OK']);
  assert.deepEqual(headset.raw(`AT+${'X'.repeat(100_000)}`), []);
  assert.deepEqual(headset.raw('\r'), ['ERROR']);
  headset.wait(1000);
  const answers = headset.raw('AT+FOO\r'.repeat(100_000));
  assert.ok(answers.length <= 400, `${answers.length} answers to a flood`);
  const { counts } = headset.gateway;
  assert.equal(counts['not-at'], 1);
  assert.equal(counts['too-long'], 1);
  assert.equal(counts.unknown + counts.flood, 100_000);
  assert.ok(counts.flood > 90_000);
  headset.wait(3000);
  assert.deepEqual(headset.say('ATA'), ['OK']);
});

test('bad input: a request that the wiring never answers is an error after two seconds, and the next command goes on', () => {
  const headset = new Headset().connect();
  headset.calls(call(1, 'in', 'incoming'));
  headset.verdict = () => undefined;
  assert.deepEqual(headset.raw('ATA\rAT+COPS?\r'), []);
  assert.deepEqual(headset.wait(2000), ['ERROR', '+COPS: 0,0,"Switchhook"', 'OK']);
  assert.equal(headset.gateway.counts.unanswered, 1);
  assert.deepEqual(headset.answered(true), [], 'too late: nothing is open');
});

test('indicators: the phone loses its line and its signal', () => {
  const headset = new Headset().connect();
  assert.deepEqual(headset.show({ service: false, signal: 0, roam: true, battery: 2 }), [
    '+CIEV: 1,0',
    '+CIEV: 5,0',
    '+CIEV: 6,1',
    '+CIEV: 7,2',
  ]);
  assert.deepEqual(headset.show(IDLE), ['+CIEV: 1,1', '+CIEV: 5,5', '+CIEV: 6,0', '+CIEV: 7,5']);
});

test.run();
