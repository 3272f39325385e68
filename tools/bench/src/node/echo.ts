import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** One way of a bare UDP message between two sockets of this process, ms: half of each round trip. */
export async function oneWayMs(count: number): Promise<readonly number[]> {
  const [near, far] = [createSocket('udp4').bind(0, '127.0.0.1'), createSocket('udp4').bind(0, '127.0.0.1')];
  await Promise.all([once(near, 'listening'), once(far, 'listening')]);
  far.on('message', (bytes, from) => far.send(bytes, from.port, from.address));
  const packet = Buffer.alloc(800, 'x');
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    near.send(packet, far.address().port, '127.0.0.1');
    await once(near, 'message');
    times.push((performance.now() - began) / 2);
  }
  near.close();
  far.close();
  return times;
}
