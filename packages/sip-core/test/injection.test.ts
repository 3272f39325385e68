import assert from 'node:assert/strict';
import {
  cancelFor,
  escapeUriHeader,
  escapeUser,
  HeaderFields,
  nameAddr,
  parseMessage,
  parseUri,
  printMessage,
  printNameAddr,
  printSipfrag,
  printUri,
  printVia,
  requestOf,
  responseTo,
  type SipMessage,
  unescapeUri,
} from '@switchhook/sip-core';
import fc from 'fast-check';
import { test } from 'uvu';
import { INVITE } from './fixtures.ts';

/** Text as attackers write it. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\0',
      ' ',
      '"',
      '\\',
      '<',
      '>',
      ';',
      ',',
      '%0d%0a',
      'Via: x',
      'é',
      '\u2028',
      '\x85',
      'a',
    ),
  }),
  fc.constant('x\r\nContact: <sip:evil@h>\r\n\r\nINVITE sip:a@b SIP/2.0'),
);

/** Lines of the head by either line end, also as a careless peer would cut them. */
function lines(message: SipMessage): number {
  const text = Buffer.from(printMessage(message)).toString('latin1');
  return text.slice(0, text.indexOf('\r\n\r\n')).split(/\r\n|\r|\n/).length;
}

/** The value of `make`, or undefined when it refused by throwing. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

const PLAIN = { method: 'INVITE', uri: 'sip:b@h', from: 'sip:a@h', to: 'sip:b@h', callId: 'c', cseq: 1 } as const;
const VIA = { transport: 'UDP', host: 'h', branch: 'z9hG4bKa', params: new Map<string, string | undefined>() };

test('sip-core §10: no value given to a builder makes a line more than it should', () => {
  const base = lines(requestOf({ ...PLAIN, via: VIA }));
  fc.assert(
    fc.property(nasty, (text) => {
      const tries: [number, () => SipMessage][] = [
        [base, () => requestOf({ ...PLAIN, via: VIA, uri: text })],
        [base, () => requestOf({ ...PLAIN, via: VIA, method: text })],
        [base, () => requestOf({ ...PLAIN, via: VIA, callId: text })],
        [base, () => requestOf({ ...PLAIN, via: VIA, from: text })],
        [base, () => requestOf({ ...PLAIN, via: { ...VIA, branch: text } })],
        [base, () => requestOf({ ...PLAIN, via: { ...VIA, host: text } })],
        [base, () => requestOf({ ...PLAIN, via: { ...VIA, params: new Map([['x', text]]) } })],
        [base + 1, () => requestOf({ ...PLAIN, via: VIA, contact: text })],
        [base + 1, () => requestOf({ ...PLAIN, via: VIA, contentType: text })],
        [base + 1, () => requestOf({ ...PLAIN, via: VIA, routes: [text] })],
        [base + 1, () => requestOf({ ...PLAIN, via: VIA, headers: [['Subject', text]] })],
        [base + 1, () => requestOf({ ...PLAIN, via: VIA, headers: [[text, 'x']] })],
        [base + 1, () => cancelFor(requestOf({ ...PLAIN, via: VIA }), text)],
      ];
      for (const [most, make] of tries) {
        const count = attempt(() => lines(make()));
        assert.ok(count === undefined || count <= most, `${count} lines`);
      }
    }),
    { numRuns: 400, seed: 20_261_122 },
  );
});

test('sip-core §10: a display name, a user or a header in a URI may be any text and stays one value', () => {
  const base = lines(requestOf({ ...PLAIN, via: VIA }));
  fc.assert(
    fc.property(nasty, (text) => {
      const uri = `sip:${escapeUser(text) || 'a'}@h?Replaces=${escapeUriHeader(text)}`;
      const address = nameAddr(uri, text, [['x', text]]);
      const message = requestOf({ ...PLAIN, via: VIA, from: address, headers: [['Refer-To', printNameAddr(address)]] });
      assert.equal(lines(message), base + 1);
      const read = parseMessage(printMessage(message), 'stream');
      assert.ok(read.ok);
      const back = parseUri(uri);
      assert.ok(back.ok);
      assert.equal(back.value.headers.get('Replaces'), unescapeUri(escapeUriHeader(text)));
      assert.ok(!/[\r\n\0]/.test(printUri(back.value)));
    }),
    { numRuns: 400, seed: 20_261_122 },
  );
});

test('sip-core §10: phrases, tags and headers of a response', () => {
  const read = parseMessage(INVITE, 'datagram');
  assert.ok(read.ok && read.value.kind === 'request');
  const request = read.value;
  const base = lines(responseTo(request, 486));
  fc.assert(
    fc.property(nasty, (text) => {
      for (const make of [
        () => lines(responseTo(request, 486, text)),
        () => lines(responseTo(request, 486, 'x', text)),
        () => lines(responseTo(request, 486, 'x', { headers: [['Reason', text]] })) - 1,
        () => printSipfrag({ status: 200, phrase: text }).split(/[\r\n]+/).length - 2 + base,
      ]) {
        const count = attempt(make);
        assert.ok(count === undefined || count <= base, `${count} lines`);
      }
    }),
    { numRuns: 400, seed: 20_261_122 },
  );
});

test('sip-core §10: what a field refuses and what it takes', () => {
  assert.equal(
    attempt(() => new HeaderFields().add('Subject', 'a\r\nVia: x')),
    undefined,
  );
  assert.equal(
    attempt(() => printVia({ ...VIA, transport: 'UDP\r\nX: y' })),
    undefined,
  );
  assert.ok(attempt(() => new HeaderFields().add('Subject', 'plain')) !== undefined);
});

test.run();
