import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { connectControl } from '@switchhook/phone/control/node';
import { type Bench, median, type NotRun, type Result, result } from '../result.ts';
import { MeasuredProcess, pause } from './measured-process.ts';
import { audioSdp, HOST, RawPeer } from './raw-peer.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const BUNDLE = join(ROOT, 'apps/desk-phone/dist/bundle/main.js');
const BUNDLER = join(ROOT, 'tools/bundle/bundle.mjs');
const UNBUNDLED = join(ROOT, 'apps/desk-phone/dist/node/main.js');
const STARTS = 7;
const CALL_MS = 4000;
const PACKET_MS = 20;

/** 6a and 6b: the phone that users start, as a process, beside the least that Node can do. */
export const deskPhone: Bench = { name: 'process', ids: ['6a', '6b'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const program = findProgram();
  if (program === undefined) return deskPhone.ids.map((id) => ({ id, why: 'the phone is not built: npm run build' }));
  const kind = program === BUNDLE ? '' : ', not bundled';
  const registrar = await RawPeer.open();
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-bench-'));
  try {
    const start = () => startPhone(program, folder, registrar.port);
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let i = 0; i < STARTS; i++) {
      ours.push(await timeToRegister(registrar, start));
      theirs.push(await timeToDatagram());
    }
    const memory = await memoryOf(registrar, folder, start);
    const bare = await bareMemory();
    const six = 'process start -> REGISTER';
    return [
      result('6a', `${six}${kind}`, 'ms', median(ours), 'one-line Node script', median(theirs), {
        text: '<= 1.3 x',
        met: (_, ratio) => ratio <= 1.3,
      }),
      result('6b', 'resident memory, registered', 'MB', memory.registered, 'bare Node', bare, {
        text: '<= 60 MB',
        met: (value) => value <= 60,
      }),
      result('6b-call', 'resident memory, in a G.711 call', 'MB', memory.inCall, 'bare Node', bare, {
        text: '<= 75 MB',
        met: (value) => value <= 75,
      }),
    ];
  } finally {
    registrar.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The bundle, made now if the means are there; else the build it is made of. */
function findProgram(): string | undefined {
  if (!existsSync(BUNDLE) && existsSync(BUNDLER)) spawnSync(process.execPath, [BUNDLER], { cwd: ROOT });
  return [BUNDLE, UNBUNDLED].find((file) => existsSync(file));
}

function startPhone(program: string, folder: string, server: number): MeasuredProcess {
  const file = join(folder, 'phone.yaml');
  const configuration = {
    accounts: [{ id: 'reception', user: '1000', domain: `${HOST}:${server}`, server: `${HOST}:${server}` }],
    network: { bind: HOST, sipPort: 0 },
    audio: { sound: 'silence' },
    control: { socket: join(folder, 'control.sock') },
    log: { level: 'warn', folder },
  };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 }); // JSON is YAML
  return MeasuredProcess.spawn(process.execPath, [program, 'phone', '--config', file]);
}

async function timeToRegister(registrar: RawPeer, start: () => MeasuredProcess): Promise<number> {
  const registering = registrar.next('REGISTER');
  const began = performance.now();
  const phone = start();
  try {
    return (await registering).atMs - began;
  } finally {
    phone.child.kill('SIGKILL');
    await pause(100);
  }
}

async function timeToDatagram(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, HOST, resolve));
  const arrived = new Promise<number>((resolve) => socket.once('message', () => resolve(performance.now())));
  const script = `require('node:dgram').createSocket('udp4').send('x', ${socket.address().port}, '${HOST}')`;
  const began = performance.now();
  const node = MeasuredProcess.spawn(process.execPath, ['-e', script]);
  try {
    return (await arrived) - began;
  } finally {
    await node.stop();
    socket.close();
  }
}

async function memoryOf(
  registrar: RawPeer,
  folder: string,
  start: () => MeasuredProcess,
): Promise<{ registered: number; inCall: number }> {
  const registering = registrar.next('REGISTER');
  const phone = start();
  const rtp = createSocket('udp4');
  try {
    const register = await registering;
    registrar.answer(register, 200, { headers: [['Expires', '300']] });
    await pause(4000);
    const registered = phone.rssMb();
    const ringing = registrar.next('180 INVITE');
    const fields = { callId: 'memory', user: '1000', cseq: 1 };
    await new Promise<void>((resolve) => rtp.bind(0, HOST, resolve));
    registrar.request(register.from, 'INVITE', fields, audioSdp(rtp.address().port));
    await ringing;
    const answering = registrar.next('200 INVITE');
    const control = await connectControl(join(folder, 'control.sock'));
    await control.request('call.answer');
    const { message } = await answering;
    const toTag = /;tag=([^;]+)/.exec(message.headers.get('To')!)![1]!;
    registrar.request(register.from, 'ACK', { ...fields, toTag });
    const port = Number(/^m=audio (\d+)/m.exec(Buffer.from(message.body).toString('latin1'))![1]);
    await talk(rtp, port);
    control.close();
    return { registered, inCall: phone.rssMb() };
  } finally {
    rtp.close();
    await phone.stop();
  }
}

/** Send a G.711 stream for as long as the call is measured. */
async function talk(rtp: ReturnType<typeof createSocket>, port: number): Promise<void> {
  const packet = Buffer.alloc(172, 0x55);
  packet.set([0x80, 0x00], 0);
  packet.writeUInt32BE(0x5311, 8);
  const began = performance.now();
  for (let i = 0; i * PACKET_MS < CALL_MS; i++) {
    packet.writeUInt16BE(i, 2);
    packet.writeUInt32BE(i * 160, 4);
    rtp.send(packet, port, HOST);
    await pause(Math.max(0, began + (i + 1) * PACKET_MS - performance.now()));
  }
}

async function bareMemory(): Promise<number> {
  const node = MeasuredProcess.spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  try {
    await pause(1500);
    return node.rssMb();
  } finally {
    await node.stop();
  }
}
