import { type Mutant, of } from '../mutant.ts';

/** Evidence, verdict and what comes after it. */
export const deciding: readonly Mutant[] = [
  ...of('evidence.ts', [
    [
      'a BYE with a failure in its Reason proves nothing',
      "reason.cause >= 200 && reason.cause < 300 ? 'left' : 'lost'",
      "reason.cause >= 200 ? 'left' : 'lost'",
    ],
    ['Q.850 16 is a normal end, and the only one', "return reason.cause === 16 ? 'left' : 'lost';", "return 'left';"],
    [
      'a call that we ended proves nothing',
      "if (cause.by !== 'remote' || cause.how !== 'bye') return 'lost';",
      "if (cause.how !== 'bye') return 'lost';",
    ],
    [
      'a target that still rings has the time of a blind transfer',
      "attempt.early === 'no' ? attempt.kind : 'blind'",
      'attempt.kind',
    ],
    [
      'both BYEs are success at once',
      "if (referee === 'left') return complete(attempt, standing, { name: 'both-byes' }, rules);",
      '',
    ],
    [
      "the caller's BYE alone is waited over",
      "if (referee !== 'up') return { state: watching, effects: nowOrNever('caller-bye', rules.callerByeMs) };",
      '',
    ],
    [
      "the target's BYE is no proof for two seconds",
      "effects: nowOrNever('bye-evidence', evidenceMs(notifies, rules))",
      "effects: nowOrNever('bye-evidence', 0)",
    ],
    [
      "the target's BYE waits for the NOTIFY of who notifies",
      'return notifies ? Math.max(rules.byeEvidenceMs, rules.byeNotifyMs) : rules.byeEvidenceMs;',
      'return rules.byeEvidenceMs;',
    ],
    [
      'a NOTIFY after the BYE makes it wait longer',
      'if (hasLeft && notifies !== state.notifies) {',
      'if (hasLeft && notifies !== state.notifies && notifies === undefined) {',
    ],
    [
      'a target that is called anew has not been replaced',
      'if (hasLeft && notifies && status !== undefined && status >= 180) {',
      'if (hasLeft && notifies && status !== undefined && status >= 200) {',
    ],
    [
      'a NOTIFY of an earlier round is no news',
      'return event.round === attempt.round ? notifiedStep(state, event, rules) : stay;',
      'return notifiedStep(state, event, rules);',
    ],
    [
      'an accepted REFER cannot be cancelled',
      "return { state, effects: [{ type: 'refuse', why: 'accepted-cannot-cancel' }] };",
      "return leaveOpen(attempt, standing, 'no-verdict');",
    ],
    [
      '100 in a NOTIFY is no success',
      'status !== undefined && status >= 200 && status < 300',
      'status !== undefined && status < 300',
    ],
    ['299 in a NOTIFY is success', 'status >= 200 && status < 300', 'status >= 200 && status < 203'],
    [
      '300 and more in a NOTIFY is failure',
      'if (status !== undefined && status >= 300) {',
      'if (status !== undefined && status >= 400) {',
    ],
    ['terminated without a verdict starts a short wait', 'notifies ? event.expiresMs : 0', 'event.expiresMs'],
    [
      'a late timer does not cut off the wait for a BYE',
      "return referee === 'up' && replaced !== 'left' ? leaveOpen",
      "return referee !== 'lost' ? leaveOpen",
    ],
    [
      'silence is unknown, both calls stay',
      "? leaveOpen(attempt, standing, 'no-verdict') : stay",
      "? complete(attempt, standing, { name: 'target-bye' }, rules) : stay",
    ],
    [
      "a blind transfer is not proven by the caller's BYE where no rule says so",
      "referee === 'left' && rules.callerByeProvesBlind",
      "referee === 'left'",
    ],
    [
      "an attended transfer is not proven by the caller's BYE",
      "return attempt.kind === 'blind' && referee",
      'return referee',
    ],
  ]),
  ...of('verdict.ts', [
    [
      'after success the transferee gets our BYE',
      "if (standing[referee] === 'up') effects.push",
      "if (standing[referee] === 'lost') effects.push",
    ],
    [
      'after success the replaced leg gets our BYE in the end',
      "if (standing[otherLeg(referee)] === 'up') {",
      "if (standing[otherLeg(referee)] === 'lost') {",
    ],
    [
      'the BYE waits until the NOTIFY is settled',
      "timer: 'bye-grace', afterMs: rules.byeGraceMs",
      "timer: 'bye-grace', afterMs: 0",
    ],
    ['failure gives the target back', "effects: [resume('target')],\n  };", 'effects: [],\n  };'],
    [
      'cancel ends the target',
      "effects: target ? [outcome, { type: 'end', leg: 'target' }, ...back.effects]",
      'effects: target ? [outcome, ...back.effects]',
    ],
    [
      'unknown ends nobody',
      "? { state: { name: 'unsure', attempt, target, heard: false }, effects: [] }",
      "? { state: { name: 'unsure', attempt, target, heard: false }, effects: [{ type: 'end', leg: 'target' }] }",
    ],
    ['the verdict clears every timer', 'effects: [...clearWatch, { type:', 'effects: [{ type:'],
    [
      'the caller who is alone can be retrieved',
      "if (standing.target !== 'up') return { state: { name: 'caller-held' }, effects: [] };",
      "if (standing.target !== 'up') return { state: over, effects: [] };",
    ],
  ]),
  ...of('aftermath.ts', [
    [
      'one BYE a dialog',
      "return state[leg] ? { state: without(leg), effects: [{ type: 'end', leg }] } : stay(state);",
      "return { state: without(leg), effects: [{ type: 'end', leg }] };",
    ],
    [
      'a late NOTIFY is believed',
      'if (state.heard || event.round !== attempt.round || event.status',
      'if (!state.heard || event.round !== attempt.round || event.status',
    ],
    [
      'a late verdict is said once',
      'if (state.heard || event.round !== attempt.round',
      'if (event.round !== attempt.round',
    ],
    ['a caller who cannot be retrieved is tried three times', 'const resumeTries = 3;', 'const resumeTries = 0;'],
    ['retrieving ends some day', 'if (state.tries >= resumeTries)', 'if (state.tries > 1e9)'],
    [
      'cancel after failure ends the target and takes the caller back',
      "return { state: back.state, effects: [{ type: 'end', leg: 'target' }, ...back.effects] };\n    }\n    case 'swap': {",
      "return { state: back.state, effects: back.effects };\n    }\n    case 'swap': {",
    ],
  ]),
];
