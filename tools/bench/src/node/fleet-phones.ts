/**
 * `fleet-phones.js FOLDER COUNT`: as many simulated phones: control sockets `1.sock`… that speak the real protocol with the
 * phone's own session. Each dials and hangs up when it is asked, and changes its picture as a phone does.
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { ControlSession, type SessionIn, type Snapshot } from '@switchhook/phone/control';

const [folder = '', count = '0'] = process.argv.slice(2);

const idle: Snapshot = {
  ts: new Date().toISOString(),
  seq: 1,
  phone: 'idle',
  hook: 'on',
  route: 'handset',
  mute: false,
  dnd: false,
  settings: { dnd: false, mute: false, route: 'handset', volume_ring: 80 },
  lines: [1, 2].map((n) => ({
    n,
    account: null,
    state: 'idle',
    callId: null,
    direction: null,
    party: null,
    via: null,
    since: null,
    heldSince: null,
    localHold: false,
    remoteHold: false,
    secure: 'no',
    codec: null,
    canDo: [],
  })),
  transfer: null,
  registrations: [],
  mwi: { waiting: false, new: 0, old: 0, urgentNew: 0 },
  mailboxes: [],
  blf: [],
  display: [],
  lamps: {},
  canDo: ['call.dial'],
};

/** The same phone while it dials `to`. */
function dialing(to: string, seq: number): Snapshot {
  const ts = new Date().toISOString();
  const party = { number: to, name: null, verified: false };
  const [first, ...rest] = idle.lines;
  const busy = { ...first!, state: 'dialing', callId: `c-${seq}`, direction: 'out', party, since: ts } as const;
  return { ...idle, ts, seq, phone: 'dialing', hook: 'off', lines: [busy, ...rest], canDo: ['call.hangup'] };
}

function open(path: string, name: string): Promise<void> {
  let snapshot = idle;
  const server = createServer((socket) => {
    const session = new ControlSession({ client: 'c', phone: name, version: '0.1.0', wall: () => Date.now() });
    let rest = '';
    const feed = (input: SessionIn): void => {
      for (const out of session.receive(input, performance.now())) {
        if (out.type === 'send') {
          socket.write(`${out.line}\n`);
          continue;
        }
        const { intent, ticket } = out;
        const seq = snapshot.seq + 1;
        if (intent.verb === 'call.dial') snapshot = dialing(intent.to, seq);
        else if (intent.verb === 'call.hangup') snapshot = { ...idle, ts: new Date().toISOString(), seq };
        feed({ type: 'submitted', ticket });
        feed({ type: 'state', snapshot });
        feed({ type: 'settled', ticket, outcome: { name: 'done', result: {} } });
      }
    };
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) feed({ type: 'line', text });
    });
    feed({ type: 'opened' });
    feed({ type: 'state', snapshot });
  });
  return new Promise((resolve) => server.listen(path, resolve));
}

for (let n = 1; n <= Number(count); n++) await open(join(folder, `${n}.sock`), `phone${n}`);
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
