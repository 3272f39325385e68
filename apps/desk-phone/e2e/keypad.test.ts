import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import { DeskProcess, freePort, testFolder, writeConfiguration } from './desk-process.ts';

/** `struct input_event` of a 64-bit kernel: a key moves, and the report ends. */
function moved(code: number, value: 0 | 1): Buffer {
  const bytes = Buffer.alloc(48);
  bytes.writeUInt16LE(1, 16);
  bytes.writeUInt16LE(code, 18);
  bytes.writeInt32LE(value, 20);
  return bytes;
}

const KEY = { KP1: 79, KP2: 80, KP3: 81, KPENTER: 96 } as const;

test('DESIGN, one path: keys of an input device dial, and a keypad that is not there ends nothing', async () => {
  const folder = testFolder();
  const exchange = createSocket('udp4').bind(0, '127.0.0.1');
  await once(exchange, 'listening');
  const path = writeConfiguration(folder.path, await freePort(), exchange.address().port);
  const node = join(folder.path, 'keypad');
  execFileSync('mkfifo', [node]);
  appendFileSync(
    path,
    `keypad:
  input: [{path: ${node}}, {name: a keypad that nobody has}]
  gpio: {chip: no-such-chip, hook: {line: HOOK}}
`,
  );
  const phone = new DeskProcess('phone', '--config', path);
  try {
    await phone.says(/phone e2e at port/);
    await phone.says(/keypad\.gpio: .*(ENOENT|EACCES)/);
    await phone.says(/keypad\.input\[1\]: a keypad that nobody has: open: (ENOENT|EACCES)/);
    const invite = once(exchange, 'message');
    const keypad = openSync(node, 'r+');
    for (const code of [KEY.KP2, KEY.KP1, KEY.KP3, KEY.KPENTER])
      for (const value of [1, 0] as const) writeSync(keypad, moved(code, value));
    const [message] = (await invite) as [Buffer];
    assert.match(message.toString(), /^INVITE sip:213@/);
  } finally {
    phone.child.kill('SIGTERM');
    assert.equal(await phone.exited, 0);
    exchange.close();
    folder.remove();
  }
});

test.run();
