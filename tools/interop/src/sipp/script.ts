/** What a received message must say: a POSIX regular expression over a header field, the body or the whole message. */
export interface Check {
  readonly in: string;
  readonly matches?: string;
  readonly lacks?: string;
}

/** What a request or an answer carries beyond the headers every message has. */
export interface Carries {
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly type?: string;
  /** The body's last line has no line end. */
  readonly bare?: boolean;
}

const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, REFER, NOTIFY, OPTIONS';

/** One SIPp scenario of one dialog with the phone, written step by step. */
export class Script {
  readonly #steps: string[] = [];
  readonly #variables = new Set<string>();
  readonly #user: string;
  readonly #called: boolean;
  #allow: readonly string[] = [];
  #cseq = 1;
  #version = 0;
  #saved = 0;

  private constructor(user: string, called: boolean) {
    this.#user = user;
    this.#called = called;
  }

  /** Calls the phone and talks. */
  static caller(
    user = '1001',
    { headers = [], allow = ALLOW }: { headers?: readonly string[]; allow?: string } = {},
  ): Script {
    const script = new Script(user, false);
    script.#allow = allow === '' ? [] : [allow];
    const all = ['Supported: replaces', ...script.#allow, ...headers];
    script.#steps.push(
      send([
        'INVITE sip:1000@[remote_ip]:[remote_port] SIP/2.0',
        ...script.#head('<sip:1000@[remote_ip]:[remote_port]>', 1, 'INVITE'),
        script.#contact(),
        ...all,
        ...script.#sdp('sendrecv'),
      ]),
      '<recv response="100" optional="true"/>',
      '<recv response="180" optional="true"/>',
      `<recv response="200" rrs="true">${script.#save('dialog', [
        ['Contact', '<([^>]+)>', 'target'],
        ['To', '(.*)', 'far'],
      ])}</recv>`,
    );
    script.#steps.push(
      send([`ACK ${script.#target()} SIP/2.0`, ...script.#head(script.#far(), 1, 'ACK'), 'Content-Length: 0']),
    );
    return script;
  }

  /** Is called by the phone, rings, answers and talks. */
  static called(
    user = '9999',
    {
      checks = [],
      allow = ALLOW,
      headers = [],
    }: { checks?: readonly Check[]; allow?: string; headers?: readonly string[] } = {},
  ): Script {
    return Script.ringing(user, { checks }).picksUp({ allow, headers });
  }

  /** Is called by the phone and rings. */
  static ringing(user = '9999', { checks = [] }: { checks?: readonly Check[] } = {}): Script {
    const script = new Script(user, true);
    const wanted = [{ in: 'msg', matches: `^INVITE sip:${user}@` }, ...checks];
    const saved = script.#save('dialog', [
      ['Contact', '<([^>]+)>', 'target'],
      ['From', '(.*)', 'far'],
      ['To', '(.*)', 'near'],
    ]);
    script.#steps.push(`<recv request="INVITE" crlf="true">${actions([...script.#checks(wanted), saved])}</recv>`);
    script.#steps.push(send(['SIP/2.0 180 Ringing', ...script.#echo(true), script.#contact(), 'Content-Length: 0']));
    return script;
  }

  picksUp({ allow = ALLOW, headers = [] }: { allow?: string; headers?: readonly string[] } = {}): this {
    this.#allow = allow === '' ? [] : [allow];
    const more = ['Supported: replaces', ...this.#allow, ...headers];
    return this.#push(
      '<pause milliseconds="150"/>',
      send(['SIP/2.0 200 OK', ...this.#echo(true), this.#contact(), ...more, ...this.#sdp('sendrecv')]),
      '<recv request="ACK"/>',
    );
  }

  /** A re-INVITE comes that stops the sound. */
  isHeld(): this {
    return this.isReinvited('sendonly|inactive', 'recvonly');
  }

  /** A re-INVITE comes that brings the sound back. */
  isTakenBack(): this {
    return this.isReinvited('sendrecv', 'sendrecv');
  }

  isReinvited(offered: string, answered: string): this {
    this.expects('INVITE', [{ in: 'body', matches: `a=(${offered})` }]);
    return this.#push(
      send(['SIP/2.0 200 OK', ...this.#echo(), this.#contact(), ...this.#allow, ...this.#sdp(answered)]),
      '<recv request="ACK"/>',
    );
  }

  /** The peer itself offers anew, and the phone answers with `status`. */
  reinvites(direction: string, answers: readonly Check[] = [], status = 200): this {
    const cseq = ++this.#cseq;
    this.#push(
      send([
        `INVITE ${this.#target()} SIP/2.0`,
        ...this.#head(this.#far(), cseq, 'INVITE'),
        this.#contact(),
        ...this.#sdp(direction),
      ]),
      '<recv response="100" optional="true"/>',
      `<recv response="${status}">${actions(this.#checks(answers))}</recv>`,
    );
    const ack = send([`ACK ${this.#target()} SIP/2.0`, ...this.#head(this.#far(), cseq, 'ACK'), 'Content-Length: 0']);
    // RFC 3261 §17.1.1.3: the ACK of a refusal has the branch of its INVITE
    return this.#push(status < 300 ? ack : ack.replace('[branch]', '[branch-2]'));
  }

  /** Wait for a request. Its transaction is kept under `name`, to be answered after other things. */
  expects(method: string, checks: readonly Check[] = [], name = 'last'): this {
    const saved = this.#save(name, [
      ['Via', '(.*)', 'via'],
      ['CSeq', '([0-9]+) .*', 'number'],
      ['CSeq', '(.*)', 'cseq'],
    ]);
    return this.#push(`<recv request="${method}" crlf="true">${actions([...this.#checks(checks), saved])}</recv>`);
  }

  /** Answer the request kept under `name`. */
  answers(line: string, { headers = [], name = 'last', sound }: AnswerOptions = {}): this {
    const [near, far] = [this.#near(), this.#far()];
    const rest = sound === undefined ? ['Content-Length: 0'] : this.#sdp(sound);
    return this.#push(
      send([
        `SIP/2.0 ${line}`,
        `Via: [$${name}_via]`,
        `From: ${far}`,
        `To: ${near}`,
        'Call-ID: [call_id]',
        `CSeq: [$${name}_cseq]`,
        this.#contact(),
        ...headers,
        ...rest,
      ]),
    );
  }

  /** A re-INVITE comes and is refused. */
  refusesOffer(line: string): this {
    return this.expects('INVITE', [], 'offer').answers(line, { name: 'offer' }).raw('<recv request="ACK"/>');
  }

  /** Get a REFER and answer it. */
  isReferred(
    line = '202 Accepted',
    {
      checks = [],
      headers = [],
      name = 'refer',
    }: { checks?: readonly Check[]; headers?: readonly string[]; name?: string } = {},
  ): this {
    return this.expects('REFER', checks, name).answers(line, { headers, name });
  }

  /** Send a request within the dialog and get an answer to it. */
  requests(method: string, status: number | string, carries: Carries = {}, cseq = ++this.#cseq): this {
    const contact = carries.headers?.some((header) => header.startsWith('Contact:')) === true ? [] : [this.#contact()];
    return this.#push(
      send(
        [
          `${method} ${this.#target()} SIP/2.0`,
          ...this.#head(this.#far(), cseq, method),
          ...contact,
          ...(carries.headers ?? []),
          ...(carries.body === undefined
            ? ['Content-Length: 0']
            : [
                `Content-Type: ${carries.type ?? 'message/sipfrag;version=2.0'}`,
                'Content-Length: [len]',
                '',
                carries.body,
              ]),
        ],
        carries.bare === true,
      ),
      ...(String(status) === '0' ? [] : [`<recv response="${status}"/>`]),
    );
  }

  /** Tell the phone how the transfer goes. */
  notifies(
    body: string | undefined,
    subscription: string,
    { id, event = 'refer', headers = [], bare = false, type, status = 200, cseq }: NotifyOptions = {},
  ): this {
    const about = `Event: ${event}${id === undefined ? '' : `;id=${id}`}`;
    return this.requests(
      'NOTIFY',
      status,
      {
        headers: [about, ...(subscription === '' ? [] : [`Subscription-State: ${subscription}`]), ...headers],
        ...(body === undefined ? {} : { body }),
        ...(type === undefined ? {} : { type }),
        bare,
      },
      cseq,
    );
  }

  /** The first NOTIFY of every subscription. */
  notifiesTrying(options: NotifyOptions = {}): this {
    return this.notifies('SIP/2.0 100 Trying', 'active;expires=60', options);
  }

  /** The last NOTIFY of a subscription, with what became of the call. */
  notifiesFinally(line = '200 OK', options: NotifyOptions = {}): this {
    return this.notifies(`SIP/2.0 ${line}`, 'terminated;reason=noresource', options);
  }

  hangsUp(...headers: string[]): this {
    return this.requests('BYE', 200, { headers });
  }

  isHungUp(): this {
    return this.expects('BYE', [], 'bye').answers('200 OK', { name: 'bye' });
  }

  pauses(ms: number): this {
    return this.#push(`<pause milliseconds="${ms}"/>`);
  }

  /** Steps as SIPp writes them, for what is said only once. */
  raw(...steps: string[]): this {
    return this.#push(...steps);
  }

  /** Keep something received for later steps, as `[$name]`. */
  keeps(variable: string): this {
    this.#variables.add(variable);
    return this;
  }

  /** How the far end is named in To, how we are in From, and the address of requests: for `raw`. */
  get dialog(): { readonly near: string; readonly far: string; readonly target: string } {
    return { near: this.#near(), far: this.#far(), target: this.#target() };
  }

  /** The scenario file. */
  text(): string {
    const names = [...this.#variables].join(',');
    return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${this.#user}">\n${this.#steps.join('\n')}\n<Reference variables="${names}"/>\n</scenario>\n`;
  }

  #push(...steps: string[]): this {
    this.#steps.push(...steps);
    return this;
  }

  #checks(checks: readonly Check[]): string[] {
    return checks.map((check) => {
      const name = `check${++this.#saved}`;
      this.#variables.add(name);
      const where =
        check.in === 'msg' || check.in === 'body' ? `search_in="${check.in}"` : `search_in="hdr" header="${check.in}:"`;
      const [word, pattern] =
        check.lacks === undefined ? ['check_it', check.matches!] : ['check_it_inverse', check.lacks];
      return `<ereg regexp="${attribute(pattern)}" ${where} ${word}="true" assign_to="${name}"/>`;
    });
  }

  #save(name: string, fields: readonly (readonly [header: string, pattern: string, key: string])[]): string {
    const lines = fields.map(([header, pattern, key]) => {
      const [whole, part] = [`${name}_${key}_whole`, `${name}_${key}`];
      this.#variables.add(whole).add(part);
      return `<ereg regexp="${attribute(pattern)}" search_in="hdr" header="${header}:" assign_to="${whole},${part}"/>`;
    });
    return name === 'dialog' && !this.#called ? actions(lines) : lines.join('');
  }

  #near(): string {
    return this.#called
      ? `[$dialog_near];tag=${this.#tag()}`
      : `<sip:${this.#user}@[local_ip]:[local_port]>;tag=${this.#tag()}`;
  }

  #far(): string {
    return '[$dialog_far]';
  }

  #target(): string {
    return '[$dialog_target]';
  }

  #tag(): string {
    return `peer${this.#user}`;
  }

  #contact(): string {
    return `Contact: <sip:${this.#user}@[local_ip]:[local_port]>`;
  }

  #head(far: string, cseq: number, method: string): string[] {
    return [
      'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
      `From: ${this.#near()}`,
      `To: ${far}`,
      'Call-ID: [call_id]',
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
    ];
  }

  #echo(tagged = false): string[] {
    const to = tagged ? `[last_To:];tag=${this.#tag()}` : '[last_To:]';
    return ['[last_Via:]', '[last_From:]', to, '[last_Call-ID:]', '[last_CSeq:]'];
  }

  #sdp(direction: string): string[] {
    return [
      'Content-Type: application/sdp',
      'Content-Length: [len]',
      '',
      'v=0',
      `o=peer 1 ${++this.#version} IN IP4 [local_ip]`,
      's=-',
      'c=IN IP4 [media_ip]',
      't=0 0',
      'm=audio [media_port] RTP/AVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      `a=${direction}`,
    ];
  }
}

interface AnswerOptions {
  readonly headers?: readonly string[];
  /** Which request, as `expects` kept it. */
  readonly name?: string;
  /** Answer an offer, with this direction. */
  readonly sound?: string;
}

/** What a NOTIFY has beside its body and state. */
export interface NotifyOptions {
  readonly id?: number | string;
  readonly event?: string;
  readonly headers?: readonly string[];
  readonly bare?: boolean;
  readonly type?: string;
  readonly status?: number;
  readonly cseq?: number;
}

function send(lines: readonly string[], bare = false): string {
  const body = lines.includes('') || bare;
  // RFC 3261 §13.3.1.4: of answers only the 200 of an INVITE is sent again
  const repeated = /^(?!SIP|ACK)/.test(lines[0]!) || (lines[0]!.startsWith('SIP/2.0 200') && lines.includes(''));
  const repeats = repeated ? ' retrans="500"' : '';
  // without a body two line ends close the header; with one, its own last line end closes it
  return `<send${repeats}><![CDATA[\n${lines.join('\n')}${bare ? '' : body ? '\n' : '\n\n'}]]></send>`;
}

function actions(lines: readonly string[]): string {
  return `<action>${lines.join('')}</action>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
