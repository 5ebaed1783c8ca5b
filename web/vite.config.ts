import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// wavesurfer.js writes a <style> into its shadow root, which our policy forbids (no 'unsafe-inline'). It is taken out
// here and given as a constructed sheet by src/ui/waveform.tsx.
function noInlineStyle(): Plugin {
	return {
		name: 'no-inline-style',
		transform(code, id) {
			if (!/wavesurfer\.js\/dist\/wavesurfer\.esm\.js/.test(id))
				return;
			const without = code.replace(/<style\$\{[^]*?<\/style>/, '');
			if (without === code)
				this.error('wavesurfer.js writes its style in another way now: see src/ui/waveform.tsx');
			return { code: without, map: null };
		},
	};
}

// The daemon serves NAME.gz to who takes it.
function packed(): Plugin {
	let out = '';
	return {
		name: 'packed',
		configResolved: (config) => void (out = config.build.outDir),
		async closeBundle() {
			for (const name of await readdir(out, { recursive: true }))
				if (/\.(js|css|html|svg)$/.test(name)) {
					const bytes = await readFile(join(out, name));
					if (bytes.length > 1024)
						await writeFile(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
				}
		},
	};
}

export default defineConfig({
	plugins: [react(), noInlineStyle(), packed()],
	publicDir: 'pages',
	build: {
		outDir: process.env.WEB_OUT ?? 'dist',
		emptyOutDir: true,
		target: 'es2022',
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
	},
});
