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
  byeNotifyMs: 40_000,
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
 * the same, so that a configuration may name the PBX it has. None sets `semiAttended: 'early'`, which several would take:
 * a caller who is handed to a ringing phone is no longer ours when nobody answers.
 */
export const profiles = {
  generic: {},
  /**
   * Finds the dialog by its three ids and does not look at the URI: NOTIFY 404 is "no such call", in either form
   * (res_pjsip_refer.c); our BYE is awaited after the final NOTIFY (asterisk/asterisk#1877).
   */
  asterisk: { referToSource: 'aor', retryOtherForm: false },
  /**
   * Finds the dialog by its Call-ID: NOTIFY 403 is policy, or a leg without a partner, in either form; 202 comes before
   * anything is looked at, then one final NOTIFY and its own BYEs (mod_sofia).
   */
  freeswitch: { referToSource: 'aor', retryOtherForm: false },
  /** Owns both legs; may decline by NOTIFY after 202 (sipsorcery-org/sipsorcery#288), which the evidence rules bear. */
  '3cx': {},
  /** A proxy: Refer-To reaches the caller's phone unchanged, so the Contact names the device (pjsip/pjproject#4792). */
  kamailio: { referToSource: 'contact' },
  /** A proxy; its B2BUA mode rings the target anew instead of replacing, and is seen as no verdict (OpenSIPS/opensips#2068). */
  opensips: { referToSource: 'contact' },
  /** Answers 429 without Referred-By (baresip/baresip#1004), which every REFER of ours carries. */
  fritzbox: {},
  /** Sends NOTIFY and BYE within 20 µs, and as transferor its BYE 0.3 s after our 202: both are borne by every rule set. */
  teams: {},
  /** An application server between both legs; nothing about its REFER is known to us, so nothing differs. */
  broadworks: {},
  /** Sends BYE and no NOTIFY. */
  netsapiens: { callerByeProvesBlind: true },
  /** The seed trace: AOR of the target in Refer-To, hold of both legs, no final NOTIFY. */
  ozeki: { referToSource: 'aor', byeNotifyMs: 2_000 },
} as const satisfies Record<string, Partial<TransferRules>>;

/** Name of a PBX profile. */
export type ProfileName = keyof typeof profiles;

/** Defaults, then the profile, then a person's own wishes. */
export function transferRules(profile: ProfileName = 'generic', wishes: Partial<TransferRules> = {}): TransferRules {
  return { ...defaultRules, ...profiles[profile], ...wishes };
}
