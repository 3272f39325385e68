import assert from 'node:assert/strict';
import { test } from 'uvu';
import { endpointOf, socketAddress } from './socket-address.ts';

for (const host of ['127.0.0.1', '0.0.0.0', '192.0.2.255', '::1', '::', '2001:db8::8:800:200c:417a', 'fe80::1:0:0:1']) {
  test(`socket address: ${host} survives the kernel's form`, () => {
    const address = socketAddress(host, 40_002);
    assert.ok(address !== undefined);
    assert.deepEqual(endpointOf(address), { host, port: 40_002 });
  });
}

test('socket address: the octets are those of sockaddr_in', () => {
  assert.deepEqual(
    [...socketAddress('192.0.2.1', 0x1234)!.subarray(2)],
    [0x12, 0x34, 192, 0, 2, 1, ...new Array(8).fill(0)],
  );
});

test('RFC 5952 §4.2: a mapped address and a full address are written in one way', () => {
  assert.equal(endpointOf(socketAddress('::ffff:192.0.2.1', 1)!).host, '::ffff:c000:201');
  assert.equal(endpointOf(socketAddress('2001:0DB8:0:1:1:1:1:1', 1)!).host, '2001:db8:0:1:1:1:1:1');
});

test('socket address: a name is no address', () => {
  assert.equal(socketAddress('localhost', 1), undefined);
  assert.equal(socketAddress('', 1), undefined);
});

test.run();
