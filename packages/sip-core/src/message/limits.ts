/**
 * How much of a message is read before it is refused: guards against a peer that wants our memory, far above what
 * honest peers send (RFC 4475 §3.1.1.7 with its 34 Via values must pass).
 */
export const limits = {
  /** Octets of a datagram: the most that UDP over IPv4 carries. */
  datagram: 65_507,
  /** Octets of a message on a stream. */
  streamMessage: 131_072,
  /** Octets of start line and header fields. */
  head: 32_768,
  /** Octets of a body on a stream. */
  body: 65_536,
  /** Octets of the start line. */
  startLine: 8192,
  /** Octets of one header field, folds included. */
  headerLine: 8192,
  headerFields: 256,
  vias: 70,
  /** Route and Record-Route values, each. */
  routes: 70,
  contacts: 20,
  /** Parameters of one value or URI. */
  params: 64,
  uriHeaders: 16,
  callId: 512,
  tag: 256,
  branch: 512,
} as const;
