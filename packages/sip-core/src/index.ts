export { type Token, token } from '@switchhook/sans-io';
export { type ChallengeSide, challengesOf, type DigestChallenge, parseChallenge } from './digest/challenge.ts';
export { type ChallengeVerdict, type CredentialSettings, Credentials } from './digest/credentials.ts';
export { DigestServer, type DigestServerSettings, type DigestVerdict } from './digest/digest-server.ts';
export { type DigestInput, digestResponse, secretHash } from './digest/response.ts';
export * from './event-package/dialog-info.ts';
export * from './event-package/dialog-watch.ts';
export * from './event-package/message-summary.ts';
export * from './message/auth-params.ts';
export * from './message/build.ts';
export * from './message/cseq.ts';
export * from './message/event.ts';
export * from './message/header-fields.ts';
export * from './message/limits.ts';
export type * from './message/message.ts';
export * from './message/message-fault.ts';
export * from './message/name-addr.ts';
export { decodeText, encodeText } from './message/octets.ts';
export {
  type Params,
  parseParams,
  printParams,
  quote,
  splitList,
  unquote,
  type ValueFault,
} from './message/params.ts';
export { indexMessage, type MessageSource, parseMessage, salvage } from './message/parse-message.ts';
export { printMessage } from './message/print-message.ts';
export { reasonPhrase } from './message/reason-phrases.ts';
export { markReceived } from './message/received.ts';
export * from './message/replaces.ts';
export * from './message/sipfrag.ts';
export { StreamFramer, type StreamItem } from './message/stream-framer.ts';
export { isHost, isToken } from './message/token.ts';
export * from './message/uri.ts';
export * from './message/values.ts';
export * from './message/via.ts';
export { responseFlow } from './transaction/matching.ts';
export { ackFor, cancelFor, MAGIC_COOKIE, newBranch, newTag } from './transaction/requests.ts';
export { BASE_TIMERS, type BaseTimers } from './transaction/timers.ts';
export { TransactionLayer } from './transaction/transaction-layer.ts';
export type { TransactionOut, TransactionSettings } from './transaction/transaction-out.ts';
export { Shell, type ShellOptions } from './transport/shell.ts';
export type { SipTransport, SipTransportListener } from './transport/sip-transport.ts';
export type * from './user-agent/door.ts';
export type * from './user-agent/settings.ts';
export { type Census, UserAgent } from './user-agent/user-agent.ts';
