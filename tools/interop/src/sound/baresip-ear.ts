import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BARESIP_MODULES, baresip } from '../peers/baresip.ts';
import { Console } from '../peers/console.ts';
import { startSound } from '../peers/sound-server.ts';
import { type Ear, type EarMake, type EarOptions, speech } from './ear.ts';

/** `baresip` with a file as microphone; its module `sndfile` keeps what was decoded. */
export const baresipEar: EarMake = { name: 'baresip', missing: () => baresip.missing(), start };

async function start({ encryption, port, home }: EarOptions): Promise<Ear> {
  const sound = await startSound(home);
  const media = { none: '', srtp: ';mediaenc=srtp', mandatory: ';mediaenc=srtp-mand' }[encryption];
  writeFileSync(
    join(home, 'config'),
    [
      `sip_listen 127.0.0.1:${port}`,
      `module_path ${BARESIP_MODULES}`,
      ...['g711', 'alsa', 'aufile', 'sndfile', 'srtp'].map((name) => `module ${name}.so`),
      ...['account', 'menu'].map((name) => `module_app ${name}.so`),
      'audio_player alsa,default',
      `audio_source aufile,${speech(home)}`,
      'audio_alert alsa,default',
      'ring_aufile none',
      `snd_path ${home}`,
      `rtp_ports ${port + 1000}-${port + 1018}`,
      '',
    ].join('\n'),
  );
  writeFileSync(join(home, 'accounts'), `<sip:peer@127.0.0.1:${port}>;regint=0;answermode=auto${media}\n`);
  const console = new Console('baresip', home, 'baresip', ['-f', home, '-p', home]);
  await console.until(/baresip is ready/);
  const close = async () => {
    await console.close();
    await sound.close();
  };
  return {
    async heard() {
      await close();
      const file = readdirSync(home).find((name) => /^dump-.*dec\.wav$/.test(name));
      if (file === undefined) throw new Error(`baresip kept no sound: ${readdirSync(home).join(' ')}`);
      return readFileSync(join(home, file));
    },
    close,
  };
}
