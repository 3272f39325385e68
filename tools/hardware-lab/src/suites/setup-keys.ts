import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Configuration, readConfiguration } from '@switchhook/desk-phone';
import { GpioSim } from '../devices/gpio-sim.ts';
import { Wiring } from '../devices/wiring.ts';
import type { Suite } from '../guest/suite.ts';
import { pause } from '../guest/until.ts';

const AGAINST = 'gpio-sim, GPIO character device v2';
const MAIN = resolve(import.meta.dirname, '../../../../apps/desk-phone/dist/node/main.js');
const ROWS = ['R1', 'R2', 'R3', 'R4'];
const COLUMNS = ['C1', 'C2', 'C3'];
const KEYS = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
  ['*', '0', '#'],
];
/** As somebody types them who knows which wires there are and not what they are. */
const LINES = 'C3 R1 HOOK R2 C2 R3 R4 C1 TRANSFER';
const FINGER_MS = 100;
const FILE = '# the phone at the door\naccounts: [{id: a, user: 0036, domain: 127.0.0.1, register: false}]\n';

/** Contacts to ground. The driver sets its pull-ups anew again and again, and a contact is stronger than a resistor. */
class Grounded {
  readonly #levels = new Map<string, 0 | 1>();
  readonly #hold: NodeJS.Timeout;

  constructor(chip: GpioSim) {
    this.#hold = setInterval(() => {
      for (const [line, level] of this.#levels) if (chip.level(line) !== level) chip.pull(line, level);
    }, 3);
  }

  close(line: string): void {
    this.#levels.set(line, 0);
  }

  open(line: string): void {
    this.#levels.set(line, 1);
  }

  cut(): void {
    clearInterval(this.#hold);
  }
}

/** Does what the wizard says until it has ended; what it said. */
async function obey(wizard: ChildProcessWithoutNullStreams, wires: Wiring, contacts: Grounded): Promise<string> {
  let said = '';
  let letGo = () => {};
  const enter = () => wizard.stdin.write('\n');
  const obeyed = async (line: string): Promise<void> => {
    await pause(FINGER_MS);
    const key = /^Press the key (\S+)/.exec(line)?.[1];
    if (line.startsWith('Put')) enter();
    else if (line.startsWith('Lift')) {
      contacts.open('HOOK');
      letGo = () => contacts.close('HOOK');
    } else if (key === 'transfer') {
      contacts.close('TRANSFER');
      letGo = () => contacts.open('TRANSFER');
    } else if (key !== undefined && KEYS.flat().includes(key)) {
      wires.press(key);
      letGo = () => wires.release(key);
    } else if (key !== undefined) enter();
    else if (line.startsWith('  ')) letGo();
  };
  createInterface({ input: wizard.stdout }).on('line', (line) => {
    said += `${line}\n`;
    obeyed(line).catch(() => wizard.kill());
  });
  wizard.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = (await once(wizard, 'close')) as [number | null];
  assert.equal(code, 0, said);
  return said;
}

export const setupKeys: Suite = {
  name: 'setup-keys',
  limitS: 240,
  commands: { chrt: 'util-linux' },
  async run(check, folder) {
    const chip = GpioSim.plug('desk', [...ROWS, ...COLUMNS, 'HOOK', 'TRANSFER', 'LAMP']);
    const wires = await new Wiring(chip, { driven: ROWS, read: COLUMNS, keys: KEYS, lamps: { LAMP: 1 } }).ready();
    const contacts = new Grounded(chip);
    contacts.close('HOOK');
    contacts.open('TRANSFER');
    const path = join(folder, 'switchhook.yaml');
    writeFileSync(path, FILE, { mode: 0o600 });
    await check(
      'setup keys: rows, columns, a single key and the hook are learned by pressing them',
      AGAINST,
      async () => {
        const words = ['setup', 'keys', '--config', path, '--settle', '20', '--lines', LINES];
        await obey(spawn(process.execPath, [MAIN, ...words]), wires, contacts);
        const text = readFileSync(path, 'utf8');
        assert.match(text, /^# the phone at the door\n[\s\S]*user: 0036,/);
        const reading = readConfiguration(text);
        assert.ok(reading.ok);
        const { gpio } = reading.configuration.keypad;
        assert.deepEqual(
          wired(gpio),
          KEYS.flatMap((row, r) => row.map((key, c) => `${key} ${ROWS[r]} ${COLUMNS[c]}`)).sort(),
        );
        assert.deepEqual(
          gpio?.keys.map(({ key, line, rest }) => `${key} ${line} ${rest}`),
          ['transfer TRANSFER open'],
        );
        assert.deepEqual([gpio?.hook?.line, gpio?.hook?.lifted, gpio?.chip], ['HOOK', 'open', 'desk']);
      },
    );
    contacts.cut();
    await wires.cut();
    chip.unplug();
  },
};

/** `key row column`, whichever side the wizard took for rows. */
function wired(gpio: Configuration['keypad']['gpio']): string[] {
  const { rows = [], columns = [], keys = [] } = gpio?.matrix ?? {};
  return keys
    .flatMap((row, r) =>
      row.flatMap((key, c) => (key === null ? [] : [`${key} ${[rows[r]!, columns[c]!].sort().reverse().join(' ')}`])),
    )
    .sort();
}
