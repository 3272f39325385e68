import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Console } from '../peers/console.ts';
import { linphone } from '../peers/linphone.ts';
import { type Ear, type EarMake, type EarOptions, speech } from './ear.ts';

/** `linphonec` on files: it plays one and records into another. */
export const linphoneEar: EarMake = { name: 'linphone', missing: () => linphone.missing(), start };

async function start({ encryption, port, home }: EarOptions): Promise<Ear> {
  mkdirSync(join(home, '.local/share/linphone'), { recursive: true });
  const file = join(home, 'linphonerc');
  const media = encryption === 'none' ? 'none' : 'srtp';
  const mandatory = encryption === 'mandatory' ? 1 : 0;
  writeFileSync(
    file,
    `[sip]\nsip_port=${port}\nsip_tcp_port=0\nuse_ipv6=0\nguess_hostname=0\ncontact=sip:peer@127.0.0.1:${port}\nmedia_encryption=${media}\nmedia_encryption_mandatory=${mandatory}\n[rtp]\naudio_rtp_port=${port + 1000}\n[video]\ncapture=0\ndisplay=0\n`,
  );
  const ear = join(home, 'heard.wav');
  const console = new Console('linphone', home, 'linphonec', ['-c', file, '-a']);
  await console.ask('soundcard use files', /Using wav files/);
  await console.ask(`play ${speech(home)}`, /linphonec> /);
  await console.ask(`record ${ear}`, /linphonec> /);
  return {
    async heard() {
      await console.close('quit');
      return readFileSync(ear);
    },
    close: () => console.close('quit'),
  };
}
