import assert from 'node:assert/strict';
import type { MediaCommand, MediaEvent, MediaPort } from '@switchhook/rtp-media';
import { token } from '@switchhook/sans-io';
import { test } from 'uvu';
import { LateMedia } from './late-media.ts';

class Worker implements MediaPort {
  readonly told: MediaCommand[] = [];
  closed = false;
  onEvent: (event: MediaEvent) => void = () => {};
  open = () => ({ host: '192.0.2.1', port: 4000 });
  send(command: MediaCommand): void {
    this.told.push(command);
  }
  close(): void {
    this.closed = true;
  }
}

test('media that comes late: no endpoint before, then the levels of the meantime first', async () => {
  const worker = new Worker();
  const media = new LateMedia(async () => worker);
  assert.equal(media.open(token<'media'>('m-1')), undefined);
  assert.equal(media.pending, true);
  media.send({ type: 'volume', route: 'ring', percent: 10 });
  media.send({ type: 'volume', route: 'ring', percent: 40 });
  media.send({ type: 'close', session: token<'media'>('m-0') });
  await media.ready;
  assert.equal(media.pending, false);
  assert.deepEqual(worker.told, [{ type: 'volume', route: 'ring', percent: 40 }]);
  assert.deepEqual(media.open(token<'media'>('m-1')), { host: '192.0.2.1', port: 4000 });
});

test('media whose worker died: it is told, nothing can be opened, and a new worker comes with the levels', async () => {
  const workers: Worker[] = [];
  let secondIsThere: () => void = () => {};
  const second = new Promise<void>((resolve) => {
    secondIsThere = resolve;
  });
  const media = new LateMedia(async () => {
    const worker = new Worker();
    workers.push(worker);
    if (workers.length === 2) setImmediate(secondIsThere);
    return worker;
  }, 1);
  await media.ready;
  const events: MediaEvent[] = [];
  media.onEvent = (event) => events.push(event);
  media.send({ type: 'mute', on: true });
  workers[0]!.onEvent({ type: 'fault', where: 'worker', message: 'gone' });
  assert.equal(events.length, 1);
  assert.equal(media.open(token<'media'>('m-1')), undefined);
  const alive = setInterval(() => {}, 1000);
  await second;
  clearInterval(alive);
  assert.deepEqual(workers[1]!.told, [{ type: 'mute', on: true }]);
  await media.close();
  assert.equal(workers[1]!.closed, true);
});

test('media whose worker cannot be started again is tried until it can', async () => {
  let starts = 0;
  const worker = new Worker();
  const first = new Worker();
  const faults: string[] = [];
  let thirdIsThere: () => void = () => {};
  const third = new Promise<void>((resolve) => {
    thirdIsThere = resolve;
  });
  const media = new LateMedia(async () => {
    starts += 1;
    if (starts === 1) return first;
    if (starts === 2) throw new Error('no ports');
    setImmediate(thirdIsThere);
    return worker;
  }, 1);
  await media.ready;
  media.onEvent = (event) => {
    if (event.type === 'fault') faults.push(event.message);
  };
  first.onEvent({ type: 'fault', where: 'worker', message: 'gone' });
  const alive = setInterval(() => {}, 1000);
  await third;
  clearInterval(alive);
  assert.deepEqual(faults, ['gone', 'no ports']);
  assert.ok(media.open(token<'media'>('m-1')) !== undefined);
  await media.close();
});

test.run();
