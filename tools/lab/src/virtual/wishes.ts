import type { SeededRandom } from '@switchhook/sans-io/testing';
import { type ProfileName, profiles, type TransferRules } from '@switchhook/transfer';

/** How one phone of an office is set: a profile of an exchange, and wishes of its owner. */
export type Wishes = Partial<TransferRules>;

const OTHERS: readonly Wishes[] = [
  { semiAttended: 'blind' },
  { semiAttended: 'early' },
  { holdTarget: false },
  { localBridge: 'never' },
  { localBridge: 'ask' },
  { protectTarget: true },
  { requireReplaces: true },
  { referSub: false },
  { referToSource: 'contact' },
  { referToSource: 'aor' },
];

/** Three of five phones are set as they come; the others have a profile, or a wish or two. */
export function wishesOf(random: SeededRandom): Wishes {
  if (random.chance(0.6)) return {};
  const profile = random.chance(0.4) ? profiles[random.pick(Object.keys(profiles)) as ProfileName] : {};
  const first = random.pick(OTHERS);
  const second = random.chance(0.3) ? random.pick(OTHERS) : {};
  return { ...profile, ...first, ...second };
}
