// Long because the walk and the observer that judges each edge must name the same breaches.
import type {
  Leg,
  TransferEffect,
  TransferEvent,
  TransferOutcome,
  TransferorStep,
  TransferPair,
  TransferRules,
  TransferState,
  TransferTimer,
} from '../src/index.ts';
import { alphabet } from './alphabet.ts';

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
interface LegSeen {
  life: 'none' | 'calling' | 'cancelled' | 'up' | 'dead';
  /** What its media was last told to do; `joining` = resumed, and silent until the join. */
  sound: 'talk' | 'silent' | 'joining';
  /** The unanswered re-INVITEs: the one on the wire and the last one queued behind it. */
  open: readonly ('hold' | 'resume' | 'join')[];
  goodBye: boolean;
}

/** The observer. */
interface Seen {
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

interface Node {
  readonly state: TransferState;
  readonly seen: Seen;
  readonly depth: number;
  readonly from: Node | undefined;
  readonly by: TransferEvent | undefined;
  readonly before: Node[];
}

export interface Walk {
  readonly states: number;
  readonly edges: number;
  readonly depth: number;
  readonly names: ReadonlySet<string>;
  /** First path to each broken promise. */
  readonly broken: ReadonlyMap<Breach, string>;
}

/**
 * Go breadth-first through every state that `step` can reach from `start`, watched by an observer on every edge;
 * with `until`, only until that promise is seen broken.
 */
export function walk(start: Start, step: StepFunction, until?: Breach): Walk {
  const broken = new Map<Breach, string>();
  const nodes = new Map<string, Node>();
  const names = new Set<string>();
  const { pair, rules } = start;

  const blame = (promise: Breach, node: Node, event?: TransferEvent) => {
    if (!broken.has(promise)) broken.set(promise, `${start.name}: ${path(node)} ${event ? say(event) : ''}`);
  };
  const origin: Node = {
    state: start.step.state,
    seen: firstSeen(start),
    depth: 0,
    from: undefined,
    by: undefined,
    before: [],
  };
  for (const effect of start.step.effects) see(origin.seen, effect, origin, undefined);
  nodes.set(key(origin), origin);
  const queue: Node[] = [origin];
  let edges = 0;
  let depth = 0;

  for (let at = 0; at < queue.length; at++) {
    const node = queue[at]!;
    depth = Math.max(depth, node.depth);
    names.add(node.state.name);
    judgeState(node);
    for (const [type, letters] of Object.entries(alphabet)) {
      if (start.without?.includes(type as TransferEvent['type'])) continue;
      for (const letter of letters) {
        const event = letter(node.seen.round);
        if (!mayCome(node, event)) continue;
        const { state, effects } = step(node.state, event, pair, rules);
        edges++;
        if ('round' in event && event.round === 0 && (state !== node.state || effects.length > 0)) {
          blame('old-round-had-an-effect', node, event);
        }
        if (node.state.name === 'over' && (state.name !== 'over' || effects.some((e) => e.type !== 'refuse'))) {
          blame('over-is-not-over', node, event);
        }
        if (node.state.name === 'over') continue; // what is left are ordinary calls
        if (state === node.state && effects.length === 0 && tellsNothing(node.seen, event)) continue;
        const seen = structuredCloneSeen(node.seen);
        hear(seen, event);
        // A press that is refused has asked for nothing.
        if (effects.some((effect) => effect.type === 'refuse')) seen.bridge = node.seen.bridge;
        for (const effect of effects) see(seen, effect, node, event);
        const next: Node = { state, seen, depth: node.depth + 1, from: node, by: event, before: [] };
        judgeSilence(next);
        const name = key(next);
        const known = nodes.get(name);
        if (known !== undefined) known.before.push(node);
        else {
          next.before.push(node);
          nodes.set(name, next);
          queue.push(next);
        }
      }
    }
    if (until !== undefined && broken.has(until)) break;
  }
  if (until === undefined || !broken.has(until)) judgeReach(queue);
  return { states: nodes.size, edges, depth, names, broken };

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
  function see(seen: Seen, effect: TransferEffect, node: Node, event: TransferEvent | undefined): void {
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

  function judgeSilence(node: Node): void {
    const { caller, target, joined } = node.seen;
    if (joined !== 'no') return;
    if (caller.life === 'up' && target.life === 'up' && caller.sound === 'talk' && target.sound === 'talk') {
      blame('both-legs-talk', node);
    }
  }

  /** What must hold while nothing happens. */
  function judgeState(node: Node): void {
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

  /** From everywhere the machine can come to its end. */
  function judgeReach(all: readonly Node[]): void {
    const reached = new Set<Node>(all.filter((node) => node.state.name === 'over'));
    const stack = [...reached];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const before of node.before) {
        if (reached.has(before)) continue;
        reached.add(before);
        stack.push(before);
      }
    }
    for (const node of all) if (!reached.has(node)) blame('over-out-of-reach', node);
  }
}

/** A person may resume a leg beside the transfer, once the transfer waits for nothing else. */
function mayBeTakenAside(state: TransferState): boolean {
  return state.name === 'unsure' || state.name === 'caller-held' || state.name === 'retrieving';
}

/** An event that leaves the observer as it is. */
function tellsNothing(seen: Seen, event: TransferEvent): boolean {
  if ('round' in event) return event.round !== seen.round;
  if (event.type === 'ended') return seen[event.leg].life === 'dead' || seen[event.leg].life === 'none';
  if (event.type === 'timer') return !seen.timers.includes(event.timer);
  return !('leg' in event) && event.type !== 'target-answered';
}

/**
 * What cannot happen: an answer to a re-INVITE that is not on the wire. (That the machine bears even these is for the
 * fuzz test.)
 */
function mayCome({ state, seen }: Node, event: TransferEvent): boolean {
  switch (event.type) {
    case 'held':
    case 'hold-refused':
      return seen[event.leg].open[0] === 'hold';
    case 'resume-refused':
      return seen[event.leg].open[0] === 'resume' || seen[event.leg].open[0] === 'join';
    case 'target-answered':
      // A call that we have cancelled is kept only where its 200 crossed the CANCEL of a transfer that turned blind.
      return seen.target.life !== 'cancelled' || state.name === 'degrading';
    case 'resumed': {
      const { life, open } = seen[event.leg];
      return (
        open[0] === 'resume' || open[0] === 'join' || (life === 'up' && open.length === 0 && mayBeTakenAside(state))
      );
    }
    default:
      return true;
  }
}

function firstSeen(start: Start): Seen {
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

function structuredCloneSeen(seen: Seen): Seen {
  return { ...seen, caller: { ...seen.caller }, target: { ...seen.target } };
}

/** Canonical name of a node: facts never change, so they do not count; nor does what a dead leg sounded like. */
function key(node: Node): string {
  const { seen } = node;
  let name = '';
  for (const [field, value] of Object.entries(node.state)) {
    if (field === 'facts' || field === 'blind') continue;
    name += typeof value === 'object' ? partKey(value) : `${value},`;
  }
  // What can no longer matter is left out: a failure is final, and so is the end.
  const final = seen.outcome === 'failed' || node.state.name === 'over';
  name += `${legKey(seen.caller, final)}${legKey(seen.target, final)}${seen.outcome}${seen.handedOn}${seen.joined}${seen.timers}`;
  return final
    ? name
    : `${name};${seen.late}${seen.round}${seen.referee}${seen.blind}${seen.refer}${seen.verdict}${seen.bridge}`;
}

const partKeys = new WeakMap<object, string>();
function partKey(part: object): string {
  const known = partKeys.get(part);
  if (known !== undefined) return known;
  const made = JSON.stringify(part, (field, value) => (field === 'facts' || field === 'blind' ? undefined : value));
  partKeys.set(part, made);
  return made;
}

function legKey(leg: LegSeen, final: boolean): string {
  const goodBye = final ? '' : leg.goodBye;
  return leg.life === 'dead' ? `dead,${goodBye};` : `${leg.life},${leg.sound},${leg.open},${goodBye};`;
}

function say(event: TransferEvent): string {
  const more = Object.entries(event)
    .filter(([name, value]) => name !== 'type' && typeof value !== 'object' && value !== '')
    .map(([, value]) => String(value));
  return [event.type, ...more].join(' ');
}

function path(node: Node): string {
  const steps: string[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.from) {
    steps.unshift(at.by === undefined ? at.state.name : `--${say(at.by)}--> ${at.state.name}`);
  }
  return steps.join(' ');
}
