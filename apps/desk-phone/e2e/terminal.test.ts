import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { LIMIT_MS, testFolder, writeConfiguration } from './desk-process.ts';

const MAIN = fileURLToPath(new URL('../src/node/main.ts', import.meta.url));

if (spawnSync('script', ['--version']).status === 0) {
  test('--keys terminal: typed keys are keys of the phone, keys[] is obeyed, a refusal is shown, q leaves', async () => {
    const folder = testFolder();
    const path = writeConfiguration(folder.path, 0, 9);
    appendFileSync(path, 'keys: [{key: hold, does: mute}]\n');
    const command = `${process.execPath} --conditions=@switchhook/source --import tsx ${MAIN} phone --keys terminal --config ${path}`;
    // `script` gives the phone a terminal of its own.
    const child = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const exited = once(child, 'close');
    let drawn = '';
    let heard: () => void = () => {};
    child.stdout.on('data', (chunk) => {
      drawn += chunk;
      heard();
    });
    const shows = async (pattern: RegExp): Promise<void> => {
      const limit = AbortSignal.timeout(LIMIT_MS);
      const late = once(limit, 'abort');
      while (!pattern.test(drawn)) {
        if (limit.aborted || child.exitCode !== null) throw new Error(`never showed ${pattern}:\n${drawn}`);
        await Promise.race([
          new Promise<void>((more) => {
            heard = more;
          }),
          exited,
          late,
        ]);
      }
      drawn = '';
    };
    const type = (keys: string) => child.stdin.write(keys);
    try {
      await shows(/hook on.*q quit/s);
      type(' ');
      await shows(/hook off.*L1 +dial-tone/s);
      type('12');
      await shows(/L1 +dialing.*12/s);
      type('h');
      await shows(/! No call to mute/);
      type('c');
      await shows(/L1 +idle/);
      type('q');
      const [code] = await exited;
      assert.equal(code, 0);
    } finally {
      child.kill('SIGKILL');
      await exited;
      folder.remove();
    }
  });
} else console.log('SKIP the terminal of the phone: there is no script command');

test.run();
