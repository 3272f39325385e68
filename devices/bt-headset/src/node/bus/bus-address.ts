/** Where the system bus is when the environment does not say. */
const SYSTEM_SOCKETS = 'unix:path=/run/dbus/system_bus_socket;unix:path=/var/run/dbus/system_bus_socket';

/** The system bus of this machine: `DBUS_SYSTEM_BUS_ADDRESS`, else the usual sockets. */
export function systemBusAddress(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['DBUS_SYSTEM_BUS_ADDRESS'];
  return named === undefined || named === '' ? SYSTEM_SOCKETS : named;
}

/**
 * Paths of local sockets in a D-Bus address, best first, `@name` = abstract; other transports are left out (D-Bus
 * Specification, "Server Addresses"). Octets may be escaped as %XX.
 */
export function socketPaths(address: string): readonly string[] {
  return address.split(';').flatMap((one) => {
    const [, parameters] = /^unix:(.*)$/.exec(one.trim()) ?? [];
    if (parameters === undefined) return [];
    for (const pair of parameters.split(',')) {
      const [, key, value] = /^(path|abstract)=(.+)$/.exec(pair) ?? [];
      if (value !== undefined) return [`${key === 'abstract' ? '@' : ''}${unescaped(value)}`];
    }
    return [];
  });
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
