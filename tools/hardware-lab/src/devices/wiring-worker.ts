/**
 * The wires between the lines of a gpio-sim chip: keys that join a driven line to a read one, and eyes on the lamps. A thread of its
 * own, since a contact is not late because a test is busy.
 */

import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readlinkSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { Wires } from './wiring.ts';

const { driven, read, lamps, keys, active } = workerData as Wires;
const pressed = new Int32Array(keys);
const byte = Buffer.alloc(1);
const drivenFds = driven.map((line) => openSync(line.value, 'r'));
const lampFds = lamps.map((line) => openSync(line.value, 'r'));
const pullFds = read.map((line) => openSync(line.pull, 'w'));
const readFds = read.map((line) => openSync(line.value, 'r'));
const shown = lamps.map(() => -1);
const rest = active === 1 ? 0 : 1;
/** A driver that settles for some milliseconds between driving and reading sees the contact; lamps need no more than 10 ms. */
const KEY_MS = 0.8;
const LAMP_MS = 8;
let looked = 0;
/** There were contacts in the last round, or there may have been before the first. */
let mirrored = true;

const level = (fd: number): number => {
  readSync(fd, byte, 0, 1, 0);
  return byte[0] === 0x31 ? 1 : 0;
};

// A wire does not wait for the processor: this thread runs before all others when its moment has come.
const thread = readlinkSync('/proc/thread-self').split('/').at(-1)!;
writeFileSync('/proc/sys/kernel/sched_rt_runtime_us', '-1');
const { status, stderr } = spawnSync('chrt', ['--fifo', '--pid', '50', thread], { encoding: 'utf8' });
if (status !== 0) throw new Error(`no real-time priority for the wires: ${stderr}`);

// What nobody drives floats to where its resistor pulls it.
for (const line of driven) writeFileSync(line.pull, rest === 1 ? 'pull-up' : 'pull-down');

/** The last cell stops the thread. */
const STOP = driven.length * read.length;
while (Atomics.load(pressed, STOP) === 0) {
  const any = pressed.some((down, i) => i < STOP && down === 1);
  if (any || mirrored) mirror();
  mirrored = any;
  const now = performance.timeOrigin + performance.now();
  if (now - looked >= LAMP_MS) {
    looked = now;
    watch(now);
  }
  Atomics.wait(pressed, STOP, 0, any ? KEY_MS : LAMP_MS / 2);
}
for (const fd of [...drivenFds, ...lampFds, ...pullFds, ...readFds]) closeSync(fd);
process.exit();

/** A read line has the active level when it hangs together, over pressed keys, with a line that is driven to it: three keys of a square press the fourth too. */
function mirror(): void {
  const rows = drivenFds.map((fd, r) => isJoined(r) && level(fd) === active);
  const columns = read.map(() => false);
  for (let grown = true; grown; ) {
    grown = false;
    for (let r = 0; r < driven.length; r++)
      for (let c = 0; c < read.length; c++) {
        if (pressed[r * read.length + c] !== 1 || rows[r] === columns[c]) continue;
        rows[r] = true;
        columns[c] = true;
        grown = true;
      }
  }
  columns.forEach((joined, c) => {
    // a driver that asks for its lines anew pulls them by itself, and a contact is stronger than a resistor
    const wanted = joined ? active : rest;
    if (level(readFds[c]!) !== wanted) writeSync(pullFds[c]!, wanted === 1 ? 'pull-up' : 'pull-down', 0);
  });
}

/** Whether a key of this row is pressed: the others need no look. */
function isJoined(row: number): boolean {
  for (let c = 0; c < read.length; c++) if (pressed[row * read.length + c] === 1) return true;
  return false;
}

function watch(at: number): void {
  lampFds.forEach((fd, i) => {
    const now = level(fd);
    if (shown[i] === now) return;
    shown[i] = now;
    parentPort!.postMessage({ lamp: lamps[i]!.name, at, lit: now === lamps[i]!.lit });
  });
}
