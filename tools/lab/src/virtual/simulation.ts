import { callsOnly, type Ladder, ladderOf } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { type Census, type Crypto, UserAgent } from '@switchhook/sip-core';
import type { MakeUserAgent } from '../exchange/b2bua.ts';
import type { ExchangeStyle } from '../exchange/settings.ts';
import { meddle } from '../network/mischief.ts';
import type { Act, Person } from './acts.ts';
import { type Desk, HOSTS, NAMES, VirtualOffice } from './office.ts';
import { judge } from './oracle.ts';
import { callerMind, type Mind, receptionistMind, retrievingMind, specialistMind, type Temper } from './persons.ts';
import type { Sabotage } from './sabotage.ts';
import { meddlingOf, PLANTED, type Planted, weatherOf } from './weathers.ts';

/** What every office of a simulation shares. */
export interface SimulationOptions {
  readonly make: MakeUserAgent;
  readonly crypto: (seed: number) => Crypto;
  /** Loss on every way, besides what is planted. */
  readonly loss: number;
  readonly sabotage?: Sabotage | undefined;
  /** Only this style; by default the seed decides. */
  readonly style?: ExchangeStyle | undefined;
}

/** What became of one office. */
export interface OfficeReport {
  readonly seed: number;
  readonly style: ExchangeStyle;
  readonly planted: Planted;
  /** Outcomes of the receptionist's transfers, in order: `completed`, `failed`, `unknown`. */
  readonly outcomes: readonly string[];
  readonly lostCallers: readonly string[];
  readonly brokenPromises: readonly string[];
  readonly leaks: readonly string[];
  /** An exception of ours, with its stack. */
  readonly uncaught: string | undefined;
  readonly messages: number;
  readonly acts: readonly Act[];
  /** Call `ladder` only when it is wanted: it is built then. */
  readonly ladder: () => Ladder;
  /** All packets with their times, a line each: equal for equal seeds. */
  readonly packets: () => string;
}

const ACTING_MS = 100_000;
/** Longer than the longest verdict, that of a blind transfer (transfer.md §6), and the resume after it. */
const EPILOGUE_MS = 260_000;
const SETTLE_MS = 200_000;
const LOOK_MS = { least: 150, spread: 700 };
const SLOW_LOOK_MS = { least: 1_500, spread: 3_000 };

/** Play one office from its seed. Never throws: an exception of ours is in the report. */
export function playOffice(seed: number, options: SimulationOptions): OfficeReport {
  const random = new SeededRandom(seed);
  const planted = PLANTED[seed % PLANTED.length]!;
  const style = options.style ?? random.pick(['proxy', 'b2bua'] as const);
  const { crypto, sabotage } = options;
  const agents: (() => Census | undefined)[] = [];
  const make: MakeUserAgent = (settings) => {
    const agent = options.make(settings);
    agents.push(() => (agent instanceof UserAgent ? agent.census() : undefined));
    return agent;
  };
  const office = new VirtualOffice({ seed, style, make, crypto, sabotage });
  const weather = weatherOf(planted, options.loss);
  const fault = meddlingOf(planted);
  const victim = `${HOSTS.receptionist}:5060`;
  office.network.weather = () => weather;
  office.network.passage = (from, to, bytes) => meddle(fault, victim, from, to, bytes);
  const outcomes: string[] = [];
  const leaks: string[] = [];
  let uncaught: string | undefined;
  let epilogueAt = 0;
  let judgedAt = 0;
  office.desks.receptionist.runtime.subscribe({
    notice: ({ event_type }) => {
      if (event_type === 'transferCompleted') outcomes.push('completed');
      if (event_type === 'transferFailed') outcomes.push('failed');
      if (event_type === 'transferUnknown') outcomes.push('unknown');
    },
  });
  try {
    office.pass(2_000);
    const tempers = tempersOf(planted, random);
    const minds = {
      receptionist: receptionistMind(tempers.receptionist, random),
      caller: callerMind(tempers.caller, 2_500),
      specialist: specialistMind(tempers.specialist),
    };
    if (planted === 'crash') crashLater(office, random);
    actUntil(office, minds, ACTING_MS, random, LOOK_MS);
    epilogueAt = office.clock.now();
    const retrieving = { receptionist: retrievingMind('1001'), specialist: retrievingMind('1001') };
    actUntil(office, retrieving, epilogueAt + EPILOGUE_MS, random, SLOW_LOOK_MS);
    judgedAt = office.clock.now();
    office.pass(1);
    everybodyHangsUp(office);
    office.pass(SETTLE_MS);
    everybodyHangsUp(office);
    office.pass(SETTLE_MS);
    for (const desk of Object.values(office.desks)) if (!desk.crashed) desk.runtime.retire();
    office.pass(SETTLE_MS);
    for (const desk of Object.values(office.desks)) leaks.push(...leaksOf(desk));
    // The agents of phones without power stand still for ever; nothing else may be alive by now.
    if (planted !== 'crash') for (const census of agents) leaks.push(...aliveIn(census()));
    const left = 'size' in office.exchange ? Number(office.exchange.size) : 0;
    if (left > 0 && planted !== 'crash') leaks.push(`exchange: ${left} legs`);
    office.close();
    if (office.clock.pending > 0) office.pass(1_000);
    if (office.clock.pending > 0) leaks.push(`${office.clock.pending} alarms after everything was closed`);
  } catch (error) {
    uncaught = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { datagrams } = office.recording;
  const verdict =
    uncaught === undefined
      ? judge({ datagrams, names: NAMES, acts: office.acts, epilogueAt, judgedAt })
      : { lostCallers: [], brokenPromises: [] };
  return {
    seed,
    style,
    planted,
    outcomes,
    ...verdict,
    leaks,
    uncaught,
    messages: datagrams.length,
    acts: office.acts,
    ladder: () => callsOnly(ladderOf(datagrams, NAMES, ['caller', 'exchange', 'receptionist', 'specialist'])),
    packets: () =>
      datagrams
        .map((d) => `${d.atMs} ${d.from} ${d.to} ${d.arrivalsMs?.join()} ${new TextDecoder().decode(d.bytes)}`)
        .join('\n'),
  };
}

/** Whether anything at all was wrong. */
export function isGood(report: OfficeReport): boolean {
  const { lostCallers, brokenPromises, leaks, uncaught } = report;
  return lostCallers.length + brokenPromises.length + leaks.length === 0 && uncaught === undefined;
}

function tempersOf(planted: Planted, random: SeededRandom): Readonly<Record<Person, Temper>> {
  const temper = (leaves: number): Temper => ({
    nervous: random.chance(0.4) ? 0.02 + random.next() * 0.1 : 0,
    leavesAtMs: random.chance(leaves) ? 6_000 + random.next() * 60_000 : Number.POSITIVE_INFINITY,
    takes: planted === 'specialist-busy' ? random.pick(['busy', 'ignores']) : 'answers',
    patienceMs: 300 + random.next() * 2_500,
    talkMs: 500 + random.next() * 4_000,
    putsDown: random.chance(0.3),
    blind: random.chance(0.15),
  });
  return {
    receptionist: temper(0.1),
    caller: temper(planted === 'caller-leaves' ? 1 : 0.1),
    specialist: temper(planted === 'specialist-leaves' ? 1 : 0.1),
  };
}

function crashLater(office: VirtualOffice, random: SeededRandom): void {
  const who = random.pick(['receptionist', 'caller', 'specialist'] as const);
  office.clock.alarm(office.clock.now() + 2_000 + random.next() * 25_000, () => office.desks[who].crash());
}

/** People look at their phones now and then until `endMs`. */
function actUntil(
  office: VirtualOffice,
  minds: Partial<Record<Person, Mind>>,
  endMs: Millis,
  random: SeededRandom,
  look: { readonly least: Millis; readonly spread: Millis },
): void {
  for (const [who, mind] of Object.entries(minds) as [Person, Mind][]) {
    const desk = office.desks[who];
    const lookOnce = () => {
      const now = office.clock.now();
      if (now >= endMs || desk.crashed) return;
      for (const intent of mind(desk.runtime.snapshot(), now)) desk.press(intent);
      office.clock.alarm(now + look.least + random.next() * look.spread, lookOnce);
    };
    office.clock.alarm(office.clock.now() + random.next() * look.spread, lookOnce);
  }
  office.clock.runUntil(endMs);
}

function everybodyHangsUp(office: VirtualOffice): void {
  for (const desk of Object.values(office.desks)) {
    if (desk.crashed) continue;
    for (const call of desk.runtime.state.calls) desk.press({ verb: 'call.hangup', callId: call.id });
    if (desk.runtime.state.hook === 'off') desk.press({ verb: 'hook.put-down' });
  }
}

function aliveIn(census: Census | undefined): string[] {
  const { registrations: _, ...counts } = census ?? { registrations: 0 };
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`user agent: ${count} ${what}`] : []));
}

function leaksOf(desk: Desk): string[] {
  if (desk.crashed) return [];
  const { timers, tickets, sessions } = desk.runtime.leftovers;
  const counts = {
    calls: desk.runtime.state.calls.length,
    transfers: desk.runtime.state.transfers.length,
    timers,
    tickets,
    sessions,
    media: desk.media.size,
  };
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${desk.who}: ${count} ${what}`);
}
