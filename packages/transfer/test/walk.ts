import { edgeOf, type TransferEvent, type TransferState } from '../src/index.ts';
import { alphabet } from './alphabet.ts';
import {
  type Breach,
  copyOf,
  firstSeen,
  type LegSeen,
  observer,
  type Seen,
  type Start,
  type StepFunction,
} from './observer.ts';

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
  /** Each edge that was taken. */
  readonly moves: ReadonlySet<string>;
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
  const moves = new Set<string>();
  const { pair, rules } = start;

  const blame = (promise: Breach, node: Node, event?: TransferEvent) => {
    if (!broken.has(promise)) broken.set(promise, `${start.name}: ${path(node)} ${event ? say(event) : ''}`);
  };
  const { hear, see, judgeSilence, judgeState } = observer<Node>(start, step, blame);
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
        const event = told(start, letter(node.seen.round));
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
        const edge = edgeOf(node.state, event.type, { state, effects });
        if (edge !== undefined) moves.add(edge);
        const seen = copyOf(node.seen);
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
  return { states: nodes.size, edges, depth, names, moves, broken };

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

/** A target that answers tells the facts of this start's legs. */
function told(start: Start, event: TransferEvent): TransferEvent {
  return event.type === 'target-answered' && start.facts !== undefined ? { ...event, ...start.facts } : event;
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
