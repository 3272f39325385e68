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
      /^(?!retrieving -> (caller-held|retrieving)).* -> (over|caller-held|retrieving) by (hold|resume)-refused$/,
      'a re-INVITE that meets 408, 481 or silence ends the call in the user agent, which says `ended` and no refusal',
    ],
  ],
  transferee: [
    [/asking/, 'the phone never asks about a REFER: it does what `acceptRefer` lets it, and refuses the rest'],
    [/by hang-up$/, 'a person who hangs up is `failed` for the call that a REFER placed: 487 is reported all the same'],
  ],
  target: [
    [/refuse 403|-> ask/, 'an INVITE of a stranger with Replaces is dropped by the user agent (RFC 3891 §5)'],
    [/refuse 486/, 'nobody in the office asks for `early-only`, which is for call pickup'],
    [/refuse 603/, 'a call that has ended is known to the user agent alone, which answers 603 itself'],
    [/keep-ringing/, '`replaceRinging` is off, so that the user agent answers 481 (RFC 3891 §3)'],
    [/take-over-early/, 'whoever is rung by a phone of the office never moves that call while it rings'],
  ],
  stack: [
    [/^non-invite (client|server) proceeding$/, 'nobody here answers 100 to anything but INVITE (RFC 4320 §4.1)'],
    [/^(non-invite server trying|notifier requested)$/, 'the answer follows in the step in which the request came'],
  ],
};

/** Why it cannot be reached here; undefined where it can and was only not met yet. */
export function unreachable(machine: Machine, edge: string): string | undefined {
  return REASONS[machine].find(([pattern]) => pattern.test(edge))?.[1];
}
