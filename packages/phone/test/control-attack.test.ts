import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as later } from 'node:timers/promises';
import { test } from 'uvu';
import { decodeLine } from '../src/control/index.ts';
import type { Origin } from '../src/intent.ts';
import { connectControl } from '../src/node/control.ts';
import { ControlServer } from '../src/node/index.ts';
import { Office } from './office.ts';

const folder = mkdtempSync(join(tmpdir(), 'switchhook-'));
test.after(() => rmSync(folder, { recursive: true }));
let count = 0;

async function phone() {
  const office = new Office();
  const desk = office.phone('1001');
  const path = join(folder, `${++count}.sock`);
  const { runtime } = desk;
  const wall = () => Date.UTC(2026, 0, 1);
  const server = await ControlServer.open({ runtime, clock: office.clock, path, phone: 'desk', version: '1', wall });
  return { office, desk, path, server };
}

/** A client of a few words: everything that it was told, as it came. */
class Client {
  text = '';
  closed = false;
  readonly #socket: Socket;

  constructor(path: string) {
    this.#socket = createConnection(path);
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.closed = true;
    });
    this.#socket.on('data', (chunk) => {
      this.text += chunk.toString();
    });
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  end(): void {
    this.#socket.destroy();
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      await once(this.#socket, 'data');
    }
  }
}

const line = (fields: Record<string, unknown>) => `${JSON.stringify({ v: 1, ...fields })}\n`;

test('control socket: half lines are put together, pipelined ones answered in their order', async () => {
  const { path, server } = await phone();
  const client = new Client(path);
  const all = ['a', 'b', 'c'].map((id) => line({ id, cmd: 'state.get' })).join('');
  for (const piece of all.match(/[\s\S]{1,7}/g) ?? []) {
    client.write(piece);
    await later(0);
  }
  await client.until(/"id":"c","phase":"done"/);
  const ids = [...client.text.matchAll(/"id":"(\w)","phase":"done"/g)].map((found) => found[1]);
  assert.deepEqual(ids, ['a', 'b', 'c']);
  client.end();
  await server.close();
});

test('control socket: a thousand connections: the phone goes on, and is reachable as soon as they have gone', async () => {
  const { path, server, desk } = await phone();
  const crowd = Array.from({ length: 1000 }, () => new Client(path));
  while (crowd.filter((client) => client.closed).length < crowd.length - 64) await later(5);
  assert.ok(server.clients <= 64);
  assert.equal(desk.do({ verb: 'call.dial', to: '1001' }).outcome?.name, 'done');
  for (const client of crowd) client.end();
  while (server.clients > 0) await later(5);
  const client = await connectControl(path);
  assert.equal((await client.request('state.get')).phase, 'done');
  client.close();
  await server.close();
});

test('control socket: a client that goes with a command open harms nobody', async () => {
  const { office, desk, path, server } = await phone();
  office.phone('1002');
  desk.do({ verb: 'call.dial', to: '1002' });
  const client = new Client(path);
  await client.until(/hello/);
  client.write(line({ id: '1', cmd: 'call.hangup' }));
  await client.until(/"phase":"accepted"/);
  client.end();
  while (server.clients > 0) await later(5);
  office.clock.advance(1_000);
  assert.equal(desk.line(1), 'idle');
  assert.deepEqual(desk.runtime.leftovers, { timers: 0, tickets: 0, sessions: 0 });
  await server.close();
});

test('mqtt §3.4: a role that is no word of the list is refused, null too: it never becomes that of the machine', () => {
  for (const role of [null, '', 'root', 'Local', 5, ['local'], {}]) {
    const decoded = decodeLine(JSON.stringify({ v: 1, id: 'x', cmd: 'key.hold', role }));
    assert.ok(!decoded.ok && decoded.fault === 'bad_schema', JSON.stringify(role));
  }
});

test('mqtt §3.5 rule 4: from outside a number is dialled at our own exchange, whatever URI it is wrapped in', () => {
  const remote: Origin = { door: 'control', client: 'x', role: 'dialer' };
  const foreign = [
    'sip:1002@evil.example',
    '1002@evil.example',
    'sip:1002@office.example@evil.example',
    'sip:1002@office.example:6666',
    'sip:1002@office.example;maddr=evil.example',
    'sip:1002@office.example?Route=%3Csip:evil.example%3E',
    'sip:1002;phone-context=+1900@office.example',
    'sip:1002:secret@office.example',
    'sip:1002',
    '1002;ext=9',
  ];
  for (const to of foreign) {
    const office = new Office();
    const desk = office.phone('1001');
    for (const verb of ['call.dial', 'transfer.blind', 'transfer.start'] as const) {
      const { outcome } = desk.do({ verb, to }, { ...remote, role: 'operator' });
      assert.ok(outcome?.name === 'failed' && outcome.error.code === 'number_not_allowed', `${verb} ${to}`);
    }
    assert.equal(office.wire.length, 0);
  }
  for (const to of ['1002', 'sip:1002@office.example', '1002@OFFICE.example', 'sips:1002@office.example']) {
    const desk = new Office().phone('1001');
    const { outcome } = desk.do({ verb: 'call.dial', to }, remote);
    assert.equal(outcome?.name, 'done', to);
  }
});

test.run();
