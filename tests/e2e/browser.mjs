// What the browser tests share: a browser with the page open, what its microphone hears, and checks.
import { after, before } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

// The daemon under test; without one the mock stands in.
export const DAEMON = process.env.INVORTO_URL?.replace(/^ws/, 'http').replace(/\/$/, '');
export const WAIT = { timeout: 20000 };
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let folder;

// What the microphone hears, over and over: some silence, then a question.
export async function microphone(silence_s) {
	const speech = await readFile(new URL('what-time.wav', import.meta.url));
	const rate = 16000, pcm = speech.subarray(44), bytes = silence_s * rate * 2;
	const wav = Buffer.concat([speech.subarray(0, 44), Buffer.alloc(bytes), pcm, Buffer.alloc(rate)]);
	wav.writeUInt32LE(wav.length - 8, 4);
	wav.writeUInt32LE(wav.length - 44, 40);
	const path = join(folder, `mic-${silence_s}.wav`);
	await writeFile(path, wav);
	return path;
}

const browsers = new Map(); // arguments → a browser started with them

function browser(args) {
	const key = args.join(' ');
	if (!browsers.has(key))
		browsers.set(key, chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...args] }));
	return browsers.get(key);
}

// The page, opened afresh; what the browser complains about is collected in `faults`.
export async function visit(url, { heard, context = {}, path = '/talk' } = {}) {
	const opened = await (await browser(heard
		? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${heard}`]
		: ['--deny-permission-prompts'])).newContext(context);
	const page = await opened.newPage();
	const faults = [];
	// A browser asks for /favicon.ico where the document is a picture, as the one is that a look begins at; and sometimes late.
	page.on('console', (m) => ['error', 'warning'].includes(m.type()) && !m.location().url.endsWith('/favicon.ico') && faults.push(`${m.text()} ${m.location().url}`));
	page.on('pageerror', (e) => faults.push(String(e)));
	await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective}`)));
	await page.goto(url + path);
	const network = (name) => page.locator('#network').getAttribute(`data-${name}`).then(Number);
	return { page, faults, network, close: () => opened.close() };
}

export async function accessible(page, where) {
	await page.evaluate(AXE);
	const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'], resultTypes: ['violations'] }));
	assert.deepEqual(found.violations.map((v) => `${where}: ${v.id}: ${v.nodes[0].html}: ${v.nodes[0].failureSummary}`), []);
}

export async function stages(chart) {
	return chart.locator('.stage:not(.zero)').evaluateAll((rows) => rows.map((r) => Number(r.querySelector('.ms').textContent.replace(' ms', ''))));
}

export async function plausible(chart) {
	const total = Number(await chart.getAttribute('data-total'));
	const parts = await stages(chart);
	assert.ok(total > 0 && total < 20000, `total ${total} ms`);
	assert.ok(parts.length >= 3, `${parts.length} stages`);
	assert.equal(parts.reduce((a, b) => a + b, 0), total, 'the stages make up the total');
}

before(async () => (folder = await mkdtemp(join(tmpdir(), 'invorto-e2e-'))));
after(async () => {
	for (const started of browsers.values())
		await (await started).close();
	await rm(folder, { recursive: true, force: true });
});
