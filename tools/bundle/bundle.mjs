// Bundles the two programs, each with the entry file of its media worker beside it, into apps/*/dist/bundle.
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const PROGRAMS = [
  {
    folder: 'apps/desk-phone',
    entries: { main: 'src/node/main.ts', 'media-worker': 'src/node/media-worker.ts' },
  },
  { folder: 'apps/mqtt-bridge', entries: { main: 'src/node/main.ts' } },
];

// CommonJS packages inside an ES module bundle still ask for node's own modules by `require`.
const banner =
  "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);";

/** Our own modules do nothing by being loaded: what a program does not use of them is left out (no codec in `ctl`). */
const ownModulesArePure = {
  name: 'own-modules-are-pure',
  setup(bundler) {
    bundler.onResolve({ filter: /^(@switchhook\/|\.)/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'asked' || from.importer.includes('node_modules')) return undefined;
      const { kind, importer, resolveDir } = from;
      const resolved = await bundler.resolve(path, { kind, importer, resolveDir, pluginData: 'asked' });
      return resolved.errors.length > 0 ? undefined : { path: resolved.path, sideEffects: false };
    });
  },
};

for (const { folder, entries } of PROGRAMS) {
  const at = join(root, folder);
  if (!existsSync(join(at, entries.main))) continue;
  const outdir = join(at, 'dist', 'bundle');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(at, file)])),
    outdir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@switchhook/source'],
    external: ['koffi'],
    splitting: true,
    chunkNames: 'chunk-[hash]',
    sourcemap: true,
    minifySyntax: true,
    minifyWhitespace: true,
    banner: { js: banner },
    plugins: [ownModulesArePure],
    logLevel: 'warning',
  });
  for (const name of Object.keys(entries)) {
    const file = join(outdir, `${name}.js`);
    console.log(`${folder}/dist/bundle/${name}.js ${Math.ceil(statSync(file).size / 1024)} kB`);
  }
}
