// Builds a package: node build.mjs node|browser. ES modules and CommonJS, each with its types, by the compiler alone.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

const root = import.meta.dirname, name = process.argv[2], dir = join(root, name), dist = join(dir, 'dist');
const target = ts.ScriptTarget.ES2022;

const translate = async (path, module, more = {}) =>
	ts.transpileModule(await readFile(path, 'utf8'), { compilerOptions: { target, module, esModuleInterop: true, ...more } }).outputText;

// src/worklet.ts as one script: a text in the package, so that nobody has to serve it, and a file beside it for those who
// want to. The text is checked in: the sources work without this build.
async function worklet() {
	const parts = await Promise.all(['resample', 'worklet'].map((part) =>
		translate(join(dir, `src/${part}.ts`), ts.ModuleKind.ES2022, { removeComments: true })));
	const source = parts.join('').replace(/^import .*\n/gm, '').replace(/^export (?=class)/gm, '').trim();
	await writeFile(join(dir, 'src/worklet-source.ts'), `/** src/worklet.ts as one script; made by the build. */\nexport default ${JSON.stringify(source)};\n`);
	await writeFile(join(dist, 'worklet.js'), `${source}\n`);
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
if (name === 'browser')
	await worklet();
execFileSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '-p', join(dir, 'tsconfig.json'),
	'--noEmit', 'false', '--declaration', '--outDir', join(dist, 'esm')], { stdio: 'inherit' });
for (const file of await readdir(join(dist, 'esm'), { recursive: true })) {
	if (!/\.(js|d\.ts)$/.test(file))
		continue;
	const from = join(dist, 'esm', file), to = join(dist, 'cjs', file);
	await mkdir(dirname(to), { recursive: true });
	if (file.endsWith('.d.ts'))
		await cp(from, to);
	else
		await writeFile(to, await translate(join(root, relative(join(dist, 'esm'), from).replace(/\.js$/, '.ts')), ts.ModuleKind.CommonJS));
}
await writeFile(join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n');
