import assert from 'node:assert/strict';
import { join } from 'node:path';
import { connectControl } from '@switchhook/phone/control/node';
import { type CallRecord, createSoftphone } from '@switchhook/phone/node';
import { test } from 'uvu';
import { DeskProcess, freePort, testFolder, writeConfiguration } from './desk-process.ts';

test('features §1.6: what was chosen by ctl holds after a restart of the process, and a caller is sent on by it', async () => {
  const folder = testFolder();
  const [deskPort, softPort] = [await freePort(), await freePort()];
  const path = writeConfiguration(folder.path, deskPort, softPort);
  const socket = join(folder.path, 'control.sock');
  const softphone = createSoftphone({ ports: { from: 31_500, to: 31_900 }, bind: '127.0.0.1', sipPort: softPort });
  const line = softphone.line({ user: '1002', domain: '127.0.0.1', server: `127.0.0.1:${deskPort}`, register: false });
  let desk = new DeskProcess('phone', '--config', path);
  try {
    await desk.says(/phone e2e at port/);
    for (const words of [
      ['forward_always@main', '300'],
      ['volume_ring', '35'],
      ['call_waiting', 'off'],
    ]) {
      const ctl = new DeskProcess('ctl', '--socket', socket, 'settings.set', ...words);
      assert.equal(await ctl.exited, 0, ctl.errors);
    }
    desk.child.kill('SIGTERM');
    assert.equal(await desk.exited, 0, desk.errors);
    desk = new DeskProcess('phone', '--config', path);
    await desk.says(/phone e2e at port/);
    const control = await connectControl(socket);
    const answer = await control.request('state.get');
    assert.equal(answer.phase, 'done');
    const { settings } = answer.result as { settings: Record<string, unknown> };
    assert.deepEqual(
      [settings['forward_always@main'], settings['volume_ring'], settings['call_waiting'], settings['forward_always']],
      ['300', 35, false, ''],
    );
    control.close();
    await softphone.start();
    const call = await line.call('1001');
    const record = await new Promise<CallRecord>((resolve) => call.on('ended', resolve));
    assert.deepEqual([record.cause.how, record.cause.status], ['response', 302]);
  } finally {
    desk.child.kill('SIGTERM');
    await desk.exited;
    await softphone.close();
    folder.remove();
  }
});

test.run();
