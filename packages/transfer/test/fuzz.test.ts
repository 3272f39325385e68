import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import {
  parseReferTo,
  plainTarget,
  referToUri,
  replacesFor,
  startAttended,
  startBlind,
  startJoin,
  type TransferEvent,
  transferRules,
  transferStep,
} from '../src/index.ts';
import { alphabet, attendedPair, blindPair, facts } from './alphabet.ts';

const goal = { referTo: 'sip:300@h', referredBy: 'sip:100@h' };
const variants = [
  transferRules(),
  transferRules('generic', { semiAttended: 'early', referSub: false, requireReplaces: true, localBridge: 'ask' }),
  transferRules('netsapiens', { semiAttended: 'blind', protectTarget: true, holdTarget: false, localBridge: 'never' }),
];
const letters = Object.values(alphabet).flat() as readonly ((round: number) => TransferEvent)[];
const starts = [
  { ...startAttended(attendedPair), pair: attendedPair },
  { ...startJoin(attendedPair, facts, 'caller'), pair: attendedPair },
  { ...startBlind(blindPair, goal), pair: blindPair },
];

test('DESIGN law 5: no order of events, possible or not, makes the transferor throw or give two outcomes', () => {
  const events = fc.array(fc.tuple(fc.nat(letters.length - 1), fc.integer({ min: 1, max: 6 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.nat(2), fc.nat(2), events, (which, variant, picks) => {
      const rules = variants[variant]!;
      const { pair } = starts[which]!;
      let { state } = starts[which]!;
      let outcomes = 0;
      for (const [letter, round] of picks) {
        const step = transferStep(state, letters[letter]!(round), pair, rules);
        outcomes += step.effects.filter((effect) => effect.type === 'outcome').length;
        state = step.state;
        if (pair === blindPair) assert.ok(!step.effects.some((effect) => 'leg' in effect && effect.leg === 'target'));
      }
      assert.ok(outcomes <= 1);
      if (state.name === 'over') assert.equal(outcomes, 1);
    }),
    { numRuns: 3_000, seed: 20_261 },
  );
});

test('DESIGN law 5: no text makes the reading of Refer-To throw, and what it gives is clean', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      'sip:',
      'sips:',
      'tel:',
      'a',
      '@',
      'h',
      ':5060',
      ';',
      '?',
      '&',
      '=',
      'Replaces',
      'Require',
      '%3B',
      '%',
      '%00',
      '"',
      '\\',
      ',',
      ' ',
      '\r\n',
      '\ud800',
      'to-tag',
      'from-tag',
      '[',
      ']',
      'é',
    ],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(text, fc.boolean(), (value, tel) => {
      plainTarget(value);
      const read = parseReferTo(value, tel);
      if (!read.ok) return;
      assert.match(read.value.uri, /^(sips?|tel):[!-~]+$/i);
      assert.doesNotMatch(read.value.uri, /[<>"\s]/);
      assert.doesNotMatch(read.value.replaces ?? '', /[\u0000-\u001f]/);
    }),
    { numRuns: 5_000, seed: 20_262 },
  );
});

test('RFC 3261 §25.1: whatever a peer’s Call-ID and tags hold, they come back as they were', () => {
  const wordUnit = fc.constantFrom(...'abcXYZ019-.!%*_+`\'~()<>:\\"/[]?{}');
  const tokenUnit = fc.constantFrom(..."abcXYZ019-.!%*_+`'~");
  const word = fc.string({ unit: wordUnit, minLength: 1, maxLength: 20 });
  const tag = fc.string({ unit: tokenUnit, minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(word, fc.option(word, { nil: undefined }), tag, tag, (id, host, localTag, remoteTag) => {
      const dialog = { sipCallId: host === undefined ? id : `${id}@${host}`, localTag, remoteTag };
      const read = parseReferTo(`<${referToUri({ uri: 'sip:a@h;transport=tcp', replaces: dialog })}>`);
      assert.ok(read.ok);
      assert.equal(read.value.replaces, replacesFor(dialog));
      assert.equal(read.value.uri, 'sip:a@h;transport=tcp');
    }),
    { numRuns: 2_000, seed: 20_263 },
  );
});

test.run();
