/** Run in a network of its own: every peer in every part of a transfer, over every transport; a line of JSON a cell. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDeskPhone } from '../desk-phone.ts';
import { type Desk, play } from './cells.ts';
import { startKamailio } from './kamailio.ts';
import { MAKES } from './makes.ts';
import { DESKS, HOST } from './namespace.ts';
import type { Kind, Make, RealPeer, Role, Wire } from './real-peer.ts';

const PASSWORD = 'golden-pheasant';
const ROLES: readonly Role[] = ['transferee', 'target', 'transferor'];
const KINDS: readonly Kind[] = ['attended', 'blind'];
const WIRES: readonly Wire[] = ['udp', 'tcp', 'tls'];
const CELL_LIMIT_MS = 150_000;

/** One cell of the matrix. */
export interface Cell {
  readonly peer: string;
  readonly role: Role;
  readonly kind: Kind;
  readonly wire: Wire;
  /** Passed: how it ended. Failed: what went wrong. Skipped: what is missing, or why it cannot be tried. */
  readonly result: 'passed' | 'failed' | 'missing' | 'cannot';
  readonly text: string;
}

const [words = []] = [process.argv.slice(2)];
const folder = mkdtempSync(join(tmpdir(), 'interop-peers-'));
let failures = 0;
const report = (cell: Cell) => {
  if (cell.result === 'failed') failures++;
  console.log(JSON.stringify(cell));
};

const kamailio = await startKamailio(HOST, PASSWORD, folder);
const { authority } = kamailio;
const certified = new Map(DESKS.map((host) => [host as string, authority.issue(host)]));
try {
  for (const wire of WIRES) await Promise.all(MAKES.map((make, index) => office(make, wire, index)));
} finally {
  await kamailio.close();
  if (failures === 0) rmSync(folder, { recursive: true, force: true });
  else console.error(`logs: ${folder}`);
}
process.exit(0);

/** One peer and two desk phones; all of them anew after a failure, so that each cell stands alone. */
async function office(make: Make, wire: Wire, index: number): Promise<void> {
  const cells = ROLES.flatMap((role) => KINDS.map((kind) => ({ peer: make.name, role, kind, wire })));
  const wanted = cells.filter((cell) => words.every((word) => Object.values(cell).includes(word)));
  const missing = make.missing();
  const open: { close(): Promise<void> }[] = [];
  let peer: RealPeer | undefined;
  let desks: Desk[] = [];
  const closeAll = async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
    peer = undefined;
    desks = [];
  };
  let round = 0;
  const start = async (): Promise<RealPeer> => {
    const home = join(folder, `${make.name}-${wire}-${++round}`);
    mkdirSync(home, { recursive: true });
    const number = 2000 + 100 * index + 10 * WIRES.indexOf(wire);
    const port = 7000 + 100 * index + 20 * WIRES.indexOf(wire) + 2 * round;
    desks = await Promise.all(
      DESKS.map(async (host, side) => {
        const user = String(number + 1 + side);
        const desk = await startDesk(home, user, host, port + 5000 + side, wire);
        open.push(desk);
        return desk;
      }),
    );
    const started = await make.start({
      user: String(number),
      password: PASSWORD,
      host: HOST,
      wire,
      port,
      home,
      authority: authority.cert,
    });
    open.push(started);
    return started;
  };
  /** What a cell showed. A program of somebody else on a busy machine may have a second try, which is said. */
  const playCell = async (cell: (typeof wanted)[number], before = ''): Promise<Cell> => {
    try {
      peer ??= await start();
      const { said } = await withLimit(play(cell.role, cell.kind, peer, desks[0]!, desks[1]!));
      return { ...cell, result: 'passed', text: `${said}${before}` };
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      await closeAll();
      if (before === '') return playCell(cell, `, at the second try (the first: ${text.split('\n')[0]})`);
      return { ...cell, result: 'failed', text };
    }
  };
  for (const cell of wanted) {
    const cannot = make.cannot(cell.role, cell.kind, wire);
    if (missing !== undefined) report({ ...cell, result: 'missing', text: missing });
    else if (cannot !== undefined) report({ ...cell, result: 'cannot', text: cannot });
    else report(await playCell(cell));
  }
  await closeAll();
}

async function startDesk(folder: string, user: string, host: string, port: number, wire: Wire): Promise<Desk> {
  const home = join(folder, `desk-${user}`);
  mkdirSync(home);
  const server = `${HOST}:${wire === 'tls' ? 5061 : 5060}`;
  const desk = await startDeskPhone(home, port, 5060, {
    account: { user, domain: HOST, server, transport: wire, register: true, password: PASSWORD },
    network: { bind: host, ...(wire === 'tls' ? { tlsPort: port } : {}) },
    ...(wire === 'tls' ? { tls: { ca: authority.cert, ...certified.get(host) } } : {}),
    transfer: { acceptRefer: 'same-dialog', profile: 'kamailio' },
    limitMs: 60_000,
  });
  await desk.until(
    'registered',
    ({ registrations }) => registrations.every(({ state }) => state === 'registered'),
    30_000,
  );
  return { ...desk, user };
}

function withLimit<T>(work: Promise<T>): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`not done within ${CELL_LIMIT_MS / 1000} s`)), CELL_LIMIT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(limit));
}
