import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JournalEntry } from '@switchhook/phone/node';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { Log } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-'));
test.after(() => rmSync(folder, { recursive: true }));
const wall = () => Date.parse('2026-01-02T03:04:05Z');

function makeLog() {
  const lines: string[] = [];
  const log = new Log(folder, { level: 'debug', keepDays: 30 }, wall);
  return { log, lines, open: () => log.open('debug', { write: (line: string) => void lines.push(line) }) };
}

test('log: what was said before the log was open is written then, in its order', async () => {
  const { log, lines, open } = makeLog();
  log.write('info', {}, 'first');
  await open();
  log.write('warn', { n: 2 }, 'second');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).msg),
    ['first', 'second'],
  );
});

test('log: passwords, digits and authorization never appear', async () => {
  const { log, lines, open } = makeLog();
  await open();
  log.write('info', { password: 'hunter2', account: { password: 'hunter2' }, intent: { digits: '4711' } }, 'x');
  const bug = 'cannot read\r\nProxy-Authorization: Digest response="hunter2"\r\nTo: x';
  log.take({ type: 'bug', event: 'sip: received', message: bug, stack: bug });
  log.take({ type: 'notice', notice: { event_type: 'dtmf', callId: 'c-1', key: '4711' } });
  const text = lines.join('');
  for (const secret of ['hunter2', '4711']) assert.ok(!text.includes(secret), text);
  assert.ok(text.includes('c-1'));
});

test('log: calls go to the call log, what belongs to a transfer to its journal, both with their ids', async () => {
  const { log, open } = makeLog();
  await open();
  const cause = { by: 'remote', how: 'bye' } as const;
  const record = {
    callId: 'c-1',
    direction: 'in',
    number: '1',
    dialled: null,
    name: null,
    account: 'a',
    line: 1,
    startedAtMs: 1,
    answeredAtMs: 2,
    endedAtMs: 3,
    cause,
    transferId: 't-1',
    earlier: [],
    handedTo: null,
  } as const;
  const entries: JournalEntry[] = [
    { type: 'intent', verb: 'transfer.complete', origin: { door: 'keys' }, transferId: 't-1' },
    { type: 'intent', verb: 'call.hold', origin: { door: 'keys' } },
    { type: 'notice', notice: { event_type: 'transferCompleted', transferId: 't-1', evidence: 'notify' } },
    { type: 'registration', account: 'a', state: { name: 'unregistered' } },
    { type: 'call', record: { ...record, callId: token<'call'>('c-1') } },
  ];
  for (const entry of entries) log.take(entry);
  const read = (name: string) =>
    readFileSync(join(folder, readdirSync(folder).find((file) => file.startsWith(name))!), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  assert.deepEqual(
    read('calls').map((line) => line.callId),
    ['c-1'],
  );
  assert.deepEqual(
    read('transfers').map((line) => line.type),
    ['intent', 'notice', 'call'],
  );
  assert.equal(read('transfers')[0].ts, '2026-01-02T03:04:05.000Z');
});

test('log: a disk that takes nothing costs the call log, is said once, and throws nothing', async () => {
  const lines: string[] = [];
  const log = new Log(join(folder, 'nowhere'), { level: 'debug', keepDays: 30 }, wall);
  await log.open('debug', { write: (line: string) => void lines.push(line) });
  for (let i = 0; i < 3; i++) log.take({ type: 'intent', verb: 'transfer.start', origin: { door: 'keys' } });
  assert.equal(lines.filter((line) => line.includes('not written down')).length, 1);
});

test.run();
