export * from './codec/g711.ts';
export * from './codec/registry.ts';
export * from './concealment/concealment.ts';
export * from './dtmf/event.ts';
export * from './dtmf/inband.ts';
export * from './dtmf/receiver.ts';
export * from './dtmf/sender.ts';
export type * from './engine/door.ts';
export * from './engine/engine.ts';
export type * from './engine/ports.ts';
export * from './engine/sound.ts';
export * from './jitter-buffer/delay-target.ts';
export * from './jitter-buffer/jitter-buffer.ts';
export * from './mixer/mixer.ts';
export * from './packet/rtp.ts';
export * from './sdp/address.ts';
export * from './sdp/direction.ts';
export type * from './sdp/door.ts';
export * from './sdp/negotiation.ts';
export * from './sdp/text.ts';
export * from './session/latch.ts';
export * from './session/media-session.ts';
export type * from './session/plan.ts';
export * from './session/reception.ts';
export { type SrtpFault, SrtpReceiver } from './srtp/srtp-receiver.ts';
export { SrtpSender } from './srtp/srtp-sender.ts';
export {
  type BlockCipher,
  DEFAULT_SRTP_SUITES,
  type MakeBlockCipher,
  SRTP_SUITES,
  type SrtpKeys,
  type SrtpSuite,
  type SrtpSuiteName,
  srtpSuite,
} from './srtp/suite.ts';
export * from './tone/cadence.ts';
export * from './tone/countries.ts';
export * from './tone/generator.ts';
export * from './tone/melody.ts';
export * from './tone/tones.ts';
export * from './wav/wav.ts';
