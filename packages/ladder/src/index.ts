export { captionOf } from './aliases.ts';
export { canonicalText } from './canonical.ts';
export {
  callsOnly,
  type Datagram,
  type Ladder,
  type LadderStep,
  ladderOf,
  type Parties,
  type SdpDirection,
  seenBy,
} from './ladder.ts';
export { pcap } from './pcap.ts';
export { LONGEST_MESSAGE_BYTES, redactSip } from './redact.ts';
export { readSip, type SipText, tagOf, uriOf } from './sip-text.ts';
export {
  ATTENDED_TRANSFER_STEPS,
  ATTENDED_TRANSFER_STEPS_WITH_LOSS,
  assertSteps,
  matchSteps,
  type StepsMissing,
} from './steps.ts';
export { ladderSvg } from './svg.ts';
export { ladderText, type Mark } from './text.ts';
