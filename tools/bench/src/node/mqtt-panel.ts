import { Socket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';

/** Somebody at the broker with a stop-watch: sends commands to any phone, waits for their answers, counts what is said. */
export class Panel {
  /** Messages by topic, seen since the start. */
  readonly counts = new Map<string, number>();
  readonly #client: MqttClient;
  readonly #waits = new Map<string, (atMs: number) => void>();
  readonly #online = new Set<string>();
  #count = 0;

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload) => {
      const atMs = performance.now();
      this.counts.set(topic, (this.counts.get(topic) ?? 0) + 1);
      const [, id = '', what] = topic.split('/');
      if (what === 'availability' && payload.toString() === 'online') this.#online.add(id);
      if (topic !== 'client/panel' && topic !== 'client/echo') return;
      const answer = JSON.parse(payload.toString()) as { id: string; phase: string; error?: { code: string } };
      if (answer.phase === 'accepted') return;
      if (answer.phase === 'failed' && answer.error?.code !== 'not_in_state')
        throw new Error(`${answer.id}: ${payload.toString()}`);
      this.#waits.get(answer.id)?.(atMs);
      this.#waits.delete(answer.id);
    });
  }

  static async join(url: string): Promise<Panel> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    const panel = new Panel(client);
    await client.subscribeAsync(['switchhook/#', 'client/#'], { qos: 1 });
    return panel;
  }

  /** How many phones have said `online`. */
  get online(): number {
    return this.#online.size;
  }

  /** From the command to its final answer, ms. */
  command(phone: string, cmd: string, args: object = {}): Promise<number> {
    return this.#timed(`switchhook/${phone}/cmd`, { cmd, args, replyTo: 'client/panel' });
  }

  /** From publishing to hearing it again, ms: what the broker alone takes. */
  echo(): Promise<number> {
    return this.#timed('client/echo', { phase: 'done' });
  }

  /** Messages of one phone so far, answers to commands left out. */
  said(phone: string): number {
    let all = 0;
    for (const [topic, count] of this.counts)
      if (topic.startsWith(`switchhook/${phone}/`) && !/\/(cmd|diag)$/.test(topic)) all += count;
    return all;
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }

  #timed(topic: string, body: object): Promise<number> {
    const id = `bench-${++this.#count}`;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no answer to ${JSON.stringify(body)} within 10 s`)), 10_000);
      const began = performance.now();
      this.#waits.set(id, (atMs) => {
        clearTimeout(limit);
        resolve(atMs - began);
      });
      this.#client.publish(topic, JSON.stringify({ v: 1, id, ...body }), { qos: 1 });
    });
  }
}
