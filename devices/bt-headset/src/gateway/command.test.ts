import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parseCommand } from './command.ts';

const fault = (text: string) => {
  const read = parseCommand(text);
  return read.ok ? undefined : read.fault;
};

test('V.250 §5.4.1: letters may be small, and spaces stand where people put them', () => {
  assert.deepEqual(parseCommand('+chld = 1'), { ok: true, value: { name: 'holding', act: 1 } });
  assert.deepEqual(parseCommand('d 12 34 ;'), { ok: true, value: { name: 'dial', number: '1234' } });
  assert.deepEqual(parseCommand('a'), { ok: true, value: { name: 'answer' } });
});

test('HFP 1.8 §4.34.2: a call index goes with 1 and 2 only, and is never 0', () => {
  assert.deepEqual(parseCommand('+CHLD=23'), { ok: true, value: { name: 'holding', act: 2, call: 3 } });
  for (const text of ['+CHLD=5', '+CHLD=01', '+CHLD=31', '+CHLD=10', '+CHLD=', '+CHLD=1234', '+CHLD=-1'])
    assert.equal(fault(text), 'malformed', text);
});

test('HFP 1.8 §4.35: AT+BIA leaves alone what is left empty', () => {
  const read = parseCommand('+BIA=0,,1');
  assert.ok(read.ok && read.value.name === 'wanted-indicators');
  assert.deepEqual(
    [...read.value.wanted],
    [
      [1, false],
      [3, true],
    ],
  );
  assert.equal(fault('+BIA=2'), 'malformed');
});

test('HFP 1.8 §4.34.2: CMER reports in mode 3 only', () => {
  const on = (text: string) => {
    const read = parseCommand(text);
    return read.ok && read.value.name === 'report-indicators' ? read.value.on : undefined;
  };
  assert.equal(on('+CMER=3,0,0,1'), true);
  assert.equal(on('+CMER=3,0,0,0'), false);
  assert.equal(on('+CMER=3'), false);
  assert.equal(on('+CMER=0'), false);
  assert.equal(on('+CMER=1,0,0,1'), undefined);
});

test('bad input: every fault is a word', () => {
  assert.equal(fault('+NOSUCH'), 'unknown');
  assert.equal(fault('+CLCC?'), 'unknown');
  assert.equal(fault('+CHUP=1'), 'unknown');
  assert.equal(fault('Z'), 'unknown');
  assert.equal(fault('AB'), 'unknown');
  assert.equal(fault('A1'), 'malformed');
  assert.equal(fault('D'), 'malformed');
  assert.equal(fault('D;'), 'malformed');
  assert.equal(fault('D>0;'), 'malformed');
  assert.equal(fault('D+;'), 'dial-characters');
  assert.equal(fault('D1+2;'), 'dial-characters');
  assert.equal(fault('+VTS=12'), 'malformed');
  assert.equal(fault('+BRSF='), 'malformed');
  assert.equal(fault('+BRSF=99999999999'), 'malformed');
  assert.equal(fault('+CKPD=201'), 'malformed');
});

test.run();
