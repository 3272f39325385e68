import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../desk-phone.ts';

/** What has to be installed for peers that want a sound card; undefined when it is here. */
export function soundMissing(): string | undefined {
  const absent = ['pulseaudio', 'pactl'].filter((word) => spawnSync(word, ['--version']).error !== undefined);
  return absent.length === 0
    ? undefined
    : `${absent.join(' and ')} (apt-get install pulseaudio pulseaudio-utils libasound2-plugins)`;
}

/**
 * A sound server without a card below `home`, and an `.asoundrc` there that makes it the default of ALSA: a null sink
 * keeps real time, ALSA's own `null` does not. The microphone is that sink's monitor, and somebody who wants it soon
 * keeps it from giving two seconds at a time.
 */
export async function startSound(home: string): Promise<{ close(): Promise<void> }> {
  const runtime = join(home, 'xdg');
  mkdirSync(runtime, { mode: 0o700 });
  const socket = join(runtime, 'native');
  const log = openSync(join(home, 'pulseaudio.log'), 'w');
  const child: ChildProcess = spawn(
    'pulseaudio',
    [
      '-n',
      '--daemonize=no',
      '--exit-idle-time=-1',
      '--disallow-exit',
      '--use-pid-file=no',
      '--high-priority=no',
      '--realtime=no',
      '-L',
      `module-native-protocol-unix auth-anonymous=1 socket=${socket}`,
      '-L',
      'module-null-sink sink_name=ear rate=8000 channels=1 format=s16le',
      '-L',
      'module-null-sink sink_name=drain rate=8000 channels=1 format=s16le',
      '-L',
      'module-loopback source=ear.monitor sink=drain latency_msec=40',
    ],
    { env: { PATH: process.env['PATH'] ?? '', HOME: home, XDG_RUNTIME_DIR: runtime }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  writeFileSync(
    join(home, '.asoundrc'),
    `pcm.ear { type pulse; server "unix:${socket}"; device "ear" }\npcm.mouth { type pulse; server "unix:${socket}"; device "ear.monitor" }\npcm.!default { type asym playback.pcm "ear" capture.pcm "mouth" }\nctl.!default { type pulse; server "unix:${socket}" }\n`,
  );
  await waitFor(
    () => {
      if (child.exitCode !== null) throw new Error(`pulseaudio ended with ${child.exitCode}`);
      return spawnSync('pactl', ['-s', `unix:${socket}`, 'info'], { timeout: 5000 }).status === 0;
    },
    20_000,
    () => 'pulseaudio does not answer',
  );
  return {
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 3000);
      await gone;
      clearTimeout(force);
    },
  };
}
