import type { Mutant } from './mutant.ts';

/** Guard, the text that stands for it, and what takes it away. */
type Row = readonly [guard: string, find: string, put: string];

const of = (file: string, rows: readonly Row[]): readonly Mutant[] =>
  rows.map(([guard, find, put]) => ({ file, find, put, guard }));

/** Guards of `packages/transfer/src`, each taken away in turn. */
export const mutants: readonly Mutant[] = [
  ...of('refer-to.ts', [
    [
      'the tags of Replaces are as their receiver sees them',
      'to-tag=\u0024{dialog.remoteTag};from-tag=\u0024{dialog.localTag}',
      'to-tag=\u0024{dialog.localTag};from-tag=\u0024{dialog.remoteTag}',
    ],
    ['Replaces is escaped', 'return encodeURIComponent(text', 'return String(text'],
    [
      'Replaces is escaped once, not twice',
      'return encodeURIComponent(text.',
      'return encodeURIComponent(encodeURI(text).',
    ],
    ['a lone surrogate does not throw', ".replace(/[\\uD800-\\uDFFF]/gu, '\\uFFFD')", ''],
    ['maddr of a Contact is dropped', "'method', 'maddr', 'ttl', 'lr', 'ob'", "'method', 'ttl', 'lr', 'ob'"],
    ['method of a URI is dropped', "'method', 'maddr', 'ttl', 'lr', 'ob'", "'maddr', 'ttl', 'lr', 'ob'"],
    [
      'Require=replaces stands only where it is asked for',
      'return goal.requireReplaces ?',
      'return !goal.requireReplaces ?',
    ],
    ['what follows ? before an @ may be headers', 'mark >= 0 && mark < at &&', 'mark < 0 && mark < at &&'],
  ]),
  ...of('attempt.ts', [
    ['Allow without REFER means no', "includes('REFER') ? 'yes' : 'no'", "includes('REFER') ? 'yes' : 'unsaid'"],
    [
      'Allow that is not there means unsaid',
      "if (leg.peer.allow === undefined) return 'unsaid';",
      "if (leg.peer.allow === undefined) return 'no';",
    ],
    [
      'the same dialog twice is seen',
      'return a.sipCallId === b.sipCallId && a.localTag',
      'return a.sipCallId !== b.sipCallId && a.localTag',
    ],
    [
      'two accounts of one next hop are one exchange',
      'caller.account !== target.account && nextHop(caller)',
      'caller.account !== target.account || nextHop(caller)',
    ],
    [
      'across exchanges no REFER goes out by default',
      "rules.acrossAccounts === 'bridge') return undefined;",
      "rules.acrossAccounts === 'bridge') return 'caller';",
    ],
    [
      'a protected target gets the REFER itself',
      'if (rules.protectTarget) return knowsRefer',
      'if (rules.protectTarget && false) return knowsRefer',
    ],
    [
      'the REFER goes to the caller first',
      "if (knowsRefer(facts.caller) !== 'no') return 'caller';",
      "if (knowsRefer(facts.caller) !== 'no') return 'target';",
    ],
    ['Referred-By is the account that owns the REFER', 'referredBy: transferee.account', 'referredBy: goal.account'],
    [
      'Refer-To names the other leg',
      'const goal = attempt.facts[otherLeg(attempt.leg)]',
      'const goal = attempt.facts[attempt.leg]',
    ],
    ['a GRUU gets the REFER out of the dialog', "leg.peer.gruu ? 'out-of-dialog' : 'in-dialog'", "'in-dialog'"],
    ['a private Contact is not named to another host', "isPrivate(host) ? 'aor' : 'contact'", "'contact'"],
    ['a public Contact is named', "isPrivate(host) ? 'aor' : 'contact'", "'aor'"],
    ['the rule of the profile decides the form', "if (rules.referToSource !== 'auto') return rules.referToSource;", ''],
    [
      'a REFER without an answer is guarded by a timer',
      "{ type: 'set-timer', timer: 'refer-answer', afterMs: rules.referAnswerMs },",
      '',
    ],
    ['after 416 the scheme is sip', "attempt.plainScheme ? referTo.replace(/^sips:/i, 'sip:') : referTo", 'referTo'],
  ]),
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
      "effects: nowOrNever('bye-evidence', rules.byeEvidenceMs)",
      "effects: nowOrNever('bye-evidence', 0)",
    ],
    [
      'a short wait takes the place of the verdict timer',
      "    { type: 'clear-timer', timer: 'verdict' },\n    { type: 'clear-timer', timer: 'subscription-end' },",
      '',
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
    [
      'terminated without a verdict starts a short wait',
      "event.subscription === 'terminated' ? 0 : event.expiresMs",
      'event.expiresMs',
    ],
    [
      'an end of the subscription does not cut off a wait for a BYE',
      'if (left !== undefined && !waitsForBye) {',
      'if (left !== undefined) {',
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
  ...of('referring.ts', [
    [
      'an answer to an earlier REFER is no news',
      'event.round !== attempt.round || event.status < 200',
      'event.status < 200',
    ],
    [
      '100 to a REFER is no answer',
      'event.round !== attempt.round || event.status < 200',
      'event.round !== attempt.round',
    ],
    ['any 2xx accepts', 'return event.status < 300', 'return event.status === 202'],
    [
      'a NOTIFY before the 2xx is heard',
      'return event.round === attempt.round ? acceptByNotify(attempt, standing, event, rules) : stay;',
      'return stay;',
    ],
    [
      'a BYE that crosses the REFER is remembered',
      '{ state: { ...state, standing: withStanding(standing, event.leg, event.cause) }, effects: [] }',
      'stay',
    ],
    [
      'an unanswered REFER is unknown',
      "event.timer === 'refer-answer' ? leaveOpen(attempt, standing, 'refer-unanswered') : stay",
      'stay',
    ],
    [
      '408 to a REFER in its dialog is unknown, not failed',
      "if (attempt.manner === 'in-dialog') return leaveOpen(attempt, standing, 'refer-unanswered');",
      '',
    ],
    ['491 is tried three times', 'const glareTries = 3;', 'const glareTries = 99;'],
    ['491 is waited out', 'if (attempt.glares >= glareTries) break;', 'break;'],
    ['503 with Retry-After is tried once', 'if (attempt.tried.wait || answer.retryAfterMs', 'if (answer.retryAfterMs'],
    ['503 with a long Retry-After is a refusal', 'const longestWaitMs = 5_000;', 'const longestWaitMs = 500_000;'],
    [
      'a refusal after the caller has left says so',
      "if (standing.caller !== 'up') return fail",
      "if (standing.caller === 'lost') return fail",
    ],
    ['a waiting REFER can be cancelled', 'const back = cancelled(attended);', 'const back = cancelled(false);'],
  ]),
  ...of('tries.ts', [
    ['the other form is tried once', '!rules.retryOtherForm || attempt.tried.form ||', '!rules.retryOtherForm ||'],
    [
      'the other form is tried only where the rule allows it',
      'if (!rules.retryOtherForm || attempt.tried.form',
      'if (attempt.tried.form',
    ],
    [
      'the same form is not tried twice',
      'wording(next).referTo === wording(attempt).referTo ? undefined : next',
      'next',
    ],
    ['the other leg is tried once', 'if (attempt.tried.leg || attempt.facts', 'if (attempt.facts'],
    ['a leg that lacks REFER gets none', "if (knowsRefer(attempt.facts[leg]) === 'no') return undefined;", ''],
    [
      'a protected target is not named to the caller, whatever fails',
      '=== undefined || rules.protectTarget) return undefined;',
      '=== undefined) return undefined;',
    ],
    ['405 leads to the other leg', 'new Set([405, 420, 489, 501, 513])', 'new Set([420, 489, 501, 513])'],
    ['603 does not lead to a bridge', 'new Set([405, 420, 489, 501, 513])', 'new Set([405, 420, 489, 501, 513, 603])'],
    [
      'a sipfrag 486 does not try another form',
      'new Set([403, 404, 408, 480, 481, 604])',
      'new Set([403, 404, 408, 480, 481, 486, 604])',
    ],
    [
      'a sipfrag 481 leads to the other leg',
      'const unknownDialogStatuses: ReadonlySet<number> = new Set([404, 481]);',
      'const unknownDialogStatuses: ReadonlySet<number> = new Set([404]);',
    ],
    [
      'a bridge needs the rule',
      "return rules.localBridge === 'auto' || (attempt.merged",
      "return rules.localBridge !== 'never' || (attempt.merged",
    ],
    [
      '420 out of the dialog leads into it',
      "if (attempt.manner === 'out-of-dialog' && elsewhere) return inDialog(attempt);",
      '',
    ],
    [
      'what a peer may not like is left out once',
      'if (attempt.tried.adapted || !extras) return undefined;',
      'if (!extras) return undefined;',
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
  ...of('referred-target.ts', [
    [
      'CR and LF in an escape are refused',
      'if (hasControl(name) || hasControl(value)) return',
      'if (hasControl(name)) return',
    ],
    ['a user with CR and LF is refused', "if (hasControl(user)) return fault('control-character', at);", ''],
    [
      'an unfinished escape is refused',
      "if (name === undefined || value === undefined) return fault('bad-escape', at);",
      'if (name === undefined || value === undefined) continue;',
    ],
    [
      'Replaces twice is refused',
      'if (replaces !== undefined || canonical === undefined)',
      'if (canonical === undefined)',
    ],
    [
      'a tag twice is refused',
      'if (tags.has(name) || !tokenWord.test(tag)) return undefined;',
      'if (!tokenWord.test(tag)) return undefined;',
    ],
    ['Replaces without a tag is refused', 'if (to === undefined || from === undefined) return undefined;', ''],
    [
      'an unknown Require is refused',
      "if (tags.some((tag) => tag !== 'replaces')) return fault('unknown-extension', at);",
      '',
    ],
    [
      'method=BYE is refused',
      "name!.toLowerCase() === 'method' && method.toUpperCase() !== 'INVITE'",
      "name === 'method' && method === 'BYE'",
    ],
    ['http is refused', "if (scheme !== 'sip' && scheme !== 'sips') return", "if (scheme === 'mailto') return"],
    [
      'tel is refused where it cannot be dialled',
      "if (scheme === 'tel') return tel ?",
      "if (scheme === 'tel') return true ?",
    ],
    [
      'Refer-To is unescaped once',
      'return decodeURIComponent(text);',
      'return decodeURIComponent(decodeURIComponent(text));',
    ],
    ['two values are refused', "if (rest.includes(',')) return fault('several-values', close);", ''],
    ['a port of nothing is refused', 'Number(found[2]) > 0 && Number(found[2]) < 65_536', 'Number(found[2]) < 65_536'],
  ]),
  ...of('refer-policy.ts', [
    ['REFER is refused by default', "acceptRefer: 'never',", "acceptRefer: 'same-dialog',"],
    [
      'a stranger outside a call is refused',
      'if (request.call === undefined && !request.trusted) return',
      'if (request.call === undefined && request.account === undefined) return',
    ],
    ['five REFERs a minute', 'if (recent >= policy.perPeerAMinute)', 'if (recent > 1e9)'],
    ['one REFER at a time', 'if (request.pendingOnCall >= policy.perDialog)', 'if (request.pendingOnCall > 1e9)'],
    ['three transfers in a chain', 'if (request.chained >= policy.chained)', 'if (request.chained > 1e9)'],
    ['blocked numbers', 'if (matches(target.user, policy.blocked))', 'if (target.user === "")'],
  ]),
  ...of('transferee.ts', [
    [
      'the transferor is silenced',
      "effects: transferor ? [{ type: 'silence-transferor' }, invite] : [invite],",
      'effects: [invite],',
    ],
    [
      'the same progress is reported once',
      'return event.status === state.reported || event.status < 101',
      'return event.status < 101',
    ],
    ['after failure the transferor is back', "? { type: 'unsilence-transferor' }", "? { type: 'nobody-left', status }"],
    [
      'the transferor has 32 s for its BYE',
      "effects: [...effects, { type: 'set-timer', timer: 'bye', afterMs: policy.byeMs }],",
      'effects,',
    ],
    [
      'hang-up cancels the call that was placed',
      "effects: [{ type: 'end', leg: 'triggered' }, report(487), ...end] };",
      'effects: [report(487), ...end] };',
    ],
    ['silence of a called party is 408', 'return 408;', 'return 487;'],
  ]),
  ...of('target.ts', [
    [
      'knowing three ids entitles nobody',
      'if (request.trusted && request.account === old.account) return true;',
      'return true;',
    ],
    [
      'the trusted flow of another account entitles nobody',
      'if (request.trusted && request.account === old.account)',
      'if (request.trusted)',
    ],
    [
      'an unverified name entitles nobody',
      'if (same && request.party.verified && old.party.verified) return true;',
      'if (same) return true;',
    ],
    [
      'Referred-By without the trusted flow entitles nobody',
      'request.trusted && old.trusted && request.referredBy',
      'request.referredBy',
    ],
    ['a call that has ended is 603', "if (old.phase === 'ended') return", "if (old.phase === 'ringing-here') return"],
    [
      'early-only of an answered call is 486',
      "return request.earlyOnly ? { name: 'refuse'",
      "return !request.earlyOnly ? { name: 'refuse'",
    ],
    ['a hold by who has left is not carried over', '{ ...old, heldByPeer: false }', '{ ...old }'],
  ]),
];
