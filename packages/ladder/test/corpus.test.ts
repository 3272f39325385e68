import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { readSip, redactSip } from '../src/index.ts';

const folder = process.env['SWITCHHOOK_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));

/** Whatever stands in these is a secret, in any message. */
const SECRETS = [
  /\b(?:response|nonce|cnonce|rspauth|nextnonce)\s*=\s*"?([^",\s]{6,})/gi,
  // without quotes it is a parameter of an old GRUU
  /\bopaque\s*=\s*"([^"]{6,})/gi,
  /\binline:(\S{8,})/g,
  /^k=\w+:(\S{6,})/gm,
];

function messages(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(sip|dat)$/.test(name));
}

if (existsSync(folder)) {
  test('redact: no secret of any recorded message is left, and its dialog can still be told', () => {
    let found = 0;
    for (const name of messages()) {
      const bytes = readFileSync(join(folder, name));
      const before = bytes.toString('latin1');
      const after = Buffer.from(redactSip(bytes)).toString('latin1');
      for (const pattern of SECRETS)
        for (const [, secret] of before.matchAll(pattern)) {
          found += 1;
          assert.ok(!after.includes(secret!), `${name}: ${secret}`);
        }
      const [was, is] = [readSip(bytes), readSip(Buffer.from(after, 'latin1'))];
      if (was === undefined) continue;
      for (const field of ['call-id', 'cseq', 'from', 'to'])
        if (was.headers.has(field) && !/:[^@>]*@/.test(was.headers.get(field)!.replace(/sips?:/gi, '')))
          assert.equal(is?.headers.get(field), was.headers.get(field), `${name}: ${field}`);
    }
    assert.ok(found > 50, `only ${found} secrets were looked for`);
  });
} else console.log(`SKIP redaction of recorded messages: ${folder} is not there (SWITCHHOOK_CORPUS)`);

test.run();
