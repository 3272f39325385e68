import type { Crypto, DigestAlgorithm } from '@switchhook/sip-core';

/** One extension of the exchange. */
export interface Extension {
  readonly user: string;
  readonly password: string;
  readonly displayName?: string;
}

/** What an exchange is told once. */
export interface ExchangeSettings {
  /** Its own numeric address, as phones see it. */
  readonly host: string;
  readonly port: number;
  /** Domain and digest realm. */
  readonly domain: string;
  readonly extensions: readonly Extension[];
  /** Offered in this order, a challenge each (RFC 8760 §2.3). */
  readonly algorithms: readonly DigestAlgorithm[];
  readonly crypto: Crypto;
  /** B2BUA only: after a transfer it ends both legs of whoever asked for it, NOTIFY and BYE together. Default: only the consult leg. */
  readonly endsBothLegs?: boolean;
  /** Who may begin a call: whoever shows digest credentials (default), or every address that the registrar knows. */
  readonly trusts?: 'digest' | 'address';
  /** It tells those who subscribe of its mailboxes and extensions. Default: SUBSCRIBE is passed through, or not known. */
  readonly notifies?: boolean;
}

/** How calls are routed: passed through with Record-Route, or as two calls joined in the middle. */
export type ExchangeStyle = 'proxy' | 'b2bua';
