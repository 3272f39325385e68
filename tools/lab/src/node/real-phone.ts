import { phoneSettings } from '@switchhook/phone';
import { Runtime } from '@switchhook/phone/node';
import type { MediaPort } from '@switchhook/rtp-media';
import { type SoundChoice, soundWorkerUrl, startMediaWorker } from '@switchhook/rtp-media/node';
import { token } from '@switchhook/sans-io';
import { UserAgent } from '@switchhook/sip-core';
import { monotonicClock, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import type { PartyPlan } from '../network/office-plan.ts';

/** A phone of our own stack on its feet: real sockets, a real media worker. */
export interface RealPhone {
  readonly plan: PartyPlan;
  readonly runtime: Runtime;
  readonly media: MediaPort;
  close(): Promise<void>;
}

/** What a phone of the office is told. */
export interface RealPhoneOptions {
  readonly plan: PartyPlan;
  readonly exchange: PartyPlan;
  readonly domain: string;
  readonly password: string;
  readonly sound: SoundChoice;
}

/** Start a phone: bound at its `lan` address, known by its `wan` address, like one behind a static NAT. */
export async function startRealPhone(options: RealPhoneOptions): Promise<RealPhone> {
  const { plan, exchange, domain, password, sound } = options;
  const { lan, wan, sipPort, user } = plan;
  const id = token<'account'>(user);
  const [sockets, media] = await Promise.all([
    Sockets.open({ udp: { host: lan, port: sipPort } }),
    startMediaWorker({
      workerUrl: soundWorkerUrl(),
      host: lan,
      advertise: wan,
      ports: plan.rtpPorts,
      sound,
      realtime: false,
    }),
  ]);
  const userAgent = new UserAgent({
    accounts: [
      {
        id,
        user,
        domain,
        password,
        transport: 'udp',
        server: { host: exchange.wan, port: exchange.sipPort },
        register: true,
      },
    ],
    local: { udp: { host: wan, port: sipPort } },
    crypto: nodeCrypto,
  });
  const runtime = new Runtime({
    clock: monotonicClock,
    wall: Date.now,
    random: nodeCrypto,
    userAgent,
    transport: sockets,
    media,
    settings: phoneSettings({
      accounts: [{ id, user, domain, transport: 'udp', register: true }],
      acceptRefer: 'same-dialog',
    }),
    strict: true,
  });
  runtime.start();
  return {
    plan,
    runtime,
    media,
    close: async () => {
      runtime.close();
      await media.close();
    },
  };
}
