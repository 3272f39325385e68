import assert from 'node:assert/strict';
import { test } from 'uvu';
import { answer, published, SNAPSHOT, start, told } from '../test/fixture.ts';
import type { BridgeOut } from './bridge.ts';
import { maskedNumber, type Privacy, Veil } from './privacy.ts';

const NUMBER = '+36123456780';
const NAME = 'Kovács Irén';
const party = { number: NUMBER, name: NAME, verified: true };
const line = {
  ...SNAPSHOT.lines[0]!,
  party,
  via: `back from ${NUMBER}`,
  joined: { transferId: 't-1', mode: 'bridge', with: 'c-2', party, since: 'x' } as const,
};

/** Everything that is published of a phone whose every text names the caller. */
function everything(privacy: Privacy): string {
  const { receive, state, message } = start({ veil: new Veil(privacy) });
  const out: BridgeOut[] = [...receive({ type: 'broker-joined' })];
  const blf = [{ n: 1, target: NUMBER, label: NAME, state: 'busy' }] as const;
  const settings = { ...SNAPSHOT.settings, forward_always: NUMBER, consult_target: NUMBER };
  out.push(...state({ lines: [line], waiting: [line], display: [NAME, NUMBER], settings, blf }));
  for (const event_type of ['incoming', 'partyChanged', 'ended'] as const)
    out.push(
      ...receive({
        type: 'phone-published',
        publication: {
          v: 1,
          type: 'event',
          ts: 'x',
          seq: 1,
          event_type,
          callId: 'c-1',
          number: NUMBER,
          name: NAME,
          ...(event_type === 'partyChanged' ? { reason: NAME } : {}),
        },
      }),
    );
  const [get] = told(message('cmd', { id: 'g', cmd: 'state.get' }));
  const whole = { ...SNAPSHOT, lines: [line], display: [NAME, NUMBER], settings, blf };
  out.push(...receive({ type: 'phone-answered', answer: { v: 1, id: get!.id, phase: 'done', result: whole, ms: 0 } }));
  const [dial] = told(message('cmd', { id: 'd', cmd: 'call.dial', args: { to: NUMBER } }));
  const error = {
    code: 'number_not_allowed',
    message: `${NUMBER} is not among the numbers that may be dialled from outside`,
    sip: null,
    canDo: [],
  } as const;
  out.push(...receive({ type: 'phone-answered', answer: { v: 1, id: dial!.id, phase: 'failed', error } }));
  return JSON.stringify(out);
}

test('mqtt §3.3: numbers of eight and more keep three at each end, shorter ones nothing', () => {
  assert.equal(maskedNumber('+3612345678'), '+36*****678');
  assert.equal(maskedNumber('214'), '***');
});

test('mqtt §3.3: full publishes numbers and names, masked neither whole, none not at all', () => {
  assert.ok(everything('full').includes(NUMBER) && everything('full').includes(NAME));
  const masked = everything('masked');
  assert.ok(!masked.includes(NUMBER) && !masked.includes('Irén') && !masked.includes('Kovács'));
  assert.ok(masked.includes('+36******780') && masked.includes('K***'));
  const none = everything('none');
  assert.ok(!none.includes(NUMBER) && !none.includes('Irén') && !none.includes('+36') && !none.includes('K***'));
});

test('mqtt §3.3: what stays is enough to act: states, ids and canDo', () => {
  const { receive, state } = start({ veil: new Veil('none') });
  receive({ type: 'broker-joined' });
  const snapshot = JSON.parse(published(state(), 'state')[0]!.payload) as typeof SNAPSHOT;
  assert.deepEqual(snapshot.canDo, SNAPSHOT.canDo);
  assert.deepEqual([snapshot.lines[0]!.callId, snapshot.lines[0]!.party], ['c-1', null]);
});

test('mqtt §3.3: transfer.explain would name numbers: it is refused where they are kept back', () => {
  const { message } = start({ veil: new Veil('masked') });
  assert.equal(answer(message('cmd', { id: 'e', cmd: 'transfer.explain' })).error!.code, 'forbidden');
});

test.run();
