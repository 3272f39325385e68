import { createSocket } from 'node:dgram';

/** The exchange's address in front of the scripted peers. */
export interface FrontDesk {
  readonly port: number;
  close(): void;
}

/**
 * A phone trusts the address of its server and nobody else's. Scripted peers have an address each, so what they send goes
 * through this one, untouched: from a peer to the phone, and what the phone sends here to the peer that the
 * Request-URI names by its port, else to the target.
 */
export function openFrontDesk(phone: number, target: number): Promise<FrontDesk> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port }) => {
    const named = Number(/^[A-Z]+ sip:[^ ]*@127\.0\.0\.1:(\d+)/.exec(bytes.toString('latin1'))?.[1] ?? 0);
    const peer = named === 0 || named === socket.address().port ? target : named;
    socket.send(bytes, port === phone ? peer : phone, '127.0.0.1');
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => resolve({ port: socket.address().port, close: () => socket.close() }));
  });
}
