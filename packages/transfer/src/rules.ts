import type { TransferRules } from './door.ts';

/** What holds where nothing is known of the PBX (transfer.md §6). */
export const defaultRules: TransferRules = {
  referToSource: 'auto',
  retryOtherForm: true,
  requireReplaces: false,
  holdTarget: true,
  firstNotifyMs: 5_000,
  verdictMs: { attended: 32_000, blind: 180_000 },
  byeGraceMs: 400,
  targetByeMs: 4_000,
  byeEvidenceMs: 2_000,
  callerByeMs: 5_000,
  referAnswerMs: 70_000,
  subscriptionSlackMs: 10_000,
  callerByeProvesBlind: false,
  localBridge: 'auto',
  semiAttended: 'arm',
  referSub: true,
  acrossAccounts: 'bridge',
  protectTarget: false,
};

/**
 * Profiles: what is known to differ from `defaultRules`, and why. Names without an entry that differs are listed all
 * the same, so that a configuration may name the PBX it has.
 */
export const profiles = {
  generic: {},
  /** Owns both legs: AOR and Contact are the same machine, and it looks the dialog up by its own ids. */
  asterisk: { referToSource: 'aor' },
  /** Owns both legs; final NOTIFY 200 at once, then its own BYEs. */
  freeswitch: { referToSource: 'aor' },
  /** Owns both legs; nothing else is known. */
  '3cx': {},
  /** A proxy: Refer-To reaches the other phone unchanged, so the Contact names the right device. */
  kamailio: { referToSource: 'contact' },
  /** A proxy. */
  opensips: { referToSource: 'contact' },
  fritzbox: {},
  /** Sends NOTIFY and BYE together, about 280 ms after its 202. */
  teams: {},
  /** Sends BYE and no NOTIFY. */
  netsapiens: { callerByeProvesBlind: true },
  /** The seed trace: AOR of the target in Refer-To, hold of both legs, no final NOTIFY. */
  ozeki: { referToSource: 'aor' },
} as const satisfies Record<string, Partial<TransferRules>>;

/** Name of a PBX profile. */
export type ProfileName = keyof typeof profiles;

/** Defaults, then the profile, then a person's own wishes. */
export function transferRules(profile: ProfileName = 'generic', wishes: Partial<TransferRules> = {}): TransferRules {
  return { ...defaultRules, ...profiles[profile], ...wishes };
}
