import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { TransportName } from '@switchhook/sip-core';

export const SIP_PORT = 5060;
/** Of SIP over TLS (RFC 3261 §19.1.2). */
const TLS_PORT = 5061;

/** A server as it was written: a host and, where given, a port. */
export interface ServerName {
  readonly host: string;
  readonly port: number | undefined;
}

/** Something about a server that the person must mend; the message says how. */
export class ServerFault extends Error {}

/** Cut `host`, `host:port`, `[v6]` or `[v6]:port`. */
export function parseServer(text: string): ServerName {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1]!, port: portOf(bracketed[2]) };
  if (isIP(text) === 6) return { host: text, port: undefined };
  const [host = '', port] = text.split(':');
  return { host, port: portOf(port) };
}

/** How names are looked up: node's own by default, something else in tests. */
export interface NameService {
  addresses(host: string): Promise<readonly { readonly address: string; readonly family: number }[]>;
  services(name: string): Promise<readonly ServiceRecord[]>;
}

/** One SRV record (RFC 2782). */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

const systemNames: NameService = {
  addresses: (host) => lookup(host, { all: true }),
  services: (name) => new Resolver({ timeout: 2000, tries: 1 }).resolveSrv(name),
};

/** Where a server is: the address to use, and the others that its name has. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Further addresses of the same family, of all its records. */
  readonly alsoAt?: readonly string[];
}

/**
 * The numeric address of a server (RFC 3263 §4.2): an address is taken as it is, a name with a port is looked up, a
 * name without one is first asked for its SRV records. Throws `ServerFault`.
 */
export async function resolveServer(
  text: string,
  transport: TransportName,
  family: 4 | 6,
  names: NameService = systemNames,
): Promise<ServerAddress> {
  const { host, port } = parseServer(text);
  const usual = transport === 'tls' ? TLS_PORT : SIP_PORT;
  if (isIP(host) !== 0) return { host, port: port ?? usual };
  const record = transport === 'tls' ? `_sips._tcp.${host}` : `_sip._${transport}.${host}`;
  const [service, ...backups] = port === undefined ? await servicesOf(record, names) : [];
  const name = service?.name ?? host;
  const addresses = await names.addresses(name).catch((error: NodeJS.ErrnoException) => {
    throw new ServerFault(describeLookup(name, error.code));
  });
  const fits = (one: { readonly address: string; readonly family: number }) => one.family === family;
  const fitting = addresses.find(fits);
  if (fitting === undefined) {
    throw new ServerFault(
      `server ${name} has no IPv${family} address: set network.bind to ${family === 4 ? '"::"' : '"0.0.0.0"'} to use its IPv${family === 4 ? 6 : 4} one`,
    );
  }
  const further = await Promise.all(backups.map((one) => names.addresses(one.name).catch(() => [])));
  const all = [...addresses, ...further.flat()].filter(fits).map((one) => one.address);
  const alsoAt = [...new Set(all)].filter((address) => address !== fitting.address);
  return {
    host: fitting.address,
    port: service?.port ?? port ?? usual,
    ...(alsoAt.length > 0 ? { alsoAt } : {}),
  };
}

/** The records, first to try first: lowest priority, and of those the heaviest. No record, or no answer, is no fault. */
async function servicesOf(name: string, names: NameService): Promise<readonly ServiceRecord[]> {
  const records = await names.services(name).catch((): readonly ServiceRecord[] => []);
  return [...records]
    .sort((a, b) => a.priority - b.priority || b.weight - a.weight)
    .filter((record) => record.name !== '');
}

function describeLookup(name: string, code: string | undefined): string {
  switch (code) {
    case 'ENOTFOUND':
      return `server name ${name} does not exist: check accounts[].server and accounts[].domain, or write the address itself`;
    case 'EAI_AGAIN':
    case 'ETIMEOUT':
      return `server name ${name} could not be looked up: the name service does not answer; is the network up?`;
    default:
      return `server name ${name} could not be looked up (${code ?? 'unknown error'}): write the address itself in accounts[].server`;
  }
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
