// Long because whoever judges an edge must see all of it: legs, sound, timers, REFER and outcome together.
import type {
  Leg,
  PairFacts,
  TransferEffect,
  TransferEvent,
  TransferOutcome,
  TransferorStep,
  TransferPair,
  TransferRules,
  TransferState,
  TransferTimer,
} from '../src/index.ts';

/** How the promises of the transferor can be broken. */
export type Breach =
  | 'ended-caller-before-evidence'
  | 'ended-target-unasked'
  | 'ended-a-dead-leg'
  | 'touched-a-dead-leg'
  | 'completed-without-evidence'
  | 'unknown-despite-evidence'
  | 'outcome-twice'
  | 'over-without-outcome'
  | 'late-verdict-without-unknown'
  | 'left-on-hold'
  | 'no-way-back'
  | 'no-timer-leads-out'
  | 'leg-never-ended'
  | 'referred-before-hold-was-answered'
  | 'referred-while-a-refer-was-open'
  | 'dialled-before-hold-was-answered'
  | 'both-legs-talk'
  | 'joined-before-both-were-resumed'
  | 'bridged-unasked'
  | 'failed-without-the-bridge'
  | 'left-joined'
  | 'timer-left-running'
  | 'over-is-not-over'
  | 'old-round-had-an-effect'
  | 'over-out-of-reach';

/** One leg as an observer sees it who knows only events and effects, never the machine's state. */
export interface LegSeen {
  life: 'none' | 'calling' | 'cancelled' | 'up' | 'dead';
  /** What its media was last told to do; `joining` = resumed, and silent until the join. */
  sound: 'talk' | 'silent' | 'joining';
  /** The unanswered re-INVITEs: the one on the wire and the last one queued behind it. */
  open: readonly ('hold' | 'resume' | 'join')[];
  goodBye: boolean;
}

/** The observer. */
export interface Seen {
  caller: LegSeen;
  target: LegSeen;
  outcome: TransferOutcome['name'] | 'none';
  late: boolean;
  handedOn: boolean;
  round: number;
  referee: Leg;
  /** The last REFER named no dialog. */
  blind: boolean;
  refer: 'none' | 'open' | 'accepted' | 'refused' | 'silent';
  verdict: 'none' | 'success' | 'failure';
  /** The two are joined by the phone, with the person or without. */
  joined: 'no' | 'with-us' | 'without-us';
  /** Why the phone may join them: the peers cannot, or the person said so. */
  bridge: 'no' | 'cannot' | 'asked';
  timers: TransferTimer[];
}

export interface Start {
  readonly name: string;
  readonly step: TransferorStep;
  readonly pair: TransferPair;
  readonly rules: TransferRules;
  /** `startJoin`: both legs stand when it begins. */
  readonly joined?: Leg;
  /** What is learned of both legs when the target answers; those of the alphabet by default. */
  readonly facts?: PairFacts;
  /** Its facts or rules leave no REFER that could work. */
  readonly incapable?: true;
  /** Its legs belong to two servers. */
  readonly across?: true;
  /** Presses that another start goes through, left out here for the sake of time. */
  readonly without?: readonly TransferEvent['type'][];
}

/** Answers to REFER, and sipfrags, that mean "cannot" (transfer.md §4, §11). */
const cannotAnswers: ReadonlySet<number> = new Set([405, 420, 489, 501, 513]);
const cannotSipfrags: ReadonlySet<number> = new Set([404, 481]);
/** The same, and what a server says that does not call the other one. */
const cannotAcross: ReadonlySet<number> = new Set([403, 404, 481, 604]);

export type StepFunction = (
  state: TransferState,
  event: TransferEvent,
  pair: TransferPair,
  rules: TransferRules,
) => TransferorStep;

/** A moment that the observer looks at. */
export interface Sight {
  readonly state: TransferState;
  readonly seen: Seen;
}

/** The observer's four senses; `blame` hears of each broken promise. */
export function observer<At extends Sight>(
  start: Start,
  step: StepFunction,
  blame: (promise: Breach, at: At, event?: TransferEvent) => void,
) {
  const { pair, rules } = start;
  return { hear, see, judgeSilence, judgeState };

  /** The observer hears an event. */
  function hear(seen: Seen, event: TransferEvent): void {
    switch (event.type) {
      case 'held':
      case 'resumed':
      case 'hold-refused':
      case 'resume-refused': {
        const leg = seen[event.leg];
        const last = leg.open.length <= 1;
        const answers = leg.open[0];
        leg.open = leg.open.slice(1);
        if ('status' in event && event.status === 481) {
          leg.life = 'dead';
          leg.open = [];
        }
        // Before the last one is answered, what it asks for is what counts.
        else if (!last || (event.type === 'resumed' && answers === 'join')) return;
        else leg.sound = event.type === 'held' || event.type === 'resume-refused' ? 'silent' : 'talk';
        return;
      }
      case 'target-answered':
        if (seen.target.life !== 'calling' && seen.target.life !== 'cancelled') return;
        seen.target.life = 'up';
        seen.target.sound = 'talk';
        return;
      case 'ended': {
        const leg = seen[event.leg];
        if (leg.life === 'dead' || leg.life === 'none') return;
        leg.life = 'dead';
        leg.open = [];
        leg.goodBye = event.cause.by === 'remote' && event.cause.how === 'bye' && event.cause.reason === undefined;
        return;
      }
      case 'refer-answered':
        if (event.round === seen.round && seen.refer === 'open' && event.status >= 200) {
          seen.refer = event.status < 300 ? 'accepted' : event.status === 408 ? 'silent' : 'refused';
          if (seen.bridge !== 'asked') seen.bridge = cannot(cannotAnswers, event.status);
        }
        return;
      case 'notified':
        if (event.round !== seen.round || seen.refer === 'none' || seen.refer === 'refused') return;
        seen.refer = 'accepted';
        // The leg that should be replaced is called anew: its BYE was no answer to Replaces.
        if (
          event.status !== undefined &&
          event.status >= 180 &&
          event.status < 200 &&
          event.subscription !== 'terminated'
        )
          if (seen[seen.referee].life === 'up') seen[seen.referee === 'caller' ? 'target' : 'caller'].goodBye = false;
        if (seen.verdict === 'none' && event.status !== undefined && event.status >= 200) {
          seen.verdict = event.status < 300 ? 'success' : 'failure';
          if (seen.bridge !== 'asked') seen.bridge = cannot(cannotSipfrags, event.status);
        }
        return;
      case 'timer':
        seen.timers = seen.timers.filter((timer) => timer !== event.timer);
        if (event.timer === 'refer-answer' && seen.refer === 'open') seen.refer = 'silent';
        return;
      case 'bridge':
        seen.bridge = 'asked';
        return;
      case 'complete':
        if (seen.joined === 'with-us') seen.bridge = 'asked';
        return;
      case 'cancel':
      case 'swap':
      case 'merge':
      case 'target-ringing':
        return;
      default:
        event satisfies never;
    }
  }

  /** The observer sees an effect, and judges it. */
  function see(seen: Seen, effect: TransferEffect, node: At, event: TransferEvent | undefined): void {
    switch (effect.type) {
      case 'hold':
      case 'resume': {
        const leg = seen[effect.leg];
        if (leg.life !== 'up') blame('touched-a-dead-leg', node, event);
        const joining = effect.type === 'resume' && effect.joining === true;
        leg.open = [...leg.open.slice(0, 1), joining ? 'join' : effect.type];
        if (!joining) leg.sound = effect.type === 'hold' ? 'silent' : 'talk';
        else if (leg.sound === 'silent') leg.sound = 'joining';
        return;
      }
      case 'mute':
        seen[effect.leg].sound = 'silent';
        return;
      case 'dial-target':
        if (seen.caller.open.length > 0) blame('dialled-before-hold-was-answered', node, event);
        seen.target.life = 'calling';
        return;
      case 'end': {
        const leg = seen[effect.leg];
        const calling = leg.life === 'calling';
        if (!calling && leg.life !== 'up') blame('ended-a-dead-leg', node, event);
        const due = proved(seen) || lastOfTwo(seen, effect.leg);
        if (effect.leg === 'caller' && !due) blame('ended-caller-before-evidence', node, event);
        // A target that rings is given up for a blind transfer, or because the caller was taken back by hand.
        const givenUp = calling && (event?.type === 'complete' || event?.type === 'resumed');
        if (effect.leg === 'target' && !due && event?.type !== 'cancel' && !givenUp)
          blame('ended-target-unasked', node, event);
        leg.life = calling ? 'cancelled' : 'dead';
        leg.open = [];
        return;
      }
      case 'refer':
        if (seen.caller.open.length > 0 || seen.target.open.length > 0 || seen.caller.sound !== 'silent') {
          blame('referred-before-hold-was-answered', node, event);
        }
        if (seen.refer === 'open' || effect.round <= seen.round) blame('referred-while-a-refer-was-open', node, event);
        seen.refer = 'open';
        seen.referee = effect.leg;
        seen.blind = !effect.referTo.includes('Replaces=');
        seen.round = effect.round;
        seen.verdict = 'none';
        if (seen.bridge === 'cannot') seen.bridge = 'no';
        return;
      case 'set-timer':
        seen.timers = [...seen.timers.filter((timer) => timer !== effect.timer), effect.timer].sort();
        return;
      case 'clear-timer':
        seen.timers = seen.timers.filter((timer) => timer !== effect.timer);
        return;
      case 'outcome':
        if (seen.outcome !== 'none') blame('outcome-twice', node, event);
        seen.outcome = effect.outcome.name;
        if (effect.outcome.name === 'completed') {
          const { evidence } = effect.outcome;
          const shown = evidence.name === 'bridge' ? seen.joined === 'without-us' : proved(seen);
          if (!shown) blame('completed-without-evidence', node, event);
        }
        if (effect.outcome.name === 'failed' && shouldBridge(seen, effect.outcome)) {
          blame('failed-without-the-bridge', node, event);
        }
        if (effect.outcome.name === 'unknown' && proved(seen)) blame('unknown-despite-evidence', node, event);
        return;
      case 'late-verdict':
        if (seen.outcome !== 'unknown' || seen.late) blame('late-verdict-without-unknown', node, event);
        if (effect.outcome.name === 'completed' && !proved(seen)) blame('completed-without-evidence', node, event);
        seen.late = true;
        return;
      case 'start-again':
        seen.handedOn = true;
        return;
      case 'merge':
      case 'bridge':
        for (const leg of [seen.caller, seen.target]) {
          if (leg.life !== 'up' || leg.open.length > 0 || leg.sound === 'silent') {
            blame('joined-before-both-were-resumed', node, event);
          }
        }
        if (effect.type === 'bridge' && seen.bridge !== 'asked') {
          const able = seen.bridge === 'no' && start.incapable !== true;
          if (able || rules.localBridge !== 'auto') blame('bridged-unasked', node, event);
        }
        seen.joined = effect.type === 'merge' ? 'with-us' : 'without-us';
        return;
      case 'unjoin':
        seen.joined = 'no';
        seen.caller.sound = effect.talking === 'caller' ? 'talk' : 'silent';
        seen.target.sound = effect.talking === 'target' ? 'talk' : 'silent';
        return;
      case 'refuse':
      case 'note':
        return;
      default:
        effect satisfies never;
    }
  }

  /** Evidence by the observer's own reckoning (transfer.md §6 S1 to S4). */
  function proved(seen: Seen): boolean {
    if (seen.refer !== 'accepted' || seen.verdict === 'failure') return false;
    if (seen.verdict === 'success') return true;
    if (seen.blind) return rules.callerByeProvesBlind && seen.caller.goodBye;
    return seen[seen.referee === 'caller' ? 'target' : 'caller'].goodBye;
  }

  function cannot(statuses: ReadonlySet<number>, status: number): Seen['bridge'] {
    return statuses.has(status) || (start.across && cannotAcross.has(status)) ? 'cannot' : 'no';
  }

  /** The other of two that the phone had joined has gone. */
  function lastOfTwo(seen: Seen, leg: Leg): boolean {
    return seen.joined === 'without-us' && seen[leg === 'caller' ? 'target' : 'caller'].life === 'dead';
  }

  /** Both are there, the peers cannot do it, and the phone may join them by itself. */
  function shouldBridge(seen: Seen, failed: Extract<TransferOutcome, { name: 'failed' }>): boolean {
    if (seen.blind || rules.localBridge !== 'auto' || seen.bridge !== 'cannot') return false;
    if (failed.stage !== 'refer' && failed.stage !== 'notify') return false;
    return seen.caller.life === 'up' && seen.target.life === 'up';
  }

  function judgeSilence(node: At): void {
    const { caller, target, joined } = node.seen;
    if (joined !== 'no') return;
    if (caller.life === 'up' && target.life === 'up' && caller.sound === 'talk' && target.sound === 'talk') {
      blame('both-legs-talk', node);
    }
  }

  /** What must hold while nothing happens. */
  function judgeState(node: At): void {
    const { state, seen } = node;
    const waiting = (leg: LegSeen) => leg.life === 'up' && leg.sound !== 'talk' && seen.joined === 'no';
    const waits = waiting(seen.caller);
    if (state.name === 'over') {
      if (seen.outcome === 'none') blame('over-without-outcome', node);
      if (seen.timers.length > 0) blame('timer-left-running', node);
      if (seen.joined !== 'no' && (seen.caller.life === 'up' || seen.target.life === 'up')) blame('left-joined', node);
      if ((waits || waiting(seen.target)) && !seen.handedOn) blame('left-on-hold', node);
      return;
    }
    const rings = (timer: TransferTimer) => step(state, { type: 'timer', timer }, pair, rules);
    if (state.name === 'settling') {
      for (const leg of ['caller', 'target'] as const) {
        if (seen[leg].life !== 'up') continue;
        const ends = seen.timers.some((timer) => rings(timer).effects.some((e) => e.type === 'end' && e.leg === leg));
        if (!ends) blame('leg-never-ended', node);
      }
      return;
    }
    // A REFER that is out cannot be taken back: then the clock must lead out, whoever waits.
    if (seen.refer === 'open' || (seen.refer === 'accepted' && seen.outcome === 'none' && seen.verdict !== 'failure')) {
      const out = seen.timers.some((timer) => rings(timer).effects.some((e) => e.type === 'outcome'));
      if (!out) blame('no-timer-leads-out', node);
      return;
    }
    if (!waits) return;
    const back = step(state, { type: 'cancel' }, pair, rules).effects.some(
      (e) => e.type === 'resume' && e.leg === 'caller',
    );
    if (!back) blame('no-way-back', node);
  }
}

/** What the observer knows at the start. */
export function firstSeen(start: Start): Seen {
  const joined = start.joined;
  return {
    caller: { life: 'up', sound: joined === 'target' ? 'silent' : 'talk', open: [], goodBye: false },
    target: {
      life: joined ? 'up' : 'none',
      sound: joined === 'target' ? 'talk' : 'silent',
      open: [],
      goodBye: false,
    },
    outcome: 'none',
    late: false,
    handedOn: false,
    round: 0,
    referee: 'caller',
    blind: false,
    refer: 'none',
    verdict: 'none',
    joined: 'no',
    bridge: 'no',
    timers: [],
  };
}

/** A copy to be changed. */
export function copyOf(seen: Seen): Seen {
  return { ...seen, caller: { ...seen.caller }, target: { ...seen.target } };
}
