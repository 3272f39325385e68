import assert from 'node:assert/strict';
import { test } from 'uvu';
import { demo } from './demos.ts';

/** All are started at once; each test waits for its own. */
const played = {
  hold: demo('--break', 'hold'),
  refer: demo('--break', 'refer'),
  notify: demo('--break', 'notify', '--style', 'proxy'),
  replaces: demo('--break', 'replaces'),
  silent: demo('--break', 'specialist-silent'),
};

for (const [name, named] of [
  ['hold', /hold .* refused: 488/],
  ['refer', /REFER was refused: 603/],
  ['notify', /ladder has no <NOTIFY/],
  ['replaces', /481: Replaces/],
  ['silent', /specialist was heard by nobody/],
] as const) {
  test(`demo: a broken ${name} is found and named`, async () => {
    const { wrong } = await played[name];
    assert.ok(
      wrong.some((line) => named.test(line)),
      wrong.join('\n'),
    );
  });
}

test.run();
