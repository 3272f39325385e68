import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { ClientEffect, ClientEvent } from './client-step.ts';
import { type InviteClientState, inviteClient, inviteClientStep } from './invite-client.ts';
import { inviteServer, inviteServerStep } from './invite-server.ts';
import { nonInviteClient, nonInviteClientStep } from './non-invite-client.ts';
import { nonInviteServer, nonInviteServerStep } from './non-invite-server.ts';
import type { ServerEffect, ServerEvent } from './server-step.ts';
import { BASE_TIMERS, type Conditions, type TimerName } from './timers.ts';

const UDP: Conditions = { ...BASE_TIMERS, reliable: false };
const TCP: Conditions = { ...BASE_TIMERS, reliable: true };

/** An effect in one word: `A=500` starts, `-A` stops, the others by their type. */
function words(effects: readonly (ClientEffect | ServerEffect)[]): string {
  return effects
    .map((effect) => {
      if (effect.type === 'start-timer') return `${effect.timer}=${effect.afterMs}`;
      return effect.type === 'stop-timer' ? `-${effect.timer}` : effect.type;
    })
    .join(' ');
}

/** Walk a machine through events and compare `state: effects` line by line. */
function walk<State extends { readonly name: string }, Event extends ClientEvent | ServerEvent>(
  state: State,
  step: (
    state: State,
    event: Event,
    on: Conditions,
  ) => { state: State; effects: readonly (ClientEffect | ServerEffect)[] },
  on: Conditions,
  script: readonly (readonly [Event, string])[],
): State {
  let now = state;
  for (const [event, expected] of script) {
    const result = step(now, event, on);
    assert.equal(`${result.state.name}: ${words(result.effects)}`.trim(), expected, JSON.stringify(event));
    now = result.state;
  }
  return now;
}

const start = { type: 'start' } as const;
const failed = { type: 'failed' } as const;
const request = { type: 'request' } as const;
const ack = { type: 'ack' } as const;
const response = (status: number) => ({ type: 'response', status }) as const;
const respond = (status: number) => ({ type: 'respond', status }) as const;
const timer = (name: TimerName) => ({ type: 'timer', timer: name }) as const;

test('RFC 3261 §17.1.1.2: timer A doubles without a cap until timer B gives up', () => {
  walk(inviteClient(UDP), inviteClientStep, UDP, [
    [start, 'calling: send-request A=500 B=32000'],
    [timer('A'), 'calling: send-request A=1000'],
    [timer('A'), 'calling: send-request A=2000'],
    [timer('A'), 'calling: send-request A=4000'],
    [timer('A'), 'calling: send-request A=8000'],
    [timer('B'), 'terminated: time-out'],
    [response(200), 'terminated:'],
  ]);
});

test('RFC 3261 §17.1.1.2: no retransmission over a stream, none after a 1xx', () => {
  walk(inviteClient(TCP), inviteClientStep, TCP, [
    [start, 'calling: send-request B=32000'],
    [response(100), 'proceeding: -A -B pass-response'],
    [response(180), 'proceeding: -A -B pass-response'],
    [response(486), 'terminated: -A -B -cancelled send-ack pass-response'],
  ]);
});

test('RFC 3261 §17.1.1.2: a final response other than 2xx is acknowledged each time until timer D', () => {
  walk(inviteClient(UDP), inviteClientStep, UDP, [
    [start, 'calling: send-request A=500 B=32000'],
    [response(404), 'completed: -A -B -cancelled send-ack D=32000 pass-response'],
    [response(404), 'completed: send-ack'],
    [response(180), 'completed:'],
    [response(200), 'completed:'],
    [failed, 'completed:'],
    [timer('D'), 'terminated:'],
  ]);
  // Timer D is never below 32 s, however short T1 is.
  const fast = { ...UDP, t1: 10 };
  assert.ok(words(inviteClientStep(inviteClient(fast), response(404), fast).effects).includes('D=32000'));
});

test('RFC 6026 §7.2: every 2xx goes up while Accepted, nothing else does', () => {
  walk(inviteClient(UDP), inviteClientStep, UDP, [
    [start, 'calling: send-request A=500 B=32000'],
    [response(183), 'proceeding: -A -B pass-response'],
    [response(200), 'accepted: -A -B -cancelled M=32000 pass-response'],
    [response(200), 'accepted: pass-response'],
    [response(180), 'accepted:'],
    [response(486), 'accepted:'],
    [failed, 'accepted:'],
    [timer('M'), 'terminated:'],
  ]);
});

test('RFC 3261 §9.1: after CANCEL the transaction waits 64*T1 for its end', () => {
  const proceeding: InviteClientState = { name: 'proceeding' };
  walk(proceeding, inviteClientStep, UDP, [
    [{ type: 'cancelled' }, 'proceeding: cancelled=32000'],
    [timer('cancelled'), 'terminated: time-out'],
  ]);
  walk<InviteClientState, ClientEvent>({ name: 'accepted' }, inviteClientStep, UDP, [
    [{ type: 'cancelled' }, 'accepted:'],
  ]);
});

test('RFC 3261 §17.1.4: a transport error ends a client transaction that waits', () => {
  walk(inviteClient(UDP), inviteClientStep, UDP, [[failed, 'terminated: fail']]);
  walk(nonInviteClient(UDP), nonInviteClientStep, UDP, [
    [failed, 'terminated: fail'],
    [failed, 'terminated:'],
  ]);
});

test('RFC 3261 §17.1.2.2: timer E doubles up to T2, timer F gives up', () => {
  walk(nonInviteClient(UDP), nonInviteClientStep, UDP, [
    [start, 'trying: send-request E=500 F=32000'],
    [timer('E'), 'trying: send-request E=1000'],
    [timer('E'), 'trying: send-request E=2000'],
    [timer('E'), 'trying: send-request E=4000'],
    [timer('E'), 'trying: send-request E=4000'],
    [timer('F'), 'terminated: time-out'],
  ]);
});

test('RFC 3261 §17.1.2.2: after a 1xx timer E is T2, and timer F still gives up', () => {
  walk(nonInviteClient(UDP), nonInviteClientStep, UDP, [
    [start, 'trying: send-request E=500 F=32000'],
    [response(100), 'proceeding: E=4000 pass-response'],
    [response(100), 'proceeding: pass-response'],
    [timer('E'), 'proceeding: send-request E=4000'],
    [timer('F'), 'terminated: time-out'],
  ]);
});

test('RFC 3261 §17.1.2.2: a final response goes up once, timer K absorbs its repetitions', () => {
  walk(nonInviteClient(UDP), nonInviteClientStep, UDP, [
    [start, 'trying: send-request E=500 F=32000'],
    [response(200), 'completed: -E -F K=5000 pass-response'],
    [response(200), 'completed:'],
    [timer('K'), 'terminated:'],
  ]);
  walk(nonInviteClient(TCP), nonInviteClientStep, TCP, [
    [start, 'trying: send-request F=32000'],
    [response(401), 'terminated: pass-response'],
  ]);
});

test('RFC 3261 §17.2.1: 100 after 200 ms of silence, then for each retransmission', () => {
  walk(inviteServer(), inviteServerStep, UDP, [
    [start, 'proceeding: trying=200'],
    [request, 'proceeding:'],
    [timer('trying'), 'proceeding: send-trying'],
    [request, 'proceeding: send-response'],
    [respond(180), 'proceeding: -trying send-response'],
    [request, 'proceeding: send-response'],
    [ack, 'proceeding:'],
    [failed, 'proceeding:'],
  ]);
});

test('RFC 3261 §17.2.1: timer G repeats a refusal up to T2 until the ACK, timer I absorbs more ACKs', () => {
  walk(inviteServer(), inviteServerStep, UDP, [
    [start, 'proceeding: trying=200'],
    [respond(486), 'completed: -trying G=500 H=32000 send-response'],
    [timer('G'), 'completed: send-response G=1000'],
    [timer('G'), 'completed: send-response G=2000'],
    [timer('G'), 'completed: send-response G=4000'],
    [timer('G'), 'completed: send-response G=4000'],
    [request, 'completed: send-response'],
    [respond(200), 'completed:'],
    [ack, 'confirmed: -G -H I=5000'],
    [ack, 'confirmed:'],
    [request, 'confirmed:'],
    [timer('I'), 'terminated:'],
  ]);
});

test('RFC 3261 §17.2.1: without an ACK timer H tells; over a stream nothing is repeated', () => {
  walk(inviteServer(), inviteServerStep, TCP, [
    [start, 'proceeding: trying=200'],
    [respond(603), 'completed: -trying H=32000 send-response'],
    [timer('H'), 'terminated: time-out'],
  ]);
  walk(inviteServer(), inviteServerStep, TCP, [
    [respond(603), 'completed: -trying H=32000 send-response'],
    [ack, 'terminated:'],
  ]);
});

test('RFC 6026 §7.1: Accepted absorbs INVITEs, passes ACKs and sends 2xx again for its user', () => {
  walk(inviteServer(), inviteServerStep, UDP, [
    [start, 'proceeding: trying=200'],
    [respond(200), 'accepted: -trying L=32000 send-response'],
    [request, 'accepted:'],
    [respond(200), 'accepted: send-response'],
    [respond(486), 'accepted:'],
    [ack, 'accepted: pass-ack'],
    [ack, 'accepted: pass-ack'],
    [timer('L'), 'terminated:'],
  ]);
});

test('RFC 3261 §17.2.4: a transport error while Completed is told', () => {
  walk(inviteServer(), inviteServerStep, UDP, [
    [respond(486), 'completed: -trying G=500 H=32000 send-response'],
    [failed, 'terminated: fail'],
  ]);
});

test('RFC 3261 §17.2.2: a retransmitted request gets the last response again, for 64*T1', () => {
  walk(nonInviteServer(), nonInviteServerStep, UDP, [
    [start, 'trying: J=32000'],
    [request, 'trying:'],
    [respond(100), 'proceeding: send-response'],
    [request, 'proceeding: send-response'],
    [respond(200), 'completed: J=32000 send-response'],
    [request, 'completed: send-response'],
    [respond(500), 'completed:'],
    [ack, 'completed:'],
    [timer('J'), 'terminated:'],
  ]);
  walk(nonInviteServer(), nonInviteServerStep, TCP, [[respond(200), 'terminated: send-response']]);
});

test('RFC 4320 §4.2: no 408 to a non-INVITE request; one that is never answered ends with its client', () => {
  walk(nonInviteServer(), nonInviteServerStep, UDP, [[respond(408), 'terminated:']]);
  walk(nonInviteServer(), nonInviteServerStep, UDP, [
    [start, 'trying: J=32000'],
    [timer('J'), 'terminated:'],
  ]);
});

test.run();
