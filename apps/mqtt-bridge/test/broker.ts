import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';

/** A real broker on loopback: the embedded one, or mosquitto where `SWITCHHOOK_BROKER=mosquitto` asks for it. */
export interface TestBroker {
  readonly name: 'aedes' | 'mosquitto';
  readonly port: number;
  readonly url: string;
  /** As if the machine had lost power: every connection breaks without a word. */
  kill(): Promise<void>;
}

export async function startBroker(port = 0): Promise<TestBroker> {
  return process.env['SWITCHHOOK_BROKER'] === 'mosquitto'
    ? startMosquitto(port || (await freePort()))
    : startAedes(port);
}

async function startAedes(wanted: number): Promise<TestBroker> {
  const aedes = await Aedes.createBroker();
  const server = createServer(aedes.handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    name: 'aedes',
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async kill() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}

async function startMosquitto(port: number): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const child: ChildProcess = spawn('mosquitto', ['-c', file], {
    stdio: 'ignore',
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` },
  });
  let trouble: Error | undefined;
  child.on('error', (error) => {
    trouble = error;
  });
  const lastly = () => child.kill('SIGKILL');
  process.on('exit', lastly);
  for (const end = Date.now() + 5000; !(await answers(port)); ) {
    if (trouble !== undefined || child.exitCode !== null || Date.now() > end)
      throw new Error(`mosquitto does not start: ${trouble?.message ?? `exit code ${child.exitCode}`}`);
  }
  return {
    name: 'mosquitto',
    port,
    url: `mqtt://127.0.0.1:${port}`,
    async kill() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      process.off('exit', lastly);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nobody listened at a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (yes: boolean) => {
      socket.destroy();
      setTimeout(resolve, yes ? 0 : 20, yes);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
