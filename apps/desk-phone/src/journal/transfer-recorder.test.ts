import assert from 'node:assert/strict';
import { initialPhone, type PhoneState, phoneSettings, type TransferRecord } from '@switchhook/phone';
import { token } from '@switchhook/sans-io';
import { VirtualClock } from '@switchhook/sans-io/testing';
import fc from 'fast-check';
import { test } from 'uvu';
import { FORMS } from '../ctl/arguments.ts';
import { CONVERSATION_BYTES } from './conversations.ts';
import { readJournal } from './journal-line.ts';
import { listLine, showJournal, verdictOf } from './show.ts';
import { TransferRecorder } from './transfer-recorder.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const remote = '10.0.0.2:5060';
const idle = initialPhone(phoneSettings({ accounts: [] }));
const [caller, target] = [token<'call'>('c-1'), token<'call'>('c-2')];

function call(id: typeof caller, sipCallId: string): PhoneState['calls'][number] {
  const dialog = { sipCallId, localTag: 'a', remoteTag: 'b' };
  return { id, direction: 'out', address: `sip:${sipCallId}@pbx`, dialog } as PhoneState['calls'][number];
}
const calls = [call(caller, 'one'), call(target, 'two')];

function transfer(name: string, fields: object = {}, id = 't-1'): TransferRecord {
  const pair = { transfer: token<'transfer'>(id), caller, target };
  return { pair, kind: 'attended', machine: { name }, to: '9999', outcome: undefined, ...fields } as TransferRecord;
}

function rig(write: () => void = () => {}) {
  const clock = new VirtualClock();
  const kept: [string, string][] = [];
  const bugs: unknown[] = [];
  const recorder = new TransferRecorder({
    clock,
    wall: () => Date.parse('2026-11-22T18:20:01Z') + clock.now(),
    local: { udp: '10.0.0.1:5060' },
    phone: 'reception',
    software: 'test',
    keep: (name, text) => {
      write();
      kept.push([name, text]);
    },
    broken: (bug) => void bugs.push(bug),
  });
  const pass = (text: string, out = true) => recorder.message({ out, transport: 'udp', remote, bytes: octets(text) });
  const invite = (id: string, more = '', body = '') =>
    pass(
      `INVITE sip:${id}@pbx SIP/2.0\r\nTo: <sip:${id}@pbx>\r\nCall-ID: ${id}\r\nCSeq: 1 INVITE\r\n${more}\r\n${body}`,
    );
  const moved = (...transfers: TransferRecord[]) => recorder.moved({ ...idle, calls, transfers });
  const last = () => {
    const reading = readJournal(kept.at(-1)![1]);
    assert.ok(reading.ok);
    return reading.value;
  };
  return { clock, kept, bugs, recorder, pass, invite, moved, last };
}
const failed = { outcome: { name: 'failed', stage: 'refer', status: 403, phrase: 'Forbidden' } };

test('journal: it is kept at the REFER, at the verdict, after it, and after the end; then nothing is remembered', () => {
  const { clock, kept, recorder, invite, pass, moved, last } = rig();
  invite('one');
  invite('two');
  moved(transfer('consulting'));
  assert.equal(kept.length, 0);
  moved(transfer('referring'));
  assert.equal(kept.length, 0, 'the REFER goes out first');
  clock.advance(200);
  assert.equal(kept.length, 1);
  moved(transfer('restored', failed));
  clock.advance(200);
  assert.equal(kept.length, 2);
  pass('BYE sip:one@pbx SIP/2.0\r\nCall-ID: one\r\nCSeq: 9 BYE\r\n\r\n');
  clock.advance(4_800);
  assert.equal(kept.length, 3);
  recorder.moved(idle);
  assert.equal(recorder.remembered, 2);
  pass('NOTIFY sip:us SIP/2.0\r\nCall-ID: one\r\nCSeq: 10 NOTIFY\r\n\r\n', false);
  clock.advance(5_000);
  assert.equal(kept.length, 4);
  assert.equal(recorder.remembered, 0);
  assert.deepEqual(new Set(kept.map(([name]) => name)), new Set(['2026-11-22-182001-t-1']));
  const { lines } = last();
  assert.equal(lines.filter(({ type }) => type === 'message').length, 4);
  assert.deepEqual(
    lines.flatMap((line) => (line.type === 'state' ? [line.state] : [])),
    ['consulting', 'referring', 'restored', 'over'],
  );
  clock.advance(3_600_000);
  assert.equal(kept.length, 4, 'no alarm is left');
});

test('journal: a transfer that is tried again is another one over the same calls, each with its own states', () => {
  const { recorder, invite, moved, kept } = rig();
  invite('one');
  invite('two');
  moved(transfer('restored', failed));
  moved(transfer('referring', {}, 't-2'));
  recorder.close();
  const names = [...new Map(kept).keys()];
  assert.deepEqual(names, ['2026-11-22-182001-t-1', '2026-11-22-182001-t-2']);
  for (const [, text] of new Map(kept)) assert.match(text, /INVITE sip:one@pbx/);
});

test('journal: a bridge says after which answer the phone joined the two', () => {
  const { recorder, invite, moved, last } = rig();
  invite('one');
  const evidence = { name: 'bridge', instead: { status: 405, phrase: 'Method Not Allowed' } };
  moved(transfer('bridged', { outcome: { name: 'completed', evidence } }));
  recorder.close();
  assert.match(listLine(last()), /: completed \(proof: bridge instead of 405 Method Not Allowed\), 1 messages$/);
});

test('journal: a mistake of our own is told once, and costs the journal only', () => {
  const { clock, bugs, invite, moved } = rig(() => {
    throw new Error('our own bug');
  });
  invite('one');
  moved(transfer('consulting'));
  moved(transfer('referring'));
  clock.advance(1000);
  assert.equal(bugs.length, 1);
  moved(transfer('restored', failed));
  clock.advance(10_000);
  assert.equal(bugs.length, 1);
});

test('journal: who asked is told by door and role, and what they pressed in a call is not', () => {
  const { recorder, moved, last } = rig();
  const asked = (verb: string, origin: object, more: object = {}) =>
    recorder.journal({ type: 'intent', verb, origin, ...more } as never);
  asked('key.transfer', { door: 'keys' });
  moved(transfer('holding'));
  asked('key.digit', { door: 'keys' });
  asked('call.dtmf', { door: 'control', client: 'x', role: 'operator' });
  asked('transfer.complete', { door: 'control', client: 'x', role: 'operator' }, { transferId: 't-1' });
  asked('transfer.complete', { door: 'headset' }, { transferId: 't-9' });
  recorder.close();
  assert.deepEqual(
    last().lines.flatMap((line) => (line.type === 'asked' ? [`${line.verb} ${line.by}`] : [])),
    ['key.transfer keys', 'transfer.complete control (operator)'],
  );
});

test('journal: no secret is in any form of it, whatever the secret and wherever it stood', () => {
  const places: readonly ((secret: string) => readonly [more: string, body: string])[] = [
    (s) => [`Authorization: Digest username="a", response="${s}"\r\n`, ''],
    (s) => [`Proxy-Authorization : Digest response="${s}"\r\n`, ''],
    (s) => [`Contact: <sip:a:${s}@h>\r\n`, ''],
    (s) => [`Refer-To: <sip:c@h?Replaces=x&Authorization=${s}>\r\n`, ''],
    (s) => ['Content-Type: application/sdp\r\n', `v=0\r\nm=audio 1 RTP/SAVP 0\r\na=crypto:1 AES inline:${s}\r\n`],
    (s) => ['Content-Type: application/dtmf-relay\r\n', `Signal=${s}\r\n`],
  ];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.stringMatching(/^[A-Za-z0-9+=]{10,30}$/), (place, secret) => {
      const { recorder, invite, moved, kept, last } = rig();
      invite('one', ...place(secret));
      invite('two', ...place(secret));
      moved(transfer('referring'));
      recorder.close();
      assert.ok(!kept.some(([, text]) => text.includes(secret)));
      for (const form of FORMS) {
        const shown = showJournal(last(), form);
        const text = typeof shown === 'string' ? shown : Buffer.from(shown).toString('latin1');
        assert.ok(!text.includes(secret), `${form}: ${text}`);
        assert.ok(text.length > 100);
      }
    }),
    { numRuns: 60 },
  );
});

test('journal: its size is bounded however long the calls last and however often somebody presses', () => {
  const { recorder, invite, pass, moved, last, kept } = rig();
  invite('one');
  invite('two');
  moved(transfer('consulting'));
  for (let i = 0; i < 3000; i++) {
    pass(`UPDATE sip:one@pbx SIP/2.0\r\nCall-ID: one\r\nCSeq: ${i} UPDATE\r\nX: ${'y'.repeat(2000)}\r\n\r\n`);
    recorder.journal({ type: 'intent', verb: 'key.transfer', origin: { door: 'keys' } } as never);
    moved(transfer(i % 2 === 0 ? 'swapped' : 'consulting'));
  }
  moved(transfer('restored', failed));
  recorder.close();
  assert.equal(verdictOf(last())?.status, 403);
  assert.ok(kept.at(-1)![1].length < 2 * CONVERSATION_BYTES + 200_000, String(kept.at(-1)![1].length));
  assert.ok(last().head.dropped > 2000);
});

test.run();
