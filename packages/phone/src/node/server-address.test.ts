import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type NameService, parseServer, resolveServer, type ServiceRecord } from './server-address.ts';

function names(records: Readonly<Record<string, readonly ServiceRecord[]>> = {}): NameService {
  return {
    addresses: async (host) => {
      if (host === 'gone.example') throw Object.assign(new Error('x'), { code: 'ENOTFOUND' });
      return [
        { address: '2001:db8::1', family: 6 },
        { address: host === 'b.example' ? '192.0.2.2' : '192.0.2.1', family: 4 },
      ];
    },
    services: async (name) => {
      const found = records[name];
      if (found === undefined) throw Object.assign(new Error('x'), { code: 'ENODATA' });
      return found;
    },
  };
}

test('server address: host, port and brackets are cut apart', () => {
  assert.deepEqual(parseServer('pbx.example:5080'), { host: 'pbx.example', port: 5080 });
  assert.deepEqual(parseServer('pbx.example'), { host: 'pbx.example', port: undefined });
  assert.deepEqual(parseServer('[2001:db8::1]:5080'), { host: '2001:db8::1', port: 5080 });
  assert.deepEqual(parseServer('2001:db8::1'), { host: '2001:db8::1', port: undefined });
});

test('server address: a number is taken as it is, without asking anybody', async () => {
  const nobody: NameService = { addresses: () => assert.fail('asked'), services: () => assert.fail('asked') };
  assert.deepEqual(await resolveServer('192.0.2.9', 'udp', 4, nobody), { host: '192.0.2.9', port: 5060 });
});

test('RFC 3263 §4.2: a name without a port is asked for SRV, lowest priority first, then the heaviest', async () => {
  const service = names({
    '_sip._udp.example': [
      { name: 'c.example', port: 3, priority: 20, weight: 99 },
      { name: 'a.example', port: 1, priority: 10, weight: 1 },
      { name: 'b.example', port: 5080, priority: 10, weight: 5 },
    ],
  });
  assert.deepEqual(await resolveServer('example', 'udp', 4, service), {
    host: '192.0.2.2',
    port: 5080,
    alsoAt: ['192.0.2.1'],
  });
  assert.deepEqual(await resolveServer('example', 'tcp', 4, service), { host: '192.0.2.1', port: 5060 });
  assert.deepEqual(await resolveServer('example:5070', 'udp', 4, service), { host: '192.0.2.1', port: 5070 });
});

test('RFC 3263 §4.2: a further record whose name has no address is left out', async () => {
  const service = names({
    '_sip._udp.example': [
      { name: 'a.example', port: 1, priority: 10, weight: 1 },
      { name: 'gone.example', port: 2, priority: 20, weight: 1 },
    ],
  });
  assert.deepEqual(await resolveServer('example', 'udp', 4, service), { host: '192.0.2.1', port: 1 });
});

test('server address: the family is the one that the phone is bound to', async () => {
  assert.equal((await resolveServer('a.example:1', 'udp', 6, names())).host, '2001:db8::1');
});

test('server address: a name that does not exist says which key to mend', async () => {
  await assert.rejects(
    resolveServer('gone.example', 'udp', 4, names()),
    /gone\.example does not exist: check accounts\[\]\.server/,
  );
});

test.run();
