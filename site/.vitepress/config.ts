import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { transformerStyleToClass } from '@shikijs/transformers';
import { defineConfig, type DefaultTheme, type MarkdownRenderer, type Plugin } from 'vitepress';

const docs = resolve(import.meta.dirname, '../../docs');

// ── What the daemon's policy asks for: no script and no style that stands in a page (script-src 'self').

// Scripts that stand in pages become files, named after their content.
const scripts = new Map<string, string>();
function noInlineScript(html: string): string {
	return html.replace(/<script( id="[^"]*")?>([^]*?)<\/script>/g, (_, _id, code: string) => {
		const name = `inline.${createHash('sha256').update(code).digest('hex').slice(0, 8)}.js`;
		scripts.set(name, code);
		return `<script src="/docs/assets/${name}"></script>`;
	});
}

// Colours of code become classes, and the classes one file. Every page is written after all of them were coloured.
const colours = transformerStyleToClass({ classPrefix: 'code-' });
const rules = () => colours.getCSS().split(/(?<=})/).sort().join(''); // in one order, whichever page came first
const sheet = () => `assets/code.${createHash('sha256').update(rules()).digest('hex').slice(0, 8)}.css`;
const withColours = (html: string) => html.replace('</head>', `<link rel="stylesheet" href="/docs/${sheet()}"></head>`);

// The daemon serves NAME.gz to who takes it.
async function pack(out: string) {
	for (const name of await readdir(out, { recursive: true })) {
		if (!/\.(js|css|html|svg)$/.test(name))
			continue;
		const bytes = await readFile(join(out, name));
		if (bytes.length > 1024)
			await writeFile(join(out, `${name}.gz`), gzipSync(bytes, { level: 9 }));
	}
}

// The documents lie beside this folder, not in it: what their pages import is looked for here all the same.
const fromHere = (): Plugin => ({
	name: 'from-here',
	enforce: 'pre',
	resolveId(source, importer, options) {
		if (/^vue(\/|$)/.test(source) && importer?.startsWith(docs))
			return this.resolve(source, import.meta.filename, { ...options, skipSelf: true });
	},
});

// ── Addresses and anchors

// Anchors as code hosts make them, so that a link works here and there (scripts/links.py has the same rule).
const slug = (text: string) => text.trim().toLowerCase().replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '').replace(/ /g, '-');

// Files of the repository that documents link to and that have another address on the site.
const elsewhere: Record<string, string> = {
	'../README.md': './index.md',
	'../sdk/node/README.md': './sdk-node.md',
	'../sdk/python/README.md': './sdk-python.md',
	'../sdk/browser/README.md': './sdk-browser.md',
};
const ofTheDaemon = /^\/(docs\/api|openapi\.json|asyncapi\.json|talk|health|livez|readyz|metrics)?(#.*)?$/;
function links(md: MarkdownRenderer) {
	md.core.ruler.push('addresses', ({ tokens }) => {
		for (const token of tokens.flatMap((t) => t.children ?? [])) {
			const href = token.type === 'link_open' ? token.attrGet('href') : null;
			if (!href)
				continue;
			const [path, anchor] = href.split('#');
			if (elsewhere[path])
				token.attrSet('href', elsewhere[path] + (anchor ? `#${anchor}` : ''));
			else if (ofTheDaemon.test(href)) // what is no page of the site is gone to, not drawn
				token.attrSet('target', '_self');
		}
	});
}

// ── Order: parts that are not written yet have no place

type Part = [title: string, pages: [title: string, file: string][]];
const parts: Part[] = [
	['Start', [['What it is', 'index'], ['The first hour', 'newcomer'], ['The lab', 'lab']]],
	['Tutorials', [
		['In the browser', 'tutorial-browser'], ['A number at Twilio', 'tutorial-twilio'], ['A trunk at Jambonz', 'tutorial-jambonz'],
		['ElevenLabs and a campaign', 'tutorial-elevenlabs'],
	]],
	['Concepts', [['The words', 'concepts']]],
	['Guides', [
		['Agents', 'agents'], ['The console', 'console'], ['The shell', 'shell'], ['The REST API', 'rest'], ['The realtime socket', 'realtime'],
		['Webhooks', 'webhooks'], ['SDKs', 'sdks'], ['Node', 'sdk-node'], ['Python', 'sdk-python'], ['Browser', 'sdk-browser'],
		['Telephony', 'telephony'], ['Campaigns', 'campaigns'], ['Who may be called when', 'calling-rules'],
		['Templates, numbers, voice functions', 'voice-functions'], ['How many calls at once', 'concurrency'], ['Migration', 'migration'],
	]],
	['Operate', [
		['Operating', 'operating'], ['Deployment', 'deployment'], ['Runbooks', 'runbooks'], ['Telemetry', 'telemetry'], ['Configuration', 'configuration'],
		['Metrics', 'metrics'], ['Errors', 'errors'], ['Events', 'events'],
	]],
	['Security', [['Threats and what stops them', 'security']]],
	['Internals', [['Architecture', 'architecture'], ['The database', 'database'], ['After a call: the kernel', 'kernel'], ['Roadmap', 'roadmap']]],
];
const written = parts
	.map(([text, pages]): DefaultTheme.SidebarItem => ({
		text,
		items: pages.filter(([, file]) => existsSync(join(docs, `${file}.md`))).map(([title, file]) => ({ text: title, link: file === 'index' ? '/' : `/${file}` })),
	}))
	.filter((part) => part.items?.length);

export default defineConfig({
	srcDir: docs,
	outDir: process.env.SITE_OUT ?? resolve(import.meta.dirname, '../dist'),
	base: '/docs/',
	lang: 'en',
	title: 'invorto',
	description: 'A voice-AI gateway: how to run it, call it, build on it.',
	cleanUrls: true,
	metaChunk: true,
	appearance: { disableTransition: false }, // it would write a <style>
	head: [['link', { rel: 'icon', href: '/docs/favicon.svg', type: 'image/svg+xml' }]],
	markdown: {
		anchor: { slugify: slug },
		theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
		codeTransformers: [colours],
		config: links,
	},
	themeConfig: {
		logo: { src: '/favicon.svg', alt: '' },
		nav: [
			{ text: 'API', link: '/api', target: '_self' },
			{ text: 'Console', link: '/../', target: '_self' },
		],
		sidebar: written,
		outline: [2, 3],
		search: { provider: 'local' },
		docFooter: { prev: 'Before', next: 'Next' },
	},
	transformHtml: (html) => withColours(noInlineScript(html)).replaceAll(/ style="(position:relative|--vp-vh:0px);"/g, ''), // what the second is for comes by script, the first stands in style.css
	async buildEnd({ outDir }) {
		await mkdir(join(outDir, 'assets'), { recursive: true });
		for (const [name, code] of scripts)
			await writeFile(join(outDir, 'assets', name), code);
		await writeFile(join(outDir, sheet()), rules());
		await copyFile(resolve(import.meta.dirname, '../../web/pages/favicon.svg'), join(outDir, 'favicon.svg'));
		await rm(join(outDir, 'hashmap.json'), { force: true });
		await pack(outDir);
	},
	vite: { build: { assetsInlineLimit: 0 }, plugins: [fromHere()] },
});
