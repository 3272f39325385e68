import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { MachineFigures } from '../diagnosis.ts';

const LOOK_EVERY_MS = 100;

let lag: ReturnType<typeof monitorEventLoopDelay> | undefined;

/** Looks at the machine and at this process; the lag is the longest since the last look. */
export function machineFigures(): MachineFigures {
  if (lag === undefined) {
    lag = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
    lag.enable();
  }
  const lateMs = lag.max / 1e6 - LOOK_EVERY_MS;
  lag.reset();
  return {
    cpuTempC: temperature(),
    ip: address(),
    loopLagMs: Number.isFinite(lateMs) && lateMs > -LOOK_EVERY_MS ? Math.max(0, Math.round(lateMs * 10) / 10) : null,
  };
}

/** The serial number of the board, as a Raspberry Pi gives it. */
export function serialNumber(): string | undefined {
  const text = read('/proc/device-tree/serial-number')?.replace(/[^0-9a-z]/gi, '');
  return text === undefined || text === '' ? undefined : text.toLowerCase();
}

/** How a phone is called that nobody gave an id: by the end of the serial number, else by the host's name. */
export function defaultId(): string | undefined {
  const serial = serialNumber();
  if (serial !== undefined) return `phone-${serial.slice(-8)}`;
  const name = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '-')
    .slice(0, 32);
  return name === '' ? undefined : name;
}

function temperature(): number | null {
  const text = read('/sys/class/thermal/thermal_zone0/temp');
  const thousandths = Number(text ?? Number.NaN);
  return Number.isFinite(thousandths) && text !== '' ? Math.round(thousandths / 100) / 10 : null;
}

function address(): string | null {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const outward = all.filter(({ internal, address: ip }) => !internal && !ip.startsWith('fe80:'));
  return (outward.find(({ family }) => family === 'IPv4') ?? outward[0])?.address ?? null;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
