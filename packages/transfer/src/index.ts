export type * from './door.ts';
export { edgeOf } from './edge.ts';
export { standingAfter } from './evidence.ts';
export type * from './explain.ts';
export { explain, explainBlind } from './explain.ts';
export { type PickupAim, pickupReplaces, type WatchedDialog } from './pickup.ts';
export {
  decideRefer,
  defaultTransfereePolicy,
  noteRefer,
  type ReferDecision,
  type ReferLedger,
  type ReferRequest,
  type TransfereePolicy,
} from './refer-policy.ts';
export { plainTarget, type ReferGoal, referToUri, replacesFor } from './refer-to.ts';
export { parseReferTo, type ReferredTarget, type ReferToFault, referToStatus } from './referred-target.ts';
export { defaultRules, type ProfileName, profiles, transferRules } from './rules.ts';
export type * from './state.ts';
export type { TransferorStep } from './step.ts';
export {
  type CallSound,
  carryOver,
  decideReplaces,
  defaultTargetPolicy,
  type ReplacedCall,
  type ReplacesDecision,
  type ReplacesRequest,
  replacesEdge,
  type TargetPolicy,
} from './target.ts';
export {
  reportStatus,
  startReferred,
  type TransfereeEffect,
  type TransfereeEvent,
  type TransfereeState,
  type TransfereeStep,
  type TransfereeTimer,
  transfereeStep,
} from './transferee.ts';
export { startAttended, startBlind, startJoin, transferStep } from './transferor.ts';
