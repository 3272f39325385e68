import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DeviceError, DeviceFile } from '@switchhook/device-file';
import { fifo, pipe, pseudoTerminal, socketPair } from '@switchhook/device-file/testing';
import { test } from 'uvu';

const folder = mkdtempSync(join(tmpdir(), 'device-file-'));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const octets = (words: string) => new TextEncoder().encode(words);

/** The first `count` chunks that a file says, or how it went away before. */
function heard(file: DeviceFile, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const chunks: string[] = [];
    file.listen({
      bytes: (chunk) => {
        chunks.push(text(chunk));
        if (chunks.length === count) resolve(chunks);
      },
      gone: (error) => resolve([...chunks, error.code]),
    });
  });
}

const gone = (file: DeviceFile): Promise<DeviceError> =>
  new Promise((resolve) => file.listen({ bytes: () => {}, gone: resolve }));

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof DeviceError, String(error));
    return error.code;
  }
  return 'none';
};

test('open: what is not there, is not ours to open that way, or is no device says so with its remedy', () => {
  const path = join(folder, 'none');
  assert.equal(
    codeOf(() => DeviceFile.open(path)),
    'ENOENT',
  );
  assert.throws(() => DeviceFile.open(path), /none: open: ENOENT \(there is no such device: is it plugged in/);
  assert.equal(
    codeOf(() => DeviceFile.open(folder)),
    'EISDIR',
  );
  assert.equal(
    codeOf(() => DeviceFile.adopt(9999, 'nothing')),
    'EBADF',
  );
});

test('poller: what a FIFO brings is told, and its writer may come and go', async () => {
  const path = join(folder, 'fifo');
  fifo(path);
  const file = DeviceFile.open(path);
  const first = heard(file, 1);
  for (const words of ['one', 'two']) {
    const writer = DeviceFile.open(path, 'write');
    writer.write(octets(words));
    writer.close();
    if (words === 'one') assert.deepEqual(await first, ['one']);
  }
  assert.deepEqual(await heard(file, 1), ['two']);
  file.close();
});

test('poller: a pipe whose writer closes says END after what it had said', async () => {
  const { ours, theirs } = pipe();
  theirs.write(octets('last'));
  theirs.close();
  assert.deepEqual(await heard(ours, 9), ['last', 'END']);
  assert.equal(ours.fd, -1);
});

test('poller: a seqpacket socket keeps its records apart', async () => {
  const { ours, theirs } = socketPair('seqpacket');
  theirs.write(octets('AT+A\r'));
  theirs.write(octets('AT+B\r'));
  assert.deepEqual(await heard(ours, 2), ['AT+A\r', 'AT+B\r']);
  theirs.close();
  assert.equal((await gone(ours)).code, 'END');
});

test('poller: a terminal is opened by its path, and its hang-up is told', async () => {
  const { ours, theirs } = pseudoTerminal();
  theirs.write(octets('hello\n'));
  assert.deepEqual(await heard(ours, 1), ['hello\n']);
  const end = gone(ours);
  theirs.close();
  assert.ok(['EIO', 'END'].includes((await end).code));
});

test('write: what a slow receiver does not take is kept in order and sent later', async () => {
  const { ours, theirs } = socketPair();
  const sent = Array.from({ length: 500 }, (_, i) => `${i} ${'x'.repeat(700)}\n`).join('');
  assert.equal(
    codeOf(() => {
      for (let i = 0; i < 5000; i++) ours.write(octets('x'.repeat(1000)));
    }),
    'EAGAIN',
  );
  ours.close();
  theirs.close();
  const other = socketPair();
  other.ours.watch({ readable: () => {}, gone: () => {} });
  other.ours.write(octets(sent));
  let got = '';
  await new Promise<void>((resolve) => {
    other.theirs.listen({
      bytes: (chunk) => {
        got += text(chunk);
        if (got.length >= sent.length) resolve();
      },
      gone: () => resolve(),
    });
  });
  assert.equal(got, sent);
  assert.equal(
    codeOf(() => {
      for (;;) other.ours.write(new Uint8Array(60_000));
    }),
    'ENOBUFS',
  );
  other.ours.close();
  other.theirs.close();
});

test('recvmsg: descriptors come along with the bytes and are ours', async () => {
  const { ours, theirs } = socketPair();
  const line = pipe('passed');
  theirs.send(octets('take these'), [line.ours.fd, line.theirs.fd]);
  const message = await new Promise<ReturnType<DeviceFile['receive']>>((resolve) => {
    ours.watch({ readable: () => resolve(ours.receive()), gone: () => resolve(undefined) });
  });
  assert.equal(text(message!.bytes), 'take these');
  assert.equal(message!.fds.length, 2);
  line.ours.close();
  line.theirs.close();
  const [reader, writer] = message!.fds.map((fd) => DeviceFile.adopt(fd, 'received')) as [DeviceFile, DeviceFile];
  writer.write(octets('still open'));
  assert.deepEqual(await heard(reader, 1), ['still open']);
  assert.equal(ours.receive(), undefined);
  for (const file of [ours, theirs, reader, writer]) file.close();
});

test('connect: a local stream socket by its path; without a listener ENOENT', async () => {
  const path = join(folder, 'socket');
  const server = createServer((socket) => socket.end('welcome'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  assert.deepEqual(await heard(DeviceFile.connect(path), 9), ['welcome', 'END']);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  assert.equal(
    codeOf(() => DeviceFile.connect(path)),
    'ENOENT',
  );
});

test('ioctl: reads a struct in place, and a device that does not know the request says ENOTTY', () => {
  const { ours, theirs } = pipe();
  theirs.write(octets('four'));
  const count = new Int32Array(1);
  ours.ioctl(0x541b, new Uint8Array(count.buffer)); // FIONREAD
  assert.equal(count[0], 4);
  assert.equal(
    codeOf(() => ours.ioctl(0x8030_4801, new Uint8Array(64))),
    'ENOTTY',
  );
  ours.close();
  theirs.close();
});

test('poller: a regular file has nothing to wait for', () => {
  const path = join(folder, 'plain');
  writeFileSync(path, 'x');
  const file = DeviceFile.open(path, 'read');
  assert.equal(
    codeOf(() => file.watch({ readable: () => {}, gone: () => {} })),
    'EPERM',
  );
  file.close();
});

test('close: silent, twice is nothing, and a closed file does nothing more', async () => {
  const { ours, theirs } = socketPair();
  let told = 0;
  ours.listen({ bytes: () => told++, gone: () => told++ });
  theirs.write(octets('too late'));
  ours.close();
  ours.close();
  const again = socketPair(); // very likely with the same numbers
  again.theirs.write(octets('for me'));
  assert.deepEqual(await heard(again.ours, 1), ['for me']);
  assert.equal(told, 0);
  assert.equal(
    codeOf(() => ours.read(new Uint8Array(1))),
    'ECLOSED',
  );
  again.ours.close();
  again.theirs.close();
  theirs.close();
});

test("poller: an error that the listener throws is not taken for the device's", () => {
  const code = `
    import { socketPair } from '@switchhook/device-file/testing';
    const { ours, theirs } = socketPair();
    ours.listen({ bytes() { throw new Error('a bug of the listener'); }, gone() { console.log('gone'); } });
    theirs.write(new Uint8Array(1));`;
  const { status, stdout, stderr } = run(code);
  assert.notEqual(status, 0);
  assert.equal(stdout, '');
  assert.match(stderr, /a bug of the listener/);
});

test('poller: process.exit, an uncaught error and the last close all end the process at once', () => {
  const open = `
    import { pipe } from '@switchhook/device-file/testing';
    const { ours, theirs } = pipe();
    ours.listen({ bytes() {}, gone() {} });
    globalThis.keep = theirs;`;
  assert.equal(run(`${open} setTimeout(() => process.exit(7), 50);`).status, 7);
  assert.equal(run(`${open} setTimeout(() => { throw new Error('x'); }, 50);`).status, 1);
  assert.equal(run(`${open} setTimeout(() => ours.close(), 50);`).status, 0);
});

function run(code: string): { status: number | null; stdout: string; stderr: string } {
  const args = ['--conditions=@switchhook/source', '--import', 'tsx', '--input-type=module', '--eval', code];
  return spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 20_000,
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  });
}

test.after(() => rmSync(folder, { recursive: true }));

test.run();
