import assert from 'node:assert/strict';
import {
  cseqOf,
  fromTagOf,
  nameAddr,
  parseNameAddr,
  responseTo,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  toTagOf,
} from '@switchhook/sip-core';

/** What a party does with a request without being told: a status, nothing, or something of its own. */
export type Habit = number | 'waits' | ((request: SipRequest) => void);

export interface PartyOptions {
  /** Where it is; the exchange by default, as behind a B2BUA. */
  readonly host?: string;
  /** Its Contact URI. */
  readonly contact?: string;
  readonly allow?: string;
  /** It is a conference: `isfocus` in its Contact. */
  readonly focus?: boolean;
  /** Further header fields of its INVITE and of its 200 to ours. */
  readonly fields?: readonly string[];
}

/** How a party reaches the phone. */
export interface Line {
  /** Address of record and host of the phone. */
  readonly phone: { readonly aor: string; readonly host: string };
  send(from: string, bytes: Uint8Array | SipMessage): void;
  branch(): string;
}

const ALLOW = 'INVITE, ACK, BYE, CANCEL, UPDATE, REFER, NOTIFY, OPTIONS';

/**
 * One far end with one dialog, that says on the wire what the script says: `answers`, `notifies`, `hangsUp`. What is not
 * scripted it does by habit: a re-INVITE, UPDATE, BYE, CANCEL, NOTIFY or OPTIONS gets 200, a REFER or a first INVITE waits.
 */
export class Party {
  readonly number: string;
  readonly host: string;
  readonly contact: string;
  readonly heard: SipMessage[] = [];
  readonly habits = new Map<string, Habit>([
    ['INVITE', 'waits'],
    ['REFER', 'waits'],
  ]);
  callId: string;
  tag: string;
  /** The phone's tag. */
  phoneTag = '';
  /** Where the phone wants the requests of this dialog: its Contact. */
  target = '';
  cseq = 100;
  readonly #line: Line;
  readonly #options: PartyOptions;
  readonly #answered = new Map<string, SipResponse>();
  #sdpVersion = 1;

  constructor(line: Line, number: string, options: PartyOptions = {}) {
    this.#line = line;
    this.#options = options;
    this.number = number;
    this.host = options.host ?? '10.0.0.1';
    this.contact = options.contact ?? `sip:${number}@${this.host}:5060`;
    this.callId = `call-of-${number}@${this.host}`;
    this.tag = `tag-${number}`;
  }

  // ------------------------------------------------------------------------------------------------ what it has heard

  requests(method: string): SipRequest[] {
    return this.heard.filter((one): one is SipRequest => one.kind === 'request' && one.method === method);
  }

  /** The last request of this method; there has to be one. */
  request(method: string): SipRequest {
    const found = this.requests(method).at(-1);
    assert.ok(found, `${this.number} heard no ${method}, but ${this.story().join(', ')}`);
    return found;
  }

  /** Statuses that the phone gave to this party's requests of a method. */
  statuses(method: string): number[] {
    return this.heard.flatMap((one) => (one.kind === 'response' && cseqOf(one).method === method ? [one.status] : []));
  }

  /** Requests and answers without ACK, in order. */
  story(): string[] {
    return this.heard.flatMap((one) =>
      one.kind === 'response' ? [`${one.status}/${cseqOf(one).method}`] : one.method === 'ACK' ? [] : [one.method],
    );
  }

  // -------------------------------------------------------------------------------------------------- what it says

  /** INVITE the phone. */
  calls(fields: readonly string[] = [], to = this.#line.phone.aor): void {
    const { host } = this.#line.phone;
    const user = to.replace(/^sip:|@.*$/g, '');
    this.target = `sip:${user}@${host}`;
    this.#say(
      'INVITE',
      `<sip:${this.number}@office.example>;tag=${this.tag}`,
      `<${to}>`,
      ['Content-Type: application/sdp', `Allow: ${this.#options.allow ?? ALLOW}`, ...this.#more(), ...fields],
      this.#sdp('sendrecv'),
    );
  }

  /** Ring: 180 to the phone's INVITE. */
  rings(): void {
    this.reply('INVITE', 180);
  }

  /** 200 with an answer to the phone's INVITE. */
  answers(): void {
    this.reply('INVITE', 200);
  }

  /** A request within the dialog. */
  asks(method: string, fields: readonly string[] = [], body = '', cseq?: number): void {
    const from = `<sip:${this.number}@office.example>;tag=${this.tag}`;
    this.#say(method, from, `<${this.#line.phone.aor}>;tag=${this.phoneTag}`, fields, body, cseq);
  }

  /** re-INVITE with an offer of this direction. */
  reinvites(direction: Direction = 'sendrecv'): void {
    this.asks('INVITE', ['Content-Type: application/sdp'], this.#sdp(direction));
  }

  hangsUp(reason?: string): void {
    this.asks('BYE', reason === undefined ? [] : [`Reason: ${reason}`]);
  }

  /** NOTIFY of the refer subscription; `undefined` = without a body. Final from 200 on unless `state` says otherwise. */
  notifies(status: number | undefined, state = defaultState(status), fields: readonly string[] = []): void {
    const event = fields.some((field) => /^event:/i.test(field)) ? [] : ['Event: refer'];
    const type = status === undefined ? [] : ['Content-Type: message/sipfrag;version=2.0'];
    const body = status === undefined ? '' : `SIP/2.0 ${status} ${status < 200 ? 'Trying' : 'Said'}\r\n`;
    this.asks('NOTIFY', [...event, `Subscription-State: ${state}`, ...type, ...fields], body);
  }

  /** Answer the last request of a method that has no final answer yet. */
  reply(method: string, status: number, fields: readonly string[] = [], tag = this.tag): void {
    const open = this.requests(method).filter((one) => (this.#answered.get(keyOf(one))?.status ?? 0) < 200);
    const request = open.at(-1);
    assert.ok(request, `${this.number} has no ${method} to answer, but ${this.story().join(', ')}`);
    this.replyTo(request, status, fields, tag);
  }

  replyTo(request: SipRequest, status: number, fields: readonly string[] = [], tag = this.tag): void {
    const offer = new TextDecoder().decode(request.body);
    const described = (request.method === 'INVITE' || request.method === 'UPDATE') && status >= 200 && status < 300;
    const response = responseTo(request, status, undefined, {
      ...(status === 100 ? {} : { toTag: tag }),
      ...(status < 300 && status > 100 && request.method !== 'BYE'
        ? { contact: nameAddr(this.contact, undefined, this.#options.focus === true ? [['isfocus', undefined]] : []) }
        : {}),
      headers: [
        ...fields.map((field) => pairOf(field)),
        ...(described ? [['Allow', this.#options.allow ?? ALLOW] as const, ...this.#more().map(pairOf)] : []),
      ],
      ...(described ? { contentType: 'application/sdp', body: this.#sdp(mirrored(offer)) } : {}),
    });
    this.#answered.set(keyOf(request), response);
    this.#line.send(this.host, response);
  }

  // -------------------------------------------------------------------------------------------------- what reaches it

  /** A message of this dialog has come. */
  receive(message: SipMessage): void {
    if (message.kind === 'response') this.#response(message);
    else this.#request(message);
  }

  #response(response: SipResponse): void {
    this.heard.push(response);
    const { method } = cseqOf(response);
    if (method !== 'INVITE' || response.status < 200) return;
    if (response.status < 300) {
      this.phoneTag = toTagOf(response) ?? '';
      const contact = parseNameAddr(response.headers.get('Contact') ?? '');
      if (contact.ok) this.target = contact.value.uri;
    }
    const to = `<${this.#line.phone.aor}>;tag=${toTagOf(response)}`;
    const from = `<sip:${this.number}@office.example>;tag=${this.tag}`;
    const branch = response.status < 300 ? undefined : response.headers.get('Via')?.match(/branch=([^;]+)/)?.[1];
    this.#say('ACK', from, to, [], '', cseqOf(response).number, branch);
  }

  #request(request: SipRequest): void {
    const key = keyOf(request);
    const before = this.#answered.get(key);
    if (before !== undefined && before.status >= 200 && request.method !== 'ACK') {
      this.#line.send(this.host, before);
      return;
    }
    if (this.heard.some((one) => one.kind === 'request' && keyOf(one) === key)) return; // retransmitted
    this.heard.push(request);
    if (request.method === 'ACK') return;
    if (this.phoneTag === '') {
      this.callId = request.headers.get('Call-ID') ?? '';
      this.phoneTag = fromTagOf(request) ?? '';
      const contact = parseNameAddr(request.headers.get('Contact') ?? '');
      if (contact.ok) this.target = contact.value.uri;
    }
    const first = request.method === 'INVITE' && toTagOf(request) === undefined;
    const named = this.habits.get(first ? 'INVITE' : request.method === 'INVITE' ? 're-INVITE' : request.method);
    const habit = named ?? 200;
    if (typeof habit === 'function') habit(request);
    else if (habit !== 'waits') this.replyTo(request, habit);
    if (request.method !== 'CANCEL') return;
    const invite = this.requests('INVITE').at(-1);
    if (invite !== undefined && named === undefined) this.replyTo(invite, 487);
  }

  #more(): readonly string[] {
    return this.#options.fields ?? [];
  }

  #say(
    method: string,
    from: string,
    to: string,
    fields: readonly string[],
    body: string,
    cseq = method === 'ACK' ? this.cseq : ++this.cseq,
    branch = this.#line.branch(),
  ): void {
    const contact = fields.some((field) => /^contact:/i.test(field))
      ? []
      : [`Contact: <${this.contact}>${this.#options.focus === true ? ';isfocus' : ''}`];
    const lines = [
      `${method} ${this.target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.host}:5060;branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${this.callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(method === 'BYE' || method === 'ACK' || method === 'CANCEL' ? [] : contact),
      ...fields,
      `Content-Length: ${new TextEncoder().encode(body).length}`,
    ];
    this.#line.send(this.host, new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n${body}`));
  }

  #sdp(direction: Direction): string {
    return [
      'v=0',
      `o=- 7 ${this.#sdpVersion++} IN IP4 ${this.host}`,
      's=-',
      `c=IN IP4 ${this.host}`,
      't=0 0',
      'm=audio 40000 RTP/AVP 0 8 101',
      'a=rtpmap:101 telephone-event/8000',
      `a=${direction}`,
      '',
    ].join('\r\n');
  }
}

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Direction of a description. */
export function directionOf(message: SipMessage): Direction {
  return (/^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(new TextDecoder().decode(message.body))?.[1] ??
    'sendrecv') as Direction;
}

function mirrored(offer: string): Direction {
  const asked = /^a=(sendonly|recvonly|inactive)\r?$/m.exec(offer)?.[1];
  return asked === 'sendonly'
    ? 'recvonly'
    : asked === 'recvonly'
      ? 'sendonly'
      : asked === 'inactive'
        ? 'inactive'
        : 'sendrecv';
}

function defaultState(status: number | undefined): string {
  return status === undefined || status >= 200 ? 'terminated;reason=noresource' : 'active;expires=60';
}

function pairOf(field: string): readonly [string, string] {
  const colon = field.indexOf(':');
  return [field.slice(0, colon), field.slice(colon + 1).trim()];
}

/** A transaction, as RFC 3261 §17.2.3 matches it; ACK and CANCEL apart. */
function keyOf(request: SipRequest): string {
  return `${request.method} ${/branch=([^;\s,]+)/.exec(request.headers.get('Via') ?? '')?.[1]}`;
}
