import assert from 'node:assert/strict';
import {
  ATTENDED_TRANSFER_STEPS,
  assertSteps,
  callsOnly,
  canonicalText,
  type Ladder,
  ladderOf,
  matchSteps,
  seenBy,
} from '@switchhook/ladder';
import type { Intent } from '@switchhook/phone';
import { UserAgent } from '@switchhook/sip-core';
import { test } from 'uvu';
import type { ExchangeStyle } from '../src/exchange/settings.ts';
import { type Fault, meddle } from '../src/network/mischief.ts';
import { seededCrypto } from '../src/node/seeded-crypto.ts';
import { HOSTS, NAMES, VirtualOffice } from '../src/virtual/office.ts';

const STYLES: readonly ExchangeStyle[] = ['proxy', 'b2bua'];

type Person = keyof VirtualOffice['desks'];

interface Night {
  readonly office: VirtualOffice;
  readonly outcomes: string[];
}

function open(style: ExchangeStyle, fault?: Fault, seed = 11): Night {
  const office = new VirtualOffice({ seed, style, make: (settings) => new UserAgent(settings), crypto: seededCrypto });
  const victim = `${HOSTS.receptionist}:5060`;
  office.network.passage = (from, to, bytes) => meddle(fault, victim, from, to, bytes);
  const outcomes: string[] = [];
  office.desks.receptionist.runtime.subscribe({
    notice: (notice) => {
      if (notice.event_type.startsWith('transfer') && notice.event_type !== 'transferStarted') {
        outcomes.push(
          `${notice.event_type.slice(8).toLowerCase()} ${notice.evidence ?? notice.code ?? notice.reason ?? ''}`.trim(),
        );
      }
    },
  });
  office.pass(1000);
  return { office, outcomes };
}

function act(office: VirtualOffice, who: Person, intent: Intent, thenMs = 500): void {
  office.desks[who].press(intent);
  office.pass(thenMs);
}

function keys(office: VirtualOffice, text: string): void {
  for (const digit of text) act(office, 'receptionist', { verb: 'key.digit', digit }, 100);
}

/** Until the receptionist talks to the specialist and the caller is held. */
function consult(office: VirtualOffice): void {
  act(office, 'caller', { verb: 'call.dial', to: '1000' });
  act(office, 'receptionist', { verb: 'hook.lift' });
  act(office, 'receptionist', { verb: 'key.transfer' });
  keys(office, '9999#');
  office.pass(300);
  act(office, 'specialist', { verb: 'call.answer' });
}

function ladderOfOffice(office: VirtualOffice): Ladder {
  return callsOnly(ladderOf(office.recording.datagrams, NAMES, ['caller', 'exchange', 'receptionist', 'specialist']));
}

function lineStates(office: VirtualOffice, who: Person): string[] {
  return office.desks[who].runtime
    .snapshot()
    .lines.map((line) => line.state)
    .filter((state) => state !== 'idle');
}

/** Whom a phone shows, a line each that is not idle. */
function shown(office: VirtualOffice, who: Person): string[] {
  return office.desks[who].runtime
    .snapshot()
    .lines.filter((line) => line.state !== 'idle')
    .map(({ state, party }) => `${state} ${party?.number}${party?.verified === true ? '' : '?'}`);
}

for (const style of STYLES) {
  test(`features §13 (${style}): every phone shows who is there, also when that changes by a transfer`, () => {
    const { office } = open(style);
    consult(office);
    assert.deepEqual(shown(office, 'caller'), ['talking 1000']);
    assert.deepEqual(shown(office, 'receptionist'), ['held 1001', 'talking 9999']);
    assert.deepEqual(shown(office, 'specialist'), ['talking 1000']);
    act(office, 'receptionist', { verb: 'key.transfer' }, 5000);
    assert.deepEqual(shown(office, 'caller'), ['talking 9999']);
    assert.deepEqual(shown(office, 'specialist'), ['talking 1001']);
    office.close();
  });

  test(`features §13 (${style}): a blind transfer that nobody takes leaves the caller with whom he had`, () => {
    const { office } = open(style);
    act(office, 'caller', { verb: 'call.dial', to: '1000' });
    act(office, 'receptionist', { verb: 'hook.lift' });
    act(office, 'receptionist', { verb: 'transfer.blind', to: '9999' }, 2000);
    assert.deepEqual(shown(office, 'specialist'), ['ringing 1001']);
    act(office, 'specialist', { verb: 'call.reject', code: 486 }, 5000);
    assert.deepEqual(shown(office, 'caller'), ['talking 1000']);
    assert.deepEqual(shown(office, 'receptionist'), ['talking 1001']);
    office.close();
  });

  test(`transfer.md §1 (${style}): hold, INVITE, hold, REFER, 2xx, NOTIFY, 200, NOTIFY, BYE, BYE; the caller talks to the specialist`, () => {
    const { office, outcomes } = open(style);
    consult(office);
    act(office, 'receptionist', { verb: 'key.transfer' }, 5000);
    assertSteps(ladderOfOffice(office), 'receptionist', ATTENDED_TRANSFER_STEPS);
    assert.deepEqual(outcomes, ['completed notify']);
    assert.deepEqual(lineStates(office, 'receptionist'), []);
    assert.deepEqual(lineStates(office, 'caller'), ['talking']);
    assert.deepEqual(lineStates(office, 'specialist'), ['talking']);
    act(office, 'caller', { verb: 'call.hangup' }, 2000);
    assert.deepEqual(lineStates(office, 'specialist'), []);
    office.close();
  });

  test(`transfer.md §10 (${style}): a blind transfer is reported and the receptionist leaves`, () => {
    const { office, outcomes } = open(style);
    act(office, 'caller', { verb: 'call.dial', to: '1000' });
    act(office, 'receptionist', { verb: 'hook.lift' });
    act(office, 'receptionist', { verb: 'transfer.blind', to: '9999' }, 2000);
    act(office, 'specialist', { verb: 'call.answer' }, 5000);
    assert.deepEqual(outcomes, ['completed notify']);
    assert.deepEqual(lineStates(office, 'receptionist'), []);
    assert.deepEqual(lineStates(office, 'caller'), ['talking']);
    assert.deepEqual(lineStates(office, 'specialist'), ['talking']);
    office.close();
  });

  test(`transfer.md §9 (${style}): a blind transfer to somebody busy brings the caller back`, () => {
    const { office, outcomes } = open(style);
    act(office, 'caller', { verb: 'call.dial', to: '1000' });
    act(office, 'receptionist', { verb: 'hook.lift' });
    act(office, 'receptionist', { verb: 'transfer.blind', to: '9999' }, 2000);
    act(office, 'specialist', { verb: 'call.reject', code: 486 }, 5000);
    assert.deepEqual(outcomes, ['failed 486']);
    assert.equal(lineStates(office, 'receptionist').length, 1);
    assert.equal(lineStates(office, 'caller').length, 1);
    office.close();
  });

  test(`transfer.md §9.1 (${style}): REFER refused leaves both calls alive`, () => {
    const { office, outcomes } = open(style, 'refer-refused');
    consult(office);
    act(office, 'receptionist', { verb: 'key.transfer' }, 5000);
    assert.deepEqual(outcomes, ['failed 603']);
    assert.equal(lineStates(office, 'receptionist').length, 2);
    assert.equal(lineStates(office, 'caller').length, 1);
    assert.equal(lineStates(office, 'specialist').length, 1);
    office.close();
  });

  test(`transfer.md §8 (${style}): Replaces that names nothing is reported as 481, and the phone joins both itself`, () => {
    const { office, outcomes } = open(style, 'wrong-replaces');
    consult(office);
    act(office, 'receptionist', { verb: 'key.transfer' }, 5000);
    assert.equal(outcomes[0]?.split(' ')[0], 'completed');
    assert.ok(ladderOfOffice(office).steps.some((step) => step.sipfrag === 481));
    assert.equal(lineStates(office, 'caller').length, 1);
    assert.equal(lineStates(office, 'specialist').length, 1);
    office.close();
  });

  for (const [fault, evidence] of [
    ['no-notify', 'target-bye'],
    ['terminated-notify', 'notify'],
    ['notify-before-2xx', 'notify'],
    ['bye-before-notify', 'notify'],
    ['refer-200', 'notify'],
  ] as const) {
    test(`transfer.md §6 (${style}): with ${fault} the transfer completes by ${evidence}`, () => {
      const { office, outcomes } = open(style, fault);
      consult(office);
      act(office, 'receptionist', { verb: 'key.transfer' }, 10_000);
      assert.deepEqual(outcomes, [`completed ${evidence}`]);
      assert.deepEqual(lineStates(office, 'caller'), ['talking']);
      assert.deepEqual(lineStates(office, 'specialist'), ['talking']);
      assert.deepEqual(lineStates(office, 'receptionist'), []);
      office.close();
    });
  }

  test(`transfer.md §6 (${style}): without any verdict the outcome is unknown and no leg is dropped`, () => {
    const { office, outcomes } = open(style, 'no-verdict');
    consult(office);
    act(office, 'receptionist', { verb: 'key.transfer' }, 45_000);
    assert.equal(outcomes[0]?.split(' ')[0], 'unknown');
    const byes = seenBy(ladderOfOffice(office), 'receptionist').steps.filter(
      (step) => step.method === 'BYE' && step.from === 'receptionist',
    );
    assert.equal(byes.length, 0);
    office.close();
  });

  test(`RFC 3264 §8 (${style}): hold and resume are seen by the caller, and its o= version rises`, () => {
    const { office } = open(style);
    act(office, 'caller', { verb: 'call.dial', to: '1000' });
    act(office, 'receptionist', { verb: 'hook.lift' });
    act(office, 'receptionist', { verb: 'key.hold' });
    act(office, 'receptionist', { verb: 'key.hold' });
    assert.equal(matchSteps(ladderOfOffice(office), 'caller', '<hold, >200(INVITE), <resume, >200(INVITE)'), undefined);
    const origins = office.recording.datagrams
      .filter((d) => d.to.startsWith(HOSTS.caller))
      .flatMap((d) => /^o=\S+ \S+ (\d+)/m.exec(new TextDecoder().decode(d.bytes))?.[1] ?? []);
    const versions = origins.map(Number);
    assert.ok(
      versions.every((v, i) => i === 0 || v >= versions[i - 1]!) && versions.at(-1)! > versions[0]!,
      versions.join(),
    );
    office.close();
  });

  test(`determinism (${style}): one seed is one history, another seed is the same flow with other ids`, () => {
    const run = (seed: number) => {
      const { office } = open(style, undefined, seed);
      consult(office);
      act(office, 'receptionist', { verb: 'key.transfer' }, 5000);
      const packets = office.recording.datagrams
        .map((d) => `${d.atMs} ${d.from} ${d.to} ${new TextDecoder().decode(d.bytes)}`)
        .join('\n');
      const flow = canonicalText(ladderOfOffice(office))
        .replace(/sip:[0-9a-f]{16}@/g, 'sip:contact@')
        .replace(/\| \d+ /g, '| n ');
      office.close();
      return { packets, flow };
    };
    assert.equal(run(3).packets, run(3).packets);
    assert.notEqual(run(3).packets, run(4).packets);
    assert.equal(run(3).flow, run(4).flow);
  });
}

test('transfer.md §9: a blind target that loses power while it rings is given up by the B2BUA, and the caller is back', () => {
  const { office, outcomes } = open('b2bua');
  act(office, 'caller', { verb: 'call.dial', to: '1000' });
  act(office, 'receptionist', { verb: 'hook.lift' });
  act(office, 'receptionist', { verb: 'transfer.blind', to: '9999' });
  office.desks.specialist.crash();
  office.pass(150_000);
  assert.deepEqual(outcomes, ['failed 480']);
  assert.deepEqual(lineStates(office, 'receptionist'), ['talking']);
  assert.deepEqual(lineStates(office, 'caller'), ['talking']);
  office.close();
});

test.run();
