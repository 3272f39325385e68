import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { MediaEngine, RtpView, readWav, writeWav } from '../src/index.ts';
import { mutate } from './mutate.ts';
import { at, media, plan } from './office.ts';

test('sip-core §10: 100 000 mutated datagrams never throw and never move the stream', () => {
  const random = new SeededRandom(7);
  const sentTo = new Set<number>();
  const engine = new MediaEngine({
    random,
    out: { send: (_, __, to) => sentTo.add(to.port), event: () => undefined },
  });
  const session = media('s');
  engine.command({ type: 'open', session, port: 4000 }, 0);
  engine.command({ type: 'plan', session, plan: plan(at(5000)) }, 0);
  engine.command({ type: 'connect', sessions: [session] }, 0);
  const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
  const seeds = [
    Uint8Array.from([...hex('8008000100000002000000aa'), ...random.bytes(160)]),
    hex('80e5000200000003000000aa050a00a0'),
    hex('b208000100000002000000aa1111111122222222bede0001aabbccdd0102000003'),
    hex('800d000300000004000000aa3c'),
    hex('80c80006000000010000000200000003000000040000000500000006'),
  ];
  const view = new RtpView();
  const frame = () => new Int16Array(160);
  const [microphone, speaker, ringer] = [frame(), frame(), frame()];
  for (let i = 0; i < 100_000; i++) {
    const bytes = mutate(random.pick(seeds), random);
    const now = i / 4;
    if (view.parse(bytes) === undefined) assert.ok(view.payloadOffset + view.payloadLength <= bytes.length);
    engine.receive(session, bytes, i % 5 === 0 ? at(6000 + random.below(3)) : at(5000), now);
    engine.receiveRtcp(session, bytes, at(5001), now);
    if (i % 80 === 0) engine.tick(microphone, speaker, ringer, now);
  }
  assert.deepEqual([...sentTo], [5000]);
  engine.command({ type: 'close', session }, 25_000);
});

test('a WAV of any octets gives a value or a word', () => {
  const random = new SeededRandom(3);
  const seed = writeWav({ sampleRate: 8000, samples: new Int16Array(20) });
  for (let i = 0; i < 20_000; i++) readWav(mutate(seed, random));
});

test.run();
