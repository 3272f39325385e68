import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Console } from './console.ts';
import type { Make, RealPeer, Subscriber } from './real-peer.ts';

/** `linphonec` of the package linphone-cli, typed at like its user would. */
export const linphone: Make = {
  name: 'linphone',
  missing: () =>
    spawnSync('linphonec', ['--version']).error === undefined ? undefined : 'linphonec (apt-get install linphone-cli)',
  cannot: () => undefined,
  start,
};

async function start({ user, password, host, wire, port, home, authority }: Subscriber): Promise<RealPeer> {
  // it writes its data base there, and does not start where the folder is missing
  mkdirSync(join(home, '.local/share/linphone'), { recursive: true });
  const file = join(home, 'linphonerc');
  writeFileSync(
    file,
    `[sip]\nsip_port=${port}\nsip_tcp_port=${port}\nuse_ipv6=0\nroot_ca=${authority}\nverify_server_certs=1\nregister_only_when_network_is_up=0\nmedia_encryption=none\n[rtp]\naudio_rtp_port=${port + 1000}\n[video]\ncapture=0\ndisplay=0\n`,
  );
  const console = new Console(`linphone-${user}`, home, 'linphonec', ['-c', file, '-a']);
  await console.ask('soundcard use files', /Using wav files/);
  console.type(`register sip:${user}@${host} sip:${host};transport=${wire} ${password}`);
  await console.askUntil('status register', /registered, identity/);
  /** The numbers of its calls, the last answered last. */
  const numbers = async () => {
    const [list] = await console.ask('calls', /Call states\s[\s\S]*?linphonec> |No active call/);
    return [...list.matchAll(/^\s*(\d+)\s*\|/gm)].map(([, id]) => Number(id));
  };
  const call = async (other: string) => {
    await console.ask(`call sip:${other}@${host}`, /Call (\d+) (with|to) .* connected/);
  };
  return {
    user,
    call,
    async transferBlind(other) {
      const [id] = await numbers();
      await console.ask(`transfer ${id} sip:${other}@${host}`, /linphonec> /);
    },
    async transferAttended(other) {
      const [first] = await numbers();
      await console.ask(`pause ${first}`, new RegExp(`Call ${first} with .* paused|now paused`));
      await call(other);
      const second = (await numbers()).find((id) => id !== first);
      await console.ask(`transfer ${first} --to-call ${second}`, /linphonec> /);
    },
    calls: async () => (await numbers()).length,
    async hangUp() {
      console.type('terminate all');
    },
    close: () => console.close('quit'),
  };
}
