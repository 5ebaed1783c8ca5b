// What a first look at the console may cost: bytes on the wire, the time until it can be used, and how much of it jumps.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { WAIT, visit } from './browser.mjs';
import { KEY, URL_, settled } from './console.mjs';

const BYTES = 300 * 1024, INTERACTIVE_MS = 1000, SHIFT = 0.1;
const ROUNDS = 4; // of three looks each: a crowded machine is asked again

const middle = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

// Opened as if for the first time; signed in already where `key` is given.
async function look(path, heading, key) {
	const seen = await visit(URL_, { path: '/favicon.svg', context: { viewport: { width: 1280, height: 800 } } });
	const { page } = seen;
	const me = key && (await (await fetch(`${URL_}/v1/me`, { headers: { authorization: `Bearer ${key}` } })).json());
	try {
		if (key)
			await page.evaluate((s) => localStorage.setItem('invorto.session', s), JSON.stringify({ kind: 'key', key, me }));
		const wire = await page.context().newCDPSession(page);
		let bytes = 0, answers = 0;
		await wire.send('Network.enable');
		await wire.send('Network.clearBrowserCache');
		const open = new Map(); // what is still on its way; a stream has no end, and is small
		wire.on('Network.requestWillBeSent', (e) => !/\/live$/.test(e.request.url) && open.set(e.requestId, e.request.url));
		wire.on('Network.loadingFailed', (e) => open.delete(e.requestId));
		wire.on('Network.loadingFinished', (e) => { open.delete(e.requestId); bytes += e.encodedDataLength; answers++; });
		await page.addInitScript((name) => {
			window.looked = { shift: 0, ready: 0 };
			new PerformanceObserver((list) => list.getEntries().forEach((e) => (window.looked.shift += e.hadRecentInput ? 0 : e.value))).observe({ type: 'layout-shift', buffered: true });
			// Ready when it stands there, was painted, and the thread is free for a click.
			new MutationObserver((_, watch) => {
				if (![...document.querySelectorAll('h1')].some((h) => h.textContent === name))
					return;
				watch.disconnect();
				requestAnimationFrame(() => setTimeout(() => (window.looked.ready = performance.now())));
			}).observe(document, { subtree: true, childList: true });
		}, heading);
		seen.faults.length = 0; // of where it was opened
		await page.goto(URL_ + path);
		await page.getByRole('heading', { level: 1, name: heading }).waitFor(WAIT);
		await page.waitForFunction(() => window.looked.ready > 0, null, WAIT);
		for (const end = Date.now() + WAIT.timeout; open.size; await page.evaluate(() => new Promise(requestAnimationFrame)))
			assert.ok(Date.now() < end, `never came: ${[...open.values()]}`);
		if (key)
			await settled(page);
		const { shift, ready } = await page.evaluate(() => window.looked);
		return { bytes, answers, shift, ready, faults: seen.faults };
	} finally {
		await seen.close();
	}
}

describe('the first look', { skip: !URL_ }, () => {
	for (const [what, path, heading, key] of [['the sign-in', '/', 'Sign in'], ['the overview', '/', 'Overview', KEY], ['the list of calls', '/calls', 'Calls', KEY], ['an agent', '/agents/demo', 'Restaurant demo', KEY]])
		test(`${what} is small, quick and stands still`, async () => {
			const times = [];
			for (let round = 0; round < ROUNDS; round++) {
				const looks = [];
				for (let i = 0; i < 3; i++)
					looks.push(await look(path, heading, key));
				for (const l of looks) {
					assert.ok(l.answers >= 3 && l.bytes > 10000, `${l.answers} answers, ${l.bytes} bytes: was anything counted?`);
					assert.ok(l.bytes < BYTES, `${l.bytes} bytes for the first look at ${what}`);
					assert.ok(l.shift <= SHIFT, `${what} jumps by ${l.shift}`);
					assert.deepEqual(l.faults, []);
				}
				times.push(middle(looks.map((l) => l.ready)));
				console.log(`${what}: ${middle(looks.map((l) => l.bytes))} bytes, ready in ${looks.map((l) => Math.round(l.ready))} ms, moved by ${Math.max(...looks.map((l) => l.shift)).toFixed(3)}`);
				if (times.at(-1) < INTERACTIVE_MS)
					return;
			}
			assert.fail(`${what} can be used after ${times} ms`);
		});
});
