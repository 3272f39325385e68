import type { SeededRandom } from '@switchhook/sans-io/testing';
import { PERSONS, type Person } from './acts.ts';
import { USERS } from './office.ts';
import type { Temper } from './persons.ts';
import type { Planted } from './weathers.ts';

/** One in seven refers without asking. */
const BLIND = ['no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'no', 'key', 'verb'] as const;
const HEADCOUNTS = [3, 3, 3, 4, 4, 5, 6, 7, 8] as const;

/** Three to eight telephones. */
export function headcount(random: SeededRandom): number {
  return random.pick(HEADCOUNTS);
}

/** How everybody is today. The caller rings the receptionist, who hands it over to the specialist; the others do as they like. */
export function cast(
  people: readonly Person[],
  planted: ReadonlySet<Planted>,
  random: SeededRandom,
): ReadonlyMap<Person, Temper> {
  return new Map(people.map((who) => [who, temperOf(who, people, planted, random)]));
}

function temperOf(who: Person, people: readonly Person[], planted: ReadonlySet<Planted>, random: SeededRandom): Temper {
  const leaves =
    planted.has('specialist-leaves') && who === 'specialist'
      ? 1
      : planted.has('caller-leaves') && who === 'caller'
        ? 1
        : 0.1;
  const extra = PERSONS.indexOf(who) > 2;
  const nervous = planted.has('nervous') ? 0.4 : who === 'receptionist' ? 0.3 : 0;
  const temper: Temper = {
    nervous: random.chance(nervous) ? 0.02 + random.next() * 0.1 : 0,
    leavesAtMs: random.chance(extra ? 0.5 : leaves) ? 6_000 + random.next() * 60_000 : Number.POSITIVE_INFINITY,
    takes: 'answers',
    patienceMs: 300 + random.next() * 2_500,
    talkMs: 500 + random.next() * 4_000,
    dials: undefined,
    transfers: undefined,
    completes: random.pick(['key', 'key', 'key', 'put-down', 'put-down', 'merge', 'bridge', 'swap', 'cancel'] as const),
    blind: random.pick(BLIND),
    presses: random.pick(['in-time', 'in-time', 'in-time', 'early', 'twice-early'] as const),
  };
  if (who === 'receptionist') return { ...temper, transfers: { to: USERS.specialist, times: 2 } };
  if (who === 'caller') return { ...temper, dials: { atMs: 2_500, to: USERS.receptionist } };
  if (who === 'specialist') {
    const takes = planted.has('specialist-busy') ? random.pick(['busy', 'ignores'] as const) : 'answers';
    return { ...temper, takes };
  }
  const others = people.filter((one) => one !== who);
  const to = random.chance(0.4) ? 'receptionist' : random.pick(others);
  const dials = random.chance(0.7) ? { atMs: 2_500 + random.next() * 40_000, to: USERS[to] } : undefined;
  const transfers = random.chance(0.3) ? { to: USERS[random.pick(others)], times: 1 } : undefined;
  return { ...temper, dials, transfers };
}
