import { type ControlClient, connectControl, defaultControlPath } from '@switchhook/phone/control/node';
import { Bridge, type BridgeIn, type BridgeOut } from '../bridge.ts';
import type { Configuration } from '../configuration.ts';
import { Topics } from '../topics.ts';
import { type Broker, joinBroker } from './broker.ts';

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

/** A clock that was never set shows the seventies, or the build's year at best. */
const CLOCK_IS_RIGHT_SINCE = Date.UTC(2025, 0, 1);

/** The shell of the bridge: both connections come and go on their own; the core between them does the thinking. */
export function runBridge(settings: Configuration, version: string, log: BridgeLog): RunningBridge {
  const topics = new Topics(settings.id);
  const bridge = new Bridge({
    topics,
    version,
    keepAliveMs: settings.broker.keepAliveSec * 1000,
    clockIsRight: () => Date.now() > CLOCK_IS_RIGHT_SINCE,
  });
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
        case 'note':
          log.info({ word: output.word, detail: output.detail }, 'bridge');
          break;
        default:
          output satisfies never;
          throw new Error('unknown bridge output');
      }
    }
    clearTimeout(alarm);
    if (bridge.deadline !== undefined && !closed)
      alarm = setTimeout(() => perform(bridge.wake(Date.now())), Math.max(0, bridge.deadline - Date.now()));
  };
  const feed = (input: BridgeIn) => perform(bridge.receive(input, Date.now()));
  const sayOnce = (text: string) => {
    if (text !== lastSaid) log.warn({}, text);
    lastSaid = text;
  };

  const broker: Broker = joinBroker(settings, topics, {
    joined: () => {
      lastSaid = '';
      log.info({ broker: settings.broker.url }, 'broker joined');
      feed({ type: 'broker-joined' });
    },
    left: (why) => {
      if (why !== undefined) sayOnce(why);
      feed({ type: 'broker-left' });
    },
    message: feed,
  });

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
      feed({ type: 'phone-joined' });
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
    },
  };
}
