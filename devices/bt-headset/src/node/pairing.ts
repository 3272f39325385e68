import { adaptersOf, type HeadsetDevice, headsetsOf } from '../bluetooth/index.ts';
import { Bus, BusError, type ObjectTree, ServiceObjects, systemBusAddress } from './bus/index.ts';

const AGENT_PATH = '/org/switchhook/agent';
const AGENT = 'org.bluez.Agent1';
const MANAGER = { service: 'org.bluez', path: '/org/bluez', interface: 'org.bluez.AgentManager1' } as const;
/** The code of headsets that are older than simple pairing. */
const OLD_CODE = '0000';

/** Pairs headsets, one that was chosen at a time; whoever else asks meanwhile is refused. */
export class Pairing {
  readonly #bus: Bus;
  readonly #adapter: string;
  #tree: ObjectTree;
  #chosen: string | undefined;

  private constructor(bus: Bus, adapter: string, tree: ObjectTree) {
    this.#bus = bus;
    this.#adapter = adapter;
    this.#tree = tree;
  }

  /** Switch the radio on and look for devices. Rejects with one line that says what is missing. */
  static async open(busAddress: string = systemBusAddress()): Promise<Pairing> {
    const bus = await Bus.connect(busAddress);
    try {
      const watched: { pairing?: Pairing; tree?: ObjectTree } = {};
      await ServiceObjects.watch(bus, 'org.bluez', '/', (tree) => {
        watched.tree = tree ?? {};
        if (watched.pairing !== undefined) watched.pairing.#tree = watched.tree;
      });
      const [adapter] = adaptersOf(watched.tree ?? {});
      if (adapter === undefined)
        throw new BusError(
          'NoRadio',
          'no Bluetooth radio here, or bluetoothd is not running: start the service bluetooth',
        );
      const pairing = new Pairing(bus, adapter.path, watched.tree ?? {});
      watched.pairing = pairing;
      await pairing.#offerAgent();
      await pairing.#set(adapter.path, 'Adapter1', 'Powered');
      await pairing.#ask(adapter.path, 'Adapter1', 'StartDiscovery');
      return pairing;
    } catch (error) {
      bus.close();
      throw error;
    }
  }

  /** The headsets that are known or were found by now, the nearest first. */
  get found(): readonly HeadsetDevice[] {
    return [...headsetsOf(this.#tree)].sort((a, b) => (b.rssi ?? -999) - (a.rssi ?? -999));
  }

  /** Pair, trust and connect. Resolves to why it is not connected yet, if so; rejects when it cannot be paired. */
  async pair({ path, paired }: HeadsetDevice): Promise<string | undefined> {
    this.#chosen = path;
    try {
      if (!paired) await this.#ask(path, 'Device1', 'Pair');
      await this.#set(path, 'Device1', 'Trusted');
      try {
        await this.#ask(path, 'Device1', 'Connect');
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    } finally {
      this.#chosen = undefined;
    }
  }

  /** Look for nothing any more, and pair nobody. */
  async close(): Promise<void> {
    await this.#ask(this.#adapter, 'Adapter1', 'StopDiscovery').catch(() => undefined);
    await this.#bus.call({ ...MANAGER, method: 'UnregisterAgent' }, 'o', [AGENT_PATH]).catch(() => undefined);
    this.#bus.close();
  }

  async #offerAgent(): Promise<void> {
    const only = (path: unknown): void => {
      if (path !== this.#chosen) throw new BusError('org.bluez.Error.Rejected', 'nobody here wants to pair with it');
    };
    const serve = (method: string, answers: string, answer: readonly unknown[] | undefined) =>
      this.#bus.serve(AGENT_PATH, AGENT, method, answers, ([path]) => {
        only(path);
        return answer;
      });
    serve('RequestPinCode', 's', [OLD_CODE]);
    serve('RequestPasskey', 'u', [0]);
    for (const method of [
      'RequestConfirmation',
      'RequestAuthorization',
      'AuthorizeService',
      'DisplayPinCode',
      'DisplayPasskey',
    ])
      serve(method, '', undefined);
    for (const method of ['Release', 'Cancel']) this.#bus.serve(AGENT_PATH, AGENT, method, '', () => undefined);
    await this.#bus.call({ ...MANAGER, method: 'RegisterAgent' }, 'os', [AGENT_PATH, 'NoInputNoOutput']);
    await this.#bus.call({ ...MANAGER, method: 'RequestDefaultAgent' }, 'o', [AGENT_PATH]);
  }

  async #ask(path: string, of: string, method: string): Promise<void> {
    await this.#bus.call({ service: 'org.bluez', path, interface: `org.bluez.${of}`, method });
  }

  async #set(path: string, of: string, property: string): Promise<void> {
    const to = { service: 'org.bluez', path, interface: 'org.freedesktop.DBus.Properties', method: 'Set' };
    await this.#bus.call(to, 'ssv', [`org.bluez.${of}`, property, ['b', true]]);
  }
}
