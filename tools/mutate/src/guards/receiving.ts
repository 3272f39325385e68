import { type Mutant, of } from '../mutant.ts';

/** What others ask of us. */
export const receiving: readonly Mutant[] = [
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
