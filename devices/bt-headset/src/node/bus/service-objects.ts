import type { ManagedObjects } from 'dbus-native';
import type { Bus } from './bus.ts';

/** Objects of a service by path, interface and property, in plain values. */
export type ObjectTree = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

/** The objects of one service, whether it is there or not, restarts, or comes later. */
export class ServiceObjects {
  readonly #bus: Bus;
  readonly #service: string;
  readonly #path: string;
  readonly #changed: (tree: ObjectTree | undefined) => void;
  #view: ManagedObjects | undefined;
  /** Counts the owners, so that a view of one that has gone tells nothing. */
  #round = 0;

  private constructor(bus: Bus, service: string, path: string, changed: (tree: ObjectTree | undefined) => void) {
    this.#bus = bus;
    this.#service = service;
    this.#path = path;
    this.#changed = changed;
  }

  /**
   * Tell `changed` the whole tree now and whenever something in it is different; undefined while the service is not there.
   * Ends with the connection.
   */
  static async watch(
    bus: Bus,
    service: string,
    path: string,
    changed: (tree: ObjectTree | undefined) => void,
  ): Promise<void> {
    const objects = new ServiceObjects(bus, service, path, changed);
    const rule = `type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${service}'`;
    await bus.watch(rule, ({ member, sender, body }) => {
      if (member !== 'NameOwnerChanged' || sender !== 'org.freedesktop.DBus' || body[0] !== service) return;
      void objects.#look(body[2] !== '');
    });
    await objects.#look((await bus.ownerOf(service)) !== undefined);
  }

  async #look(there: boolean): Promise<void> {
    const round = ++this.#round;
    void this.#view?.close();
    this.#view = undefined;
    if (!there) {
      this.#changed(undefined);
      return;
    }
    const view = await this.#bus.objects(this.#service, this.#path).catch(() => undefined);
    if (round !== this.#round) {
      void view?.close();
      return;
    }
    this.#view = view;
    const tell = () => {
      if (round === this.#round) this.#changed(view?.objects);
    };
    for (const event of ['added', 'removed', 'changed']) view?.on(event, tell);
    tell(); // no view: it went while we asked, and its next owner will be told
  }
}
