import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { median, type NotRun, quantile, type Result, result } from '../result.ts';
import { MeasuredProcess, pause } from './measured-process.ts';
import { Panel } from './mqtt-panel.ts';
import { HOST, RawPeer } from './raw-peer.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const BRIDGE = join(ROOT, 'apps/mqtt-bridge/dist/bundle/main.js');
const PHONE = join(ROOT, 'apps/desk-phone/dist/bundle/main.js');
const ROUNDS = 150;
const WARM_UP = 30;
/** Twenty commands a second are a phone's limit. */
const BETWEEN_MS = 60;

export const NO_GOAL = { text: '(shown)', met: () => true };

/** 8: a real phone process, the bridge process and a broker: how long a command takes, and to the wire. */
export async function commandLatency(url: string): Promise<readonly (Result | NotRun)[]> {
  if (!existsSync(BRIDGE) || !existsSync(PHONE))
    return [{ id: '8', why: 'phone and bridge are not bundled: npm run build' }];
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-bench-'));
  const exchange = await RawPeer.open();
  const panel = await Panel.join(url);
  const started: MeasuredProcess[] = [];
  try {
    started.push(startPhone(folder, exchange.port));
    const bridge = startBridge(folder, url);
    started.push(bridge);
    for (let i = 0; panel.online === 0; i++) {
      if (i > 1500) throw new Error('phone and bridge do not come online');
      await pause(20);
    }
    await pause(1000);
    const [trips, dials, echoes]: [number[], number[], number[]] = [[], [], []];
    for (let i = -WARM_UP; i < ROUNDS; i++) {
      const trip = await panel.command('rcp1', 'audio.volume', { route: 'ring', percent: 50 + (i & 1) });
      await pause(BETWEEN_MS);
      const echo = await panel.echo();
      const dial = await dialOnce(panel, exchange);
      if (i < 0) continue;
      trips.push(trip);
      dials.push(dial);
      echoes.push(echo);
    }
    const floor = 'broker echo';
    const echo = median(echoes);
    const atMost = (bound: number) => ({ text: `<= ${bound} ms`, met: (value: number) => value <= bound });
    return [
      result('8', 'MQTT command -> acknowledgement, p50', 'ms', median(trips), floor, echo, atMost(5)),
      result('8-p99', 'MQTT command -> acknowledgement, p99', 'ms', quantile(trips, 0.99), floor, echo, atMost(20)),
      result('8-wire', 'MQTT command -> INVITE on the wire, p50', 'ms', median(dials), floor, echo, NO_GOAL),
      result(
        '8-wire-p99',
        'MQTT command -> INVITE on the wire, p99',
        'ms',
        quantile(dials, 0.99),
        floor,
        echo,
        NO_GOAL,
      ),
      result('8-memory', 'resident memory of the bridge', 'MB', bridge.rssMb(), 'bare Node', 40, {
        text: '<= 55 MB',
        met: (value) => value <= 55,
      }),
    ];
  } finally {
    await panel.close();
    await Promise.all(started.map((each) => each.stop()));
    exchange.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From the message to the INVITE; the call is then refused and cleared away. */
async function dialOnce(panel: Panel, exchange: RawPeer): Promise<number> {
  const arriving = exchange.next('INVITE');
  const began = performance.now();
  const done = panel.command('rcp1', 'call.dial', { to: '2000' }).catch(() => 0);
  const invite = await arriving;
  const acknowledged = exchange.next('ACK');
  exchange.answer(invite, 486);
  await acknowledged;
  await done;
  await pause(BETWEEN_MS);
  await panel.command('rcp1', 'call.hangup');
  await pause(BETWEEN_MS);
  return invite.atMs - began;
}

function startPhone(folder: string, server: number): MeasuredProcess {
  const file = join(folder, 'phone.yaml');
  const account = { id: 'reception', user: '1000', domain: HOST, server: `${HOST}:${server}`, register: false };
  const configuration = {
    accounts: [account],
    network: { bind: HOST, sipPort: 0 },
    audio: { sound: 'silence' },
    control: { socket: join(folder, 'control.sock') },
    limits: { remoteDialsPerHour: 10_000 },
    log: { level: 'warn', folder },
  };
  writeFileSync(file, JSON.stringify(configuration), { mode: 0o600 }); // JSON is YAML
  return MeasuredProcess.spawn(process.execPath, [PHONE, 'phone', '--config', file]);
}

function startBridge(folder: string, url: string): MeasuredProcess {
  const file = join(folder, 'bridge.yaml');
  const configuration = {
    id: 'rcp1',
    broker: { url },
    control: join(folder, 'control.sock'),
    stateFolder: folder,
    log: { level: 'warn' },
  };
  writeFileSync(file, JSON.stringify(configuration));
  return MeasuredProcess.spawn(BRIDGE, ['--config', file]);
}
