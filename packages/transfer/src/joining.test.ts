import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  bridge,
  cancel,
  complete,
  consulting,
  ended,
  held,
  joined,
  leg,
  merge,
  notify,
  referred,
  resumed,
  resumeRefused,
  rings,
  swap,
  withoutRefer,
} from '../test/run.ts';
import { transferRules } from './rules.ts';

const merged = (rules = transferRules()) => consulting(rules).feed(merge, resumed('caller'), resumed('target'));

test('phone-ux.md §4.2: merge from consulting resumes the caller while the target talks, then joins the three', () => {
  const run = consulting().feed(merge);
  assert.deepEqual(run.last, [{ type: 'resume', leg: 'caller', joining: true }]);
  run.feed(resumed('caller'), resumed('target'));
  assert.deepEqual(run.did, ['merge']);
  assert.equal(run.state.name, 'merged');
});

test('merge after swap resumes the target', () => {
  const run = consulting().feed(swap, held('target'), resumed('caller'), merge);
  assert.deepEqual(run.did, ['resume target']);
});

test('merge after a failure starts a new transfer with it; before the answer and after the REFER it is refused', () => {
  const run = consulting().feed(complete, held('target'), referred(603), resumed('target'), merge);
  assert.deepEqual(run.did, ['start-again']);
  assert.deepEqual(consulting().feed(complete, merge).did, ['already-pending']);
  assert.deepEqual(consulting().feed(cancel, merge).did, ['over']);
});

test('cancel in merged goes back to the one who talked before, and holds the other', () => {
  const run = merged().feed(cancel);
  assert.deepEqual(run.did, ['unjoin', 'hold caller']);
  assert.equal(run.feed(held('caller')).state.name, 'consulting');
  const back = consulting().feed(swap, held('target'), resumed('caller'), merge, resumed('target'), resumed('caller'));
  assert.deepEqual(back.feed(cancel).did, ['unjoin', 'hold target']);
  assert.equal(back.feed(held('target')).state.name, 'swapped');
});

test('swap in merged talks with the other one alone', () => {
  const run = merged().feed(swap);
  assert.deepEqual(run.did, ['unjoin', 'hold target']);
  assert.equal(run.feed(held('target')).state.name, 'swapped');
});

test('transfer.md §10 "join then drop": complete in merged holds both, refers, and the person is out', () => {
  const run = merged().feed(complete);
  assert.deepEqual(run.did, ['unjoin', 'hold caller', 'hold target']);
  assert.deepEqual(run.feed(held('target')).did, []);
  assert.deepEqual(run.feed(held('caller')).did, ['refer caller']);
  run.feed(referred(202), notify(200, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'notify', status: 200 } });
});

for (const status of [403, 486, 501, 603]) {
  test(`transfer.md §10: who talked together is joined again when the REFER after merged gets ${status}`, () => {
    const run = merged().feed(complete, held('caller'), held('target'), referred(status));
    if (status === 501) run.feed(referred(501, { round: 2 }));
    assert.equal(run.state.name, 'bridging');
    run.feed(resumed('caller'), resumed('target'));
    assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'bridge', instead: { status, phrase: '' } } });
  });
}

test('after cancel in merged a later complete is an ordinary one: a refusal restores', () => {
  const run = merged().feed(cancel, complete, held('caller'), held('target'), referred(603));
  assert.equal(run.state.name, 'restored');
});

test('complete in merged bridges at once when no REFER can help', () => {
  const run = joined({ caller: leg('200', 'h', withoutRefer), target: leg('300', 'i', withoutRefer) });
  run.feed(merge, resumed('caller'), resumed('target'), complete);
  assert.deepEqual(run.did, ['bridge']);
  assert.equal(run.outcome?.name, 'completed');
});

test('bridge in merged lets the person go at once, without a REFER', () => {
  const run = merged().feed(bridge);
  assert.deepEqual(run.did, ['bridge']);
  assert.equal(run.refers.length, 0);
});

for (const which of ['caller', 'target'] as const) {
  const other = which === 'caller' ? 'target' : 'caller';
  test(`the ${which} hangs up in merged: the ${other} talks on with the person`, () => {
    const run = merged().feed(ended(which));
    assert.deepEqual(run.last[0], { type: 'unjoin', talking: other });
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === `${which}-gone`);
    assert.equal(run.state.name, 'over');
  });
}

test('a resume that is refused while merging leaves the person with the one who talked', () => {
  const run = consulting().feed(merge, resumeRefused('caller', 488));
  assert.deepEqual(run.did, ['resume target']);
  assert.equal(run.feed(resumed('target')).state.name, 'consulting');
});

test('features.md §2.2: cancel while merging or taking apart leads back to the caller', () => {
  for (const run of [consulting().feed(merge), merged().feed(complete)]) {
    assert.deepEqual(run.feed(cancel).did, ['end target', 'resume caller']);
  }
});

test('unknown after merged stays unknown: both are kept, and the person may bridge', () => {
  const run = merged().feed(complete, held('caller'), held('target'), referred(202), rings('verdict'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  assert.deepEqual(run.feed(bridge).did, ['start-again']);
});

test.run();
