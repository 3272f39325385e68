import { connect, createServer } from 'node:net';
import { from, listening, type StreamKind } from './streams.ts';

const OPTIONS = { noDelay: true, keepAlive: true } as const;

/** TCP, listening. Rejects with the system's error. */
export async function tcpKind(host: string, port: number): Promise<StreamKind> {
  const server = createServer(OPTIONS);
  return {
    transport: 'tcp',
    server,
    accepted: 'connection',
    local: await listening(server, host, port),
    connect: (flow) => connect({ host: flow.host, port: flow.port, ...OPTIONS, ...from(host) }),
    ready: 'connect',
    explain: ({ code, message }) => code ?? message,
  };
}
