import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { defineConfig } from 'tsup';

// src/worklet.ts as one script: a text in the package, so that nobody has to serve it, and a file beside it for those who
// want to. The text is checked in: the sources work without this build.
const worklet = await build({ entryPoints: ['src/worklet.ts'], bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' });
const source = worklet.outputFiles[0]!.text.trim();
await writeFile('src/worklet-source.ts', `/** src/worklet.ts as one script; made by the build. */\nexport default ${JSON.stringify(source)};\n`);

export default defineConfig({
	entry: ['src/index.ts'],
	format: ['esm', 'cjs'],
	target: 'es2022',
	platform: 'browser',
	dts: true,
	clean: true,
	splitting: false,
	sourcemap: false,
	onSuccess: () => writeFile('dist/worklet.js', source),
});
