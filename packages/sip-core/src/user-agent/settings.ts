import type { Random } from '@switchhook/sans-io';
import type { AccountId, TransportName } from './door.ts';

/** Digest algorithms that we speak (RFC 8760). */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** Hashes and random bytes as synchronous functions: a core's only access to cryptography. */
export interface Crypto extends Random {
  /** Lower-case hexadecimal digest of `text` as UTF-8. */
  hash(algorithm: DigestAlgorithm, text: string): string;
}

/** One account: an identity at a registrar. */
export interface Account {
  readonly id: AccountId;
  /** User part of the address of record. */
  readonly user: string;
  readonly domain: string;
  readonly displayName?: string;
  /** Digest user name; the `user` by default. */
  readonly authId?: string;
  readonly password?: string;
  readonly transport: TransportName;
  /**
   * Numeric address and port of the registrar or outbound proxy, resolved by the shell. What comes from one of `alsoAt`,
   * further numeric addresses of it (a cluster, the other records of its name), is its word as well.
   */
  readonly server: { readonly host: string; readonly port: number; readonly alsoAt?: readonly string[] };
  /** False = no REGISTER; calls go to `server` all the same. */
  readonly register: boolean;
  /** Seconds asked for in REGISTER. Default 300. */
  readonly expiresS?: number;
  /** This phone's name, `urn:uuid:…`, the same at every start: it becomes `+sip.instance` and asks for a GRUU (RFC 5627). */
  readonly instance?: string;
  /** Seconds that a session may last without a sign of life (RFC 4028). Default 1800, 90 at least; 0 = no session timer. */
  readonly sessionExpiresS?: number;
  /**
   * A call that rings here may be taken over by an INVITE with Replaces from the account's own server: it is handed to
   * the phone as `incoming`, `replaces.early` being true, to ring in the old one's place. Default false: 481, as RFC
   * 3891 §3 has it.
   */
  readonly replaceRinging?: boolean;
  /** Event packages of which the account's own server may tell unasked, as `message-summary` (RFC 3842). Default none. */
  readonly unasked?: readonly string[];
}

/** What the user agent is told once. */
export interface UserAgentSettings {
  readonly accounts: readonly Account[];
  /** Our own addresses as peers should see them, one a transport; they stand in Via and Contact. */
  readonly local: Partial<Record<TransportName, { readonly host: string; readonly port: number }>>;
  /** User-Agent header. */
  readonly userAgent?: string;
  /** Who may call us: only the flows of our own servers (default), or anybody. */
  readonly acceptFrom?: 'servers' | 'any';
  /**
   * Whose requests inside a dialog are taken: `known` (default) = of the account's server, of the hosts that the dialog's
   * messages came from, and of those that its Contact and Record-Route name; `any` = of whoever knows Call-ID and both tags.
   */
  readonly inDialogFrom?: 'known' | 'any';
  readonly crypto: Crypto;
  /** Timer T1 in ms (RFC 3261 §17.1.1.1). Default 500. */
  readonly t1Ms?: number;
  /** How much strangers may ask of us at once; the defaults are those of a telephone. */
  readonly limits?: UserAgentLimits;
}

/** How much may be asked of us at once; above the first two, new requests get 503 with Retry-After. */
export interface UserAgentLimits {
  /** Calls at a time, ringing ones included. Default 64. */
  readonly calls?: number;
  /** Server transactions at a time; each lives 32 s after its final response over UDP. Default 500. */
  readonly serverTransactions?: number;
  /** New INVITEs in 10 s from one source that is no server of ours; more are dropped unanswered. Default 5. */
  readonly invitesPerSource?: number;
  /** The same over all such sources. Default 20. */
  readonly invitesOfStrangers?: number;
  /** Calls and sources of which a REFER came within a minute; REFERs of others get 503. Default 256. */
  readonly referringPeers?: number;
  /** Subscriptions of events that we keep at a time; one more is `over` at once. Default 200. */
  readonly subscriptions?: number;
}
