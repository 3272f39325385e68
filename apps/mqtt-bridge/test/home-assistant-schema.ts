/**
 * The rules by which Home Assistant takes or drops a device discovery message, written down a second time and apart from
 * the code that makes the payload (mqtt.md §3.6; versions 2024.12 and 2026.9). Returns what is wrong; empty = taken.
 */
export function discoveryTroubles(topic: string, payload: string): readonly string[] {
  const troubles: string[] = [];
  const wrong = (what: string): void => {
    troubles.push(what);
  };
  const level = '[a-zA-Z0-9_-]+';
  if (!new RegExp(`^${level}(/${level})*/device/${level}/config$`).test(topic)) wrong(`topic ${topic}`);
  const root = JSON.parse(payload) as Fields;
  closed(root, ROOT, 'root', wrong);
  for (const key of ['dev', 'o', 'cmps']) if (!isFields(root[key])) wrong(`root: ${key} is needed`);
  if ('availability' in root && 'availability_topic' in root) wrong('root: availability and availability_topic');
  if (![undefined, 0, 1, 2].includes(root['qos'] as number)) wrong('root: qos');
  const { dev = {}, o = {}, cmps = {} } = root as Record<string, Fields>;
  closed(dev, DEVICE, 'dev', wrong);
  const ids = dev['ids'];
  const listed = Array.isArray(ids) ? ids : [ids];
  if (!listed.every((id) => typeof id === 'string' && id !== '')) wrong('dev: ids');
  for (const [key, value] of Object.entries(dev))
    if (key !== 'ids' && key !== 'cns' && typeof value !== 'string') wrong(`dev: ${key}`);
  if ('cu' in dev && !/^(https?|homeassistant):\/\/[^\s/]+/.test(String(dev['cu']))) wrong('dev: cu');
  closed(o, ORIGIN, 'o', wrong);
  if (typeof o['name'] !== 'string') wrong('o: name is needed');
  const uniqueIds = new Set<unknown>();
  for (const [key, component] of Object.entries(cmps)) {
    if (!isFields(component)) {
      wrong(`${key}: no object`);
      continue;
    }
    // only the platform: this removes the component
    if (Object.keys(component).length === 1 && 'p' in component && PLATFORMS.has(String(component['p']))) continue;
    componentTroubles(component, root, (what) => wrong(`${key}: ${what}`));
    if ('unique_id' in component) {
      if (uniqueIds.has(component['unique_id'])) wrong(`${key}: unique_id twice`);
      uniqueIds.add(component['unique_id']);
    }
  }
  return troubles;
}

type Fields = Readonly<Record<string, unknown>>;

/** `message_expiry_interval` is left out here: the older of the two versions drops a root that has it. */
const ROOT = new Set([
  'dev',
  'o',
  'cmps',
  'availability',
  'availability_mode',
  'availability_template',
  'availability_topic',
  'payload_available',
  'payload_not_available',
  'state_topic',
  'command_topic',
  'qos',
  'encoding',
]);
const DEVICE = new Set(['ids', 'cns', 'mf', 'mdl', 'mdl_id', 'name', 'hw', 'sn', 'sw', 'via_device', 'sa', 'cu']);
const ORIGIN = new Set(['name', 'sw', 'url']);

interface Platform {
  readonly needs: readonly string[];
  readonly may: readonly string[];
}

const ENTITY = [
  'p',
  'unique_id',
  'default_entity_id',
  'name',
  'icon',
  'entity_category',
  'enabled_by_default',
  'availability',
  'availability_mode',
  'availability_topic',
  'availability_template',
  'payload_available',
  'payload_not_available',
  'json_attributes_topic',
  'json_attributes_template',
  'qos',
  'encoding',
  'message_expiry_interval',
];
const COMMANDED = ['command_topic', 'command_template', 'retain'];
const PLATFORMS: ReadonlyMap<string, Platform> = new Map([
  [
    'sensor',
    {
      needs: ['state_topic'],
      may: ['device_class', 'options', 'value_template', 'unit_of_measurement', 'state_class'],
    },
  ],
  ['binary_sensor', { needs: ['state_topic'], may: ['device_class', 'value_template', 'payload_on', 'payload_off'] }],
  ['button', { needs: ['command_topic'], may: [...COMMANDED, 'payload_press', 'device_class'] }],
  [
    'switch',
    { needs: ['command_topic'], may: [...COMMANDED, 'state_topic', 'payload_on', 'payload_off', 'value_template'] },
  ],
  [
    'number',
    { needs: ['command_topic'], may: [...COMMANDED, 'state_topic', 'min', 'max', 'step', 'mode', 'value_template'] },
  ],
  ['select', { needs: ['command_topic', 'options'], may: [...COMMANDED, 'state_topic', 'value_template'] }],
  [
    'text',
    { needs: ['command_topic'], may: [...COMMANDED, 'state_topic', 'min', 'max', 'pattern', 'mode', 'value_template'] },
  ],
  ['event', { needs: ['state_topic', 'event_types'], may: ['device_class', 'value_template'] }],
  ['notify', { needs: ['command_topic'], may: COMMANDED }],
]);
const AUTOMATION = new Set(['p', 'automation_type', 'type', 'subtype', 'topic', 'payload', 'value_template', 'qos']);

function componentTroubles(component: Fields, root: Fields, wrong: (what: string) => void): void {
  const p = String(component['p']);
  if (p === 'device_automation') {
    closed(component, AUTOMATION, p, wrong);
    if (component['automation_type'] !== 'trigger') wrong('automation_type');
    for (const key of ['type', 'subtype', 'topic']) if (typeof component[key] !== 'string') wrong(`${key} is needed`);
    return;
  }
  const platform = PLATFORMS.get(p);
  if (platform === undefined) {
    wrong(`no platform ${p}`);
    return;
  }
  // Home Assistant takes unknown keys here and forgets them: one that we write means that we are mistaken
  closed(component, new Set([...ENTITY, ...platform.needs, ...platform.may]), p, wrong);
  for (const key of ['unique_id', ...platform.needs]) if (!(key in component)) wrong(`${key} is needed`);
  if (!/^[a-zA-Z0-9_-]+$/.test(String(component['unique_id']))) wrong('unique_id');
  if (!new RegExp(`^${p}\\.[a-z0-9]+(_[a-z0-9]+)*$`).test(String(component['default_entity_id'])))
    wrong('default_entity_id');
  // the root's option is inherited where the component has none; the two forms exclude each other
  if ('availability' in root && 'availability_topic' in component)
    wrong('availability_topic beside the list of the root');
  if ('availability_topic' in root && 'availability' in component) wrong('availability beside the topic of the root');
  const modes = [undefined, 'all', 'any', 'latest'];
  if (!modes.includes(component['availability_mode'] as string | undefined)) wrong('availability_mode');
  for (const each of (component['availability'] ?? []) as Fields[]) {
    closed(
      each,
      new Set(['topic', 'payload_available', 'payload_not_available', 'value_template']),
      'availability',
      wrong,
    );
    if (!isTopic(each['topic'])) wrong('availability: topic');
  }
  for (const [key, value] of Object.entries(component)) {
    if (key.endsWith('_topic') && !isTopic(value)) wrong(key);
    if (key.endsWith('_template') && !isTemplate(value)) wrong(key);
  }
  const expiry = component['message_expiry_interval'];
  if (expiry !== undefined && !(Number.isInteger(expiry) && (expiry as number) > 0)) wrong('message_expiry_interval');
  const options = component['options'];
  if (options !== undefined && !(Array.isArray(options) && options.every((each) => typeof each === 'string')))
    wrong('options');
  if (p === 'sensor' && options !== undefined && component['device_class'] !== 'enum') wrong('options without enum');
  if (p === 'text') new RegExp(String(component['pattern'] ?? ''));
  if (p === 'number' && !(Number(component['min'] ?? 1) < Number(component['max'] ?? 100))) wrong('min and max');
}

function closed(value: Fields, keys: ReadonlySet<string>, where: string, wrong: (what: string) => void): void {
  for (const key of Object.keys(value)) if (!keys.has(key)) wrong(`${where}: no key ${key}`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTopic(value: unknown): boolean {
  return typeof value === 'string' && /^[^+#\u0000$/][^+#\u0000]*$/.test(value) && !/\/\/|\/$/.test(value);
}

/** Braces in pairs: what a template engine would refuse first. */
function isTemplate(value: unknown): boolean {
  return typeof value === 'string' && value.split('{{').length === value.split('}}').length && value.includes('{{');
}
