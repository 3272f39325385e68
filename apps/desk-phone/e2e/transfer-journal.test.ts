import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectControl } from '@switchhook/phone/control/node';
import { createSoftphone } from '@switchhook/phone/node';
import { test } from 'uvu';
import { DeskProcess, freePort, testFolder, writeConfiguration } from './desk-process.ts';

/** A run of `switchhook ctl` that is to end with `code`; gives what it printed. */
async function ctl(code: number, ...words: readonly string[]): Promise<{ output: string; errors: string }> {
  const run = new DeskProcess('ctl', ...words);
  assert.equal(await run.exited, code, `${words.join(' ')}: ${run.errors}`);
  return run;
}

test('a transfer by a phone process: explained before, listed and exported after, also when the phone has gone', async () => {
  const folder = testFolder();
  const [deskPort, targetPort, callerPort] = [await freePort(), await freePort(), await freePort()];
  const path = writeConfiguration(folder.path, deskPort, targetPort);
  // the caller is no server of the phone's account
  writeFileSync(path, readFileSync(path, 'utf8').replace('network: {', 'network: {acceptFrom: any, '));
  const desk = new DeskProcess('phone', '--config', path);
  const softphone = (sipPort: number, from: number) =>
    createSoftphone({
      ports: { from, to: from + 100 },
      bind: '127.0.0.1',
      sipPort,
      acceptFrom: 'any',
      settings: { acceptRefer: 'same-dialog' },
    });
  const [caller, target] = [softphone(callerPort, 31_500), softphone(targetPort, 31_700)];
  const at = (port: number) => ({ domain: '127.0.0.1', server: `127.0.0.1:${port}`, register: false });
  const line = caller.line({ user: '1002', ...at(deskPort) });
  target.line({ user: '9999', ...at(deskPort) });
  target.on('call', (call) => void call.answer());
  const socket = ['--socket', join(folder.path, 'control.sock')];
  const state = join(folder.path, 'state');
  try {
    await desk.says(/phone e2e at port/);
    await Promise.all([caller.start(), target.start()]);
    const control = await connectControl(join(folder.path, 'control.sock'));
    const call = await line.call('1001');
    await new Promise<void>((rings, ended) => {
      const judge = (now: string): void => {
        if (now === 'ringback') rings();
        if (now === 'ended') ended(new Error('the phone does not ring'));
      };
      call.on('state', judge);
      judge(call.state);
    });
    await control.request('call.answer');
    await call.answered();
    const started = await control.request('transfer.start', { to: '9999' });
    assert.equal(started.phase, 'done', JSON.stringify(started));
    const [told, plain, unknown] = await Promise.all([
      ctl(0, ...socket, 'transfer.explain').then(({ output }) => output),
      ctl(0, ...socket, 'transfer.explain', 't-1', '--json').then(({ output }) => JSON.parse(output)),
      ctl(1, ...socket, 'transfer.explain', 't-7').then(({ errors }) => errors),
    ]);
    assert.match(told, /^transfer t-1 \(attended\): consulting\n/);
    assert.match(told, /^ {2}REFER sip:\S+@127\.0\.0\.1:\d+\S* SIP\/2\.0$/m);
    assert.match(told, /^ {2}Refer-To: <sip:\S+@127\.0\.0\.1\S*\?Replaces=\S+%3Bto-tag%3D\S+%3Bfrom-tag%3D\S+>$/m);
    assert.match(told, /^ {2}yes +target-confirmed/m);
    assert.equal(plain.refer.leg, 'caller');
    assert.match(unknown, /unknown_transfer: no transfer t-7/);
    const ended = await control.request('transfer.complete', { transferId: 't-1' });
    assert.ok(ended.phase === 'done' || ended.phase === 'failed');
    control.close();
    desk.child.kill('SIGTERM');
    assert.equal(await desk.exited, 0, desk.errors);

    const file = readdirSync(state).find((name) => name.startsWith('transfer-'))!;
    assert.equal(statSync(join(state, file)).mode & 0o777, 0o600);
    const outcome = ended.phase === 'done' ? 'completed' : 'failed';
    const capture = join(folder.path, 'transfer.pcap');
    const [listed, text, svg, json] = await Promise.all([
      ctl(0, 'transfer.list', '--config', path),
      ctl(0, 'transfer.export', 't-1', '--config', path),
      ctl(0, 'transfer.export', 'last', '--folder', state, '--as', 'svg'),
      ctl(0, 'transfer.export', 'last', '--folder', state, '--as', 'json'),
      ctl(0, 'transfer.export', 'last', '--folder', state, '--as', 'pcap', '--out', capture),
    ]);
    assert.match(
      listed.output,
      new RegExp(`^\\d{4}-\\d\\d-\\d\\d-\\d{6}-t-1 {2}attended to 9999: ${outcome} .* \\d+ messages\\n$`),
    );
    const ladder = text.output;
    assert.match(ladder, /^transfer t-1 \(attended, to 9999\)/);
    for (const word of ['phone', 'INVITE', 're-INVITE', '= consulting', 'REFER', '= referring', 'NOTIFY', 'BYE'])
      assert.ok(ladder.includes(word), `${word}:\n${ladder}`);
    assert.match(ladder, new RegExp(`= ${outcome.toUpperCase()} `));
    assert.equal(readFileSync(capture).readUInt32LE(0), 0xa1b2c3d4);
    assert.match(svg.output, /^<svg /);
    const lines: { readonly type: string; readonly text?: string }[] = JSON.parse(json.output).lines;
    assert.ok(lines.some(({ type, text: sent }) => type === 'message' && sent?.startsWith('REFER ') === true));

    truncateSync(join(state, file), 3000);
    writeFileSync(join(state, 'transfer-2026-01-02-030405-t-3.jsonl'), '\u0000\u0000');
    const [damaged, rest] = await Promise.all([
      ctl(1, 'transfer.export', 't-1', '--folder', state),
      ctl(0, 'transfer.list', '--folder', state),
    ]);
    assert.match(damaged.errors, /^switchhook ctl: the journal \S+-t-1 is damaged: line \d+ cannot be read\n$/);
    assert.equal(rest.errors.trim().split('\n').length, 2);
  } finally {
    desk.child.kill('SIGKILL');
    await Promise.all([caller.close(), target.close()]);
    folder.remove();
  }
});

test('ctl transfer.export says in one line what is wrong with its words, its folder or its id', async () => {
  const folder = testFolder();
  const wrong: readonly (readonly [code: number, words: string, said: RegExp])[] = [
    [2, 'transfer.export', /transfer\.export needs id/],
    [2, 'transfer.export t-1 --as gif', /--as must be one of ladder, json, pcap, svg, not gif/],
    [2, 'transfer.exprot t-1', /did you mean transfer\.export\?/],
    [2, 'transfer.list --config /nonexistent.yaml', /there is no configuration at .*--folder/],
    [1, 'transfer.list --folder /nonexistent', /there is no folder \/nonexistent: name the phone's configuration/],
    [1, `transfer.export t-1 --folder ${folder.path}`, /no transfer t-1 is kept in .*transfer\.list/],
  ];
  await Promise.all(
    wrong.map(async ([code, words, said]) => {
      const { errors } = await ctl(code, ...words.split(' '));
      assert.match(errors, said);
      assert.equal(errors.trim().split('\n').length, 1, errors);
    }),
  );
  folder.remove();
});

test.run();
