import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

/** A real broker on loopback: the embedded one, or mosquitto where `SWITCHHOOK_BROKER=mosquitto` asks for it. */
export interface TestBroker {
  readonly name: 'aedes' | 'mosquitto';
  readonly port: number;
  readonly url: string;
  /** As if the machine had lost power: every connection breaks without a word. */
  kill(): Promise<void>;
}

/** Ways in besides plain TCP, and who may come in. */
export interface BrokerOptions {
  readonly port?: number;
  /** TLS on the one listener; with `clientCa` a client needs a certificate of that authority. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca: string; readonly askClient?: boolean };
  readonly webSocket?: boolean;
}

export async function startBroker(options: BrokerOptions = {}): Promise<TestBroker> {
  if (process.env['SWITCHHOOK_BROKER'] !== 'mosquitto') return startAedes(options);
  const port = options.port ?? (await freePort());
  // one that has WebSocket listeners only does not start: "unable to start any listening sockets"
  const besides = options.webSocket === true ? [`listener ${await freePort()} 127.0.0.1`] : [];
  return startMosquitto(port, options, [...besides, ...mosquittoLines(port, options)]);
}

function scheme({ tls, webSocket }: BrokerOptions): string {
  return webSocket === true ? (tls === undefined ? 'ws' : 'wss') : tls === undefined ? 'mqtt' : 'mqtts';
}

async function startAedes(options: BrokerOptions): Promise<TestBroker> {
  const { tls, webSocket } = options;
  const aedes = await Aedes.createBroker();
  const secrets =
    tls === undefined
      ? undefined
      : {
          cert: readFileSync(tls.cert),
          key: readFileSync(tls.key),
          ca: readFileSync(tls.ca),
          requestCert: tls.askClient === true,
          rejectUnauthorized: tls.askClient === true,
        };
  const take = (stream: Duplex) => void aedes.handle(stream as Socket);
  const plain = webSocket === true ? undefined : take;
  const server =
    plain === undefined
      ? secrets === undefined
        ? createHttpServer()
        : createHttpsServer(secrets)
      : secrets === undefined
        ? createServer(plain)
        : createTlsServer(secrets, plain);
  if (webSocket === true)
    new WebSocketServer({ server: server as HttpServer }).on('connection', (socket) =>
      take(createWebSocketStream(socket)),
    );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    name: 'aedes',
    port,
    url: `${scheme(options)}://127.0.0.1:${port}`,
    async kill() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
    },
  };
}

function mosquittoLines(port: number, { tls, webSocket }: BrokerOptions): readonly string[] {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    ...(webSocket === true ? ['protocol websockets'] : []),
    ...(tls === undefined
      ? []
      : [
          `cafile ${tls.ca}`,
          `certfile ${tls.cert}`,
          `keyfile ${tls.key}`,
          `require_certificate ${tls.askClient === true}`,
        ]),
  ];
}

/** A mosquitto with these lines as its configuration. */
export async function startMosquitto(
  port: number,
  options: BrokerOptions,
  lines: readonly string[],
): Promise<TestBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  // started by root it would become another user, who may not read the files of this test
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  writeFileSync(file, `${[...user, ...lines].join('\n')}\n`);
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
    url: `${scheme(options)}://127.0.0.1:${port}`,
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
