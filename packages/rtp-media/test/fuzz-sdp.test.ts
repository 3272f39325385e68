import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { createNegotiation, readDescription } from '../src/index.ts';
import { mutate } from './mutate.ts';

const local = { endpoint: { host: '192.0.2.10', port: 4000 }, codecs: ['PCMA', 'PCMU'] as const, ptimeMs: 20 };
const lines = (...text: readonly string[]): string => `${text.join('\r\n')}\r\n`;

/** Offers of our own writing: each exercises another corner. */
const OFFERS: readonly string[] = [
  createNegotiation(local, { sessionId: 1 }).offer('talk').replaceAll('192.0.2.10', '198.51.100.5'),
  lines(
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.5',
    's=-',
    'c=IN IP4 198.51.100.5',
    't=0 0',
    'a=sendonly',
    'm=video 5000 RTP/AVP 96',
    'a=rtpmap:96 H264/90000',
    'm=audio 40000 RTP/AVP 0 8 101',
    'c=IN IP4 198.51.100.6',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-15,66',
    'a=rtcp:40009 IN IP4 198.51.100.6',
    'a=ptime:30',
    'a=maxptime:60',
    'a=recvonly',
  ),
  lines(
    'v=0',
    'o=- 1 1 IN IP6 2001:db8::5',
    'c=IN IP6 2001:db8::5',
    'm=audio 40000/2 RTP/AVPF 97 8',
    'b=AS:80',
    'a=rtpmap:97 opus/48000/2',
    'a=inactive',
  ),
  lines(
    'v=0',
    'o=- 1 2 IN IP4 198.51.100.5',
    's=hold',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'm=audio 9 RTP/AVP 8',
    'm=image 0 udptl t38',
  ),
];

/** Offer `text` to fresh and to standing calls, and as an answer; whatever we write back must be readable. */
function chew(text: string, full: boolean): void {
  const negotiation = createNegotiation(local, { sessionId: 5 });
  const result = negotiation.answer(text, 'talk');
  if (result.ok) {
    if (full) {
      const again = readDescription(result.value.sdp);
      const asked = readDescription(text);
      assert.ok(again.ok && asked.ok && again.value.media.length === asked.value.media.length, JSON.stringify(text));
    }
    assert.match(result.value.sdp, /^(?:[a-z]=[\x20-\x7e\t]*\r\n)+$/);
    const { remote } = result.value.plan;
    assert.ok(remote === undefined || remote.port >= 1024, JSON.stringify(text));
  }
  if (!full) return;
  negotiation.offer('hold');
  negotiation.accept(text);
  negotiation.answer(text, 'hold');
}

test('sip-core §10: 100 000 mutated SDPs never throw, and what we answer is well formed', () => {
  const random = new SeededRandom(2026);
  const seeds = OFFERS.map((text) => new TextEncoder().encode(text));
  const decoder = new TextDecoder('latin1');
  for (let i = 0; i < 100_000; i++) chew(decoder.decode(mutate(random.pick(seeds), random)), i % 8 === 0);
});

test('sip-core §7: every prefix of every offer gives a value or a word', () => {
  for (const text of OFFERS) for (let end = 0; end <= text.length; end++) chew(text.slice(0, end), true);
});

const corpus = join(
  process.env['SWITCHHOOK_CORPUS'] ?? new URL('../../../../shared/corpus', import.meta.url).pathname,
  'sdp',
);
if (!existsSync(corpus)) console.log(`SKIP the SDP corpus: ${corpus} is not there`);
else {
  test('sip-core §7: foreign SDPs, whole, as prefixes and mutated, never throw', () => {
    const random = new SeededRandom(11);
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.sdp'));
    assert.ok(files.length > 0);
    for (const name of files) {
      const bytes = readFileSync(join(corpus, name));
      const text = bytes.toString('latin1');
      chew(text, true);
      for (let end = 0; end < text.length; end += 37) chew(text.slice(0, end), false);
      for (let i = 0; i < 200; i++) chew(Buffer.from(mutate(bytes, random)).toString('latin1'), false);
    }
  });
}

test.run();
