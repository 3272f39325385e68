import { readSip, tagOf } from '@switchhook/ladder';

/** Faults that can be planted between the receptionist's phone and the exchange. */
export type Fault =
  /** Every hold is refused with 488. */
  | 'hold-refused'
  | 'refer-refused'
  /** Every REFER is 2.5 s on its way. */
  | 'refer-slow'
  /** No NOTIFY ever arrives. */
  | 'no-notify'
  /** Neither NOTIFY nor BYE ever arrives: nobody says what became of the transfer. */
  | 'no-verdict'
  /** The 2xx of a REFER is overtaken by the first NOTIFY. */
  | 'notify-before-2xx'
  /** The final NOTIFY is overtaken by the BYE of the target. */
  | 'bye-before-notify'
  /** Every NOTIFY says `terminated`, the first one too. */
  | 'terminated-notify'
  /** REFER is accepted with 200, as RFC 7647 §5 wants it. */
  | 'refer-200'
  /** The dialog that Refer-To names does not exist: a border controller has rewritten what it calls itself. */
  | 'wrong-replaces'
  /** REFER is not a method here: 501. */
  | 'refer-unknown'
  /** Every other offer inside a dialog, to hold or to resume, is refused with 488. */
  | 'offer-refused'
  /** Every other REFER is put off: 503 with Retry-After. */
  | 'refer-later'
  /** No Allow names REFER, and a REFER gets 405. */
  | 'refer-unallowed'
  /** The first NOTIFY is the final one. */
  | 'final-notify-only'
  /** The final NOTIFY comes 40 s late. */
  | 'late-notify'
  /** Every third offer inside a dialog meets 481: the far end has forgotten the call and says so. */
  | 'offer-unknown'
  /** NOTIFY names no REFER: `Event: refer` without id. */
  | 'notify-without-id'
  /** NOTIFY carries the phone's own address as Contact. */
  | 'own-contact';

/** What becomes of one datagram: passed on (perhaps altered, perhaps later), or answered at once in the target's name. */
export interface Passage {
  readonly deliver: Uint8Array | undefined;
  readonly laterMs: number;
  readonly reply?: Uint8Array;
}

/** What each fault may touch, by the first letter of the datagram: a letter of a method, or S for a response. */
const FIRST_LETTERS: Readonly<Record<Fault, string>> = {
  'hold-refused': 'I',
  'refer-refused': 'R',
  'refer-slow': 'R',
  'no-notify': 'N',
  'no-verdict': 'NB',
  'notify-before-2xx': 'S',
  'bye-before-notify': 'N',
  'terminated-notify': 'N',
  'refer-200': 'S',
  'wrong-replaces': 'R',
  'refer-unknown': 'R',
  'offer-refused': 'I',
  'refer-later': 'R',
  'refer-unallowed': 'RIS',
  'final-notify-only': 'N',
  'late-notify': 'N',
  'offer-unknown': 'I',
  'notify-without-id': 'N',
  'own-contact': 'N',
};

/** Plays several faults: the first that touches the datagram decides what becomes of it. */
export function meddleAll(
  faults: readonly Fault[],
  victim: string,
  from: string,
  to: string,
  bytes: Uint8Array,
): Passage {
  for (const fault of faults) {
    const passage = meddle(fault, victim, from, to, bytes);
    if (passage.deliver !== bytes || passage.laterMs > 0) return passage;
  }
  return { deliver: bytes, laterMs: 0 };
}

/** Plays one fault on the datagrams of one phone, whose address is `victim` (`host:port`). Pure: each is judged alone. */
export function meddle(fault: Fault | undefined, victim: string, from: string, to: string, bytes: Uint8Array): Passage {
  const pass: Passage = { deliver: bytes, laterMs: 0 };
  if (fault === undefined || (from !== victim && to !== victim)) return pass;
  if (!FIRST_LETTERS[fault].includes(String.fromCharCode(bytes[0] ?? 0))) return pass;
  const sip = readSip(bytes);
  if (sip === undefined) return pass;
  const sent = from === victim;
  const cseq = sip.headers.get('cseq') ?? '';
  const reReply = (status: string, more?: string): Passage => ({
    deliver: undefined,
    laterMs: 0,
    reply: answer(bytes, status, more),
  });
  const isOdd = Number.parseInt(cseq, 10) % 2 === 1;
  switch (fault) {
    case 'hold-refused': {
      const hold = sip.method === 'INVITE' && tagOf(sip.headers.get('to')) !== undefined;
      return sent && hold && /a=(sendonly|inactive)/.test(sip.body) ? reReply('488 Not Acceptable Here') : pass;
    }
    case 'refer-refused':
      return sent && sip.method === 'REFER' ? reReply('603 Decline') : pass;
    case 'refer-slow':
      return sent && sip.method === 'REFER' ? { deliver: bytes, laterMs: 2500 } : pass;
    case 'no-notify':
      return !sent && sip.method === 'NOTIFY' ? { deliver: undefined, laterMs: 0 } : pass;
    case 'no-verdict':
      return !sent && (sip.method === 'NOTIFY' || sip.method === 'BYE') ? { deliver: undefined, laterMs: 0 } : pass;
    case 'notify-before-2xx':
      return !sent && sip.status !== undefined && sip.status >= 200 && cseq.endsWith('REFER')
        ? { deliver: bytes, laterMs: 300 }
        : pass;
    case 'bye-before-notify':
      return !sent && sip.method === 'NOTIFY' && !/ 1\d\d /.test(sip.body.slice(0, 14))
        ? { deliver: bytes, laterMs: 600 }
        : pass;
    case 'terminated-notify':
      return !sent && sip.method === 'NOTIFY'
        ? edited(bytes, /^(Subscription-State:)[^\r]*/im, '$1 terminated;reason=noresource')
        : pass;
    case 'refer-200':
      return !sent && sip.status === 202 ? edited(bytes, /^SIP\/2\.0 202 [^\r]*/, 'SIP/2.0 200 OK') : pass;
    case 'wrong-replaces':
      return sent && sip.method === 'REFER' ? edited(bytes, /(Replaces=)([0-9A-Za-z]{4})/i, '$1zzzz') : pass;
    case 'refer-unknown':
      return sent && sip.method === 'REFER' ? reReply('501 Not Implemented') : pass;
    case 'offer-refused':
      return sent && isOdd && sip.method === 'INVITE' && tagOf(sip.headers.get('to')) !== undefined
        ? reReply('488 Not Acceptable Here')
        : pass;
    case 'refer-later':
      return sent && isOdd && sip.method === 'REFER' ? reReply('503 Service Unavailable', 'Retry-After: 2') : pass;
    case 'refer-unallowed':
      if (sent) return sip.method === 'REFER' ? reReply('405 Method Not Allowed') : pass;
      return /\bREFER\b/.test(sip.headers.get('allow') ?? '')
        ? edited(bytes, /^(Allow:.*?),? *\bREFER\b/im, '$1')
        : pass;
    case 'final-notify-only':
      return !sent && sip.method === 'NOTIFY' && / 1\d\d /.test(sip.body.slice(0, 14)) ? reReply('200 OK') : pass;
    case 'late-notify':
      return !sent && sip.method === 'NOTIFY' && !/ 1\d\d /.test(sip.body.slice(0, 14))
        ? { deliver: bytes, laterMs: 40_000 }
        : pass;
    case 'offer-unknown':
      return sent &&
        Number.parseInt(cseq, 10) % 3 === 2 &&
        sip.method === 'INVITE' &&
        tagOf(sip.headers.get('to')) !== undefined
        ? reReply('481 Call/Transaction Does Not Exist')
        : pass;
    case 'notify-without-id':
      return !sent && sip.method === 'NOTIFY' && /;\s*id=/.test(sip.headers.get('event') ?? '')
        ? edited(bytes, /^(Event:[^;\r]*)[^\r]*/im, '$1')
        : pass;
    case 'own-contact':
      return !sent && sip.method === 'NOTIFY' ? edited(bytes, /^(Contact:)[^\r]*/im, `$1 <sip:${victim}>`) : pass;
    default:
      throw fault satisfies never;
  }
}

function edited(bytes: Uint8Array, what: RegExp, by: string): Passage {
  const text = new TextDecoder().decode(bytes);
  const altered = text.replace(what, by);
  return { deliver: altered === text ? bytes : new TextEncoder().encode(altered), laterMs: 0 };
}

/** An answer in the target's name; an ACK for it will come and go unheeded. */
function answer(bytes: Uint8Array, status: string, more?: string): Uint8Array {
  const head = new TextDecoder().decode(bytes).split('\r\n\r\n')[0]!.split('\r\n').slice(1);
  const kept = head.filter((line) => /^(Via|v|From|f|To|t|Call-ID|i|CSeq)\s*:/i.test(line));
  const tagged = kept.map((line) =>
    /^(To|t)\s*:/i.test(line) && !/;\s*tag=/i.test(line) ? `${line};tag=mischief` : line,
  );
  return new TextEncoder().encode(
    `SIP/2.0 ${status}\r\n${[...tagged, ...(more === undefined ? [] : [more])].join('\r\n')}\r\nContent-Length: 0\r\n\r\n`,
  );
}
