import mqtt from 'mqtt';
import type { Configuration } from '../configuration.ts';
import { connectOptions } from './broker.ts';
import { describeTrouble } from './broker-trouble.ts';
import { topicsOf } from './run-bridge.ts';

/** Take the phone out of Home Assistant: an empty description removes the device. Rejects in words for a person. */
export async function removeDiscovery(settings: Configuration): Promise<string> {
  const topics = topicsOf(settings);
  // a client id of its own and no will: a bridge that runs is not disturbed
  const { will: _, clientId, ...options } = connectOptions(settings, topics);
  try {
    const client = await mqtt.connectAsync(
      settings.broker.url,
      { ...options, clientId: `${clientId}-clean-up` },
      false,
    );
    await client.publishAsync(topics.discovery, '', { qos: 1, retain: true });
    await client.endAsync();
  } catch (error) {
    throw new Error(describeTrouble(settings.broker.url, error as Error));
  }
  return topics.discovery;
}
