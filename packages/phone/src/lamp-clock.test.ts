import assert from 'node:assert/strict';
import { test } from 'uvu';
import { LampClock } from './lamp-clock.ts';

/** `ms:lamp colour …` for every change up to `end`. */
function play(clock: LampClock, patterns: Readonly<Record<string, string>>, from: number, end: number): string[] {
  const seen: string[] = [];
  const told = (at: number, lights: ReturnType<LampClock['wake']>) => {
    if (lights.length > 0) seen.push(`${at}:${lights.map(({ lamp, colour }) => `${lamp} ${colour}`).join(', ')}`);
  };
  told(from, clock.receive(patterns, from));
  while (clock.deadline !== undefined && clock.deadline < end) {
    const at = clock.deadline;
    told(at, clock.wake(at));
  }
  return seen;
}

test('phone-ux §4.3: a call that rings blinks green 200/200', () => {
  assert.deepEqual(play(new LampClock(), { line1: 'fast-green' }, 0, 700), [
    '0:line1 green',
    '200:line1 off',
    '400:line1 green',
    '600:line1 off',
  ]);
});

test('phone-ux §4.3: a completing transfer blinks both lines twice in a second, in phase', () => {
  assert.deepEqual(play(new LampClock(), { line1: 'double-green', line2: 'double-green' }, 1000, 2000), [
    '1000:line1 green, line2 green',
    '1100:line1 off, line2 off',
    '1200:line1 green, line2 green',
    '1300:line1 off, line2 off',
  ]);
});

test('phone-ux §4.3: what begins to blink later blinks in phase with what blinks already', () => {
  const clock = new LampClock();
  play(clock, { line1: 'slow-green' }, 0, 2300);
  assert.deepEqual(play(clock, { line1: 'slow-green', line2: 'slow-green' }, 2300, 3500), [
    '2300:line2 green',
    '3000:line1 off, line2 off',
  ]);
});

test('phone-ux §4.3: colours change without a gap, steady lamps need no clock, and what is unknown is dark', () => {
  const clock = new LampClock();
  assert.deepEqual(play(clock, { line1: 'solid-green', mute: 'off', message: 'toString' }, 0, 9999), [
    '0:line1 green, mute off, message off',
  ]);
  assert.equal(clock.deadline, undefined);
  assert.deepEqual(play(clock, { line1: 'solid-red' }, 10_000, 20_000), ['10000:line1 red']);
  assert.deepEqual(play(clock, {}, 20_000, 30_000), ['20000:line1 off']);
  assert.deepEqual(
    clock.all().map(({ colour }) => colour),
    ['off', 'off', 'off'],
  );
});

test('phone-ux §4.3: not registered is a red blip of 50 ms in 3 s, also when it is woken late', () => {
  const clock = new LampClock();
  clock.receive({ line1: 'blip-red' }, 2990);
  assert.equal(clock.deadline, 3000);
  assert.deepEqual(clock.wake(3020), [{ lamp: 'line1', colour: 'red' }]);
  assert.equal(clock.deadline, 3050);
  assert.deepEqual(clock.wake(6100), [{ lamp: 'line1', colour: 'off' }]);
});

test.run();
