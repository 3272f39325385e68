import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { FakeBluealsa, FakeBluez, noBusDaemon, PrivateBus, until } from '@switchhook/bt-headset/testing';
import { suite } from 'uvu';
import { DeskProcess, freePort, testFolder, withAnswer, writeConfiguration } from './desk-process.ts';

const skip = noBusDaemon();
if (skip !== undefined) console.log(`SKIP a headset at the phone's process: ${skip}`);
const test = suite('headset');

(skip === undefined ? test : test.skip)(
  'DESIGN, one path: a headset that comes over BlueZ dials with the phone’s process, and its going ends no call',
  async () => {
    const folder = testFolder();
    const bus = new PrivateBus();
    await bus.start();
    const bluez = await FakeBluez.start(bus.address);
    const ann = bluez.addHeadset('00:11:22:AA:BB:01', 'Ann');
    const exchange = createSocket('udp4').bind(0, '127.0.0.1');
    await once(exchange, 'listening');
    const path = writeConfiguration(folder.path, await freePort(), exchange.address().port);
    appendFileSync(path, 'headset: { enabled: true, transport: auto, hid: /nonexistent/hidraw0 }\n');
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = bus.address;
    const phone = new DeskProcess('phone', '--config', path);
    try {
      await phone.says(/headset\.hid: \/nonexistent\/hidraw0: open: ENOENT/);
      await until('the profile', () => bluez.profile);
      const far = await bluez.newConnection(ann);
      await phone.says(/headset: Ann \(00:11:22:AA:BB:01\) is connected by our own profile, without voice/);
      let heard = '';
      far.listen({
        bytes: (chunk) => {
          heard += new TextDecoder().decode(chunk);
        },
        gone: () => {},
      });
      const say = (command: string) => far.write(new TextEncoder().encode(`${command}\r`));
      for (const command of ['AT+BRSF=2', 'AT+CIND=?', 'AT+CIND?', 'AT+CMER=3,0,0,1', 'AT+CHLD=?']) say(command);
      await until('call holding', () => heard.includes('+CHLD: (0,1,1x,2,2x,3,4)'));
      const invite = once(exchange, 'message');
      say('ATD9999;');
      const [message] = (await invite) as [Buffer];
      assert.match(message.toString(), /^INVITE sip:9999@/);
      await until('callsetup', () => heard.includes('+CIEV: 3,2'));
      assert.ok(heard.indexOf('OK', heard.indexOf('+CHLD:')) < heard.indexOf('+CIEV: 3,2'));
      const others: string[] = [];
      exchange.on('message', (bytes: Buffer) => others.push(bytes.toString().split(' ', 1)[0]!));
      far.close();
      await phone.says(/headset: Ann .* has gone/);
      assert.ok(!others.includes('CANCEL'), 'the call goes on');
    } finally {
      phone.child.kill('SIGTERM');
      assert.equal(await phone.exited, 0);
      exchange.close();
      await bluez.stop();
      await bus.remove();
      folder.remove();
    }
  },
);

(skip === undefined ? test : test.skip)(
  'setup headset: the command finds a headset, pairs it and writes it, and the doctor tells of it',
  async () => {
    const folder = testFolder();
    const bus = new PrivateBus();
    await bus.start();
    const bluez = await FakeBluez.start(bus.address);
    bluez.nearby = [FakeBluez.headset('00:11:22:AA:BB:01', 'Ann', false)];
    const path = writeConfiguration(folder.path, await freePort(), 5060);
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = bus.address;
    try {
      const nobody = new DeskProcess('setup', 'headset', '--config', path, '--seconds', '0.2');
      assert.equal(await nobody.exited, 1);
      assert.match(nobody.errors, /the input ended before an answer to: Which one/);
      assert.doesNotMatch(readFileSync(path, 'utf8'), /headset:/, 'nothing was written');
      const { code, output } = await withAnswer('1\n', 'setup', 'headset', '--config', path, '--seconds', '0.2');
      assert.equal(code, 0, output);
      assert.match(output, /1 {2}Ann {2}00:11:22:AA:BB:01/);
      assert.match(readFileSync(path, 'utf8'), /address: 00:11:22:AA:BB:01/);
      const doctor = new DeskProcess('doctor', '--config', path);
      await doctor.exited;
      assert.match(doctor.output, /headset .*call holding \(AT\+CHLD 0-4\) is available/);
      assert.match(doctor.output, /headset .*Ann \(00:11:22:AA:BB:01\) is not connected/);
    } finally {
      await bluez.stop();
      await bus.remove();
      folder.remove();
    }
  },
);

(skip === undefined ? test : test.skip)(
  'features rule 21: a headset over bluealsa is the route of its voice: lost it is the handset, found again it is the headset',
  async () => {
    const folder = testFolder();
    const bus = new PrivateBus();
    await bus.start();
    const bluez = await FakeBluez.start(bus.address);
    bluez.connected(bluez.addHeadset('00:11:22:AA:BB:01', 'Ann'), true);
    const bluealsa = await FakeBluealsa.start(bus.address);
    const path = writeConfiguration(folder.path, await freePort(), 5060);
    appendFileSync(path, 'headset: { enabled: true }\n');
    process.env['DBUS_SYSTEM_BUS_ADDRESS'] = bus.address;
    const phone = new DeskProcess('phone', '--config', path);
    const ctl = async (...words: readonly string[]) => {
      const run = new DeskProcess('ctl', '--socket', `${folder.path}/control.sock`, '--json', ...words);
      await run.exited;
      return `${run.output}${run.errors}`;
    };
    try {
      await phone.says(/phone e2e at port/);
      assert.match(await ctl('audio.route', 'headset'), /No headset there/);
      const rfcomm = bluealsa.addHeadset('00:11:22:AA:BB:01');
      await phone.says(/headset: Ann .* is connected by bluealsa, without call holding/);
      bluealsa.opened[0]?.write(new TextEncoder().encode('AT+IPHONEACCEV=1,1,4\r'));
      assert.match(await ctl('audio.route', 'headset'), /done/);
      assert.match(
        await ctl('state'),
        /"route":"headset","headset":\{"name":"Ann","transport":"bluealsa","battery":50/,
      );
      bluealsa.removeHeadset(rfcomm);
      await phone.says(/headset: Ann .* has gone/);
      const lost = await ctl('state');
      assert.match(lost, /"route":"handset","mute"/);
      assert.match(lost, /No headset/);
      bluealsa.addHeadset('00:11:22:AA:BB:01');
      await until('a second socket', () => bluealsa.opened.length === 2);
      let back = '';
      for (let tries = 0; tries < 5 && !back.includes('"route":"headset"'); tries++) back = await ctl('state');
      assert.match(back, /"route":"headset","headset":\{"name":"Ann"/);
    } finally {
      phone.child.kill('SIGTERM');
      assert.equal(await phone.exited, 0);
      await bluealsa.stop();
      await bluez.stop();
      await bus.remove();
      folder.remove();
    }
  },
);

test.run();
