import { type Mutant, of } from '../mutant.ts';

/** The REFER: what stands in it, who gets it, what its answers mean. */
export const sending: readonly Mutant[] = [
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
      'a refused REFER is not sent again when nothing can be left out',
      'if (attempt.tried.adapted || !extras) return undefined;',
      'if (attempt.tried.adapted) return undefined;',
    ],
  ]),
];
