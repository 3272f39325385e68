// Bundles the simulation, so that it runs at the speed of plain JavaScript, and runs it with the arguments given.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const lab = join(root, 'tools', 'lab');
const outdir = join(lab, 'dist', 'bundle');

await build({
  absWorkingDir: root,
  entryPoints: {
    simulate: join(lab, 'src/node/simulate.ts'),
    worker: join(lab, 'src/node/simulation/worker.ts'),
  },
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  conditions: ['@switchhook/source'],
  splitting: true,
  chunkNames: 'simulation-[hash]',
  logLevel: 'warning',
});
await import(pathToFileURL(join(outdir, 'simulate.js')).href);
