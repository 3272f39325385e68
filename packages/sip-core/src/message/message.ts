import type { HeaderFields } from './header-fields.ts';

/** A SIP request (RFC 3261 §7.1). `uri` is the Request-URI as written. */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: HeaderFields;
  readonly body: Uint8Array;
}

/** A SIP response (RFC 3261 §7.2). `reason` is the Reason-Phrase, decoded as UTF-8. */
export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderFields;
  readonly body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;
