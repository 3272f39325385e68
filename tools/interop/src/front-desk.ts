import { createSocket } from 'node:dgram';

/** The exchange's address in front of the scripted peers. */
export interface FrontDesk {
  readonly port: number;
  close(): void;
}

/**
 * A phone trusts the address of its server and nobody else's. Scripted peers have an address each, so what they send goes
 * through this one, untouched: from a peer to the phone, and what the phone sends here to the target.
 */
export function openFrontDesk(phone: number, target: number): Promise<FrontDesk> {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, { port }) => socket.send(bytes, port === phone ? target : phone, '127.0.0.1'));
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => resolve({ port: socket.address().port, close: () => socket.close() }));
  });
}
