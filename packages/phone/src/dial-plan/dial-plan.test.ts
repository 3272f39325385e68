import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { type DialRule, planned, readiness } from './dial-plan.ts';
import { type DialPattern, fit, parsePattern, shortest } from './pattern.ts';

const emergency = ['112', '911'];

function pattern(text: string): DialPattern {
  const read = parsePattern(text);
  if (!read.ok) throw new Error(`${text}: ${read.fault} at ${read.at}`);
  return read.value;
}

function rule(match: string, more: Partial<DialRule> = {}): DialRule {
  return { match: pattern(match), strip: 0, prepend: '', ...more };
}

/** The same pattern as a regular expression: another reader of the same rules. */
function expression(text: string): RegExp {
  const body = text
    .replace(/T$/, '')
    .replace(/\.$/, '~')
    .replace(/[*#]/g, (sign) => (sign === '*' ? '\\*' : '#'))
    .replace(/^\+/, '\\+')
    .replace(/[xX]/g, '[0-9]')
    .replace(/Z/g, '[1-9]')
    .replace(/N/g, '[2-9]')
    .replace(/~$/, '[0-9*#+]*');
  return new RegExp(`^${body}$`);
}

const place = fc.oneof(fc.constantFrom(...'0123456789*#xXNZ'), fc.constantFrom('[2-4]', '[05]', '[1-37]', '[*#]'));
const patternText = fc
  .tuple(
    fc.constantFrom('', '+'),
    fc.array(fc.tuple(place, fc.constantFrom('', '', '', '+')), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '', '.'),
    fc.constantFrom('', '', 'T'),
  )
  .map(([plus, places, rest, wait]) => plus + places.map(([one, many]) => one + many).join('') + rest + wait);
const number = fc.string({ unit: fc.constantFrom(...'0123456789*#+'), maxLength: 9 });

test('phone-ux §4.4: a pattern fits exactly the numbers that its letters say', () => {
  fc.assert(
    fc.property(patternText, number, (text, digits) => {
      assert.equal(fit(pattern(text), digits).whole, expression(text).test(digits));
    }),
    { numRuns: 3000 },
  );
});

test('phone-ux §4.4: more digits are waited for exactly where some of them could fit', () => {
  fc.assert(
    fc.property(patternText, number, (text, digits) => {
      const read = pattern(text);
      const some = [...'0123456789*#+'].some((digit) => {
        const next = fit(read, digits + digit);
        return next.whole || next.more;
      });
      assert.equal(fit(read, digits).more, some);
    }),
    { numRuns: 3000 },
  );
});

test('phone-ux §4.4: no number of a pattern is shorter than its shortest', () => {
  fc.assert(
    fc.property(patternText, number, (text, digits) => {
      if (fit(pattern(text), digits).whole) assert.ok(digits.length >= shortest(pattern(text)));
    }),
  );
});

test('features §1.6: any text is a pattern or a fault with its place, and never throws', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 20 }), (text) => {
      const read = parsePattern(text);
      if (!read.ok) assert.ok(read.at >= 0 && read.at <= text.length);
    }),
  );
  for (const [text, word, at] of [
    ['', 'empty', 0],
    ['T', 'empty', 0],
    ['12a', 'unknown-character', 2],
    ['1[23', 'open-bracket', 1],
    ['1[]', 'empty-bracket', 2],
    ['[5-2]', 'wrong-range', 1],
    ['[a-z]', 'wrong-range', 1],
    ['1.2', 'not-at-end', 2],
    ['1T.', 'not-at-end', 2],
    ['1++', 'unknown-character', 2],
  ] as const) {
    const read = parsePattern(text);
    assert.ok(!read.ok, text);
    assert.deepEqual([read.fault, read.at], [word, at], text);
  }
});

const office: readonly DialRule[] = [
  rule('0900.', { refuse: 'Not from this phone' }),
  rule('0[1-9]xxx.', { strip: 1, prepend: '+36' }),
  rule('2xx'),
  rule('3xxT'),
  rule('*21.'),
];

test('phone-ux §4.4: complete is sent at once, enough after the short time, anything else after the long one', () => {
  for (const [digits, wanted] of [
    ['2', 'open'],
    ['21', 'open'],
    ['214', 'complete'],
    ['314', 'enough'],
    ['012', 'open'],
    ['01234', 'enough'],
    ['*21', 'enough'],
    ['7777', 'open'],
    ['0900', 'enough'],
  ] as const)
    assert.equal(readiness(office, emergency, digits), wanted, digits);
});

test('features §1.3: an emergency number is complete where nothing longer could be meant, and bypasses every rule', () => {
  assert.equal(readiness([], emergency, '112'), 'enough');
  assert.equal(readiness(office, emergency, '112'), 'complete');
  assert.equal(readiness([...office, rule('112x')], emergency, '112'), 'enough');
  assert.equal(readiness([rule('11')], emergency, '11'), 'enough', 'an emergency number begins like that');
  const locked = [rule('.', { refuse: 'Locked', strip: 2, prepend: '9' })];
  assert.deepEqual(planned(locked, emergency, '112'), { number: '112', account: undefined, refuse: undefined });
  assert.equal(planned(locked, emergency, '1120').refuse, 'Locked');
});

test('features §1.6: the first rule that fits counts: strip, prepend, refuse; what none fits is dialled as it is', () => {
  assert.equal(planned(office, emergency, '012345').number, '+3612345');
  assert.equal(planned(office, emergency, '09001234').refuse, 'Not from this phone');
  assert.equal(planned(office, emergency, '214').number, '214');
  assert.equal(planned(office, emergency, '7777').number, '7777');
});

test('phone-ux §4.4: whatever is dialled, a number that is complete fits some rule or is an emergency number', () => {
  fc.assert(
    fc.property(fc.array(patternText, { maxLength: 4 }), number, (texts, digits) => {
      const plan = texts.map((text) => rule(text));
      const state = readiness(plan, emergency, digits);
      const whole = emergency.includes(digits) || plan.some(({ match }) => fit(match, digits).whole);
      assert.equal(state !== 'open', whole);
      const goesOn = [...'0123456789*#+'].some((digit) =>
        plan.some(({ match }) => {
          const next = fit(match, digits + digit);
          return next.whole || next.more;
        }),
      );
      if (state === 'complete') assert.ok(!goesOn, 'something longer fits as well');
    }),
    { numRuns: 2000 },
  );
});

test.run();
