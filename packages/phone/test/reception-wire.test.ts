// What becomes of calls that come, on the wire of a whole phone.
import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parsePattern } from '../src/index.ts';
import { Scene } from './scene.ts';

const admin = { door: 'control', client: 'panel', role: 'admin' } as const;

function set(scene: Scene, key: string, value: string | number | boolean): string | undefined {
  let outcome: string | undefined;
  scene.runtime.submit({ verb: 'settings.set', key, value }, admin, (settled) => {
    outcome = settled.name === 'done' ? 'done' : settled.error.code;
  });
  scene.ms(50);
  return outcome;
}

test('features §1.6: forwarding set by the admin from afar: the caller gets 302 with Contact and Diversion, and nothing rings', () => {
  const scene = new Scene();
  assert.equal(set(scene, 'forward_always', '300'), 'done');
  const caller = scene.party('1001');
  caller.calls();
  scene.ms(100);
  const [moved] = caller.heard.filter((one) => one.kind === 'response' && one.status === 302);
  assert.equal(moved?.headers.get('Contact'), '<sip:300@office.example>');
  assert.equal(moved?.headers.get('Diversion'), '<sip:desk@office.example>;reason=unconditional;counter=1');
  assert.ok(!caller.heard.some((one) => one.kind === 'response' && one.status === 180));
  assert.equal(scene.runtime.snapshot().settings['forward_always'], '300');
  assert.equal(scene.display, 'desk | All calls to 300');
  scene.over();
});

test('features §1.6: no answer: 180, and after the seconds chosen 302', () => {
  const scene = new Scene();
  set(scene, 'forward_noanswer', '300');
  set(scene, 'forward_noanswer_sec', 5);
  const caller = scene.party('1001');
  caller.calls();
  scene.seconds(4);
  assert.equal(scene.phase(caller), 'ringing');
  scene.seconds(2);
  assert.ok(caller.heard.some((one) => one.kind === 'response' && one.status === 302));
  assert.deepEqual(scene.stage, {});
  scene.over();
});

test('RFC 5806: a call that has been diverted five times is refused, not sent round once more', () => {
  const scene = new Scene();
  set(scene, 'forward_always', '300');
  const caller = scene.party('1001');
  caller.calls(['Diversion: <sip:5@office.example>;reason=unconditional;counter=5']);
  scene.ms(100);
  assert.ok(caller.heard.some((one) => one.kind === 'response' && one.status === 480));
  scene.over();
});

test('features §1.6: an intercom call of our own exchange is answered by itself: 180, then 200, the loudspeaker and the warning', () => {
  const scene = new Scene();
  set(scene, 'auto_answer', 'intercom');
  const caller = scene.party('1001');
  caller.calls(['Call-Info: <sip:office.example>;answer-after=1']);
  scene.ms(900);
  assert.equal(scene.phase(caller), 'ringing');
  scene.ms(300);
  assert.ok(caller.heard.some((one) => one.kind === 'response' && one.status === 200));
  assert.equal(scene.phase(caller), 'talking');
  assert.equal(scene.runtime.state.route, 'speaker');
  assert.equal(scene.runtime.state.sounds.tone, 'auto-answer');
  scene.over();
});

test('mqtt §3.4: settings are the admin’s: an operator is refused, a wrong value is told', () => {
  const scene = new Scene();
  let code: string | undefined;
  scene.runtime.submit(
    { verb: 'settings.set', key: 'forward_always', value: '300' },
    { door: 'control', client: 'panel', role: 'operator' },
    (settled) => {
      code = settled.name === 'failed' ? settled.error.code : settled.name;
    },
  );
  scene.ms(10);
  assert.equal(code, 'forbidden');
  assert.equal(set(scene, 'auto_answer', 'sometimes'), 'bad_schema');
  assert.equal(set(scene, 'forward_noanswer_sec', 0), 'bad_schema');
  assert.equal(set(scene, 'forward_always', ''), 'done');
});

test('mqtt §3.5 rule 4: a short number that the dial plan makes a long one of is not dialled from outside', () => {
  const match = parsePattern('0xxxxx');
  assert.ok(match.ok);
  const scene = new Scene({ settings: { dialPlan: [{ match: match.value, strip: 1, prepend: '+4990012' }] } });
  const outcomes: string[] = [];
  for (const to of ['012345', '112345']) {
    scene.runtime.submit({ verb: 'call.dial', to }, admin, (settled) =>
      outcomes.push(settled.name === 'failed' ? settled.error.code : settled.name),
    );
    scene.ms(50);
  }
  assert.deepEqual(outcomes, ['number_not_allowed', 'done']);
});

test.run();
