import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { until } from '../guest/until.ts';

/** The two virtual controllers of `btvirt -l2`: the phone's own, and the headset's. */
export const PHONE_ADAPTER = '00:AA:01:00:00:00';
export const HEADSET_ADAPTER = '00:AA:01:01:00:01';
/** The RFCOMM channel that BlueZ gives the Hands-Free audio gateway. */
export const GATEWAY_CHANNEL = 13;

const BLUETOOTHD = ['/usr/libexec/bluetooth/bluetoothd', '/usr/lib/bluetooth/bluetoothd', '/usr/sbin/bluetoothd'];

/** Debian's bluetoothd on a system bus of its own, with two controllers that an emulated radio link joins. */
export class Bluetooth {
  #daemon: ChildProcess | undefined;
  readonly #rest: ChildProcess[] = [];

  static async start(): Promise<Bluetooth> {
    const bluetooth = new Bluetooth();
    mkdirSync('/run/dbus', { recursive: true });
    const bus = spawnSync('dbus-daemon', ['--system', '--fork', '--nopidfile'], { encoding: 'utf8' });
    if (bus.status !== 0) throw new Error(`no system bus: ${bus.stderr}`);
    await until('the system bus', () => existsSync('/run/dbus/system_bus_socket'));
    bluetooth.#rest.push(spawn('btvirt', ['-l2'], { stdio: 'ignore' }));
    await until('two controllers', () => existsSync('/sys/class/bluetooth/hci1'), 20_000);
    await bluetooth.startDaemon();
    return bluetooth;
  }

  /** Start bluetoothd and switch both controllers on. */
  async startDaemon(): Promise<void> {
    const path = BLUETOOTHD.find((one) => existsSync(one));
    if (path === undefined) throw new Error('no bluetoothd');
    this.#daemon = spawn(path, ['-n'], { stdio: ['ignore', 'inherit', 'inherit'] });
    await until('both controllers are powered', () => ['hci0', 'hci1'].every((name) => switchOn(name)), 30_000);
  }

  async stopDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const gone = new Promise((done) => daemon.once('exit', done));
    daemon.kill('SIGTERM');
    await gone;
  }

  async stop(): Promise<void> {
    await this.stopDaemon();
    for (const child of this.#rest) child.kill('SIGKILL');
  }
}

/** Set Powered, Pairable and Discoverable over D-Bus; whether the daemon took it. */
function switchOn(adapter: string): boolean {
  const set = (property: string) =>
    spawnSync('dbus-send', [
      '--system',
      '--print-reply',
      '--dest=org.bluez',
      `/org/bluez/${adapter}`,
      'org.freedesktop.DBus.Properties.Set',
      'string:org.bluez.Adapter1',
      `string:${property}`,
      'variant:boolean:true',
    ]).status === 0;
  return ['Powered', 'Pairable', 'Discoverable'].every(set);
}
