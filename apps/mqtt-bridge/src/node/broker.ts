import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { BrokerMessage } from '../bridge.ts';
import type { Configuration } from '../configuration.ts';
import { PACE, type PaceSettings, type Parting, ReconnectPace } from '../reconnect-pace.ts';
import type { Topics } from '../topics.ts';
import { describeTrouble } from './broker-trouble.ts';

/** What a broker connection tells. */
export interface BrokerEvents {
  joined(): void;
  /** In words for a person; the next attempt follows by itself after `waitMs`. */
  left(why: string, takenOver: boolean, waitMs: number): void;
  message(message: BrokerMessage): void;
  publishRefused(topic: string): void;
}

export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly correlationData?: Uint8Array;
}

/** MQTT 5 §3.14.2.1. */
const SESSION_TAKEN_OVER = 142;
/** MQTT 5 §3.4.2.1: not authorised. */
const NOT_AUTHORISED = 135;

/**
 * Joins the broker and stays there: each attempt is a connection of its own, the waits between them grow. Subscriptions
 * are clean-start with Retain Handling 2, so nothing that was queued or retained while we were away is carried out. The
 * client id is fixed, so an old half-open session is taken over and its will cannot land after our `online`.
 */
export class Broker {
  readonly #settings: Configuration;
  readonly #topics: Topics;
  readonly #events: BrokerEvents;
  readonly #pace: ReconnectPace;
  #client: MqttClient | undefined;
  #joinedAt: number | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(settings: Configuration, topics: Topics, events: BrokerEvents, pace: PaceSettings = PACE) {
    this.#settings = settings;
    this.#topics = topics;
    this.#events = events;
    this.#pace = new ReconnectPace(Math.random, pace);
    this.#attempt();
  }

  publish(topic: string, payload: string, { qos, retain, correlationData }: PublishOptions): void {
    // without a connection nothing waits: the picture is painted anew on joining, and stale answers help nobody
    if (this.#joinedAt === undefined) return;
    const properties =
      correlationData === undefined ? {} : { properties: { correlationData: Buffer.from(correlationData) } };
    this.#client?.publish(topic, payload, { qos, retain, ...properties }, (error) => {
      if ((error as { code?: number } | undefined)?.code === NOT_AUTHORISED) this.#events.publishRefused(topic);
    });
  }

  /** Flush what was published, then disconnect. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    if (this.#joinedAt === undefined) this.#client?.end(true);
    else await this.#client?.endAsync();
  }

  #attempt(): void {
    const { url } = this.#settings.broker;
    let options: IClientOptions;
    try {
      options = connectOptions(this.#settings, this.#topics);
    } catch (error) {
      this.#left((error as Error).message, 'trouble');
      return;
    }
    const client = mqtt.connect(url, options);
    this.#client = client;
    let why: string | undefined;
    let parting: Parting = 'closed';
    client.on('connect', () => noDelay(client));
    client.on('connect', () =>
      this.#subscribe(client, (trouble) => {
        why = trouble;
        parting = 'trouble';
        client.end(true);
      }),
    );
    client.on('error', (error) => {
      why = describeTrouble(url, error);
      parting = 'trouble';
      if (!client.connected) client.end(true); // a refused CONNECT leaves the line open
    });
    client.on('disconnect', ({ reasonCode }) => {
      if (reasonCode === SESSION_TAKEN_OVER) parting = 'taken-over';
    });
    client.on('message', (topic, payload, { retain, properties }) => {
      if (this.#closed) return;
      this.#events.message({
        type: 'message',
        topic,
        payload,
        retain,
        ...(properties?.responseTopic === undefined ? {} : { responseTopic: properties.responseTopic }),
        ...(properties?.correlationData === undefined ? {} : { correlationData: properties.correlationData }),
        ...(properties?.messageExpiryInterval === undefined ? {} : { expiryS: properties.messageExpiryInterval }),
      });
    });
    client.once('close', () => {
      client.removeAllListeners('message');
      this.#left(why ?? `the broker at ${describeUrl(url)} closed the connection`, parting, String(options.clientId));
    });
  }

  #subscribe(client: MqttClient, refused: (trouble: string) => void): void {
    const topics = [...this.#topics.commands, this.#topics.birth];
    client.subscribe(topics, { qos: 1, rh: 2 }, (error, granted) => {
      if (this.#closed || !client.connected) return;
      const denied = granted?.some(({ qos, topic }) => qos >= 128 && topic !== this.#topics.birth) === true;
      if (error != null || denied)
        return refused(
          `subscription refused by the broker${error == null ? '' : ` (${error.message})`}: look at its ACL`,
        );
      this.#joinedAt = performance.now();
      this.#events.joined();
    });
  }

  #left(why: string, parting: Parting, clientId = ''): void {
    const livedMs = this.#joinedAt === undefined ? 0 : performance.now() - this.#joinedAt;
    const stood = this.#joinedAt !== undefined;
    this.#joinedAt = undefined;
    if (this.#closed) return;
    const { waitMs, takenOver } = this.#pace.after(parting === 'closed' && !stood ? 'trouble' : parting, livedMs);
    this.#retry = setTimeout(() => this.#attempt(), waitMs);
    const other = `another program joins ${describeUrl(this.#settings.broker.url)} as ${clientId}: give each bridge an id of its own`;
    this.#events.left(takenOver ? other : why, takenOver, waitMs);
  }
}

/** An answer follows the receipt of its command by a millisecond: without this it waits 40 ms for the peer's delayed ACK. */
function noDelay({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true);
}

/** What `mqtt.connect` needs. Throws when a file of the configuration cannot be read. */
export function connectOptions(settings: Configuration, topics: Topics): IClientOptions {
  const { username, keepAliveSec, tls, clientId = `switchhook-${settings.id}` } = settings.broker;
  const password = settings.broker.password ?? readSecret(settings.broker.passwordFile);
  return {
    protocolVersion: 5,
    clean: true,
    clientId,
    keepalive: keepAliveSec,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    queueQoSZero: false,
    resubscribe: false,
    writeCache: false, // 65,536 small buffers that save nothing at our rate: 9 MB
    will: { topic: topics.availability, payload: Buffer.from('offline'), qos: 1, retain: true },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls?.ca === undefined ? {} : { ca: readFileSync(tls.ca) }),
    ...(tls?.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
    ...(tls?.key === undefined ? {} : { key: readFileSync(tls.key) }),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}

/** The first line of a file that holds a secret. */
export function readSecret(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').split('\n')[0]!.trim();
}

function describeUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
