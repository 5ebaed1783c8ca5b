// The contract suite's hands in Chromium with a fake microphone: node browser_runner.mjs PROJECT E2E [ADDRESS]. PROJECT has
// @invorto/browser-realtime installed, E2E playwright-core; ADDRESS stands in for api.invortoai.com.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failure, serve } from './lines.mjs';

const [project, e2e, address] = process.argv.slice(2);
const installed = createRequire(join(project, 'x.cjs')), tools = createRequire(join(e2e, 'x.cjs'));
const dist = join(installed.resolve('@invorto/browser-realtime/package.json'), '../dist');
const { chromium } = (await import(pathToFileURL(tools.resolve('playwright-core')))).default;

// What the microphone hears, over and over: some silence, a question, and silence for its answer.
async function microphone(folder) {
	const speech = await readFile(join(e2e, 'what-time.wav')), second = 32000;
	const wav = Buffer.concat([speech.subarray(0, 44), Buffer.alloc(3 * second), speech.subarray(44), Buffer.alloc(6 * second)]);
	wav.writeUInt32LE(wav.length - 8, 4);
	wav.writeUInt32LE(wav.length - 44, 40);
	const path = join(folder, 'microphone.wav');
	await writeFile(path, wav);
	return path;
}

const PAGE = `<!doctype html><title>waiting</title><link rel="icon" href="data:,">
<script type="importmap">{"imports":{"@invorto/browser-realtime":"/dist/esm/browser/src/index.js"}}</script>
<script>window.printed = []; const log = console.log; console.log = (...a) => { window.printed.push(a); log(...a); };</script>
<script type="module" src="/page.mjs"></script><button>Talk</button>`;
const fileOf = (path) => (path === '/page.mjs' ? new URL('browser_page.mjs', import.meta.url) : /^\/dist\/[\w./-]+\.js$/.test(path) && join(dist, '..', path));

const server = createServer(async (rq, rs) => {
	const file = fileOf(rq.url);
	rs.writeHead(file || rq.url === '/' ? 200 : 404, { 'Content-Type': file ? 'text/javascript' : 'text/html' });
	rs.end(file ? await readFile(file) : PAGE);
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));

const folder = await mkdtemp(join(tmpdir(), 'invorto-microphone-'));
const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: [
		'--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required',
		`--use-file-for-fake-audio-capture=${await microphone(folder)}`,
		...(address ? ['--ignore-certificate-errors', `--host-resolver-rules=MAP api.invortoai.com:443 ${address}`] : []),
	],
});
const page = await (await browser.newContext({ ignoreHTTPSErrors: true, permissions: ['microphone'] })).newPage();
const faults = [];
page.on('pageerror', (e) => faults.push(String(e)));
await page.goto(`http://localhost:${server.address().port}/`);
await page.waitForFunction(() => document.title === 'ready');

process.stdin.on('end', async () => {
	await browser.close();
	server.close();
	await rm(folder, { recursive: true, force: true });
});

await serve(async (op, args) => {
	if (op === 'faults')
		return faults;
	const { value, told } = await page.evaluate(async ([name, given, describe]) => {
		try {
			return { value: await window.ops[name](given) };
		} catch (error) {
			return { told: new Function(`return ${describe}`)()(error) };
		}
	}, [op, args, failure.toString()]);
	if (told)
		throw Object.assign(new Error(told.message), { told });
	return value;
});
