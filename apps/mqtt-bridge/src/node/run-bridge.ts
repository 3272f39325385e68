import { createHmac } from 'node:crypto';
import {
  type ControlClient,
  clockSynchronised,
  connectControl,
  defaultControlPath,
} from '@switchhook/phone/control/node';
import { Bridge, type BridgeIn, type BridgeOut } from '../bridge.ts';
import { brokerWarnings, type Configuration } from '../configuration.ts';
import { Veil } from '../privacy.ts';
import type { PaceSettings } from '../reconnect-pace.ts';
import type { SigningSettings } from '../signature.ts';
import { Topics } from '../topics.ts';
import { Broker, readSecret } from './broker.ts';
import { CommandMemory, defaultStateFolder } from './command-memory.ts';
import { machineFigures, serialNumber } from './machine.ts';

/** What the process says of itself. */
export interface BridgeLog {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
}

export interface RunningBridge {
  /** Say offline, leave the broker and the phone. */
  close(): Promise<void>;
}

const PHONE_RETRY_MS = { first: 500, most: 10_000 };
const KEY_LEAST = 32;

/** The topics of a phone by its configuration. */
export function topicsOf({ id, replyTo, homeAssistant }: Configuration): Topics {
  return new Topics(id, { replyTo, discoveryPrefix: homeAssistant.prefix });
}

/**
 * The shell of the bridge: both connections come and go on their own; the core between them does the thinking. Throws
 * when a key file cannot be read.
 */
export function runBridge(
  settings: Configuration,
  version: string,
  log: BridgeLog,
  pace?: PaceSettings,
): RunningBridge {
  const topics = topicsOf(settings);
  const serial = serialNumber();
  const folder = settings.stateFolder ?? defaultStateFolder();
  const memory = new CommandMemory(folder, settings.id, Date.now(), (why) => log.warn({}, why));
  const { homeAssistant } = settings;
  const bridge = new Bridge(
    {
      topics,
      version,
      keepAliveMs: settings.broker.keepAliveSec * 1000,
      // the calendar as it is now: it may be set while we run, the monotonic clock is not
      wall: () => Date.now(),
      clockIsRight: () => clockSynchronised(),
      lent: settings.settable,
      signing: signingOf(settings),
      veil: new Veil(settings.privacy),
      kept: memory.kept,
      discovery: {
        enabled: homeAssistant.discovery,
        name: homeAssistant.name ?? `Phone ${settings.id}`,
        ...(serial === undefined ? {} : { serial }),
        ...(homeAssistant.url === undefined ? {} : { url: homeAssistant.url }),
      },
      media: settings.events.media,
      warnings: brokerWarnings(settings),
      machine: machineFigures,
      random: Math.random,
    },
    performance.now(),
  );
  const path = settings.control ?? defaultControlPath();
  let phone: ControlClient | undefined;
  let closed = false;
  let alarm: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  let lastSaid = '';

  const perform = (outputs: readonly BridgeOut[]) => {
    for (const output of outputs) {
      switch (output.type) {
        case 'publish':
          broker.publish(output.topic, output.payload, output);
          break;
        case 'ask-phone': {
          const { id, cmd, args, v: _, ...rest } = output.command;
          const answered = (answer: Extract<BridgeIn, { type: 'phone-answered' }>['answer']) =>
            feed({ type: 'phone-answered', answer });
          // A lost connection rejects; `phone-left` then fails every waiting command at once.
          phone?.request(cmd, args ?? {}, { id, ...rest, onAccepted: answered }).then(answered, () => {});
          break;
        }
        case 'keep':
          memory.keep(output.command);
          break;
        case 'note':
          log.info({ word: output.word, detail: output.detail }, 'bridge');
          break;
        default:
          output satisfies never;
          throw new Error('unknown bridge output');
      }
    }
    clearTimeout(alarm);
    const { deadline } = bridge;
    if (deadline !== undefined && !closed)
      alarm = setTimeout(
        () => perform(bridge.wake(performance.now())),
        Math.max(0, Math.ceil(deadline - performance.now())),
      );
  };
  const feed = (input: BridgeIn) => perform(bridge.receive(input, performance.now()));
  const sayOnce = (text: string) => {
    if (text !== lastSaid) log.warn({}, text);
    lastSaid = text;
  };

  const broker = new Broker(
    settings,
    topics,
    {
      joined: () => {
        lastSaid = '';
        log.info({ broker: settings.broker.url.replace(/\/\/[^@/]*@/, '//') }, 'broker joined');
        feed({ type: 'broker-joined' });
      },
      left: (why, takenOver, waitMs) => {
        sayOnce(takenOver ? `${why}; the next attempt is in ${Math.round(waitMs / 1000)} s` : why);
        feed({ type: 'broker-left', takenOver });
      },
      message: feed,
      publishRefused: (topic) => feed({ type: 'publish-refused', topic }),
    },
    pace,
  );

  const joinPhone = async (waitMs: number) => {
    try {
      const client = await connectControl(path);
      if (closed) return client.close();
      phone = client;
      client.onPublication = (publication) => feed({ type: 'phone-published', publication });
      client.onClose = () => {
        phone = undefined;
        feed({ type: 'phone-left' });
        if (!closed) retry = setTimeout(joinPhone, PHONE_RETRY_MS.first, PHONE_RETRY_MS.first);
      };
      log.info({ phone: client.hello.phone, version: client.hello.version }, 'phone joined');
      feed({ type: 'phone-joined', verbs: client.hello.verbs });
    } catch (error) {
      sayOnce(error instanceof Error ? error.message : String(error));
      const next = Math.min(waitMs * 2, PHONE_RETRY_MS.most);
      if (!closed) retry = setTimeout(joinPhone, waitMs, next);
    }
  };
  void joinPhone(PHONE_RETRY_MS.first);

  return {
    async close() {
      feed({ type: 'closing' });
      closed = true;
      clearTimeout(alarm);
      clearTimeout(retry);
      phone?.close();
      await broker.close();
      memory.close();
    },
  };
}

function signingOf({ signing }: Configuration): SigningSettings | undefined {
  if (signing === undefined) return undefined;
  const clients = Object.entries(signing.clients).map(([name, { keyFile, roles }]) => {
    const key = readSecret(keyFile) ?? '';
    if (key.length < KEY_LEAST)
      throw new Error(`${keyFile}: a key has at least ${KEY_LEAST} characters (make one with: openssl rand -hex 32)`);
    return [name, { key, roles }] as const;
  });
  return {
    required: signing.required,
    clients: Object.fromEntries(clients),
    hmac: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('hex'),
  };
}
