import assert from 'node:assert/strict';
import type { Core, Millis } from '@switchhook/sans-io';
import { VirtualClock } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import type { Flow, UserAgentEvent, UserAgentIn, UserAgentOut } from '../user-agent/door.ts';
import { Shell } from './shell.ts';
import type { SipTransport, SipTransportListener } from './sip-transport.ts';

const FLOW: Flow = { transport: 'udp', host: '192.0.2.9', port: 5060 };

/** A core that repeats what it was told as a note, and wants to be woken 100 ms after each input. */
class Echo implements Core<UserAgentIn, UserAgentOut> {
  deadline: Millis | undefined;
  readonly woken: Millis[] = [];

  receive(input: UserAgentIn, now: Millis): UserAgentOut[] {
    this.deadline = now + 100;
    if (input.type === 'shutdown') throw new Error('a bug');
    if (input.type === 'failed') return [{ type: 'send', flow: input.flow, bytes: new Uint8Array([1]) }];
    if (input.type === 'closed') return [{ type: 'close', flow: input.flow }];
    return [{ type: 'note', word: input.type }];
  }

  wake(now: Millis): UserAgentOut[] {
    this.woken.push(now);
    this.deadline = undefined;
    return [{ type: 'note', word: 'woken' }];
  }
}

class Recorder implements SipTransport {
  readonly local = {};
  readonly done: string[] = [];
  listener: SipTransportListener | undefined;

  listen(listener: SipTransportListener): void {
    this.listener = listener;
  }

  send(): void {
    this.done.push('send');
  }

  end(): void {
    this.done.push('end');
  }

  close(): void {
    this.done.push('close');
  }
}

function setup(onEvent: (event: UserAgentEvent, shell: Shell) => void = () => undefined) {
  const clock = new VirtualClock();
  const core = new Echo();
  const transport = new Recorder();
  const words: string[] = [];
  const bugs: unknown[] = [];
  const shell: Shell = new Shell(core, {
    clock,
    transport,
    onEvent: (event) => {
      if (event.type === 'note') words.push(event.word);
      onEvent(event, shell);
    },
    onBug: (bug) => bugs.push(bug),
  });
  return { clock, core, transport, words, bugs, shell };
}

test('the shell feeds, performs and wakes at the deadline', () => {
  const { clock, core, transport, words, shell } = setup();
  transport.listener?.received(FLOW, new Uint8Array(1));
  transport.listener?.failed(FLOW, 'ECONNREFUSED');
  transport.listener?.closed(FLOW);
  assert.deepEqual(words, ['received']);
  assert.deepEqual(transport.done, ['send', 'end']);
  clock.advance(50);
  transport.listener?.received(FLOW, new Uint8Array(1));
  clock.advance(99);
  assert.deepEqual(core.woken, []);
  clock.advance(1);
  assert.deepEqual(core.woken, [150]);
  shell.close();
});

test('an input from inside an event is taken after all outputs of the first', () => {
  let once = true;
  const { words, shell } = setup((event, inner) => {
    if (event.type !== 'note' || !once) return;
    once = false;
    inner.submit({ type: 'received', flow: FLOW, bytes: new Uint8Array(1) });
    assert.equal(words.length, 1);
  });
  shell.submit({ type: 'received', flow: FLOW, bytes: new Uint8Array(1) });
  assert.deepEqual(words, ['received', 'received']);
});

test('a bug of the core costs one event and no more', () => {
  const { words, bugs, shell, clock, core } = setup();
  shell.submit({ type: 'shutdown' });
  shell.submit({ type: 'received', flow: FLOW, bytes: new Uint8Array(1) });
  assert.equal(bugs.length, 1);
  assert.deepEqual(words, ['received']);
  clock.advance(200);
  assert.equal(core.woken.length, 1);
});

test('a closed shell takes nothing and waits for nothing', () => {
  const { clock, transport, words, shell } = setup();
  shell.submit({ type: 'received', flow: FLOW, bytes: new Uint8Array(1) });
  shell.close();
  shell.submit({ type: 'received', flow: FLOW, bytes: new Uint8Array(1) });
  clock.advance(1000);
  assert.deepEqual(words, ['received']);
  assert.deepEqual(transport.done, ['close']);
  assert.equal(clock.pending, 0);
});

test.run();
