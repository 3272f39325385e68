import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { ControlSession, isoFrom, type SessionIn, type Snapshot } from './index.ts';

const snapshot: Snapshot = {
  ts: '2026-11-22T09:41:00.120Z',
  seq: 7,
  phone: 'idle',
  hook: 'on',
  route: 'handset',
  mute: false,
  dnd: false,
  settings: {},
  lines: [],
  transfer: null,
  registrations: [],
  mwi: { waiting: false, new: 0, old: 0, urgentNew: 0 },
  mailboxes: [],
  blf: [],
  display: [],
  lamps: {},
  canDo: ['call.dial'],
};

const start = 1_700_000_000_000;

class Client {
  readonly session = new ControlSession({ client: 'c1', phone: 'desk', version: '0.1.0', wall: (now) => start + now });
  now = 0;
  readonly submitted: string[] = [];

  give(input: SessionIn): Record<string, unknown>[] {
    return this.session.receive(input, this.now).flatMap((out) => {
      if (out.type === 'submit') {
        this.submitted.push(out.ticket);
        return [];
      }
      return [JSON.parse(out.line) as Record<string, unknown>];
    });
  }

  say(fields: Record<string, unknown>): Record<string, unknown>[] {
    return this.give({ type: 'line', text: JSON.stringify({ v: 1, ...fields }) });
  }
}

const code = (ack: Record<string, unknown> | undefined) =>
  (ack?.['error'] as Record<string, unknown> | undefined)?.['code'];

test('mqtt §3.4: transfer.explain is a query of every role; only who is at this machine sees the tags', () => {
  const asked: unknown[] = [];
  const explanation = {
    transferId: 't-1',
    kind: null,
    state: null,
    advice: [],
    refer: null,
    preconditions: [],
    tries: [],
  };
  const session = new ControlSession({
    client: 'c1',
    phone: 'desk',
    version: '0.1.0',
    wall: () => 0,
    explain: (transferId, whole) => {
      asked.push([transferId, whole]);
      return transferId === 't-9' ? 'unknown' : explanation;
    },
  });
  const say = (fields: object) => {
    const [out] = session.receive(
      { type: 'line', text: JSON.stringify({ v: 1, cmd: 'transfer.explain', ...fields }) },
      0,
    );
    return JSON.parse(out?.type === 'send' ? out.line : '{}') as Record<string, unknown>;
  };
  assert.deepEqual(say({ id: '1', role: 'reader' })['result'], explanation);
  assert.equal(say({ id: '2', args: { transferId: 't-1' } })['phase'], 'done');
  assert.equal(code(say({ id: '3', args: { transferId: 't-9' } })), 'unknown_transfer');
  assert.equal(code(say({ id: '4', args: { transfer: 't-1' } })), 'bad_schema');
  assert.deepEqual(asked, [
    [undefined, false],
    ['t-1', true],
    ['t-9', true],
  ]);
  assert.equal(code(new Client().say({ id: '1', cmd: 'transfer.explain' })[0]), 'internal');
});

test('mqtt §3.2: diag.get says how the phone process is; media is told only to who asked for it', () => {
  const diagnosis = { uptimeS: 5, version: '1', loopLagMs: 0.4, cardFaults: 0, lastMos: 4.38, alarms: 0 };
  const session = new ControlSession({
    client: 'c1',
    phone: 'desk',
    version: '1',
    wall: () => 0,
    diagnose: () => diagnosis,
  });
  const give = (input: SessionIn) =>
    session
      .receive(input, 0)
      .map((out) => JSON.parse(out.type === 'send' ? out.line : '{}') as Record<string, unknown>);
  const say = (fields: object) => give({ type: 'line', text: JSON.stringify({ v: 1, ...fields }) });
  assert.deepEqual(say({ id: '1', cmd: 'diag.get', role: 'reader' })[0]?.['result'], diagnosis);
  const notice = {
    callId: 'c-1',
    sentPackets: 9,
    receivedPackets: 9,
    lostPackets: 0,
    jitterMs: 1,
    roundTripMs: 30,
    mos: 4.38,
  };
  say({ id: '2', cmd: 'subscribe' });
  assert.deepEqual(give({ type: 'media', notice }), [], 'the default topics are state and event');
  say({ id: '3', cmd: 'subscribe', args: { topics: ['media'] } });
  assert.deepEqual(give({ type: 'media', notice }), [
    { v: 1, type: 'media', ts: '1970-01-01T00:00:00.000Z', ...notice },
  ]);
});

test('mqtt §3.4: hello says who the phone is and every verb', () => {
  const [hello] = new Client().give({ type: 'opened' });
  assert.equal(hello?.['type'], 'hello');
  assert.equal(hello?.['phone'], 'desk');
  const verbs = hello?.['verbs'];
  assert.ok(Array.isArray(verbs) && verbs.includes('transfer.complete') && verbs.includes('state.get'));
});

test('mqtt §3.4: two phases: accepted, then done with the result and the time it took', () => {
  const client = new Client();
  assert.deepEqual(client.say({ id: '1', cmd: 'transfer.start', args: { to: '9999' } }), []);
  const ticket = token<'ticket'>(client.submitted[0] ?? '');
  assert.deepEqual(client.give({ type: 'submitted', ticket }), [
    { v: 1, id: '1', phase: 'accepted', ts: isoFrom(start) },
  ]);
  client.now = 412;
  const done = client.give({ type: 'settled', ticket, outcome: { name: 'done', result: { transferId: 't-1' } } });
  assert.deepEqual(done, [{ v: 1, id: '1', phase: 'done', result: { transferId: 't-1' }, ms: 412 }]);
  assert.deepEqual(client.give({ type: 'settled', ticket, outcome: { name: 'done', result: {} } }), [], 'settled once');
});

test('mqtt §3.4: what is done at once is accepted first, what is refused at once is not', () => {
  const client = new Client();
  client.say({ id: '1', cmd: 'call.mute' });
  const first = token<'ticket'>(client.submitted[0] ?? '');
  const both = client.give({ type: 'settled', ticket: first, outcome: { name: 'done', result: {} } });
  assert.deepEqual(
    both.map((ack) => ack['phase']),
    ['accepted', 'done'],
  );
  assert.deepEqual(client.give({ type: 'submitted', ticket: first }), []);
  client.say({ id: '2', cmd: 'call.hold' });
  const second = token<'ticket'>(client.submitted[1] ?? '');
  const error = { code: 'not_in_state', message: 'No call', sip: null, canDo: [] } as const;
  const failed = client.give({ type: 'settled', ticket: second, outcome: { name: 'failed', error } });
  assert.deepEqual(
    failed.map((ack) => ack['phase']),
    ['failed'],
  );
});

test('mqtt §3.4: a duplicate id gets the stored last acknowledgement and is not executed again', () => {
  const client = new Client();
  client.say({ id: '1', cmd: 'call.hold' });
  assert.deepEqual(client.say({ id: '1', cmd: 'call.hold' }), [], 'nothing is known yet');
  const ticket = token<'ticket'>(client.submitted[0] ?? '');
  client.give({ type: 'submitted', ticket });
  assert.equal(client.say({ id: '1', cmd: 'call.hold' })[0]?.['phase'], 'accepted');
  client.give({ type: 'settled', ticket, outcome: { name: 'done', result: {} } });
  assert.equal(client.say({ id: '1', cmd: 'call.hangup' })[0]?.['phase'], 'done');
  assert.equal(client.submitted.length, 1);
  client.now = 601_000;
  client.say({ id: '1', cmd: 'call.hold' });
  assert.equal(client.submitted.length, 2, 'ten minutes later it is another command');
});

test('mqtt §3.5: what came too late is not executed, unless nobody has set the clock', () => {
  const client = new Client();
  client.now = 20_000;
  assert.equal(code(client.say({ id: '1', cmd: 'call.hold', expiresAt: isoFrom(start + 19_999) })[0]), 'expired');
  assert.deepEqual(client.say({ id: '2', cmd: 'call.hold', expiresAt: isoFrom(start + 20_000) }), []);
  const unset = new ControlSession({
    client: 'c',
    phone: 'p',
    version: '0',
    wall: () => start,
    synchronised: () => false,
  });
  const text = JSON.stringify({ v: 1, id: '1', cmd: 'call.hold', expiresAt: '1999-01-01T00:00:00Z' });
  assert.equal(unset.receive({ type: 'line', text }, 0)[0]?.type, 'submit');
});

test('mqtt §3.5: ifSeq of another state is stale', () => {
  const client = new Client();
  client.give({ type: 'state', snapshot });
  assert.equal(code(client.say({ id: '1', cmd: 'call.hangup', ifSeq: 6 })[0]), 'stale_state');
  assert.deepEqual(client.say({ id: '2', cmd: 'call.hangup', ifSeq: 7 }), []);
});

test('mqtt §3.4: each verb needs its role', () => {
  const client = new Client();
  assert.equal(code(client.say({ id: '1', cmd: 'call.hold', role: 'reader' })[0]), 'forbidden');
  assert.equal(
    code(client.say({ id: '2', cmd: 'settings.set', args: { key: 'dnd', value: true }, role: 'operator' })[0]),
    'forbidden',
  );
  assert.equal(code(client.say({ id: '3', cmd: 'key.transfer', role: 'admin' })[0]), 'forbidden');
  assert.deepEqual(client.say({ id: '4', cmd: 'call.dial', args: { to: '1' }, role: 'dialer' }), []);
  assert.deepEqual(client.say({ id: '5', cmd: 'key.transfer' }), []);
  assert.equal(code(client.say({ id: '6', cmd: 'call.hold', role: 'emperor' })[0]), 'bad_schema');
});

test('mqtt §3.5: twenty commands a second, and then it goes on', () => {
  const client = new Client();
  const answers = Array.from({ length: 25 }, (_, i) => client.say({ id: `r${i}`, cmd: 'call.hold' })[0]);
  assert.equal(answers.filter((ack) => code(ack) === 'rate_limited').length, 5);
  assert.equal(client.submitted.length, 20);
  client.now = 1000;
  client.say({ id: 'r24', cmd: 'call.hold' });
  assert.equal(client.submitted.length, 21, 'a rate-limited id was not used up');
});

test('mqtt §3.3: subscribers get the whole state at once and at each change, others nothing', () => {
  const client = new Client();
  assert.deepEqual(client.give({ type: 'state', snapshot }), []);
  const [done, state] = client.say({ id: '1', cmd: 'subscribe', args: { topics: ['state', 'event'] } });
  assert.equal(done?.['phase'], 'done');
  assert.equal(state?.['type'], 'state');
  assert.equal(state?.['seq'], 7);
  const [event] = client.give({ type: 'notice', notice: { event_type: 'incoming', callId: 'a' } });
  assert.deepEqual(event, { v: 1, type: 'event', ts: isoFrom(start), seq: 7, event_type: 'incoming', callId: 'a' });
  const [got] = client.say({ id: '2', cmd: 'state.get' });
  assert.deepEqual(got?.['result'], snapshot);
});

test('mqtt §3.4: a refusal says what can be done instead', () => {
  const client = new Client();
  client.give({ type: 'state', snapshot });
  const [ack] = client.say({ id: '1', cmd: 'call.fly' });
  assert.equal(code(ack), 'unknown_verb');
  const error = ack?.['error'] as Record<string, unknown> | undefined;
  assert.deepEqual(error?.['canDo'], ['call.dial']);
});

test.run();
