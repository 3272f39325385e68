import { callerHeldStep, restoredStep, retrievingStep, settlingStep, unsureStep } from './aftermath.ts';
import { bridgedStep, bridgingStep } from './bridge.ts';
import { callingStep, degradingStep, holdingStep } from './calling.ts';
import { completingStep, consultingStep, swappedStep, swappingStep } from './consultation.ts';
import type { BlindGoal, Leg, PairFacts, TransferEvent, TransferPair, TransferRules } from './door.ts';
import { watchingStep } from './evidence.ts';
import { joinPressed, mergedStep, mergingStep, unmergingStep } from './joining.ts';
import { backingOffStep, referringStep } from './referring.ts';
import type { TransferState } from './state.ts';
import type { TransferorStep } from './step.ts';

/*
 *  start ─► holding ─► calling-target ─► consulting ─► holding-target ─► referring ─► watching ─► settling ─► over
 *              │            │   armed ──► degrading ────────────────────►│  ▲  │          │
 *              │            ▼                                            ▼  │  └► bridging ─► bridged ───────────► over
 *              └─────► cancel, a leg ended ─► retrieving ─► over     backing-off         ├─► restored ─┐
 *                        consulting, swapped ─► merging ─► merged ─► unmerging           └─► unsure ───┴─────────► over
 *
 *  calling.ts, consultation.ts: up to the REFER      joining.ts, bridge.ts: the phone joins them
 *  referring.ts, tries.ts, refusal.ts: its answer    evidence.ts: success or not    aftermath.ts: the rest
 */

/** Transfer a talking (or held) caller to somebody who will be called first: hold, dial, talk, then `complete`. */
export function startAttended(pair: TransferPair): TransferorStep {
  checkPair(pair, 'attended');
  return { state: { name: 'holding', blind: undefined }, effects: [{ type: 'hold', leg: 'caller' }] };
}

/**
 * Transfer between two calls that both stand: one talks, the other is held. Give it `complete` at once, or let the
 * person swap first.
 */
export function startJoin(pair: TransferPair, facts: PairFacts, talking: Leg): TransferorStep {
  checkPair(pair, 'attended');
  return { state: { name: talking === 'target' ? 'consulting' : 'swapped', facts }, effects: [] };
}

/** Transfer the caller without asking: hold, then REFER to `goal.referTo`. */
export function startBlind(pair: TransferPair, goal: BlindGoal): TransferorStep {
  checkPair(pair, 'blind');
  return { state: { name: 'holding', blind: goal }, effects: [{ type: 'hold', leg: 'caller' }] };
}

/** A REFER that names the caller's own dialog, or a transfer with the wrong calls, is our bug. */
function checkPair(pair: TransferPair, kind: 'attended' | 'blind'): void {
  if (pair.caller === pair.target) throw new Error(`transfer ${pair.transfer}: caller and target are the same call`);
  if ((pair.target === undefined) !== (kind === 'blind')) {
    throw new Error(`transfer ${pair.transfer}: ${kind} with target ${pair.target}`);
  }
}

/**
 * The transferor (RFC 5589 §5, §6, §7). `pair` is the transfer's own, fixed at its start; effects name legs of it.
 * Never throws for anything that the network or a person can do; an event that means nothing here changes nothing.
 */
export function transferStep(
  state: TransferState,
  event: TransferEvent,
  pair: TransferPair,
  rules: TransferRules,
): TransferorStep {
  if (pair.target === undefined && 'leg' in event && event.leg === 'target') return { state, effects: [] };
  if (event.type === 'merge' || event.type === 'bridge') return joinPressed(state, event.type, rules);
  switch (state.name) {
    case 'holding':
      return holdingStep(state, event, rules);
    case 'calling-target':
    case 'armed':
      return callingStep(state, event, rules);
    case 'consulting':
      return consultingStep(state, event, rules);
    case 'swapping':
      return swappingStep(state, event, rules);
    case 'swapped':
      return swappedStep(state, event, rules);
    case 'holding-again':
    case 'holding-target':
      return completingStep(state, event, rules);
    case 'referring':
      return referringStep(state, event, rules);
    case 'backing-off':
      return backingOffStep(state, event, rules);
    case 'watching':
      return watchingStep(state, event, rules);
    case 'settling':
      return settlingStep(state, event);
    case 'restored':
      return restoredStep(state, event);
    case 'unsure':
      return unsureStep(state, event, rules);
    case 'caller-held':
      return callerHeldStep(state, event);
    case 'retrieving':
      return retrievingStep(state, event);
    case 'degrading':
      return degradingStep(state, event, rules);
    case 'merging':
      return mergingStep(state, event);
    case 'merged':
      return mergedStep(state, event, rules);
    case 'unmerging':
      return unmergingStep(state, event, rules);
    case 'bridging':
      return bridgingStep(state, event);
    case 'bridged':
      return bridgedStep(state, event);
    case 'over':
      return event.type === 'complete' || event.type === 'cancel' || event.type === 'swap'
        ? { state, effects: [{ type: 'refuse', why: 'over' }] }
        : { state, effects: [] };
    default:
      state satisfies never;
      throw new Error(`no such state: ${JSON.stringify(state)}`);
  }
}
