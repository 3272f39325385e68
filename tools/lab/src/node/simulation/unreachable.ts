import type { Machine } from '../../virtual/coverage.ts';

/** States of the SIP stack in which something can be found; the last of each machine is left in the moment it is reached. */
export const STACK_STATES: readonly string[] = [
  ...['calling', 'proceeding', 'accepted', 'completed'].map((state) => `invite client ${state}`),
  ...['proceeding', 'accepted', 'completed', 'confirmed'].map((state) => `invite server ${state}`),
  ...['trying', 'proceeding', 'completed'].map((state) => `non-invite client ${state}`),
  ...['trying', 'proceeding', 'completed'].map((state) => `non-invite server ${state}`),
  ...['calling', 'proceeding', 'cancel-wanted', 'cancelling', 'answered'].map((state) => `outgoing call ${state}`),
  ...['offered', 'answered'].map((state) => `incoming call ${state}`),
  ...['up', 'leaving', 'bye-sent'].map((state) => `session ${state}`),
  ...['sent', 'active', 'settled'].map((state) => `subscriber ${state}`),
  ...['requested', 'active'].map((state) => `notifier ${state}`),
];

/** What whole offices cannot reach, by what it has in common, and why. */
const REASONS: Readonly<Record<Machine, readonly (readonly [RegExp, string])[]>> = {
  transferor: [
    [/^referring -> .* by timer$/, 'a REFER on the wire ends by its own transaction (64·T1) before the guard of 70 s'],
    [
      /^(backing-off|referring|unsure|watching) .* by target-answered$/,
      'a forked second answer: the exchanges here ring one phone an extension',
    ],
  ],
  transferee: [],
  target: [],
  stack: [],
};

/** Why it cannot be reached here; undefined where it can and was only not met yet. */
export function unreachable(machine: Machine, edge: string): string | undefined {
  return REASONS[machine].find(([pattern]) => pattern.test(edge))?.[1];
}
