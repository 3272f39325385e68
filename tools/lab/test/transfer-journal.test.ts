import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf, type Journal, readJournal, showJournal, TransferRecorder, verdictOf } from '@switchhook/desk-phone';
import {
  ATTENDED_TRANSFER_STEPS,
  assertSteps,
  callsOnly,
  canonicalText,
  type Datagram,
  type Ladder,
  ladderOf,
  seenBy,
} from '@switchhook/ladder';
import type { Core } from '@switchhook/sans-io';
import { UserAgent, type UserAgentIn, type UserAgentOut } from '@switchhook/sip-core';
import { test } from 'uvu';
import type { ExchangeStyle } from '../src/exchange/settings.ts';
import { type Fault, meddle } from '../src/network/mischief.ts';
import { seededCrypto } from '../src/node/seeded-crypto.ts';
import { HOSTS, VirtualOffice } from '../src/virtual/office.ts';

const STYLES: readonly ExchangeStyle[] = ['proxy', 'b2bua'];
const US = `${HOSTS.receptionist}:5060`;

interface Day {
  readonly office: VirtualOffice;
  readonly recorder: TransferRecorder;
  /** What was kept, by name. */
  readonly kept: Map<string, string>;
}

/** An office whose receptionist's phone keeps journals. */
function open(style: ExchangeStyle, fault?: Fault): Day {
  const kept = new Map<string, string>();
  let recorder: TransferRecorder | undefined;
  const watched = (core: Core<UserAgentIn, UserAgentOut>): Core<UserAgentIn, UserAgentOut> => {
    const sent = (outs: readonly UserAgentOut[]) => {
      for (const out of outs)
        if (out.type === 'send')
          recorder?.message({ out: true, transport: 'udp', remote: addressOf(out.flow), bytes: out.bytes });
      return outs;
    };
    return {
      receive: (input, now) => {
        if (input.type === 'received')
          recorder?.message({ out: false, transport: 'udp', remote: addressOf(input.flow), bytes: input.bytes });
        return sent(core.receive(input, now));
      },
      wake: (now) => sent(core.wake(now)),
      get deadline() {
        return core.deadline;
      },
    };
  };
  const office = new VirtualOffice({
    seed: 11,
    style,
    make: (settings) => {
      const agent = new UserAgent(settings);
      return settings.local.udp?.host === HOSTS.receptionist ? (watched(agent) as typeof agent) : agent;
    },
    crypto: seededCrypto,
  });
  recorder = new TransferRecorder({
    clock: office.clock,
    wall: () => 1_700_000_000_000 + office.clock.now(),
    local: { udp: US },
    phone: 'reception',
    software: 'test',
    keep: (name, text) => kept.set(name, text),
    broken: (bug) => {
      throw bug;
    },
  });
  office.desks.receptionist.runtime.subscribe(recorder);
  office.network.passage = (from, to, bytes) => meddle(fault, US, from, to, bytes);
  office.pass(1000);
  return { office, recorder, kept };
}

/** The receptionist answers, consults the specialist and hands the caller over; then everybody goes home. */
function transfer({ office }: Day): void {
  const act = (who: 'caller' | 'receptionist' | 'specialist', verb: string, more: object = {}, thenMs = 500): void => {
    office.desks[who].press({ verb, ...more } as never);
    office.pass(thenMs);
  };
  act('caller', 'call.dial', { to: '1000' });
  act('receptionist', 'hook.lift');
  act('receptionist', 'key.transfer');
  for (const digit of '9999#') act('receptionist', 'key.digit', { digit }, 100);
  office.pass(300);
  act('specialist', 'call.answer');
  act('receptionist', 'key.transfer');
  office.pass(60_000);
}

function only({ kept }: Day): Journal {
  assert.equal(kept.size, 1);
  const reading = readJournal([...kept.values()][0]!);
  assert.ok(reading.ok);
  return reading.value;
}

/** The kept messages as the lab's own recorder saw them at the receptionist's socket: the same flow. */
function drawn(journal: Journal) {
  const datagrams = journal.lines.flatMap((line) =>
    line.type === 'message'
      ? [{ atMs: line.at, from: line.from, to: line.to, bytes: Uint8Array.from(line.text, (c) => c.charCodeAt(0)) }]
      : [],
  );
  return ladderOf(datagrams, { [US]: 'receptionist', [`${HOSTS.exchange}:5060`]: 'exchange' });
}

for (const style of STYLES) {
  test(`transfer.md §14.11: the journal of an attended transfer holds both legs from their first INVITE to their end, ${style}`, () => {
    const day = open(style);
    transfer(day);
    const journal = only(day);
    const ladder = drawn(journal);
    assertSteps(ladder, 'receptionist', ATTENDED_TRANSFER_STEPS);
    const wire = seenBy(callsOnly(ladderOf(passed(day.office), { ...byHost(), [US]: 'receptionist' })), 'receptionist');
    // what arrives in one millisecond may be answered before or after what arrives next: each direction for itself
    for (const side of ['from', 'to'] as const) {
      const half = ({ parties, steps }: Ladder) => ({
        parties,
        steps: steps.filter((step) => step[side] === 'receptionist'),
      });
      assert.equal(canonicalText(half(ladder)), canonicalText(half(wire)), 'as the network saw it');
    }
    assert.equal(ladder.steps[0]!.method, 'INVITE');
    assert.equal(ladder.steps[0]!.to, 'receptionist');
    assert.equal(verdictOf(journal)?.outcome, 'completed');
    assert.equal(journal.head.to, '9999');
    assert.equal(journal.head.epochMs + journal.lines.at(-1)!.at > 1_700_000_000_000, true);
    assert.equal(day.recorder.remembered, 0);
    day.office.close();
  });

  test(`transfer.md §14.11: ladder, JSON and SVG show what the phone made of it between the messages, ${style}`, () => {
    const day = open(style);
    transfer(day);
    const journal = only(day);
    const text = String(showJournal(journal, 'ladder'));
    assert.match(
      text,
      /^transfer t-1 \(attended, to 9999\) at 2023-11-14T22:13:2\d.*; completed \(proof: (notify|target-bye|both-byes)\)\n/,
    );
    assert.match(text, /= key\.transfer by keys\n.*= holding\n.*re-INVITE/);
    const order = ['= consulting', '= holding-target', '= referring', '- REFER -', '202', '= watching', '= COMPLETED'];
    let at = 0;
    for (const word of order) {
      const found = text.indexOf(word, at);
      assert.ok(found >= 0, `${word} after ${text.slice(at)}`);
      at = found;
    }
    const json = JSON.parse(String(showJournal(journal, 'json')));
    const types = new Set(json.lines.map((line: { type: string }) => line.type));
    for (const type of ['asked', 'state', 'message', 'outcome']) assert.ok(types.has(type), type);
    assert.match(json.lines[0].ts, /^2023-11-14T/);
    assert.match(String(showJournal(journal, 'svg')), /<svg .*marker-end/s);
    day.office.close();
  });

  test(`transfer.md §14.11: a refused transfer is kept with its stage and status, ${style}`, () => {
    const day = open(style, 'refer-refused');
    transfer(day);
    const verdict = verdictOf(only(day));
    assertSteps(drawn(only(day)), 'receptionist', '>hold, >REFER, <6xx(REFER), >resume');
    assert.equal(verdict?.outcome, 'failed');
    assert.match(String(showJournal(only(day), 'ladder')), /= FAILED \(AT (REFER|NOTIFY) \d+/i);
    day.office.close();
  });
}

test('transfer.md §14.11: a transfer of unknown outcome is kept while its calls are still up', () => {
  const day = open('b2bua', 'no-verdict');
  transfer(day);
  assert.equal(verdictOf(only(day))?.outcome, 'unknown');
  assert.match(String(showJournal(only(day), 'ladder')), /= unsure/);
  day.office.close();
});

test('transfer.md §14.11: no password, nonce or digest of the office is in any form of the journal', () => {
  for (const style of STYLES) {
    const day = open(style);
    transfer(day);
    const secrets = new Set<string>();
    for (const { bytes } of day.office.recording.datagrams) {
      const text = new TextDecoder().decode(bytes);
      for (const [, secret] of text.matchAll(/\b(?:nonce|response|cnonce|opaque)="([^"]+)"/g)) secrets.add(secret!);
    }
    assert.ok(secrets.size > 4, 'the exchange asks for credentials');
    for (const form of ['ladder', 'json', 'pcap', 'svg'] as const) {
      const shown = showJournal(only(day), form);
      const text = typeof shown === 'string' ? shown : Buffer.from(shown).toString('latin1');
      for (const secret of secrets) assert.ok(!text.includes(secret), `${form}: ${secret}`);
      assert.ok(!/response=|nonce=/.test(text), form);
    }
    day.office.close();
  }
});

if (spawnSync('tshark', ['--version']).status === 0) {
  for (const style of STYLES) {
    test(`transfer.md §14.11: tshark reads the capture without complaint, ${style}`, () => {
      const day = open(style);
      transfer(day);
      const journal = only(day);
      const folder = mkdtempSync(join(tmpdir(), 'switchhook-pcap-'));
      try {
        const file = join(folder, 'transfer.pcap');
        writeFileSync(file, showJournal(journal, 'pcap'));
        const fields = [
          '-e',
          'frame.time_epoch',
          '-e',
          'ip.src',
          '-e',
          'sip.Method',
          '-e',
          'sip.Status-Code',
          '-e',
          '_ws.malformed',
          '-e',
          '_ws.expert.severity',
        ];
        const run = spawnSync(
          'tshark',
          ['-r', file, '-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-T', 'fields', ...fields],
          {
            encoding: 'utf8',
          },
        );
        assert.equal(run.status, 0, run.stderr);
        const rows = run.stdout
          .trimEnd()
          .split('\n')
          .map((row) => row.split('\t'));
        assert.equal(rows.length, journal.lines.filter((line) => line.type === 'message').length);
        for (const [time, source, method, status, malformed, severity] of rows) {
          assert.ok(Number(time) >= 1_700_000_000, String(time));
          assert.match(source!, /^10\.0\.0\.(1|10)$/);
          assert.ok(`${method}${status}` !== '', 'every packet is SIP');
          assert.equal(malformed ?? '', '');
          // 8388608 = error: a wrong checksum or length
          assert.ok(!(severity ?? '').split(',').includes('8388608'), `severity ${severity}`);
        }
        assert.ok(rows.some((row) => row[2] === 'REFER'));
      } finally {
        rmSync(folder, { recursive: true, force: true });
        day.office.close();
      }
    });
  }
} else console.log('SKIP the check of captures by tshark: it is not installed');

/** What was on the wire, in the order in which it passed the receptionist's socket. */
function passed(office: VirtualOffice): Datagram[] {
  const all = office.recording.datagrams.map((datagram) => ({
    ...datagram,
    atMs: datagram.to === US ? (datagram.arrivalsMs?.[0] ?? datagram.atMs) : datagram.atMs,
  }));
  return all.sort((a, b) => a.atMs - b.atMs);
}

function byHost(): Record<string, string> {
  return Object.fromEntries(Object.entries(HOSTS).map(([name, host]) => [host, name]));
}

test.run();
