import { existsSync } from 'node:fs';

/** systemd-timesyncd makes the folder when it starts and the file once the clock agrees with a server. */
const TIMESYNC = '/run/systemd/timesync';

/** A clock that was never set shows the seventies, or the year in which the image was built. */
const RIGHT_SINCE_MS = Date.UTC(2025, 0, 1);

/**
 * Whether the machine's clock may be believed: a Pi before the 5 has none of its own and starts with the time of its
 * last shutdown. Where systemd-timesyncd runs, its word counts; elsewhere (chrony, a battery clock) the year must do.
 */
export function clockSynchronised(wallMs: number = Date.now(), timesync: string = TIMESYNC): boolean {
  if (wallMs < RIGHT_SINCE_MS) return false;
  return !existsSync(timesync) || existsSync(`${timesync}/synchronized`);
}
