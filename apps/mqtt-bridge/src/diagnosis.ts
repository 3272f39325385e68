/** Figures of the machine and of this process. Null = not known here. */
export interface MachineFigures {
  readonly cpuTempC: number | null;
  /** The first address that is not loopback. */
  readonly ip: string | null;
  /** The longest that this process was late since the last look, ms. */
  readonly loopLagMs: number | null;
}

export interface DiagnosisParts {
  /** Ms since 1970. */
  readonly at: number;
  readonly seq: number;
  readonly bridgeUptimeS: number;
  readonly version: string;
  readonly clock: 'synced' | 'unsynced';
  readonly machine: MachineFigures;
  /** The answer to `diag.get`; undefined while no phone is there. */
  readonly phone: Readonly<Record<string, unknown>> | undefined;
  readonly dropped: number;
  readonly joints: number;
  readonly takeovers: number;
  readonly warnings: readonly string[];
}

/** The body of `diag`. What the phone says of itself is null while it is not there. */
export function diagnosis(parts: DiagnosisParts): Readonly<Record<string, unknown>> {
  const { phone, machine } = parts;
  const ofPhone = (name: string): unknown => phone?.[name] ?? null;
  return {
    v: 1,
    ts: new Date(parts.at).toISOString(),
    seq: parts.seq,
    uptimeS: ofPhone('uptimeS'),
    cpuTempC: machine.cpuTempC,
    loopLagMs: ofPhone('loopLagMs'),
    cardFaults: ofPhone('cardFaults'),
    lastMos: ofPhone('lastMos'),
    alarms: ofPhone('alarms'),
    ip: machine.ip,
    version: ofPhone('version') ?? parts.version,
    clock: parts.clock,
    bridge: {
      version: parts.version,
      uptimeS: parts.bridgeUptimeS,
      loopLagMs: machine.loopLagMs,
      droppedCommands: parts.dropped,
      connects: parts.joints,
      takeovers: parts.takeovers,
      warnings: parts.warnings,
    },
  };
}
