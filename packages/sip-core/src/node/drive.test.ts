import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import type { Shell } from '../transport/shell.ts';
import type { TransportName, UserAgentEvent } from '../user-agent/door.ts';
import { UserAgent } from '../user-agent/user-agent.ts';
import { nodeCrypto } from './crypto.ts';
import { drive } from './drive.ts';
import { localAddressTowards, Sockets } from './sockets.ts';

/** A user agent on real loopback sockets, and a promise for each event that is waited for. */
class Driven {
  readonly shell: Shell;
  readonly sockets: Sockets;
  readonly events: UserAgentEvent[] = [];
  onEvent: (event: UserAgentEvent) => void = () => undefined;

  constructor(sockets: Sockets, name: string, transport: TransportName, server: { host: string; port: number }) {
    this.sockets = sockets;
    const id = token<'account'>(name);
    const account = { id, user: name, domain: 'example.com', transport, server, register: false };
    const agent = new UserAgent({ accounts: [account], local: sockets.local, crypto: nodeCrypto });
    this.shell = drive(agent, {
      transport: sockets,
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  /** Resolves with the first event of a type, past or to come. */
  async heard<Type extends UserAgentEvent['type']>(type: Type): Promise<Extract<UserAgentEvent, { type: Type }>> {
    const is = (event: UserAgentEvent): event is Extract<UserAgentEvent, { type: Type }> => event.type === type;
    const past = this.events.find(is);
    if (past !== undefined) return past;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no ${type} in 5 s`)), 5000);
      this.onEvent = (event) => {
        if (!is(event)) return;
        clearTimeout(limit);
        resolve(event);
      };
    });
  }
}

const ANY = { host: '127.0.0.1', port: 0 };

for (const transport of ['udp', 'tcp'] as const) {
  test(`RFC 3261 §18: two user agents call each other over real ${transport} sockets`, async () => {
    const [one, two] = await Promise.all([Sockets.open({ [transport]: ANY }), Sockets.open({ [transport]: ANY })]);
    const alice = new Driven(one, 'alice', transport, two.local[transport]!);
    const bob = new Driven(two, 'bob', transport, one.local[transport]!);
    const call = token<'call'>('c1');
    alice.shell.submit({ type: 'invite', call, account: token('alice'), to: 'sip:bob@example.com', body: 'offer' });
    const incoming = await bob.heard('incoming');
    assert.equal(incoming.body, 'offer');
    bob.shell.submit({ type: 'answer', call: incoming.call, body: 'answer' });
    assert.equal((await alice.heard('answered')).body, 'answer');
    await bob.heard('answered');
    alice.shell.submit({ type: 'hangup', call });
    assert.equal((await bob.heard('ended')).cause.how, 'bye');
    alice.shell.close();
    bob.shell.close();
  });
}

test('RFC 3261 §8.1.3.1: a refused TCP connection is told as 503', async () => {
  const gone = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const sockets = await Sockets.open({ tcp: ANY });
  const alice = new Driven(sockets, 'alice', 'tcp', { host: '127.0.0.1', port: gone });
  const call = token<'call'>('c1');
  alice.shell.submit({ type: 'invite', call, account: token('alice'), to: 'sip:bob@example.com', body: 'offer' });
  const { cause } = await alice.heard('ended');
  assert.deepEqual([cause.by, cause.how, cause.status], ['network', 'transport', 503]);
  alice.shell.close();
});

test('a port in use rejects and leaves no socket open', async () => {
  const held = await Sockets.open({ tcp: ANY });
  await assert.rejects(
    Sockets.open({ udp: ANY, tcp: held.local.tcp! }),
    (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE',
  );
  held.close();
});

test('the address towards loopback is loopback', async () => {
  assert.equal(await localAddressTowards('127.0.0.1'), '127.0.0.1');
});

test.run();
