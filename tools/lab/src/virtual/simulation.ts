import { callsOnly, type Ladder, ladderOf } from '@switchhook/ladder';
import { type Glance, glance, type PhoneState } from '@switchhook/phone';
import type { Millis } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { type Census, type Crypto, UserAgent } from '@switchhook/sip-core';
import type { MakeUserAgent } from '../exchange/b2bua.ts';
import type { ExchangeStyle } from '../exchange/settings.ts';
import { meddleAll } from '../network/mischief.ts';
import { type Act, PERSONS, type Person } from './acts.ts';
import { cast, headcount } from './cast.ts';
import { type Coverage, cover, coverStack, noCoverage } from './coverage.ts';
import { bentFor, type Deed, Director, moments } from './moments.ts';
import { type Desk, HOSTS, NAMES, USERS, VirtualOffice } from './office.ts';
import { judge } from './oracle.ts';
import { type Mind, personMind, retrievingMind } from './persons.ts';
import type { Sabotage } from './sabotage.ts';
import { meddlingOf, type Planted, plant, weatherOf } from './weathers.ts';
import { wishesOf } from './wishes.ts';

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
  readonly phones: number;
  /** What was planted: none, one or several kinds. */
  readonly planted: readonly Planted[];
  /** Outcomes of all transfers, in order: `completed`, `failed`, `unknown`. */
  readonly outcomes: readonly string[];
  readonly lostCallers: readonly string[];
  readonly brokenPromises: readonly string[];
  readonly leaks: readonly string[];
  /** An exception of ours, with its stack. */
  readonly uncaught: string | undefined;
  readonly messages: number;
  readonly coverage: Coverage;
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
/** How often people look at their phones: while something changes, and at most while nothing does. */
const LOOK = { least: 150, spread: 700, longest: 2_500 };
const SLOW_LOOK = { least: 1_500, spread: 3_000, longest: 20_000 };
/** In one of so many offices the states of the stacks are counted: at every look of every person. */
const STACK_EVERY = 16;
/** People go by a glance; at every so many looks the whole picture is made as well, to see that it can be. */
const PICTURE_EVERY = 16;
/** A registration that is renewed soon enough after the exchange has forgotten it. */
const SHORT_S = 60;
/** A registration that outlasts the office. */
const LONG_S = 3600;

/** Play one office from its seed. Never throws: an exception of ours is in the report. */
export function playOffice(seed: number, options: SimulationOptions): OfficeReport {
  const random = new SeededRandom(seed);
  const planted = new Set(plant(random));
  const style = options.style ?? random.pick(['proxy', 'b2bua'] as const);
  const phones = headcount(random);
  const { crypto, sabotage } = options;
  const agents: UserAgent[] = [];
  const make: MakeUserAgent = (settings) => {
    const agent = options.make(settings);
    if (agent instanceof UserAgent) agents.push(agent);
    return agent;
  };
  const outcomes: string[] = [];
  const coverage = noCoverage();
  const due = planted.has('timing') ? moments(random) : [];
  // What a phone does by itself where no peer takes REFER is aimed at as well.
  if (due.length > 0 && random.chance(0.2)) planted.add('refer-unallowed');
  const wishes = new Map(PERSONS.map((who) => [who, wishesOf(random)]));
  const director = new Director(due, (afterMs, deed) =>
    office.clock.alarm(office.clock.now() + afterMs, () => befall(office, deed)),
  );
  const office: VirtualOffice = new VirtualOffice({
    seed,
    style,
    make,
    crypto,
    sabotage,
    phones,
    endsBothLegs: planted.has('ends-both-legs'),
    registeredS: planted.has('exchange-restart') ? SHORT_S : random.chance(0.2) ? LONG_S : 0,
    trusts: random.chance(0.3) ? 'digest' : 'address',
    wishes: (who) => ({ transfer: wishes.get(who) ?? {} }),
    journal: (who, entry) => {
      const edge = cover(coverage, entry);
      if (edge !== undefined) director.saw(who, edge);
      if (entry.type !== 'notice') return;
      const outcome = OUTCOMES[entry.notice.event_type];
      if (outcome !== undefined) outcomes.push(outcome);
    },
  });
  const weather = weatherOf(planted, options.loss);
  const faults = meddlingOf(planted);
  const victim = `${HOSTS.receptionist}:5060`;
  office.network.weather = () => weather;
  if (faults.length > 0) office.network.passage = (from, to, bytes) => meddleAll(faults, victim, from, to, bytes);
  const leaks: string[] = [];
  let uncaught: string | undefined;
  let epilogueAt = 0;
  let judgedAt = 0;
  try {
    office.pass(2_000);
    const tempers = cast(PERSONS.slice(0, phones), planted, random);
    misfortunes(office, planted, random);
    const look =
      seed % STACK_EVERY === 0
        ? () => {
            for (const agent of agents) coverStack(coverage, agent);
          }
        : () => {};
    const tempered = (who: Person) => (who === 'receptionist' ? bentFor(due, tempers.get(who)!) : tempers.get(who)!);
    actUntil(office, (who) => personMind(tempered(who), random), ACTING_MS, random, LOOK, look);
    epilogueAt = office.clock.now();
    const first: Partial<Record<Person, string>> = { receptionist: USERS.caller, specialist: USERS.caller };
    actUntil(office, (who) => retrievingMind(first[who]), epilogueAt + EPILOGUE_MS, random, SLOW_LOOK);
    judgedAt = office.clock.now();
    office.pass(1);
    everybodyHangsUp(office);
    office.pass(SETTLE_MS);
    everybodyHangsUp(office);
    office.pass(SETTLE_MS);
    for (const desk of office.staff) if (!desk.crashed) desk.runtime.retire();
    office.pass(SETTLE_MS);
    leaks.push(...leaksOf(office, agents));
  } catch (error) {
    uncaught = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { datagrams } = office.recording;
  const names = Object.fromEntries(
    Object.entries(NAMES).filter(([, name]) => name === 'exchange' || office.staff.some((desk) => desk.who === name)),
  );
  const { acts, sounds } = office;
  const verdict =
    uncaught === undefined
      ? judge({ datagrams, names, acts, sounds, epilogueAt, judgedAt })
      : { lostCallers: [], brokenPromises: [] };
  return {
    seed,
    style,
    phones,
    planted: [...planted],
    outcomes,
    ...verdict,
    leaks,
    uncaught,
    messages: datagrams.length,
    coverage,
    acts,
    ladder: () => callsOnly(ladderOf(datagrams, NAMES, ['caller', 'exchange', 'receptionist', 'specialist'])),
    packets: () =>
      datagrams
        .map((d) => `${d.atMs} ${d.from} ${d.to} ${d.arrivalsMs?.join()} ${new TextDecoder().decode(d.bytes)}`)
        .join('\n'),
  };
}

const OUTCOMES: Readonly<Record<string, string>> = {
  transferCompleted: 'completed',
  transferFailed: 'failed',
  transferUnknown: 'unknown',
};

/** Whether anything at all was wrong. */
export function isGood(report: OfficeReport): boolean {
  const { lostCallers, brokenPromises, leaks, uncaught } = report;
  return lostCallers.length + brokenPromises.length + leaks.length === 0 && uncaught === undefined;
}

/** One of the deeds that a director has done. */
function befall(office: VirtualOffice, deed: Deed): void {
  if (deed.type === 'exchange-restarts') {
    office.restartExchange();
    return;
  }
  if (deed.type === 'press') {
    office.desks.receptionist.press(deed.intent);
    return;
  }
  const desk = office.desks[deed.who];
  switch (deed.type) {
    case 'drops': {
      const { receptionist } = office.desks;
      const calls = receptionist.crashed ? [] : receptionist.runtime.state.calls;
      for (const { id, number } of calls)
        if (number === USERS[deed.who]) receptionist.press({ verb: 'call.hangup', callId: id });
      return;
    }
    case 'hangs-up':
      for (const { id } of desk.crashed ? [] : desk.runtime.state.calls)
        desk.press({ verb: 'call.hangup', callId: id });
      return;
    case 'crashes':
      desk.crash();
      return;
    case 'restarts':
      desk.crash();
      desk.restart();
      return;
    default:
      deed satisfies never;
  }
}

/** Power cuts: of a phone for good, of a phone for a while, of the exchange. */
function misfortunes(office: VirtualOffice, planted: ReadonlySet<Planted>, random: SeededRandom): void {
  const later = (spanMs: number, act: () => void) =>
    office.clock.alarm(office.clock.now() + 2_000 + random.next() * spanMs, act);
  if (planted.has('crash')) later(25_000, () => random.pick(office.staff).crash());
  if (planted.has('restart')) {
    const desk = random.pick(office.staff.slice(0, 4));
    later(25_000, () => {
      desk.crash();
      later(20_000, () => desk.restart());
    });
  }
  if (planted.has('exchange-restart')) later(40_000, () => office.restartExchange());
}

/** People look at their phones now and then until `endMs`: the longer nothing has changed, the seldomer. */
function actUntil(
  office: VirtualOffice,
  mindOf: (who: Person) => Mind,
  endMs: Millis,
  random: SeededRandom,
  look: { readonly least: Millis; readonly spread: Millis; readonly longest: Millis },
  onLook: () => void = () => {},
): void {
  for (const desk of office.staff) {
    const mind = mindOf(desk.who);
    let waitMs = 0;
    let looks = 0;
    let state: PhoneState | undefined;
    let seen: Glance | undefined;
    const lookOnce = () => {
      const now = office.clock.now();
      if (now >= endMs) return;
      if (!desk.crashed) {
        const changed = desk.runtime.state !== state;
        state = desk.runtime.state;
        if (changed || seen === undefined) seen = glance(state);
        if (++looks % PICTURE_EVERY === 0) desk.runtime.snapshot();
        const intents = mind(seen, now);
        for (const intent of intents) desk.press(intent);
        onLook();
        waitMs = changed || intents.length > 0 ? 0 : Math.min(waitMs * 1.25 + look.least / 2, look.longest);
      }
      office.clock.alarm(now + look.least + waitMs + random.next() * look.spread, lookOnce);
    };
    office.clock.alarm(office.clock.now() + random.next() * look.spread, lookOnce);
  }
  office.clock.runUntil(endMs);
}

function everybodyHangsUp(office: VirtualOffice): void {
  for (const desk of office.staff) {
    if (desk.crashed) continue;
    for (const call of desk.runtime.state.calls) desk.press({ verb: 'call.hangup', callId: call.id });
    if (desk.runtime.state.hook === 'off') desk.press({ verb: 'hook.put-down' });
  }
}

/** What is alive although everybody has hung up and all was quiet for longer than any timer. */
function leaksOf(office: VirtualOffice, agents: readonly UserAgent[]): string[] {
  const leaks: string[] = [];
  for (const desk of office.staff) leaks.push(...leaksAt(desk));
  // The agents of phones without power stand still for ever, and so do those of an exchange that was started anew.
  const fell = office.acts.some((act) => act.what === 'crash' || act.who === 'exchange');
  if (!fell) {
    for (const agent of agents) leaks.push(...aliveIn(agent.census()));
    const left = 'size' in office.exchange ? Number(office.exchange.size) : 0;
    if (left > 0) leaks.push(`exchange: ${left} legs`);
  }
  office.close();
  if (office.clock.pending > 0) office.pass(1_000);
  if (office.clock.pending > 0) leaks.push(`${office.clock.pending} alarms after everything was closed`);
  return leaks;
}

function aliveIn(census: Census): string[] {
  const { registrations: _, ...counts } = census;
  return Object.entries(counts).flatMap(([what, count]) => (count > 0 ? [`user agent: ${count} ${what}`] : []));
}

function leaksAt(desk: Desk): string[] {
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
