/** The topic tree of one phone: `switchhook/<id>/…` (docs/mqtt.md). */

/** Who a sender acts as, by the topic it writes to: brokers map users to topics, MQTT itself names nobody. */
export type Role = 'operator' | 'reader' | 'dialer' | 'announcer' | 'recorder' | 'admin';

const ROLES: readonly Role[] = ['reader', 'dialer', 'announcer', 'recorder', 'admin'];

/** What an incoming topic asks for. */
export type Ask =
  /** A JSON envelope. */
  | { readonly form: 'envelope'; readonly role: Role }
  /** `cmd/<verb>`: the payload is empty, `PRESS` or the single argument. */
  | { readonly form: 'short'; readonly verb: string }
  /** `set/<key>`. */
  | { readonly form: 'setting'; readonly key: string };

export class Topics {
  readonly base: string;

  /** `id` names the phone: 1 to 32 of `a-z 0-9 _ -`. Anything else would break out of its own branch of the tree. */
  constructor(id: string) {
    if (!/^[a-z0-9_-]{1,32}$/.test(id)) throw new Error(`a phone's id is 1 to 32 of a-z 0-9 _ -, not "${id}"`);
    this.base = `switchhook/${id}`;
  }

  get availability(): string {
    return `${this.base}/availability`;
  }

  /** An outgoing topic below the phone's branch. */
  below(path: string): string {
    return `${this.base}/${path}`;
  }

  /** What to subscribe to. */
  get commands(): readonly string[] {
    return [
      `${this.base}/cmd`,
      `${this.base}/cmd/+`,
      `${this.base}/set/+`,
      ...ROLES.map((role) => `${this.base}/${role}/cmd`),
    ];
  }

  /** What `topic` asks for; undefined when it is none of ours. */
  ask(topic: string): Ask | undefined {
    if (!topic.startsWith(`${this.base}/`)) return undefined;
    const path = topic.slice(this.base.length + 1);
    if (path === 'cmd') return { form: 'envelope', role: 'operator' };
    if (path.startsWith('cmd/')) return { form: 'short', verb: path.slice(4) };
    if (path.startsWith('set/')) return { form: 'setting', key: path.slice(4) };
    const role = ROLES.find((name) => path === `${name}/cmd`);
    return role === undefined ? undefined : { form: 'envelope', role };
  }

  /**
   * Whether an answer may be written to `topic`. A foreign one would let a sender write anywhere with our rights, so it
   * must be a plain name under our own `reply/` or under `client/`.
   */
  mayReplyTo(topic: string): boolean {
    return (
      /^[a-z0-9_\-/]{1,128}$/.test(topic) && (topic.startsWith(`${this.base}/reply/`) || topic.startsWith('client/'))
    );
  }
}
