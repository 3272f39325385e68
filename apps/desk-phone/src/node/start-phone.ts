import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { defaultControlPath } from '@switchhook/phone/control/node';
import {
  ControlServer,
  farewell,
  Runtime,
  resolveServer,
  type ServerAddress,
  ServerFault,
} from '@switchhook/phone/node';
import type { MediaPort } from '@switchhook/rtp-media';
import { startMediaWorker } from '@switchhook/rtp-media/node';
import { type TransportName, UserAgent } from '@switchhook/sip-core';
import { localAddressTowards, monotonicClock, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import { gestureTableOf, KEY_NAMES, keyTableOf } from '../configuration/key-table.ts';
import { looseEnds } from '../configuration/keypad-wiring.ts';
import { accountOf, remotePolicyOf, settingsOf, srtpOf } from '../configuration/phone-settings.ts';
import type { Configuration } from '../configuration/schema.ts';
import { Hands } from '../hands.ts';
import { audioWithHeadset } from '../headset/headset-voice.ts';
import { tapped } from '../journal/sip-tap.ts';
import { VERSION } from '../version.ts';
import { type LoadedConfiguration, StartFault } from './configuration-file.ts';
import { type DeskSound, levelsOf, planSound } from './desk-sound.ts';
import { KeptSettings } from './kept-settings.ts';
import { openKeypads } from './keypads.ts';
import { LateMedia } from './late-media.ts';
import type { Log } from './log.ts';
import { openHeadset } from './open-headset.ts';
import { openRecorder } from './open-recorder.ts';
import { registrationAdvice } from './registration-advice.ts';
import { badPem, isBadPem, namesOf, tlsSettings } from './tls-files.ts';

/** How long the far ends may take to answer our BYE and REGISTER when the phone stops. */
const FAREWELL_MS = 1500;

/** A phone that runs. */
export interface DeskPhone {
  readonly runtime: Runtime;
  /** Where every keypad, hook and headset gives its events. */
  readonly hands: Hands;
  /** Where our SIP sockets are. */
  readonly sipPort: number;
  /** Where the control socket is, when it is enabled. */
  readonly controlPath: string | undefined;
  /** Lasting faults of this machine that the person should see. */
  readonly notes: string[];
  /** When the media worker ticks. */
  readonly media: Promise<void>;
  /** Hang up politely, unregister, and let go of everything. */
  stop(): Promise<void>;
}

/** Start everything that the configuration asks for. Throws `StartFault` with one line that says what to change. */
export async function startPhone(
  loaded: LoadedConfiguration,
  log: Log,
  folder: string,
  say: (line: string) => void,
): Promise<DeskPhone> {
  const { configuration } = loaded;
  const { network } = configuration;
  const servers = await Promise.all(
    configuration.accounts.map((account) => resolve(account.server ?? account.domain, account.transport, network.bind)),
  );
  const sockets = await openSockets(loaded, servers);
  const host =
    network.advertise ?? (isWildcard(network.bind) ? await localAddressTowards(servers[0]!.host) : network.bind);
  const accounts = configuration.accounts.map((account, i) =>
    accountOf(account, servers[i]!, loaded.passwords.get(account.id)),
  );
  const local = Object.fromEntries(Object.entries(sockets.local).map(([name, at]) => [name, { host, port: at.port }]));
  const notes: string[] = [];
  const note = (line: string) => {
    notes.push(line);
    say(line);
  };
  const recorder = openRecorder(loaded, log, folder, local, say);
  const media = new LateMedia(() => startMedia(configuration, host, note));
  const kept = new KeptSettings(folder);
  const runtime = new Runtime({
    clock: monotonicClock,
    wall: Date.now,
    random: nodeCrypto,
    userAgent: new UserAgent({
      accounts,
      local,
      userAgent: `switchhook/${VERSION}`,
      acceptFrom: network.acceptFrom,
      inDialogFrom: network.inDialogFrom,
      crypto: nodeCrypto,
    }),
    transport: tapped(sockets, recorder),
    media,
    settings: settingsOf(configuration),
    kept: kept.all,
    codecs: (id) => configuration.accounts.find((account) => account.id === id)?.codecs ?? ['PCMU', 'PCMA'],
    srtp: (id) => srtpOf(configuration.accounts.find((account) => account.id === id)),
    remote: remotePolicyOf(configuration),
    journal: (entry) => log.take(entry),
    save: (key, value) => {
      const why = kept.set(key, value);
      if (why !== undefined) say(`${key} is set but not kept over a restart: ${why}`);
    },
  });
  for (const command of levelsOf(runtime.state)) media.send(command);
  runtime.subscribe(recorder);
  const { longPressMs: longMs, doubleGapMs: gapMs } = configuration.headset;
  const hands = new Hands({
    runtime,
    clock: monotonicClock,
    keys: keyTableOf(configuration),
    gestures: gestureTableOf(configuration),
    gestureTimes: { longMs, gapMs },
  });
  for (const line of looseEnds(configuration, KEY_NAMES)) note(line);
  sayWhatFails(runtime, configuration, say);
  const leave = async (): Promise<void> => {
    hands.close();
    await farewell(runtime, FAREWELL_MS);
    recorder.close();
    runtime.close();
    await media.close();
  };
  runtime.start();
  let control: ControlServer | undefined;
  try {
    control = configuration.control.enabled ? await openControl(runtime, configuration) : undefined;
  } catch (error) {
    await leave();
    throw error;
  }
  const ports = { runtime, hands, clock: monotonicClock, say, fault: deviceFaults(notes, say) };
  const keypads = openKeypads(configuration, ports);
  const headset = openHeadset(configuration, ports);
  return {
    runtime,
    hands,
    sipPort: Object.values(local)[0]!.port,
    controlPath: control?.path,
    notes,
    media: media.ready,
    async stop() {
      keypads.close();
      headset.close();
      await control?.close();
      await leave();
    },
  };
}

async function resolve(server: string, transport: TransportName, bind: string) {
  try {
    return await resolveServer(server, transport, isIPv6(bind) ? 6 : 4);
  } catch (error) {
    if (error instanceof ServerFault) throw new StartFault(error.message);
    throw error;
  }
}

async function openSockets(
  { configuration: { accounts, network, tls }, path }: LoadedConfiguration,
  servers: readonly ServerAddress[],
): Promise<Sockets> {
  const at = { host: network.bind, port: network.sipPort };
  const uses = (transport: string) => accounts.some((account) => account.transport === transport);
  const secure = uses('tls') ? tlsSettings(tls, path, namesOf(accounts, servers)) : undefined;
  try {
    return await Sockets.open({
      ...(uses('udp') ? { udp: at } : {}),
      ...(uses('tcp') ? { tcp: at } : {}),
      ...(secure === undefined ? {} : { tls: { host: network.bind, port: network.tlsPort, ...secure } }),
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (isBadPem(error)) throw new StartFault(badPem(error, tls));
    if (code === 'EADDRINUSE') {
      throw new StartFault(
        `port ${network.sipPort} is in use by another program: set network.sipPort to another one, or to 0 for any`,
      );
    }
    if (code === 'EACCES')
      throw new StartFault(
        `port ${network.sipPort} may not be used by this user: set network.sipPort to one above 1023`,
      );
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EINVAL')
      throw new StartFault(
        `this machine has no address ${network.bind}: set network.bind to one that it has, or leave it out`,
      );
    throw error;
  }
}

async function startMedia(
  configuration: Configuration,
  host: string,
  note: (line: string) => void,
): Promise<MediaPort> {
  const { network } = configuration;
  const audio = audioWithHeadset(configuration);
  const plan = planSound(audio);
  if (plan.note !== undefined) note(plan.note);
  const options = {
    workerUrl: new URL(import.meta.url.endsWith('.ts') ? './media-worker.ts' : './media-worker.js', import.meta.url),
    host: network.bind,
    advertise: host,
    ports: network.rtpPorts,
    country: audio.country,
    cname: `switchhook-${randomBytes(6).toString('hex')}`,
  };
  try {
    return await startMediaWorker<DeskSound>({ ...options, sound: plan.sound });
  } catch (error) {
    if (!plan.orSilence) throw error;
    note(`no sound: ${(error as Error).message}; the phone works in silence`);
    return startMediaWorker<DeskSound>({ ...options, sound: { type: 'silence' } });
  }
}

async function openControl(runtime: Runtime, { control, name }: Configuration): Promise<ControlServer> {
  const path = control.socket ?? defaultControlPath();
  try {
    return await ControlServer.open({
      runtime,
      clock: monotonicClock,
      path,
      phone: name,
      version: VERSION,
      wall: Date.now,
    });
  } catch (error) {
    throw new StartFault((error as Error).message);
  }
}

/** Keeps in `notes` what is wrong with each device now, and says it when that changes. */
function deviceFaults(
  notes: string[],
  say: (line: string) => void,
): (device: string, line: string | undefined) => void {
  const standing = new Map<string, string>();
  return (device, line) => {
    const before = standing.get(device);
    if (before !== undefined) notes.splice(notes.indexOf(before), 1);
    standing.delete(device);
    const now = line === undefined ? undefined : `${device}: ${line}`;
    if (now !== undefined) {
      standing.set(device, now);
      notes.push(now);
    }
    if (now !== before) say(now ?? `${device}: works`);
  };
}

/** Each reason of each account, and each fault of this machine, is said once until something else is to be said. */
function sayWhatFails(runtime: Runtime, { accounts }: Configuration, say: (line: string) => void): void {
  const said = new Map<string, string>();
  const once = (of: string, line: string): void => {
    if (said.get(of) === line) return;
    said.set(of, line);
    say(line);
  };
  runtime.subscribe({
    journal: (entry) => {
      if (entry.type === 'fault') once(`fault ${entry.where}`, `${entry.where}: ${entry.message}`);
      if (entry.type !== 'registration') return;
      const account = accounts.find(({ id }) => id === entry.account);
      if (account === undefined || entry.state.name === 'registering') return;
      const line =
        entry.state.name === 'failed'
          ? registrationAdvice(account, entry.state)
          : `account ${account.id}: ${entry.state.name}`;
      once(account.id, line);
    },
  });
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
