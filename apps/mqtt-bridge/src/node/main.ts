#!/usr/bin/env -S node --max-semi-space-size=1 --optimize-for-size --max-lazy --no-opt
// The flags have V8 prefer memory to speed: a few messages a second on a small machine that has a telephone to run.
/** `switchhook-mqtt-bridge --config FILE [--check | --remove-discovery]`: the phone's control socket on one side, a broker on the other. */
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { parse as parseYaml } from 'yaml';
import { brokerWarnings, readConfiguration } from '../configuration.ts';
import { defaultId } from './machine.ts';
import { removeDiscovery } from './remove-discovery.ts';
import { runBridge } from './run-bridge.ts';

const VERSION = '0.1.0';
const USAGE = `usage: switchhook-mqtt-bridge --config FILE [--check | --remove-discovery]

  --config FILE       the YAML configuration: id, broker, control, log (apps/mqtt-bridge/README.md)
  --check             only say whether the configuration is right, and what is not safe about it
  --remove-discovery  take the phone out of Home Assistant and end
  --version           ${VERSION}`;

function fail(message: string): never {
  console.error(`switchhook-mqtt-bridge: ${message}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        config: { type: 'string' },
        check: { type: 'boolean' },
        'remove-discovery': { type: 'boolean' },
        version: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
  }
}

function readFile(file: string) {
  try {
    return parseYaml(readFileSync(file, 'utf8'), { maxAliasCount: 20 }) as unknown;
  } catch (error) {
    return fail(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

const options = readArguments();
if (options.help === true) {
  console.log(USAGE);
  process.exit(0);
}
if (options.version === true) {
  console.log(VERSION);
  process.exit(0);
}
const file = options.config ?? fail(`say which configuration\n\n${USAGE}`);
const read = readConfiguration(readFile(file), defaultId());
if (!read.ok) fail(`${file} is not right:\n${read.troubles.map((trouble) => `  ${trouble}`).join('\n')}`);
const settings = read.value;
if (settings.broker.password !== undefined && (statSync(file).mode & 0o077) !== 0)
  console.error(`switchhook-mqtt-bridge: ${file} holds a password and others may read it: chmod 600 ${file}`);
const warnings = brokerWarnings(settings);
if (options.check === true) {
  for (const warning of warnings) console.log(`warning: ${warning}`);
  console.log(`${file} is right; the phone is called ${settings.id}`);
  process.exit(0);
}
if (options['remove-discovery'] === true) {
  try {
    console.log(`removed ${await removeDiscovery(settings)}`);
    process.exit(0);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
}
const log = pino({ name: 'mqtt-bridge', level: settings.log.level });
for (const warning of warnings) log.warn({}, warning);
try {
  const bridge = runBridge(settings, VERSION, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void bridge.close().finally(() => process.exit(0)));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
