import type { Role } from '../intent.ts';

const roles: readonly Role[] = ['local', 'reader', 'dialer', 'operator', 'announcer', 'recorder', 'admin'];

/** Whether `word` names a role. */
export function isRole(word: string): word is Role {
  return (roles as readonly string[]).includes(word);
}

/** What a role may do besides its own (mqtt.md §3.4): everybody may read, an operator dials. */
const includes: Readonly<Record<Role, readonly Role[]>> = {
  local: roles,
  reader: ['reader'],
  dialer: ['reader', 'dialer'],
  operator: ['reader', 'dialer', 'operator'],
  announcer: ['reader', 'announcer'],
  recorder: ['reader', 'recorder'],
  admin: ['reader', 'dialer', 'operator', 'announcer', 'recorder', 'admin'],
};

/** Whether a sender with role `has` may do what `needs` asks for. */
export function mayDo(has: Role, needs: Role): boolean {
  return includes[has].includes(needs);
}
