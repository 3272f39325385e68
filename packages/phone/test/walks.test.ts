import assert from 'node:assert/strict';
import type { TransferState } from '@switchhook/transfer';
import { test } from 'uvu';
import { canDo, isEmergency, judge, type PhoneEffect, type PhoneEvent, type PhoneState, view } from '../src/index.ts';
import type { Intent } from '../src/intent.ts';
import { callsIn, emergencyCall } from '../src/reducer/inquiry.ts';
import { isPlain } from '../src/reducer/intents.ts';
import { timersOf } from '../src/reducer/timers.ts';
import { Bench, call } from './bench.ts';
import { everyIntent, FarSide } from './far-side.ts';

const walks = Number(process.env['WALKS'] ?? 2000);
/** What an operator mostly does; the other half of the walks is nonsense. */
const usual: readonly Intent[] = [
  { verb: 'hook.lift' },
  { verb: 'hook.lift' },
  { verb: 'key.transfer' },
  { verb: 'key.transfer' },
  { verb: 'key.transfer' },
  { verb: 'transfer.start', to: '9999' },
  { verb: 'key.digit', digit: '5' },
  { verb: 'key.send' },
  { verb: 'key.hold' },
  { verb: 'key.conference' },
  { verb: 'key.cancel' },
  { verb: 'key.cancel-long' },
  { verb: 'key.line', line: 1 },
  { verb: 'hook.put-down' },
  { verb: 'headset.triple' },
];
const from = Number(process.env['SEED'] ?? 1);

const everyState: readonly TransferState['name'][] = [
  'holding',
  'calling-target',
  'armed',
  'consulting',
  'swapping',
  'swapped',
  'merging',
  'merged',
  'unmerging',
  'bridging',
  'bridged',
  'degrading',
  'holding-again',
  'holding-target',
  'referring',
  'backing-off',
  'watching',
  'settling',
  'restored',
  'unsure',
  'caller-held',
  'retrieving',
];

function inMic(state: PhoneState): number {
  return callsIn(state, 'talking', 'connecting').length;
}

/** Whether some arguments make `verb` acceptable: tried with every call there is. */
function somehow(state: PhoneState, verb: string): boolean {
  const ids = [undefined, ...state.calls.map((each) => each.id)];
  const more: Record<string, unknown> = {
    to: '5',
    digits: '1',
    route: 'handset',
    percent: 5,
    key: 'dnd',
    value: true,
    n: 1,
  };
  const consults = verb === 'transfer.start' ? ids : [undefined];
  return ids.some((callId) =>
    consults.some((consult) => judge(state, { verb, ...more, ...given({ callId, consult }) } as never).ok),
  );
}

function given(fields: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Taken back for the person's ear; legs that the phone joins with each other need nobody at the handset. */
function isTakenBack(state: PhoneState, effect: PhoneEffect): boolean {
  if (effect.type !== 'resume') return false;
  const phase = state.calls.find((each) => each.id === effect.call)?.phase;
  return !(phase?.name === 'joined' || (phase?.name === 'resuming' && phase.joining === true));
}

test('random walks: one talking leg, canDo agrees with what is accepted, every ticket is settled, nothing leaks', () => {
  const met = new Set<string>();
  for (let seed = from; seed < from + walks; seed++) {
    const far = new FarSide(seed);
    const bench = new Bench({
      holdRecallSec: 20,
      completeOnHook: seed % 3 !== 0,
      onHookWithHeld: seed % 7 === 0 ? 'drop' : 'recall',
      acceptRefer: seed % 5 === 0 ? 'same-dialog' : 'never',
      callWaiting: seed % 11 !== 0,
      lineKeyHolds: seed % 2 === 0,
      choices: { autoAnswer: seed % 13 === 0 ? 'all' : 'off', forwardNoAnswer: seed % 6 === 0 ? '300' : '' },
      ...(seed % 3 === 0 ? { parkNumber: '700' } : {}),
      ...(seed % 17 === 0 ? { hotline: { to: '9', afterMs: 500 } } : {}),
      blf: [{ target: '3000', label: 'Anna', kind: 'line' }],
    });
    const story: string[] = [];
    let last: Intent['verb'] | undefined;
    const tell = (event: PhoneEvent) => {
      story.push(JSON.stringify(event));
      far.told(event);
      const waiting = bench.state.transfers
        .filter((each) => each.outcome === undefined)
        .map((each) => each.pair.caller);
      const effects = bench.tell(event);
      for (const effect of effects) {
        const lost = effect.type === 'hangup' && waiting.includes(effect.call);
        assert.ok(!lost, 'a caller is hung up before there is a verdict, and nobody asked for it');
        const alone = last === 'hook.put-down' && isTakenBack(bench.state, effect);
        assert.ok(!alone, 'a call is taken back to a handset that was just put down');
      }
      if (last === 'hook.put-down') assert.equal(bench.ear, undefined, 'an empty handset hears a call');
      far.take(effects);
    };
    /** Everybody answers what is asked, in order. */
    const settle = () => {
      for (let event = far.rest(); event !== undefined; event = far.rest()) tell(event);
    };
    try {
      // every fourth walk begins in a consultation, or where one would be: that is where people have most to choose from
      if (seed % 4 === 0) {
        tell(far.caller());
        for (const intent of [{ verb: 'hook.lift' }, { verb: 'transfer.start', to: '9999' }] as const) {
          want(bench, far, intent, story);
          settle();
        }
      }
      for (let step = 0; step < (seed % 2 === 0 ? 50 : 30); step++) {
        const r = far.random;
        if (r.chance(0.45)) {
          const ids = bench.state.calls.map((each) => each.id);
          const intent =
            seed % 2 === 0 && r.chance(0.8)
              ? r.pick(usual)
              : everyIntent(
                  r,
                  ids,
                  bench.state.transfers.map((each) => each.pair.transfer),
                );
          last = intent.verb;
          want(bench, far, intent, story);
        } else if (r.chance(0.1)) {
          // time passes, and nobody says anything
          story.push('time');
          const before = bench.effects.length;
          bench.pass(r.pick([100, 1000, 11_000, 45_000]));
          const passed = bench.effects.slice(before);
          const alone = last === 'hook.put-down' && passed.some((effect) => isTakenBack(bench.state, effect));
          assert.ok(!alone, 'a call is taken back to a handset that was just put down');
          far.take(passed);
        } else {
          const event = far.next(seed % 2 === 0 ? 0.12 : 0.35);
          if (event !== undefined) tell(event);
        }
        for (const { machine } of bench.state.transfers) met.add(machine.name);
        check(bench.state, r.chance(0.15));
        const named = [...bench.timers.keys()].filter((timer) => !/^(transfer|refer):/.test(timer));
        assert.deepEqual(
          named.sort(),
          [...timersOf(bench.state).keys()].sort(),
          'timers that run are those of the state',
        );
      }
      // the end of the story: everybody answers what is owed, then all calls end, and time passes
      for (let round = 0; round < 50; round++) {
        settle();
        for (const id of far.calls) tell({ type: 'ended', call: id, cause: { by: 'remote', how: 'bye' } });
        const late = bench.state.waiting.filter((each) => 'call' in each.until);
        assert.deepEqual(late, [], 'a ticket outlives the call that it waits for');
        const before = bench.effects.length;
        bench.pass(400_000);
        far.take(bench.effects.slice(before));
        if (far.idle && bench.state.calls.length === 0 && bench.state.transfers.length === 0) break;
      }
      assert.deepEqual(bench.state.calls, [], 'calls leak');
      assert.deepEqual(bench.state.transfers, [], 'transfers leak');
      assert.deepEqual(bench.state.referrals, [], 'REFERs leak');
      assert.deepEqual(bench.state.errand, undefined, 'an errand leaks');
      assert.deepEqual(bench.state.waiting, [], 'tickets wait');
      assert.equal(bench.settled.size, bench.ticketCount, 'tickets are not settled');
      assert.deepEqual([...bench.timers.keys()], [], 'timers leak');
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}\n${story.slice(-25).join('\n')}`);
    }
  }
  // a walk that never comes there proves nothing about it
  if (walks >= 2000) for (const name of everyState) assert.ok(met.has(name), `no walk came to ${name}`);
});

function want(bench: Bench, far: FarSide, intent: Intent, story: string[]): void {
  const before = bench.state;
  const plain = isPlain(intent);
  const accepted = plain ? judge(before, intent).ok : undefined;
  const emergency = intent.verb === 'call.dial' && isEmergency(before.settings, intent.to);
  if (plain && accepted && !emergency)
    assert.ok(canDo(before).includes(intent.verb), `${intent.verb} accepted, not in canDo`);
  story.push(JSON.stringify(intent));
  const ticket = bench.want(intent);
  const refused = bench.last.some((effect) => effect.type === 'refuse');
  // phone-ux.md §4.1: a key acts, or says that it cannot; it is never silent
  if (/^key\./.test(intent.verb)) assert.ok(isNoticed(before, bench), `${intent.verb}: nothing is seen or heard of it`);
  if (accepted !== undefined)
    assert.equal(refused, !accepted, `${intent.verb}: judged ${accepted}, refused ${refused}`);
  if (refused) {
    const settled = bench.settled.get(ticket);
    assert.equal(settled?.name, 'failed', 'refused and not failed');
    if (plain) {
      const { calls, transfers, prompt } = bench.state;
      assert.deepEqual(
        { calls, transfers, prompt },
        { calls: before.calls, transfers: before.transfers, prompt: before.prompt },
      );
    }
  }
  far.take(bench.last);
}

/** A person at the phone sees or hears that something came of it: a call moved, a sound, a lamp, the display, the refusal. */
function isNoticed(before: PhoneState, bench: Bench): boolean {
  const inward: readonly PhoneEffect['type'][] = ['settle', 'set-timer', 'clear-timer', 'note', 'save', 'notice'];
  // the same tone or text once more
  const { beep, message } = bench.state;
  if ((beep !== undefined && beep !== before.beep) || (message !== undefined && message !== before.message))
    return true;
  const picture = (state: PhoneState) => JSON.stringify(view(state, String));
  return bench.last.some(({ type }) => !inward.includes(type)) || picture(before) !== picture(bench.state);
}

function check(state: PhoneState, thoroughly: boolean): void {
  assert.ok(inMic(state) <= 1, `${inMic(state)} legs talk`);
  const { connect, bridges: pairs } = state.sounds;
  // several only as a conference, and then exactly both legs of one transfer
  if (connect.length > 1) {
    const record = state.transfers.find(({ pair }) => pair.caller === connect[0] || pair.target === connect[0]);
    assert.deepEqual([...connect].sort(), [record?.pair.caller, record?.pair.target].sort());
    assert.equal(inMic(state), 0, 'a leg talks beside the conference');
  }
  for (const { calls } of pairs) {
    assert.equal(calls.length, 2);
    assert.ok(!calls.some((id) => connect.includes(id)), 'a bridged call is heard');
  }
  if (emergencyCall(state) !== undefined) {
    const heard = [undefined, 'ringback', 'refusal', 'call-waiting'].includes(state.sounds.tone);
    assert.ok(heard || state.prompt !== undefined, `${state.sounds.tone} comes over an emergency call`);
  }
  for (const id of connect) assert.ok(state.calls.some((each) => each.id === id));
  assert.equal(new Set(state.calls.map((each) => each.id)).size, state.calls.length);
  if (!thoroughly) return;
  for (const verb of canDo(state))
    assert.ok(somehow(state, verb), `canDo says ${verb}, and nothing makes it acceptable`);
  const shown = view(state, (at) => String(at));
  assert.ok(shown.display.length <= 2);
  for (const id of shown.lines.flatMap((line) => (line.callId === null ? [] : [line.callId]))) {
    assert.ok(state.calls.some((each) => each.id === call(id)));
  }
}

test.run();
