// The specialist hangs up by hand while the caller, already referred, is still on its way (transfer.md §6, S2).
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Scene } from './scene.ts';

/** The REFER is accepted, NOTIFY 100 has come, and the specialist's BYE. */
function byHand() {
  const scene = new Scene();
  const [caller, target] = [scene.party('2001'), scene.party('9999')];
  scene.accepted(caller, target);
  caller.notifies(100);
  scene.ms(50);
  target.hangsUp();
  scene.ms(50);
  return { scene, caller };
}

for (const [status, after] of [
  [481, 100],
  [603, 5_000],
  [408, 33_000],
] as const) {
  test(`transfer.md §6 S2: the caller's call to a specialist who has hung up by hand meets ${status}: the caller is kept and comes back`, () => {
    const { scene, caller } = byHand();
    scene.ms(after);
    assert.deepEqual([scene.stage, caller.requests('BYE').length], [{ 2001: 'held' }, 0]);
    caller.notifies(status);
    scene.seconds(1);
    assert.match(scene.verdicts.join(), /^failed/);
    scene.press({ verb: 'key.cancel' });
    scene.ms(200);
    assert.deepEqual([scene.stage, scene.ear], [{ 2001: 'talking' }, '2001']);
    scene.over();
  });
}

test('transfer.md §6 S2: NOTIFY 200 after the BYE completes at once, and so does silence after 40 s', () => {
  for (const says of [true, false]) {
    const { scene, caller } = byHand();
    if (says) caller.notifies(200);
    scene.seconds(says ? 1 : 41);
    assert.deepEqual(scene.verdicts, [says ? 'completed notify' : 'completed target-bye']);
    assert.equal(caller.requests('BYE').length, 1);
    scene.over();
  }
});

test('transfer.md §6 S2: the specialist is called anew after the BYE: whoever is there in the end has the caller, or nobody', () => {
  const { scene, caller } = byHand();
  caller.notifies(180);
  scene.seconds(60);
  assert.deepEqual([scene.verdicts, scene.stage], [[], { 2001: 'held' }]);
  caller.notifies(480);
  scene.seconds(1);
  assert.match(scene.verdicts.join(), /^failed/);
  assert.deepEqual(scene.stage, { 2001: 'held' });
  scene.over();
});

test.run();
