import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private PulseAudio whose null sinks pace libasound in real time, on a machine without any sound card. */
export interface PulseServer {
  /**
   * PCM names, one set for each wire. The telephone plays to `<wire>` and what it plays is heard at
   * `<wire>_monitor`; so wire `mic` is fed at `mic` and the telephone captures `mic_monitor`.
   */
  readonly pcms: readonly string[];
  /** Kill the server and remove its folder. Harmless when done twice. */
  stop(): void;
}

const START_LIMIT_MS = 5000;
/** The server ends by itself when nobody was connected for so long, should this process be killed. */
const IDLE_EXIT_S = 30;

/**
 * Start a server with one null sink for each wire and point this process's libasound at it (`HOME` and
 * `XDG_RUNTIME_DIR` are changed). Call before the first PCM is opened: libasound reads its configuration once.
 * Resolves to one line that says why, when there is no PulseAudio or it does not come up.
 */
export async function startPulseServer(wires: readonly string[]): Promise<PulseServer | string> {
  if (spawnSync('pulseaudio', ['--version'], { timeout: START_LIMIT_MS }).status !== 0) {
    return 'pulseaudio is not installed';
  }
  const folder = mkdtempSync(join(tmpdir(), 'switchhook-pulse-'));
  const socket = join(folder, 'native');
  const home = join(folder, 'home');
  const runtime = join(folder, 'xdg');
  mkdirSync(home);
  mkdirSync(runtime, { mode: 0o700 });
  writeFileSync(join(home, '.asoundrc'), wires.map((wire) => pcmsOf(wire, socket)).join(''));
  const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: runtime };

  const child = spawn('pulseaudio', serverArguments(wires, socket), { env, stdio: 'ignore' });
  const stop = stopper(child, folder);
  if (!(await answers(child, socket, env))) {
    stop();
    return 'pulseaudio did not come up';
  }
  process.env['HOME'] = home;
  process.env['XDG_RUNTIME_DIR'] = runtime;
  return { pcms: wires.flatMap((wire) => [wire, `${wire}_monitor`]), stop };
}

function serverArguments(wires: readonly string[], socket: string): string[] {
  const load = (module: string) => ['-L', module];
  return [
    ...['-n', '--daemonize=no', `--exit-idle-time=${IDLE_EXIT_S}`, '--use-pid-file=no'],
    ...['--high-priority=no', '--realtime=no'],
    // With shared memory libpulse 16 was seen to wait for ever on a block of a server that was killed.
    '--disable-shm=yes',
    ...load(`module-native-protocol-unix auth-anonymous=1 socket=${socket}`),
    ...wires.flatMap((wire) => load(`module-null-sink sink_name=${wire} rate=48000 channels=1 format=s16le`)),
  ];
}

function pcmsOf(wire: string, socket: string): string {
  return (
    `pcm.${wire} { type pulse; server "unix:${socket}"; device "${wire}" }\n` +
    `pcm.${wire}_monitor { type pulse; server "unix:${socket}"; device "${wire}.monitor" }\n`
  );
}

function stopper(child: ChildProcess, folder: string): () => void {
  const stop = (): void => {
    process.off('exit', stop);
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', stop);
  return stop;
}

async function answers(child: ChildProcess, socket: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const until = performance.now() + START_LIMIT_MS;
  while (performance.now() < until && child.exitCode === null) {
    if (existsSync(socket)) {
      const info = spawnSync('pactl', ['-s', `unix:${socket}`, 'info'], { env, stdio: 'ignore', timeout: 2000 });
      if (info.status === 0) return true;
      // Without pactl the socket alone must do.
      if (info.error !== undefined && 'code' in info.error && info.error.code === 'ENOENT') return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}
