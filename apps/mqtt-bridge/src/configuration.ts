import * as v from 'valibot';

const Tls = v.strictObject({
  /** PEM file of the authority; the system's when left out. */
  ca: v.optional(v.string()),
  /** Client certificate and key, PEM files. */
  cert: v.optional(v.string()),
  key: v.optional(v.string()),
  /** The name in the broker's certificate, where it is not that of the URL. */
  serverName: v.optional(v.string()),
});

const Id = v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,32}$/, '1 to 32 of a-z 0-9 _ -'));
const TopicName = v.pipe(v.string(), v.regex(/^[a-z0-9_-]+(\/[a-z0-9_-]+)*$/, 'a topic of a-z 0-9 _ - and /'));
const Filter = v.pipe(
  v.string(),
  v.regex(/^([a-z0-9_-]+|\+)(\/([a-z0-9_-]+|\+))*(\/#)?$/, 'a topic filter of a-z 0-9 _ - / + that may end in /#'),
);
const Role = v.picklist(['operator', 'reader', 'dialer', 'announcer', 'recorder', 'admin']);

const SigningClient = v.strictObject({
  /** File whose first line is the key: at least 32 characters. */
  keyFile: v.string(),
  roles: v.optional(v.pipe(v.array(Role), v.minLength(1)), ['operator']),
});

const ConfigurationSchema = v.strictObject({
  /** Names the phone in every topic; left out: made from the machine's serial number. */
  id: v.optional(Id),
  broker: v.strictObject({
    url: v.pipe(
      v.string(),
      v.regex(/^(mqtts?|wss?):\/\/[^\s]+$/, 'a URL that begins with mqtt://, mqtts://, ws:// or wss://'),
    ),
    username: v.optional(v.string()),
    password: v.optional(v.string()),
    /** File whose first line is the password. */
    passwordFile: v.optional(v.string()),
    clientId: v.optional(v.pipe(v.string(), v.minLength(1))),
    keepAliveSec: v.optional(v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(1200)), 30),
    tls: v.optional(Tls),
  }),
  /** The phone's control socket. */
  control: v.optional(v.string()),
  /** How much of people's numbers and names is published. */
  privacy: v.optional(v.picklist(['full', 'masked', 'none']), 'full'),
  /** Besides `switchhook/<id>/reply/#`. */
  replyTo: v.optional(v.array(Filter), ['client/+']),
  /** Settings that may be set by their `set/` topic alone, without the admin's topic. */
  settable: v.optional(v.array(v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,32}$/, 'the key of a setting'))), ['dnd']),
  events: v.optional(v.strictObject({ media: v.optional(v.boolean(), false) }), {}),
  signing: v.optional(
    v.strictObject({
      /** Unsigned commands are refused, those of buttons too. */
      required: v.optional(v.boolean(), true),
      clients: v.record(Id, SigningClient),
    }),
  ),
  homeAssistant: v.optional(
    v.strictObject({
      discovery: v.optional(v.boolean(), true),
      prefix: v.optional(TopicName, 'homeassistant'),
      /** Of the device. */
      name: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
      url: v.optional(v.pipe(v.string(), v.regex(/^https?:\/\/[^\s]+$/, 'a URL that begins with http:// or https://'))),
    }),
    {},
  ),
  /** Folder for what is remembered over a restart. */
  stateFolder: v.optional(v.string()),
  log: v.optional(v.strictObject({ level: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info') }), {}),
});

/** The bridge's configuration, defaults filled in. */
export type Configuration = v.InferOutput<typeof ConfigurationSchema> & { readonly id: string };

/**
 * Check a parsed YAML document. Each trouble names the path, the value and what was expected. `defaultId` names the
 * phone where the document does not.
 */
export function readConfiguration(
  document: unknown,
  defaultId?: string,
): { ok: true; value: Configuration } | { ok: false; troubles: string[] } {
  const result = v.safeParse(ConfigurationSchema, document);
  if (result.success) {
    const id = result.output.id ?? defaultId;
    if (id === undefined) return { ok: false, troubles: ['id: left out, and this machine has no serial number'] };
    return { ok: true, value: { ...result.output, id } };
  }
  return {
    ok: false,
    troubles: result.issues.map((issue) => {
      const path = v.getDotPath(issue) ?? '(the whole file)';
      if (issue.expected === 'never') return `${path}: there is no such key`;
      const secret = /password/i.test(path);
      return `${path}: ${secret ? 'this value' : issue.received} is not right, expected ${issue.message.startsWith('Invalid') ? issue.expected : issue.message}`;
    }),
  };
}

/** What is not right with the way to the broker although it works, in words for a person (rule 8). */
export function brokerWarnings({ broker }: Configuration): readonly string[] {
  const { hostname, protocol, username } = new URL(broker.url);
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  const named = broker.username !== undefined || username !== '' || broker.tls?.cert !== undefined;
  return loopback
    ? []
    : [
        ...(/^(mqtt|ws):$/.test(protocol)
          ? ['the broker is reached without encryption: use mqtts:// or wss://, and let the broker listen on 8883']
          : []),
        ...(named
          ? []
          : ['the broker is joined without a user name: give the bridge one, and the broker an ACL (docs/mqtt.md)']),
      ];
}
