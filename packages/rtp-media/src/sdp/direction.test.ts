import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Direction } from '../session/plan.ts';
import { answered, narrowed, offered, reversed } from './direction.ts';

const ALL: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

test('RFC 3264 §6.1: the 4×4 table of what two directions leave', () => {
  const table: Record<Direction, readonly Direction[]> = {
    sendrecv: ['sendrecv', 'sendonly', 'recvonly', 'inactive'],
    sendonly: ['sendonly', 'sendonly', 'inactive', 'inactive'],
    recvonly: ['recvonly', 'inactive', 'recvonly', 'inactive'],
    inactive: ['inactive', 'inactive', 'inactive', 'inactive'],
  };
  for (const a of ALL)
    assert.deepEqual(
      ALL.map((b) => narrowed(a, b)),
      table[a],
    );
});

test('RFC 3264 §6.1: answers to the four directions, talking and holding', () => {
  assert.deepEqual(
    ALL.map((peer) => answered(peer, 'talk')),
    ['sendrecv', 'recvonly', 'sendonly', 'inactive'],
  );
  assert.deepEqual(
    ALL.map((peer) => answered(peer, 'hold')),
    ['sendonly', 'inactive', 'sendonly', 'inactive'],
  );
});

test('RFC 3264 §8.4: hold is sendonly for what was ours to send, else inactive', () => {
  assert.deepEqual(
    ALL.map((before) => offered('hold', before)),
    ['sendonly', 'sendonly', 'inactive', 'inactive'],
  );
  assert.deepEqual(
    ALL.map((before) => offered('talk', before)),
    ALL.map(() => 'sendrecv'),
  );
  assert.equal(offered('hold', undefined), 'sendonly');
});

test('RFC 3264 §6.1: the other side names a direction the other way round', () => {
  assert.deepEqual(ALL.map(reversed), ['sendrecv', 'recvonly', 'sendonly', 'inactive']);
});

test.run();
