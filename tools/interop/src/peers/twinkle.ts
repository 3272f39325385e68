import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../desk-phone.ts';
import { Console, LIMIT_MS } from './console.ts';
import type { Make, RealPeer, Subscriber } from './real-peer.ts';
import { soundMissing, startSound } from './sound-server.ts';

/** `twinkle-console`, typed at like its user would. */
export const twinkle: Make = {
  name: 'twinkle',
  missing: () =>
    existsSync('/usr/bin/twinkle-console') ? soundMissing() : 'twinkle-console (apt-get install twinkle-console)',
  // seen with every delay and with both ways of answering; the desk phone says "not confirmed" and keeps both calls
  cannot: (role, kind, wire) => {
    if (wire === 'tls') return 'Twinkle 1.10.2 has no TLS';
    return role === 'target' && kind === 'attended'
      ? 'Twinkle 1.10.2 stops for good at "End call due to Replaces header" when the replaced call is held'
      : undefined;
  },
  start,
};

async function start({ user, password, host, wire, port, home }: Subscriber): Promise<RealPeer> {
  const sound = await startSound(home);
  const folder = join(home, '.twinkle');
  mkdirSync(folder);
  writeFileSync(
    join(folder, 'twinkle.sys'),
    `dev_ringtone=alsa:default\ndev_speaker=alsa:default\ndev_mic=alsa:default\nvalidate_audio_dev=no\nsip_port=${port}\nrtp_port=${port + 1000}\n`,
  );
  writeFileSync(
    join(folder, 'me.cfg'),
    `user_name=${user}\nuser_domain=${host}\nauth_name=${user}\nauth_pass=${password}\nauth_realm=\nregistrar=${host}\nregister_at_startup=no\noutbound_proxy=${host}\nsip_transport=${wire}\nuse_codecs=g711a,g711u\nallow_refer=yes\nask_user_to_refer=no\n`,
  );
  const console = new Console(`twinkle-${user}`, home, 'twinkle-console', ['me.cfg'], { TERM: 'dumb' });
  await console.until(/Twinkle> /);
  await console.ask('register', /registration succeeded/);
  console.whenever(': incoming call', () => console.type('answer'));
  /** The lines with a call, read from what it told about each line last. */
  const lines = () => {
    const busy = new Map<number, boolean>();
    for (const [, line, what] of console.since(0).matchAll(/Line (\d): (.*)/g)) {
      if (/answered call|supports DTMF|received 1\d\d|incoming call/.test(what!)) busy.set(Number(line), true);
      if (/call ended|ended call|call failed|released|cancelled|call replaced/.test(what!))
        busy.set(Number(line), false);
    }
    return [...busy].filter(([, is]) => is).map(([line]) => line);
  };
  return {
    user,
    async call(other) {
      const { mark } = console;
      // it takes no order while it still closes the sound of the call before
      await console.askUntil(`call ${other}`, /Line \d: received 1\d\d/);
      await console.until(/far end answered call/, mark);
    },
    async transferBlind(other) {
      console.type(`transfer ${other}`);
    },
    async transferAttended(other) {
      const { mark } = console;
      await console.askUntil(`transfer -c ${other}`, /Line \d: received 1\d\d/);
      await console.until(/far end answered call/, mark);
      console.type('transfer -c');
    },
    calls: async () => lines().length,
    async hangUp() {
      for (const line of lines()) {
        console.type(`line ${line}`);
        console.type('bye');
      }
      await waitFor(
        () => lines().length === 0,
        LIMIT_MS,
        () => `twinkle still has calls: ${console.since(0).slice(-400)}`,
      );
    },
    async close() {
      await console.close('quit');
      await sound.close();
    },
  };
}
