import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { waitFor } from '../desk-phone.ts';
import { Console, LIMIT_MS } from './console.ts';
import type { Make, RealPeer, Subscriber } from './real-peer.ts';
import { soundMissing, startSound } from './sound-server.ts';

/** Where Debian keeps its modules. */
export const BARESIP_MODULES = '/usr/lib/baresip/modules';
const MODULES = ['g711', 'alsa', 'account', 'menu', 'ctrl_tcp', 'stdio'];

/** `baresip`, steered over its control port. */
export const baresip: Make = {
  name: 'baresip',
  missing: () =>
    spawnSync('baresip', ['-h']).error === undefined && existsSync(BARESIP_MODULES)
      ? soundMissing()
      : 'baresip (apt-get install baresip-core)',
  cannot: (role, kind) =>
    role === 'transferor' && kind === 'attended' ? 'baresip 1.0 has no attended transfer of its own' : undefined,
  start,
};

async function start({ user, password, host, wire, port, home, authority }: Subscriber): Promise<RealPeer> {
  const sound = await startSound(home);
  const control = port + 2000;
  writeFileSync(
    join(home, 'config'),
    [
      `sip_listen ${host}:${port}`,
      `sip_cafile ${authority}`,
      `module_path ${BARESIP_MODULES}`,
      ...MODULES.map(
        (name) =>
          `${name === 'g711' || name === 'alsa' ? 'module' : name === 'stdio' ? '#module' : 'module_app'} ${name}.so`,
      ),
      'audio_player alsa,default',
      'audio_source alsa,default',
      'audio_alert alsa,default',
      'ring_aufile none',
      `rtp_ports ${port + 1000}-${port + 1018}`,
      'call_max_calls 4',
      `ctrl_tcp_listen 127.0.0.1:${control}`,
      '',
    ].join('\n'),
  );
  writeFileSync(
    join(home, 'accounts'),
    `<sip:${user}@${host};transport=${wire}>;auth_user=${user};auth_pass=${password};outbound="sip:${host};transport=${wire}";answermode=auto;regint=600;call_transfer=yes\n`,
  );
  const console = new Console(`baresip-${user}`, home, 'baresip', ['-f', home, '-p', home]);
  const door = await Door.open(control);
  await console.until(/200 OK.*|registered successfully/);
  const count = async () => Number(/\((\d+)\)/.exec(await door.ask('listcalls'))?.[1] ?? 0);
  return {
    user,
    dropsReplaces: true,
    async call(other) {
      const answered = door.event('CALL_ESTABLISHED');
      await door.ask('dial', `sip:${other}@${host}`);
      await answered;
    },
    async transferBlind(other) {
      await door.ask('transfer', `sip:${other}@${host}`);
    },
    transferAttended: () => Promise.reject(new Error('baresip 1.0 has no attended transfer')),
    calls: count,
    async hangUp() {
      await door.ask('hangup');
    },
    async close() {
      door.close();
      await console.close();
      await sound.close();
    },
  };
}

/** baresip's control port: commands and events as JSON in netstrings. */
class Door {
  readonly #socket: Socket;
  readonly #watchers = new Set<(message: Readonly<Record<string, unknown>>) => void>();
  #rest = '';
  #asked = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#rest += chunk;
      for (let found = /^(\d+):/.exec(this.#rest); found !== null; found = /^(\d+):/.exec(this.#rest)) {
        const [begin, length] = [found[0].length, Number(found[1])];
        if (this.#rest.length < begin + length + 1) return;
        const message = JSON.parse(this.#rest.slice(begin, begin + length)) as Record<string, unknown>;
        this.#rest = this.#rest.slice(begin + length + 1);
        for (const watcher of [...this.#watchers]) watcher(message);
      }
    });
  }

  static async open(port: number): Promise<Door> {
    let socket: Socket | undefined;
    const reach = () => {
      const one = connect(port, '127.0.0.1');
      one.on('connect', () => (socket = one));
      one.on('error', () => setTimeout(() => socket === undefined && reach(), 100));
    };
    reach();
    await waitFor(
      () => socket !== undefined,
      LIMIT_MS,
      () => 'baresip opens no control port',
    );
    return new Door(socket!);
  }

  async ask(command: string, params?: string): Promise<string> {
    const token = String(++this.#asked);
    const text = JSON.stringify({ command, token, ...(params === undefined ? {} : { params }) });
    const answer = this.#next((message) => message['response'] === true && message['token'] === token, command);
    this.#socket.write(`${text.length}:${text},`);
    return String((await answer)['data'] ?? '');
  }

  async event(type: string): Promise<void> {
    await this.#next((message) => message['event'] === true && message['type'] === type, type);
  }

  close(): void {
    this.#socket.destroy();
  }

  #next(wanted: (message: Readonly<Record<string, unknown>>) => boolean, what: string) {
    return new Promise<Readonly<Record<string, unknown>>>((done, fail) => {
      const limit = setTimeout(() => {
        this.#watchers.delete(look);
        fail(new Error(`baresip never said ${what}`));
      }, LIMIT_MS);
      const look = (message: Readonly<Record<string, unknown>>) => {
        if (!wanted(message)) return;
        clearTimeout(limit);
        this.#watchers.delete(look);
        done(message);
      };
      this.#watchers.add(look);
    });
  }
}
