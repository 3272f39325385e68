/** Inside the kernel: `main.js SUITE FOLDER` runs one suite. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUITES } from '../suites/index.ts';
import { runSuite } from './suite.ts';

const [, , name = '', folder = ''] = process.argv;
const suite = SUITES.find((one) => one.name === name);
if (suite === undefined) throw new Error(`no suite ${name}`);
writeFileSync(join(folder, 'ended'), String(await runSuite(suite, folder)));
// A read of a device that still waits would keep process.exit() from ending; whatever a suite has left goes with the kernel.
process.kill(process.pid, 'SIGKILL');
