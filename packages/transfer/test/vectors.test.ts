import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { parseReferTo, referToUri, replacesFor, startJoin, transferRules, transferStep } from '../src/index.ts';
import { answered, attendedPair, facts, notified } from './alphabet.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(process.env['SWITCHHOOK_CORPUS'] ?? join(root, '..', 'shared', 'corpus'), 'transfer-vectors');

interface EscapeVector {
  readonly name: string;
  readonly targetUri: string;
  readonly consult: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly earlyOnly: boolean;
  readonly replacesValue: string;
  readonly referTo: string;
}

function load<T>(file: string): readonly T[] {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as readonly T[];
}

/** A Refer-To in the form in which two are compared: split at the first `?`, header values decoded once. */
function canonical(referTo: string): readonly string[] {
  const [uri = '', headers = ''] = referTo.replace(/^<|>$/g, '').split(/\?(.*)/s);
  return [
    uri,
    ...headers.split('&').map((header) => `${header.split('=')[0]}=${decodeURIComponent(header.split('=')[1] ?? '')}`),
  ];
}

/** The verdict on a NOTIFY after acceptance. */
function verdict(status: number | undefined, subscription: 'active' | 'pending' | 'terminated') {
  const rules = transferRules('generic', { retryOtherForm: false, holdTarget: false });
  let { state } = startJoin(attendedPair, facts, 'target');
  for (const event of [{ type: 'complete' } as const, answered(1, 202), notified(1, status, subscription)]) {
    const step = transferStep(state, event, attendedPair, rules);
    state = step.state;
    for (const effect of step.effects) if (effect.type === 'outcome') return effect.outcome.name;
  }
  return 'none';
}

if (existsSync(folder)) {
  for (const vector of load<EscapeVector>('refer-to-escape.json')) {
    const { callId, ...tags } = vector.consult;
    const dialog = { sipCallId: callId, ...tags };
    const requireReplaces = vector.referTo.includes('Require=replaces');

    test(`RFC 3261 §25.1: Refer-To vector "${vector.name}" is built`, () => {
      assert.equal(replacesFor(dialog, vector.earlyOnly), vector.replacesValue);
      const built = referToUri({
        uri: vector.targetUri,
        replaces: dialog,
        earlyOnly: vector.earlyOnly,
        requireReplaces,
      });
      assert.deepEqual(canonical(built), canonical(vector.referTo));
    });

    test(`RFC 3891 §6.1: Refer-To vector "${vector.name}" is read`, () => {
      const read = parseReferTo(vector.referTo);
      assert.ok(read.ok, read.ok ? '' : read.fault);
      assert.equal(read.value.uri, vector.targetUri);
      assert.equal(read.value.replaces, vector.replacesValue);
      assert.equal(read.value.requireReplaces, requireReplaces);
    });
  }

  for (const { body, status } of load<{ readonly body: string; readonly status: number | null }>('sipfrag.json')) {
    test(`transfer.md §6: sipfrag ${JSON.stringify(body)} decides as its status says`, () => {
      const expected = status === null || status < 200 ? 'none' : status < 300 ? 'completed' : 'failed';
      assert.equal(verdict(status ?? undefined, 'active'), expected);
    });
  }

  for (const { value, state } of load<{ readonly value: string; readonly state: string }>('subscription-state.json')) {
    test(`transfer.md §5: Subscription-State "${value}" alone is no verdict`, () => {
      const name = state === 'terminated' || state === 'pending' ? state : 'active';
      assert.equal(verdict(undefined, name), 'none');
      assert.equal(verdict(100, name), 'none');
      assert.equal(verdict(200, name), 'completed');
      assert.equal(verdict(486, name), 'failed');
    });
  }
} else {
  console.log(`SKIP transfer vectors: no corpus at ${folder}`);
}

test('the package’s own vector: every character of a word in Call-ID and tags comes back', () => {
  const word = 'az-.!%*_+`\'~()<>:\\"/[]?{}';
  const dialog = { sipCallId: `${word}@${word}`, localTag: "l-.!%*_+`'~", remoteTag: "r%25~'`" };
  const read = parseReferTo(`<${referToUri({ uri: 'sip:a@[2001:db8::1]:5061', replaces: dialog })}>`);
  assert.ok(read.ok);
  assert.equal(read.value.replaces, replacesFor(dialog));
});

test.run();
