import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Office, type Phone } from './office.ts';

function early(): { readonly office: Office; readonly a: Phone; readonly b: Phone } {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  b.media.pending = true;
  return { office, a, b };
}

const answers = (office: Office): readonly string[] =>
  office.wire.flatMap((line) => /^10\.0\.0\.3>\S+ SIP\/2\.0 (\d+)/.exec(line)?.[1] ?? []);

const nothingLeft = (phone: Phone): void =>
  assert.deepEqual(phone.runtime.leftovers, { timers: 0, tickets: 0, sessions: 0 });

test('calls before the media worker: a caller hears 100, rings when the first endpoint comes, and is talked to', () => {
  const { office, a, b } = early();
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(2_000);
  assert.equal(b.line(1), 'idle');
  assert.deepEqual([...new Set(answers(office))], ['100']);
  b.media.come();
  assert.equal(b.line(1), 'ringing');
  b.do({ verb: 'call.answer' });
  office.clock.advance(50);
  assert.equal(a.line(1), 'talking');
  assert.equal(b.line(1), 'talking');
  office.clock.advance(60_000);
  assert.equal(b.line(1), 'talking', 'the wait is over');
});

test('calls before the media worker: after 5 s a caller gets 503, and nothing is left', () => {
  const { office, a, b } = early();
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(4_900);
  assert.ok(!answers(office).includes('503'));
  office.clock.advance(200);
  assert.ok(answers(office).includes('503'));
  b.media.come();
  assert.equal(b.line(1), 'idle');
  office.clock.advance(40_000);
  nothingLeft(b);
  assert.equal(b.runtime.idle, true);
});

test('calls before the media worker: a caller who gives up does not ring later', () => {
  const { office, a, b } = early();
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(1_000);
  a.do({ verb: 'call.hangup' });
  office.clock.advance(1_000);
  assert.ok(answers(office).includes('487'));
  b.media.come();
  assert.equal(b.line(1), 'idle');
  office.clock.advance(40_000);
  nothingLeft(b);
});

test('calls before the media worker: what is dialled goes out with the first endpoint', () => {
  const { office, a, b } = early();
  const dial = b.do({ verb: 'call.dial', to: '1001' });
  assert.equal(dial.outcome?.name, 'done');
  office.clock.advance(3_000);
  assert.equal(b.line(1), 'dialing');
  assert.equal(office.wire.length, 0);
  b.media.come();
  office.clock.advance(50);
  assert.equal(a.line(1), 'ringing');
});

test('calls before the media worker: what is dialled ends after 5 s, or at once when it is cancelled', () => {
  const { office, b } = early();
  b.do({ verb: 'call.dial', to: '1001' });
  office.clock.advance(5_100);
  assert.equal(b.line(1), 'idle');
  const [record] = b.journal.flatMap((entry) => (entry.type === 'call' ? [entry.record] : []));
  assert.deepEqual([record?.cause.status, record?.cause.phrase], [503, 'No sound yet']);
  b.do({ verb: 'call.dial', to: '1001' });
  const cancel = b.do({ verb: 'key.cancel' });
  assert.equal(cancel.outcome?.name, 'done');
  b.media.come();
  office.clock.advance(10_000);
  assert.equal(office.wire.length, 0, 'nothing was ever sent');
  nothingLeft(b);
});

test('calls before the media worker: more callers than endpoints: the first rings, the other is told that we are busy', () => {
  const { office, a, b } = early();
  const c = office.phone('1003');
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(100);
  c.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(100);
  b.media.left = 1;
  b.media.come();
  assert.equal(b.line(1), 'ringing');
  office.clock.advance(100);
  assert.ok(answers(office).includes('486'));
});

test.run();
