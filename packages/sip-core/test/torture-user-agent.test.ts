import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { corpus } from './fixtures.ts';
import { Network, Phone } from './office.ts';

interface Verdict {
  readonly file: string;
  readonly section: string;
  readonly verdict: 'accept' | 'reject' | 'either' | 'discard' | 'unclassified';
  readonly status: readonly number[];
  readonly kind: string;
}

const folder = corpus('rfc4475', 'torture messages at the user agent');

/** Without a readable Via, or without what an answer copies, there is nothing to answer with: dropped and counted. */
const UNANSWERABLE: ReadonlySet<string> = new Set(['badinv01.dat', 'insuf.dat']);

/** The final statuses that a user agent sends within a second of hearing these octets. */
function answersTo(bytes: Uint8Array): { statuses: number[]; notes: number } {
  const network = new Network(1);
  const phone = new Phone(network, 'user', '192.0.2.1', '192.0.2.9', {}, { acceptFrom: 'any' });
  network.carry('192.0.2.9', { transport: 'udp', host: phone.host, port: 5060 }, bytes);
  network.log.length = 0;
  network.seconds(1);
  const words = network.log.filter((line) => line.startsWith(phone.host)).map((line) => line.split(' ')[1]!);
  const statuses = network.packets
    .filter(({ from, message }) => from === phone.host && message?.kind === 'response')
    .map(({ message }) => (message?.kind === 'response' ? message.status : 0));
  // An answer that copies unreadable fields is unreadable to the network too: it counts as 400.
  if (words.includes('?')) statuses.push(400);
  return { statuses: statuses.filter((status) => status >= 200), notes: phone.all('note').length };
}

if (folder !== undefined) {
  const { messages }: { messages: Verdict[] } = JSON.parse(readFileSync(`${folder}/expect.json`, 'utf8'));
  for (const { file, section, verdict, status, kind } of messages) {
    test(`RFC 4475 §${section}: ${file} at the user agent`, () => {
      const { statuses, notes } = answersTo(new Uint8Array(readFileSync(`${folder}/dat/${file}`)));
      if (kind !== 'request' || verdict === 'discard' || UNANSWERABLE.has(file)) {
        assert.deepEqual(statuses, []);
        if (verdict !== 'unclassified') assert.ok(notes > 0);
      } else if (verdict === 'reject' || (verdict === 'accept' && status.length > 0)) {
        assert.ok(
          statuses.some((one) => status.includes(one)),
          `${statuses} is none of ${status}`,
        );
      }
    });
  }
}

test('RFC 3261 §20.1: an INVITE whose Accept has no SDP gets 406', () => {
  const lines = [
    'INVITE sip:user@192.0.2.1 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKaccept1',
    'From: <sip:a@example.com>;tag=a',
    'To: <sip:user@example.com>',
    'Call-ID: accept',
    'CSeq: 1 INVITE',
    'Contact: <sip:a@192.0.2.9>',
    'Accept: text/plain',
    'Content-Type: application/sdp',
    'Content-Length: 1',
  ];
  const { statuses } = answersTo(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\nx`));
  assert.ok(statuses.includes(406));
});

test.run();
