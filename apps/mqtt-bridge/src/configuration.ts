import * as v from 'valibot';

const Tls = v.strictObject({
  /** PEM file of the authority; the system's when left out. */
  ca: v.optional(v.string()),
  /** Client certificate and key, PEM files. */
  cert: v.optional(v.string()),
  key: v.optional(v.string()),
});

const ConfigurationSchema = v.strictObject({
  /** Names the phone in every topic. */
  id: v.pipe(v.string(), v.regex(/^[a-z0-9_-]{1,32}$/, '1 to 32 of a-z 0-9 _ -')),
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
  log: v.optional(v.strictObject({ level: v.optional(v.picklist(['debug', 'info', 'warn', 'error']), 'info') }), {}),
});

/** The bridge's configuration, defaults filled in. */
export type Configuration = v.InferOutput<typeof ConfigurationSchema>;

/** Check a parsed YAML document. Each trouble names the path, the value and what was expected. */
export function readConfiguration(
  document: unknown,
): { ok: true; value: Configuration } | { ok: false; troubles: string[] } {
  const result = v.safeParse(ConfigurationSchema, document);
  if (result.success) return { ok: true, value: result.output };
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
