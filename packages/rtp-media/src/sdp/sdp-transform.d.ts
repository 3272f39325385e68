/** The part of sdp-transform 3.0.0 that text.ts uses; the package carries no types. */
declare module 'sdp-transform' {
  /** Fields are what the text said: a missing line is a missing field, a malformed one too. */
  export interface ParsedMedia {
    rtp: { payload: number | string; codec: string; rate?: number | string; encoding?: number | string }[];
    fmtp: { payload: number | string; config: string }[];
    connection?: { version: number | string; ip: number | string };
    rtcp?: { port: number | string; netType?: string; ipVer?: number | string; address?: number | string };
  }

  export interface ParsedSession {
    origin?: { username: string; sessionId: number | string; sessionVersion: number | string; address: string };
    connection?: { version: number | string; ip: number | string };
    media: ParsedMedia[];
  }

  export function parse(sdp: string): ParsedSession;

  const transform: { readonly parse: typeof parse };
  export default transform;
}
