import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';

/** Somebody else on the broker: sees every topic of the phone, sends commands, waits for what it wants to see. */
export class Listener {
  readonly #client: MqttClient;
  readonly #watchers = new Set<(topic: string, text: string, packet: IPublishPacket) => void>();
  /** Last payload of each topic. */
  readonly seen = new Map<string, string>();
  readonly packets: {
    readonly topic: string;
    readonly text: string;
    readonly retain: boolean;
    readonly qos: number;
  }[] = [];

  private constructor(client: MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, packet) => {
      const text = payload.toString();
      this.seen.set(topic, text);
      this.packets.push({ topic, text, retain: packet.retain, qos: packet.qos });
      for (const watcher of this.#watchers) watcher(topic, text, packet);
    });
  }

  static async join(url: string): Promise<Listener> {
    const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 100, connectTimeout: 5000 });
    client.on('error', () => {});
    // listening first: what is retained follows the answer to the subscription at once
    const listener = new Listener(client);
    await client.subscribeAsync(['switchhook/#', 'client/#', 'homeassistant/#'], { qos: 1 });
    return listener;
  }

  /** Wait until `wanted` says yes to a message from now on, or to what already stands. */
  until(
    what: string,
    wanted: (topic: string, text: string, packet?: IPublishPacket) => boolean,
    limitMs = 15_000,
  ): Promise<void> {
    for (const [topic, text] of this.seen) if (wanted(topic, text)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#watchers.delete(watcher);
        reject(new Error(`never ${what}; seen: ${JSON.stringify([...this.seen])}`));
      }, limitMs);
      const watcher = (topic: string, text: string, packet: IPublishPacket) => {
        if (!wanted(topic, text, packet)) return;
        clearTimeout(limit);
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
    });
  }

  publish(
    topic: string,
    payload: string | Buffer | object,
    options: Parameters<MqttClient['publishAsync']>[2] = {},
  ): Promise<unknown> {
    const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
    return this.#client.publishAsync(topic, text, { qos: 1, ...options });
  }

  close(): Promise<void> {
    return this.#client.endAsync(true);
  }
}
