import { readFileSync } from 'node:fs';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { BrokerMessage } from '../bridge.ts';
import type { Configuration } from '../configuration.ts';
import type { Topics } from '../topics.ts';

/** What a broker connection tells. */
export interface BrokerEvents {
  joined(): void;
  left(why: string | undefined): void;
  message(message: BrokerMessage): void;
}

export interface Broker {
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean; correlationData?: Uint8Array }): void;
  /** Flush what was published, then disconnect. */
  close(): Promise<void>;
}

/** Milliseconds before another attempt; jittered so that a fleet does not come back in step. */
const RECONNECT_MS = 2000;

/**
 * Join the broker and stay there: the client reconnects for ever. Subscriptions are clean-start with Retain Handling 2,
 * so nothing that was queued or retained while we were away is carried out. The client id is fixed, so an old half-open
 * session is taken over and its will cannot land after our `online`.
 */
export function joinBroker(settings: Configuration, topics: Topics, events: BrokerEvents): Broker {
  const { url, username, keepAliveSec, tls, clientId = `switchhook-${settings.id}` } = settings.broker;
  const password = settings.broker.password ?? readSecret(settings.broker.passwordFile);
  const options: IClientOptions = {
    protocolVersion: 5,
    clean: true,
    clientId,
    keepalive: keepAliveSec,
    reconnectPeriod: RECONNECT_MS + Math.floor(Math.random() * 500),
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
  };
  const client: MqttClient = mqtt.connect(url, options);
  let why: string | undefined;
  client.on('connect', () => {
    why = undefined;
    client.subscribe([...topics.commands], { qos: 1, rh: 2 }, (error, granted) => {
      if (error != null) events.left(`subscription refused: ${error.message}`);
      else if (granted?.some(({ qos }) => qos >= 128) === true)
        events.left('subscription refused by the broker: look at its ACL');
      else events.joined();
    });
  });
  client.on('error', (error) => {
    why = describe(url, error);
    events.left(why);
  });
  client.on('disconnect', ({ reasonCode }) => {
    // MQTT 5 §3.14.2.1: 142 = session taken over.
    if (reasonCode === 142) why = `another bridge has joined ${url} as ${clientId}: give each its own id`;
  });
  client.on('close', () => events.left(why));
  client.on('message', (topic, payload, { retain, properties }) => {
    events.message({
      type: 'message',
      topic,
      payload,
      retain,
      ...(properties?.responseTopic === undefined ? {} : { responseTopic: properties.responseTopic }),
      ...(properties?.correlationData === undefined ? {} : { correlationData: properties.correlationData }),
      ...(properties?.messageExpiryInterval === undefined ? {} : { expiryS: properties.messageExpiryInterval }),
    });
  });
  return {
    publish(topic, payload, { qos, retain, correlationData }) {
      if (!client.connected) return; // the picture is painted anew on joining; stale answers help nobody
      const properties =
        correlationData === undefined ? {} : { properties: { correlationData: Buffer.from(correlationData) } };
      client.publish(topic, payload, { qos, retain, ...properties }, () => {});
    },
    close: () => client.endAsync(),
  };
}

function readSecret(file: string | undefined): string | undefined {
  return file === undefined ? undefined : readFileSync(file, 'utf8').split('\n')[0];
}

function describe(url: string, error: Error & { code?: number | string }): string {
  const at = url.replace(/\/\/[^@/]*@/, '//');
  switch (error.code) {
    case 'ECONNREFUSED':
      return `no broker answers at ${at}: is it running, and is the port right?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the broker's name in ${at} does not resolve`;
    case 134: // MQTT 5 §3.2.2.2
    case 135:
    case 5:
    case 4:
      return `the broker at ${at} refuses the user name or password`;
    default:
      return `the broker at ${at}: ${error.message || String(error.code)}`;
  }
}
