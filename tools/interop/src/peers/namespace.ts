import { spawnSync } from 'node:child_process';

/** Registrar, proxy and the peers; the two desk phones have addresses of their own. */
export const HOST = '10.99.0.1';
export const DESKS = ['10.99.0.11', '10.99.0.12'] as const;

const SETUP = `ip link set lo up && ip addr add ${HOST}/24 dev lo && ${DESKS.map((desk) => `ip addr add ${desk}/24 dev lo`).join(' && ')} && ip route add default dev lo`;
/** Root makes a network of its own; others make a user namespace first, where the system lets them. */
const WAYS = [['-n'], ['-rn']];

/** The command that runs something in a network of its own, where ports are free and nobody else listens; undefined where the system has none. */
export function ownNetwork(): ((command: string, args: readonly string[]) => [string, readonly string[]]) | undefined {
  const way = WAYS.find((options) => spawnSync('unshare', [...options, 'sh', '-c', SETUP]).status === 0);
  if (way === undefined) return undefined;
  return (command, args) => ['unshare', [...way, 'sh', '-c', `${SETUP} && exec "$0" "$@"`, command, ...args]];
}
