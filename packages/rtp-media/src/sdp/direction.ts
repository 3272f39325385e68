import type { Direction } from '../session/plan.ts';
import type { LocalWish } from './door.ts';

/** The direction that sends and receives like this. */
export function direction(sends: boolean, receives: boolean): Direction {
  if (sends) return receives ? 'sendrecv' : 'sendonly';
  return receives ? 'recvonly' : 'inactive';
}

/** Whether `d` lets its owner send. */
export function sends(d: Direction): boolean {
  return d === 'sendrecv' || d === 'sendonly';
}

/** Whether `d` lets its owner receive. */
export function receives(d: Direction): boolean {
  return d === 'sendrecv' || d === 'recvonly';
}

/** The same direction as the other side names it. */
export function reversed(d: Direction): Direction {
  return direction(receives(d), sends(d));
}

/** What both allow, each seen from us: never wider than either. */
export function narrowed(a: Direction, b: Direction): Direction {
  return direction(sends(a) && sends(b), receives(a) && receives(b));
}

/**
 * What we put into an offer. Talking is `sendrecv`; holding is RFC 3264 §8.4: a stream that was ours to send stays so
 * (`sendonly`, for music), one that was not becomes `inactive`.
 */
export function offered(wish: LocalWish, before: Direction | undefined): Direction {
  if (wish === 'talk') return 'sendrecv';
  return before === undefined || sends(before) ? 'sendonly' : 'inactive';
}

/** What we answer to the peer's offered direction: RFC 3264 §6.1, never wider than asked. */
export function answered(peer: Direction, wish: LocalWish): Direction {
  return narrowed(reversed(peer), wish === 'hold' ? 'sendonly' : 'sendrecv');
}
