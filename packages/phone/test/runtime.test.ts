import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import type { Origin } from '../src/intent.ts';
import { Office, type Phone } from './office.ts';

const remote = (role: 'operator' | 'dialer' | 'reader' | 'admin' | 'local'): Origin => ({
  door: 'control',
  client: 'x',
  role,
});

function talking(a: Phone, b: Phone, office: Office): void {
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(50);
  assert.equal(b.line(1), 'ringing');
  b.do({ verb: 'call.answer' });
  office.clock.advance(50);
  assert.equal(a.line(1), 'talking');
  assert.equal(b.line(1), 'talking');
}

test('runtime: two phones talk, and hang up without leaving anything behind', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  talking(a, b, office);
  assert.equal(a.media.commands.filter((command) => command.type === 'plan').length, 1);
  const plan = b.media.commands.find((command) => command.type === 'plan');
  assert.ok(plan?.type === 'plan' && plan.plan.remote?.host === '10.0.0.2' && plan.plan.direction === 'sendrecv');
  const hangup = a.do({ verb: 'call.hangup' });
  office.clock.advance(50);
  assert.equal(hangup.outcome?.name, 'done');
  assert.equal(b.line(1), 'idle');
  office.clock.advance(120_000);
  for (const phone of [a, b]) {
    assert.deepEqual(phone.runtime.leftovers, { timers: 0, tickets: 0, sessions: 0 });
    assert.equal(phone.media.sessions.size, 0);
    assert.equal(phone.userAgent.census().dialogs, 0);
    assert.equal(phone.runtime.idle, true);
  }
  const records = b.journal.flatMap((entry) => (entry.type === 'call' ? [entry.record] : []));
  assert.equal(records.length, 1);
  assert.equal(records[0]!.number, '1001');
  assert.ok(records[0]!.answeredAtMs !== null && records[0]!.answeredAtMs < records[0]!.endedAtMs);
});

test('performance.md 7d: 200 leaves in the very moment of the key, before any media command', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(50);
  const before = office.wire.length;
  const commands = b.media.commands.length;
  b.do({ verb: 'call.answer' });
  assert.match(office.wire[before] ?? '', /^10\.0\.0\.3>10\.0\.0\.1 SIP\/2\.0 200 /);
  assert.equal(b.media.sessions.size, 1, 'the endpoint was taken while it rang');
  assert.ok(b.media.commands.slice(commands).some((command) => command.type === 'plan'));
});

test('RFC 3264 §8.4: hold offers sendonly, the far end knows it is held, resume takes it back', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  talking(a, b, office);
  const hold = a.do({ verb: 'call.hold' });
  office.clock.advance(50);
  assert.equal(hold.outcome?.name, 'done');
  assert.equal(a.line(1), 'held');
  assert.equal(b.runtime.snapshot().lines[0]!.remoteHold, true);
  const plan = a.media.commands.findLast((command) => command.type === 'plan');
  assert.ok(plan?.type === 'plan' && plan.plan.direction === 'sendonly');
  a.do({ verb: 'call.resume' });
  office.clock.advance(50);
  assert.equal(a.line(1), 'talking');
  assert.equal(b.runtime.snapshot().lines[0]!.remoteHold, false);
});

test('RFC 3261 §14.2: both press Hold at once: both holds are answered in the end, nobody is lost', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  talking(a, b, office);
  a.do({ verb: 'call.hold' });
  b.do({ verb: 'call.hold' });
  office.clock.advance(20_000);
  assert.equal(a.line(1), 'held');
  assert.equal(b.line(1), 'held');
  a.do({ verb: 'call.resume' });
  office.clock.advance(5000);
  b.do({ verb: 'call.resume' });
  office.clock.advance(5000);
  assert.equal(a.line(1), 'talking');
  assert.equal(b.line(1), 'talking');
  assert.equal(a.media.commands.findLast((command) => command.type === 'plan')?.type, 'plan');
});

test('transfer.md §6: attended transfer between three phones, by keys, ends with the caller at the target', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002', { acceptRefer: 'same-dialog' });
  const c = office.phone('1003');
  b.do({ verb: 'call.dial', to: '1001' });
  office.clock.advance(50);
  a.do({ verb: 'call.answer' });
  office.clock.advance(50);
  const start = a.do({ verb: 'transfer.start', to: '1003' });
  office.clock.advance(100);
  assert.equal(c.line(1), 'ringing');
  c.do({ verb: 'call.answer' });
  office.clock.advance(100);
  assert.equal(start.outcome?.name, 'done');
  const transferId = token<'transfer'>(
    String(start.outcome?.name === 'done' ? start.outcome.result['transferId'] : ''),
  );
  const complete = a.do({ verb: 'transfer.complete', transferId });
  office.clock.advance(10_000);
  assert.equal(complete.outcome?.name, 'done', JSON.stringify(complete.outcome));
  assert.equal(a.runtime.idle, true);
  for (const [phone, other] of [
    [b, '1003'],
    [c, '1002'],
  ] as const) {
    const line = phone.runtime.snapshot().lines.find(({ state }) => state === 'talking');
    assert.equal(line?.party?.number, other);
  }
  assert.ok(a.journal.some((entry) => entry.type === 'notice' && entry.notice.event_type === 'transferCompleted'));
});

test('mqtt.md §3.5 rule 9: a remote hang-up within 1.5 s of a key gets stale_state, and works afterwards', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  talking(a, b, office);
  a.do({ verb: 'key.mute' });
  office.clock.advance(1400);
  const early = a.do({ verb: 'call.hangup' }, remote('operator'));
  assert.equal(early.outcome?.name === 'failed' && early.outcome.error.code, 'stale_state');
  office.clock.advance(200);
  const late = a.do({ verb: 'call.hangup' }, remote('operator'));
  office.clock.advance(100);
  assert.equal(late.outcome?.name, 'done');
});

test('mqtt.md §3.4: roles are judged before the phone hears of it, and a key never is', () => {
  const office = new Office();
  const a = office.phone('1001');
  const refusals = [
    a.do({ verb: 'call.dial', to: '1002' }, remote('reader')),
    a.do({ verb: 'call.hangup' }, remote('dialer')),
    a.do({ verb: 'settings.set', key: 'dnd', value: true }, remote('operator')),
    a.do({ verb: 'key.digit', digit: '1' }, remote('admin')),
  ];
  for (const { outcome } of refusals) assert.equal(outcome?.name === 'failed' && outcome.error.code, 'forbidden');
  assert.equal(a.do({ verb: 'settings.set', key: 'dnd', value: true }, remote('admin')).outcome?.name, 'done');
  assert.equal(a.runtime.snapshot().dnd, true);
  assert.equal(a.journal.filter((entry) => entry.type === 'refused').length, 4);
});

test('mqtt.md §3.5 rule 4: emergency numbers are refused from outside in every spelling, and dialled by key', () => {
  const office = new Office();
  const a = office.phone('1001');
  office.phone('112');
  for (const to of ['112', '1-1-2', 'sip:112@office.example', '112@office.example', 'sip:1%312@x', 'tel:112']) {
    const { outcome } = a.do({ verb: 'call.dial', to }, remote('dialer'));
    assert.equal(outcome?.name === 'failed' && outcome.error.code, 'number_not_allowed', to);
  }
  a.do({ verb: 'call.dial', to: '112' });
  assert.equal(a.runtime.snapshot().phone, 'dialing');
  office.clock.advance(100);
  for (const verb of ['call.hangup', 'call.hold', 'call.mute'] as const) {
    const { outcome } = a.do({ verb }, remote('admin'));
    assert.equal(outcome?.name === 'failed' && outcome.error.code, 'forbidden');
  }
  a.do({ verb: 'call.hangup' });
  office.clock.advance(100);
  assert.equal(a.runtime.idle, true);
});

test('mqtt.md §3.5 rule 4: from outside only listed numbers, so many an hour', () => {
  const office = new Office();
  const policy = { numbers: ['9xx', '+3612.'], dialsPerHour: 2 };
  const a = office.phone('1001', {}, { remote: policy });
  const dial = (to: string) => {
    const { outcome } = a.do({ verb: 'call.dial', to }, remote('dialer'));
    a.do({ verb: 'call.hangup' });
    a.wait(40_000);
    return outcome?.name === 'failed' ? outcome.error.code : 'taken';
  };
  assert.equal(dial('9999'), 'number_not_allowed');
  assert.equal(dial('+36301234'), 'number_not_allowed');
  assert.equal(dial('999'), 'taken');
  assert.equal(dial('+3612345678'), 'taken');
  assert.equal(dial('998'), 'rate_limited');
  a.wait(3_600_000);
  assert.equal(dial('998'), 'taken');
});

test('mqtt.md §3.5 rule 4: a forward set from outside may lead only where dialling may, at the phone anywhere', () => {
  const office = new Office();
  const a = office.phone('1001', {}, { remote: { numbers: ['9xx'], dialsPerHour: 1 } });
  const set = (value: string, origin = remote('admin'), key = 'forward_always') => {
    const { outcome } = a.do({ verb: 'settings.set', key, value }, origin);
    return outcome?.name === 'failed' ? outcome.error.code : outcome?.name;
  };
  assert.equal(set('+36901234567'), 'number_not_allowed');
  assert.equal(set('112', undefined, 'forward_busy'), 'number_not_allowed');
  for (const value of ['900', '901', '']) assert.equal(set(value), 'done', 'and counts as no call');
  assert.equal(set('+36901234567', { door: 'keys' }), 'done');
});

test('without a list, remote commands reach extensions of at most six digits', () => {
  const office = new Office();
  const a = office.phone('1001');
  const { outcome } = a.do({ verb: 'call.dial', to: '0036301234567' }, remote('dialer'));
  assert.equal(outcome?.name === 'failed' && outcome.error.code, 'number_not_allowed');
});

test('phone-ux.md §4.1: a key that cannot act is heard, a message that cannot is only answered', () => {
  const office = new Office();
  const a = office.phone('1001');
  a.do({ verb: 'call.hold' }, remote('operator'));
  assert.ok(!a.media.commands.some((command) => command.type === 'tone' && command.tone === 'refusal'));
  a.do({ verb: 'key.hold' });
  assert.ok(a.media.commands.some((command) => command.type === 'tone' && command.tone === 'refusal'));
});

test('RFC 3261 §21.4.26: an offer without a codec of ours is refused with 488 and never rings', () => {
  const office = new Office();
  const a = office.phone('1001', {}, { codecs: () => ['PCMU'] });
  const b = office.phone('1002', {}, { codecs: () => ['PCMA'] });
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(100);
  assert.equal(b.runtime.snapshot().phone, 'idle');
  assert.ok(office.wire.some((line) => line.includes('SIP/2.0 488')));
  assert.equal(b.media.sessions.size, 0);
});

test('no media port left: 486 to a caller, an ended call to a dialler', () => {
  const office = new Office();
  const a = office.phone('1001');
  const b = office.phone('1002');
  b.media.left = 0;
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(100);
  assert.ok(office.wire.some((line) => line.includes('SIP/2.0 486')));
  b.do({ verb: 'call.dial', to: '1001' });
  office.clock.advance(40_000);
  const [record] = b.journal.flatMap((entry) => (entry.type === 'call' ? [entry.record] : []));
  assert.equal(record?.cause.phrase, 'No media port left');
  assert.equal(b.runtime.idle, true);
});

test('DESIGN: a throw of our own is contained at one event: alarm on display and lamp, and the call goes on', () => {
  const office = new Office();
  const a = office.phone('1001', {}, { strict: false });
  const b = office.phone('1002');
  talking(a, b, office);
  a.media.send = () => {
    throw new Error('planted');
  };
  a.do({ verb: 'call.mute', on: true });
  assert.equal(a.runtime.alarms.length, 1);
  assert.deepEqual(a.runtime.snapshot().display.slice(1), ['Internal error: see log']);
  assert.equal(a.runtime.snapshot().lamps['message'], 'fast-red');
  assert.ok(a.journal.some((entry) => entry.type === 'bug' && entry.message === 'planted'));
  assert.equal(a.line(1), 'talking');
  a.do({ verb: 'call.hangup' });
  office.clock.advance(100);
  assert.equal(b.line(1), 'idle');
});

test('DESIGN: the same throw kills a strict runtime', () => {
  const office = new Office();
  const a = office.phone('1001');
  a.media.send = () => {
    throw new Error('planted');
  };
  assert.throws(() => a.do({ verb: 'audio.volume', percent: 10 }), /planted/);
});

test('pictures: seq rises when something shown has changed, and only then; listeners get each picture once', () => {
  const office = new Office();
  const a = office.phone('1001');
  const seen: number[] = [];
  const stop = a.runtime.subscribe({ snapshot: (snapshot) => seen.push(snapshot.seq) });
  const first = a.runtime.snapshot().seq;
  assert.equal(a.runtime.snapshot().seq, first);
  a.do({ verb: 'key.dnd' });
  a.do({ verb: 'system.reregister' });
  assert.deepEqual(seen, [first + 1]);
  stop();
  a.do({ verb: 'key.dnd' });
  assert.equal(seen.length, 1);
});

test('closing: every ticket is settled, no timer is left, later wishes fail at once', () => {
  const office = new Office();
  const a = office.phone('1001');
  office.phone('1002');
  a.do({ verb: 'call.dial', to: '1002' });
  office.clock.advance(20);
  const ending = a.do({ verb: 'call.hangup' });
  a.runtime.close();
  assert.equal(ending.outcome?.name, 'failed');
  assert.deepEqual(a.runtime.leftovers.timers, 0);
  assert.equal(a.do({ verb: 'call.dial', to: '1002' }).outcome?.name, 'failed');
});

test.run();
