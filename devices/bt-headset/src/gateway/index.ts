export type {
  GatewayCall,
  GatewayCounts,
  GatewayFault,
  GatewayIn,
  GatewayOptions,
  GatewayOut,
  GatewayPicture,
  HeadsetRequest,
  VoiceCodec,
} from './door.ts';
export { AudioGateway } from './gateway.ts';
