import assert from 'node:assert/strict';
import { cseqOf, type SipMessage } from '@switchhook/sip-core';
import type { ProfileName } from '@switchhook/transfer';
import type { Intent } from '../src/intent.ts';
import { directionOf, type Party } from './party.ts';
import { EXCHANGE, PHONE, Scene } from './scene.ts';

/**
 * A script of one transfer, a line a message, as it is drawn on a ladder:
 *
 * ```
 * # What this exchange does.            a comment
 * profile asterisk                      the rules that the phone has for it; `rule NAME JSON` changes one
 * target sip:9999@office.example        the target's Contact, where it is another one
 * begin attended                        both calls stand and Transfer was pressed; also: blind, armed, consulting, talking
 * phone > caller REFER Refer-To: <sip:  the phone's next message must be this one and have these pieces, `|` between them
 * caller > phone 202                    the answer to the open REFER; `407 INVITE` names the method; header fields may follow
 * caller > phone NOTIFY 100             a sipfrag, or `-` for none; then perhaps the Subscription-State and ` | ` fields;
 *                                       CSEQ in them is that of the last REFER
 * wait 2000                             ms
 * press transfer.cancel
 * = verdict completed notify            also: stage, display, evidence of nothing: `= silence 30000`
 * ```
 *
 * Every message of the phone stands in the script, in its order; only ACKs are left out.
 */
export function playLadder(script: string): void {
  const lines = script.split('\n').map((line) => line.replace(/^#.*/, '').trim());
  const profile = (/^profile +(\S+)/m.exec(script)?.[1] ?? 'generic') as ProfileName;
  const rules = Object.fromEntries(
    [...script.matchAll(/^rule +(\S+) +(.+)$/gm)].map(([, name, value]) => [name, JSON.parse(value!)]),
  );
  const accept = /^accepts refer$/m.test(script);
  const contact = /^target +(sip:\S+)$/m.exec(script)?.[1];
  const scene = new Scene({ profile, rules, settings: accept ? { acceptRefer: 'same-dialog' } : {} });
  const play = new LadderPlay(scene, contact);
  for (const [index, line] of lines.entries()) {
    if (line === '' || /^(profile|rule|accepts|target sip:)/.test(line)) continue;
    try {
      play.line(line);
    } catch (error) {
      if (error instanceof Error) error.message = `line ${index + 1}: ${line}\n${error.message}`;
      throw error;
    }
  }
  play.end();
}

class LadderPlay {
  readonly #scene: Scene;
  readonly #cast: Record<string, Party>;
  readonly #seen = new Set<string>();
  #at = 0;

  constructor(scene: Scene, contact: string | undefined) {
    this.#scene = scene;
    this.#cast = {
      caller: scene.party('2001'),
      target: scene.party('9999', contact === undefined ? {} : { contact }),
    };
    for (const party of Object.values(this.#cast)) for (const method of WAITING) party.habits.set(method, 'waits');
  }

  line(line: string): void {
    const [first = '', ...rest] = line.split(/ +/);
    const tail = rest.join(' ');
    if (first === 'begin') this.#begin(tail);
    else if (first === 'wait') this.#scene.ms(Number(tail));
    else if (first === 'press') this.#press(rest);
    else if (first === '=') this.#check(rest[0] ?? '', rest.slice(1).join(' '));
    else if (first === 'phone') this.#expect(rest[1] ?? '', rest.slice(2));
    else this.#say(this.#party(first), rest.slice(2));
  }

  /** The phone has said nothing that does not stand in the script, and nothing is left when all have hung up. */
  end(): void {
    this.#silence(100);
    for (const party of Object.values(this.#cast)) for (const method of WAITING) party.habits.set(method, 200);
    this.#scene.over();
  }

  #begin(how: string): void {
    const { caller, target } = this.#cast as { caller: Party; target: Party };
    const scene = this.#scene;
    for (const party of [caller, target]) party.habits.set('re-INVITE', 200);
    if (how === 'talking') scene.talking(caller);
    else if (how === 'blind') {
      scene.talking(caller);
      scene.press({ verb: 'transfer.blind', to: '9999' });
    } else if (how === 'armed') {
      scene.calling(caller, target);
      scene.press({ verb: 'key.transfer' });
    } else if (how === 'consulting') scene.consulting(caller, target);
    else if (how === 'attended') scene.referring(caller, target);
    else throw new Error(`no such beginning: ${how}`);
    for (const party of [caller, target]) party.habits.set('re-INVITE', 'waits');
    const refers = this.#sent().findIndex(([, message]) => message.kind === 'request' && message.method === 'REFER');
    this.#at = refers < 0 ? this.#sent().length : refers;
  }

  #press([verb, ...rest]: string[]): void {
    this.#scene.press({ verb, ...(rest[0] === undefined ? {} : { to: rest[0] }) } as Intent);
  }

  #say(party: Party, [word = '', ...rest]: string[]): void {
    const status = Number(word);
    if (Number.isInteger(status)) {
      const method = /^[A-Z]+$/.test(rest[0] ?? '') ? rest.shift()! : openMethod(party);
      party.reply(method, status, fieldsOf(rest.join(' ')));
    } else if (word === 'NOTIFY') {
      const [fragment = '-', ...state] = rest;
      const [stated, ...fields] = state.join(' ').replace('CSEQ', cseqOfRefer(party)).split(' | ');
      const code = fragment === '-' ? undefined : Number(fragment);
      party.notifies(code, stated === undefined || stated === '' ? undefined : stated, fields);
    } else if (word === 'BYE') party.hangsUp(rest.length === 0 ? undefined : rest.join(' '));
    else if (word === 'hold') party.reinvites('sendonly');
    else if (word === 're-INVITE') party.reinvites();
    else if (word === 'INVITE') party.calls(fieldsOf(rest.join(' ')));
    else party.asks(word, fieldsOf(rest.join(' ')));
    // What is said in one moment crosses: the phone's answers are seen by the next line.
  }

  /** The next message of the phone, which may take its time. */
  #expect(to: string, [word = '', ...pieces]: string[]): void {
    for (let waited = 0; this.#sent().length <= this.#at && waited < 120_000; waited += 10) this.#scene.ms(10);
    const next = this.#sent()[this.#at++];
    assert.ok(next, 'the phone is silent');
    const [party, message, text] = next;
    assert.deepEqual([party, wordOf(message)], [to, word], text);
    const wanted = pieces.join(' ').replaceAll('\\r\\n', '\r\n').split(' | ');
    for (const piece of wanted) assert.ok(text.includes(piece), `${piece} is not in\n${text}`);
  }

  #check(what: string, value: string): void {
    const scene = this.#scene;
    if (what === 'silence') this.#silence(Number(value));
    else scene.ms(10);
    if (what === 'silence') return;
    if (what === 'verdict') assert.deepEqual(scene.verdicts, value === 'none' ? [] : value.split(', '));
    else if (what === 'display') assert.equal(scene.display, value);
    else if (what === 'stage') {
      const stage = Object.entries(scene.stage).map(([number, phase]) => `${number} ${phase}`);
      assert.equal(stage.join(', '), value === 'empty' ? '' : value);
    } else throw new Error(`no such check: ${what}`);
  }

  #silence(ms: number): void {
    this.#scene.ms(ms);
    const more = this.#sent().slice(this.#at);
    assert.deepEqual(
      more.map(([to, message]) => `${to} ${wordOf(message)}`),
      [],
    );
  }

  /** What the phone has said, without ACKs and without what UDP made it say again. */
  #sent(): (readonly [to: string, message: SipMessage, text: string])[] {
    this.#seen.clear();
    return this.#scene.wire.flatMap(({ from, to, message, text }) => {
      if (from !== PHONE || message === undefined || this.#seen.has(text)) return [];
      if (message.kind === 'request' && message.method === 'ACK') return [];
      this.#seen.add(text);
      const callId = message.headers.get('Call-ID');
      const name = Object.keys(this.#cast).find((key) => this.#cast[key]!.callId === callId);
      return [[name ?? (to === EXCHANGE ? 'exchange' : to), message, text] as const];
    });
  }

  #party(name: string): Party {
    const party = this.#cast[name] ?? this.#scene.party(name);
    this.#cast[name] = party;
    return party;
  }
}

/** What a party of a script does not do by itself: the script says it. */
const WAITING = ['INVITE', 'REFER', 'BYE', 'CANCEL', 're-INVITE', 'NOTIFY', 'UPDATE'];

/** `REFER`, `hold` and `resume` for a re-INVITE by its direction, `200/NOTIFY`. */
function wordOf(message: SipMessage): string {
  if (message.kind === 'response') return `${message.status}/${cseqOf(message).method}`;
  if (message.method !== 'INVITE' || !(message.headers.get('To') ?? '').includes('tag=')) return message.method;
  return directionOf(message) === 'sendrecv' ? 'resume' : 'hold';
}

function openMethod(party: Party): string {
  const last = party.heard.findLast((one) => one.kind === 'request' && one.method !== 'ACK');
  assert.ok(last?.kind === 'request', `${party.number} has heard no request`);
  return last.method;
}

function cseqOfRefer(party: Party): string {
  return String(cseqOf(party.request('REFER')).number);
}

function fieldsOf(text: string): string[] {
  return text === '' ? [] : text.split(' | ');
}
