// Runs the test files that are named, all in one process, and stops at the first file with a failure.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];
const uvu = await import(pathToFileURL(resolve('node_modules/uvu/dist/index.mjs')).href);
for (const [index, file] of process.argv.slice(2).entries()) {
  globalThis.UVU_INDEX = index;
  globalThis.UVU_QUEUE.push([file]);
  await import(pathToFileURL(resolve(file)).href);
  if (globalThis.UVU_QUEUE[index].length < 2) throw new Error(`${file} has no test`);
}
await uvu.exec(true);
