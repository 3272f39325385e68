export { Shell, type ShellOptions } from '../transport/shell.ts';
export type { SipTransport, SipTransportListener } from '../transport/sip-transport.ts';
export { nodeCrypto } from './crypto.ts';
export { type DriveOptions, drive } from './drive.ts';
export { monotonicClock } from './monotonic-clock.ts';
export { localAddressTowards, type SocketAddresses, Sockets } from './sockets.ts';
export type { TlsSettings } from './tls.ts';
