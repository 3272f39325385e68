import assert from 'node:assert/strict';
import { test } from 'uvu';
import { createSoftphone, type SoftphoneCall, SoftphoneError } from '../src/node/index.ts';
import { type FrameEnds, SoftphoneAudio } from '../src/node/softphone-audio.ts';
import { Office } from './office.ts';

class Ends implements FrameEnds {
  room = 2;
  readonly spoken: Int16Array[] = [];
  onFrame: (frame: Int16Array) => void = () => {};
  onDrain: () => void = () => {};

  write(frame: Int16Array): boolean {
    if (this.room === 0) return false;
    this.room -= 1;
    this.spoken.push(frame);
    return true;
  }
}

/** A softphone called `line-1` in an office with two ordinary phones. */
function setUp() {
  const office = new Office();
  const ends = new Ends();
  const own = office.phone('line-1');
  const caller = office.phone('1002', { acceptRefer: 'same-dialog' });
  const specialist = office.phone('1003');
  const softphone = createSoftphone({ ports: { from: 5000, to: 5100 } });
  const line = softphone.line({ user: 'line-1', domain: 'office.example', register: false });
  softphone.attach(own.runtime, new SoftphoneAudio(ends));
  return { office, ends, own, caller, specialist, softphone, line };
}

/** Let `ms` of the office pass, promises included. */
async function pass(office: Office, ms: number): Promise<void> {
  for (let spent = 0; spent < ms; spent += 5) {
    office.clock.advance(5);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('library face: an incoming call is announced, answered, held, resumed and ended, each promise in its time', async () => {
  const { office, caller, softphone } = setUp();
  const states: string[] = [];
  let call: SoftphoneCall | undefined;
  softphone.on('call', (incoming) => {
    call = incoming;
    incoming.on('state', (state) => states.push(state));
  });
  caller.do({ verb: 'call.dial', to: 'line-1' });
  await pass(office, 50);
  assert.ok(call !== undefined);
  assert.equal(call.number, '1002');
  assert.equal(call.direction, 'in');
  for (const act of [() => call!.answer(), () => call!.hold(), () => call!.resume(), () => call!.hangup()]) {
    const done = act();
    await pass(office, 100);
    await done;
  }
  assert.deepEqual(states, ['connecting', 'talking', 'holding', 'held', 'resuming', 'talking', 'ended']);
  assert.deepEqual(softphone.calls, []);
});

test('library face: a refusal rejects with the word that every door uses', async () => {
  const { office, line, softphone } = setUp();
  const dialled = await line.call('1002');
  const hold = dialled.hold().catch((error: unknown) => error);
  await pass(office, 10);
  const error = await hold;
  assert.ok(error instanceof SoftphoneError && error.code === 'not_in_state');
  assert.equal(softphone.calls.length, 1);
  const answered = dialled.answered().catch((why: Error) => why.message);
  const ending = dialled.hangup();
  await pass(office, 200);
  await ending;
  assert.match(String(await answered), /ended before it was answered/);
});

test('library face: the ended event carries the record of the call', async () => {
  const { office, caller, line } = setUp();
  const call = await line.call('1002');
  const causes: (number | undefined)[] = [];
  call.on('ended', (record) => causes.push(record.cause.status));
  await pass(office, 50);
  caller.do({ verb: 'call.reject' });
  await pass(office, 200);
  assert.deepEqual(causes, [486]);
  assert.equal(call.state, 'ended');
});

test('library face: frames go to the connected call only, with back-pressure, and end with it', async () => {
  const { office, ends, caller, line } = setUp();
  const call = await line.call('1002');
  await pass(office, 50);
  caller.do({ verb: 'call.answer' });
  await pass(office, 100);
  const frame = new Int16Array(160);
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 4; i++) {
      await call.audio.write(frame);
      written += 1;
    }
  })();
  await pass(office, 10);
  assert.equal(written, 2, 'no room for a third');
  ends.room = 2;
  ends.onDrain();
  await writing;
  const heard: number[] = [];
  const reading = (async () => {
    for await (const one of call.audio.frames()) heard.push(one[0]!);
  })();
  await pass(office, 5);
  ends.onFrame(new Int16Array(160).fill(7));
  ends.onFrame(new Int16Array(160).fill(8));
  await pass(office, 5);
  assert.deepEqual(heard, [7, 8]);
  const late = call.audio.write(frame).catch((error: Error) => error.message);
  caller.do({ verb: 'call.hangup' });
  await pass(office, 100);
  await reading;
  assert.match(String(await late), /has ended/);
});

test('library face: a consultation is cancelled and the caller is back', async () => {
  const { office, caller, specialist, softphone } = setUp();
  let call: SoftphoneCall | undefined;
  softphone.on('call', (incoming) => {
    call = incoming;
    void incoming.answer();
  });
  caller.do({ verb: 'call.dial', to: 'line-1' });
  await pass(office, 100);
  const starting = call!.consult('1003');
  await pass(office, 100);
  const transfer = await starting;
  specialist.do({ verb: 'call.answer' });
  await pass(office, 100);
  assert.equal(transfer.call.state, 'talking');
  assert.equal(call!.state, 'held');
  const cancelled = transfer.cancel();
  await pass(office, 200);
  await cancelled;
  assert.equal(call!.state, 'talking');
  assert.equal(transfer.call.state, 'ended');
});

test('library face: a consultation becomes a conference, then a bridge, and the person may come back in', async () => {
  const { office, ends, caller, specialist, softphone, own } = setUp();
  let call: SoftphoneCall | undefined;
  softphone.on('call', (incoming) => {
    call = incoming;
    void incoming.answer();
  });
  caller.do({ verb: 'call.dial', to: 'line-1' });
  await pass(office, 100);
  const starting = call!.consult('1003');
  await pass(office, 100);
  const transfer = await starting;
  specialist.do({ verb: 'call.answer' });
  await pass(office, 100);
  const merging = transfer.merge();
  await pass(office, 100);
  await merging;
  assert.deepEqual([call!.state, transfer.call.state], ['joined', 'joined']);
  ends.room = 2;
  await Promise.all([call!.audio.write(new Int16Array(160)), transfer.call.audio.write(new Int16Array(160))]);
  const bridging = transfer.bridge();
  await pass(office, 100);
  assert.equal((await bridging).evidence, 'bridge');
  assert.deepEqual(own.runtime.state.sounds.connect, []);
  const back = transfer.merge();
  await pass(office, 10);
  await back;
  assert.equal(own.runtime.state.sounds.connect.length, 2);
  specialist.do({ verb: 'call.hangup' });
  await pass(office, 100);
  assert.equal(call!.state, 'talking', 'who came back in goes on with the other');
});

test('library face: two calls that stand are joined by transfer(caller, specialist).complete()', async () => {
  const { office, caller, specialist, softphone, line } = setUp();
  let call: SoftphoneCall | undefined;
  softphone.on('call', (incoming) => {
    call = incoming;
    void incoming.answer();
  });
  caller.do({ verb: 'call.dial', to: 'line-1' });
  await pass(office, 100);
  const dialling = line.call('1003');
  await pass(office, 100);
  const second = await dialling;
  assert.equal(call!.state, 'held', 'the caller is held before the specialist is dialled');
  specialist.do({ verb: 'call.answer' });
  await pass(office, 100);
  await second.answered();
  const completing = softphone.transfer(call!, second).complete();
  await pass(office, 6000);
  const { evidence } = await completing;
  assert.equal(evidence, 'notify');
  assert.deepEqual(softphone.calls, []);
  assert.equal(caller.runtime.snapshot().phone, 'talking');
  assert.equal(specialist.runtime.snapshot().phone, 'talking');
});

test.run();
