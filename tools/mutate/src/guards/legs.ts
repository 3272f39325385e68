import { type Mutant, of } from '../mutant.ts';

/** Both legs up to the REFER, and joined by the phone itself. */
export const legs: readonly Mutant[] = [
  ...of('calling.ts', [
    [
      'nobody is dialled before the caller is held',
      "return event.leg === 'caller' ? goOn(state, [], rules) : stay(state);",
      'return goOn(state, [], rules);',
    ],
    [
      'a caller who refuses hold is muted',
      "return goOn(state, [mute('caller')], rules);",
      'return goOn(state, [], rules);',
    ],
    [
      'a caller who has gone is not transferred',
      'if (meansDead(event.status)) return callerGone(false, event.status);',
      '',
    ],
    [
      'an armed transfer goes out when the target answers',
      ': handOver(facts, state.rounds, rules);',
      ": stay({ name: 'consulting', facts });",
    ],
    [
      'an armed transfer keeps the microphone off',
      "effects: [mute('target'), ...next.effects]",
      'effects: next.effects',
    ],
    [
      'a forked early dialog is not named',
      "known.target.dialog.remoteTag === facts.target.dialog.remoteTag ? known : 'forked'",
      'known',
    ],
    [
      'the target is given up before a blind REFER',
      "{ type: 'note', word: 'degraded-to-blind' },\n      { type: 'end', leg: 'target' },",
      "{ type: 'note', word: 'degraded-to-blind' },",
    ],
  ]),
  ...of('consultation.ts', [
    [
      'the target is held before the REFER',
      "return { state: { name: 'holding-target', facts }, effects: [{ type: 'hold', leg: 'target' }] };",
      'return refer(facts, rules);',
    ],
    [
      'the caller is held again before the REFER',
      "return { state: { name: 'holding-again', facts }, effects: [{ type: 'hold', leg: 'caller' }] };",
      'return refer(facts, rules);',
    ],
    ['a target that refuses hold is muted', 'effects: [mute(leg), ...sent.effects]', 'effects: sent.effects'],
    [
      'Transfer twice counts once',
      'return stay(state); // pressed twice counts once',
      'return refer(state.facts, rules);',
    ],
    [
      'a hold of the wrong leg does not send the REFER',
      'return event.leg === leg ? refer(state.facts, rules) : stay(state);',
      'return refer(state.facts, rules);',
    ],
    [
      'Transfer in the midst of a swap is remembered',
      'return stay(completing ? state : { ...state, completing: true });',
      'return stay(state);',
    ],
  ]),
  ...of('bridge.ts', [
    [
      'one hang-up ends both sides of a bridge',
      "return { state: over, effects: [{ type: 'end', leg: left }] };",
      'return { state: over, effects: [] };',
    ],
    [
      'both legs talk before they are joined',
      "? { state: { ...state, waits: 'target' }, effects: [resumeJoining('target')] }",
      '? joinBridge(state.facts, state.instead)',
    ],
    [
      'a leg that cannot be taken back is not joined',
      "effects: [failed({ stage: 'bridge', status }), resume(talking)],",
      "effects: [{ type: 'bridge' }, failed({ stage: 'bridge', status })],",
    ],
  ]),
  ...of('joining.ts', [
    [
      'three talk only when both legs are there',
      'return event.leg === talking\n        ?',
      'return event.leg !== talking\n        ?',
    ],
    [
      'after three have talked, both are held before the REFER',
      'if (next.caller || next.target) return { state: next, effects };',
      '',
    ],
    [
      'who stays when a leg of three leaves talks with the person',
      "return { state: over, effects: [{ type: 'unjoin', talking: left }, verdict] };",
      'return { state: over, effects: [verdict] };',
    ],
  ]),
];
