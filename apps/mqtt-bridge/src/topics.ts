/** The topic tree of one phone: `switchhook/<id>/…` (docs/mqtt.md). */

/** Who a sender acts as, by the topic it writes to: brokers map users to topics, MQTT itself names nobody. */
export type Role = 'operator' | 'reader' | 'dialer' | 'announcer' | 'recorder' | 'admin';

export const ROLES: readonly Role[] = ['operator', 'reader', 'dialer', 'announcer', 'recorder', 'admin'];

/** What an incoming topic asks for. */
export type Ask =
  /** A JSON envelope. */
  | { readonly form: 'envelope'; readonly role: Role }
  /** `cmd/<verb>`: the payload is empty, `PRESS` or the single argument. */
  | { readonly form: 'short'; readonly verb: string }
  /** `set/<key>`. */
  | { readonly form: 'setting'; readonly key: string }
  /** Home Assistant says that it has started, or that it ends. */
  | { readonly form: 'birth' };

export interface TopicSettings {
  /** Besides the phone's own `reply/`: filters of topics that answers may be written to. Default `client/+`. */
  readonly replyTo?: readonly string[];
  /** Default `homeassistant`. */
  readonly discoveryPrefix?: string;
}

export class Topics {
  readonly id: string;
  readonly base: string;
  /** Where Home Assistant looks for the phone's description. */
  readonly discovery: string;
  /** Where Home Assistant says that it has started. */
  readonly birth: string;
  readonly #replies: readonly RegExp[];

  /** `id` names the phone: 1 to 32 of `a-z 0-9 _ -`. Anything else would break out of its own branch of the tree. */
  constructor(id: string, { replyTo = ['client/+'], discoveryPrefix = 'homeassistant' }: TopicSettings = {}) {
    if (!/^[a-z0-9_-]{1,32}$/.test(id)) throw new Error(`a phone's id is 1 to 32 of a-z 0-9 _ -, not "${id}"`);
    this.id = id;
    this.base = `switchhook/${id}`;
    this.discovery = `${discoveryPrefix}/device/switchhook_${id}/config`;
    this.birth = `${discoveryPrefix}/status`;
    this.#replies = [`${this.base}/reply/#`, ...replyTo].map(filterPattern);
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
      ...ROLES.filter((role) => role !== 'operator').map((role) => `${this.base}/${role}/cmd`),
    ];
  }

  /** What `topic` asks for; undefined when it is none of ours. */
  ask(topic: string): Ask | undefined {
    if (topic === this.birth) return { form: 'birth' };
    if (!topic.startsWith(`${this.base}/`)) return undefined;
    const path = topic.slice(this.base.length + 1);
    if (path === 'cmd') return { form: 'envelope', role: 'operator' };
    if (path.startsWith('cmd/')) return { form: 'short', verb: path.slice(4) };
    if (path.startsWith('set/')) return { form: 'setting', key: path.slice(4) };
    const role = ROLES.find((name) => name !== 'operator' && path === `${name}/cmd`);
    return role === undefined ? undefined : { form: 'envelope', role };
  }

  /**
   * Whether an answer may be written to `topic`. A foreign one would let a sender write anywhere with our rights, so it
   * must be a plain name under our own `reply/` or under one of the configured filters.
   */
  mayReplyTo(topic: string): boolean {
    return /^[a-z0-9_\-/]{1,128}$/.test(topic) && this.#replies.some((pattern) => pattern.test(topic));
  }
}

/** An MQTT filter as a pattern; a level is never empty. */
function filterPattern(filter: string): RegExp {
  const levels = filter.split('/').map((level) => {
    if (level === '+') return '[^/]+';
    return level === '#' ? '[^/]+(?:/[^/]+)*' : level.replace(/[^a-z0-9_-]/g, '\\$&');
  });
  return new RegExp(`^${levels.join('/')}$`);
}
