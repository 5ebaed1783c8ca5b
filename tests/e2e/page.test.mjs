// The page in a real browser: against the daemon at INVORTO_URL when that is set, else against the mock.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { startMock } from './mock.mjs';

const DAEMON = process.env.INVORTO_URL?.replace(/^ws/, 'http').replace(/\/$/, '');
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const WAIT = { timeout: 20000 };

let folder;

// What the microphone hears, over and over: some silence, then a question.
async function microphone(silence_s) {
	const speech = await readFile(new URL('what-time.wav', import.meta.url));
	const rate = 16000, pcm = speech.subarray(44), bytes = silence_s * rate * 2;
	const wav = Buffer.concat([speech.subarray(0, 44), Buffer.alloc(bytes), pcm, Buffer.alloc(rate)]);
	wav.writeUInt32LE(wav.length - 8, 4);
	wav.writeUInt32LE(wav.length - 44, 40);
	const path = join(folder, `mic-${silence_s}.wav`);
	await writeFile(path, wav);
	return path;
}

// A browser with the page open; what it complains about is collected in `faults`.
async function visit(url, { heard, allow = true, context = {} } = {}) {
	const browser = await chromium.launch({
		executablePath: CHROMIUM,
		args: ['--no-sandbox', '--autoplay-policy=user-gesture-required',
			...(heard ? ['--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${heard}`] : []),
			...(allow ? ['--use-fake-ui-for-media-stream'] : ['--deny-permission-prompts'])],
	});
	const page = await (await browser.newContext(context)).newPage();
	const faults = [];
	page.on('console', (m) => ['error', 'warning'].includes(m.type()) && faults.push(m.text()));
	page.on('pageerror', (e) => faults.push(String(e)));
	await page.addInitScript(() => addEventListener('securitypolicyviolation', (e) => console.error(`CSP: ${e.violatedDirective}`)));
	await page.goto(url);
	return { browser, page, faults, network: (name) => page.locator('#network').getAttribute(`data-${name}`).then(Number) };
}

async function accessible(page, where) {
	await page.evaluate(AXE);
	const found = await page.evaluate(() => axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] }));
	assert.deepEqual(found.violations.map((v) => `${where}: ${v.id}: ${v.nodes[0].html}: ${v.nodes[0].failureSummary}`), []);
}

async function stages(chart) {
	return chart.locator('.stage:not(.zero)').evaluateAll((rows) => rows.map((r) => Number(r.querySelector('.ms').textContent.replace(' ms', ''))));
}

async function plausible(chart) {
	const total = Number(await chart.getAttribute('data-total'));
	const parts = await stages(chart);
	assert.ok(total > 0 && total < 20000, `total ${total} ms`);
	assert.ok(parts.length >= 3, `${parts.length} stages`);
	assert.equal(parts.reduce((a, b) => a + b, 0), total, 'the stages make up the total');
}

before(async () => (folder = await mkdtemp(join(tmpdir(), 'invorto-e2e-'))));
after(() => rm(folder, { recursive: true, force: true }));

test('a call by voice: heard, answered, explained, interrupted, hung up', async () => {
	const mock = DAEMON ? null : await startMock();
	const heard = await microphone(DAEMON ? 8.5 : 3);
	const { browser, page, faults, network } = await visit(DAEMON ?? mock.url, { heard });
	try {
		await accessible(page, 'start');
		await page.getByRole('button', { name: 'Talk' }).click();
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		await page.locator('.agent .sentence').first().waitFor(WAIT);

		const final = page.locator('.you .final').first();
		await final.waitFor(WAIT);
		assert.match(await final.textContent(), /time/i);
		const answer = page.locator('.you ~ .agent').first();
		await answer.locator('.sentence').first().waitFor(WAIT);
		assert.ok(await network('played') > 500, 'the greeting was played');

		const chart = answer.locator('.waterfall');
		await chart.waitFor(WAIT);
		await plausible(chart);
		assert.equal((await stages(chart)).length, 6, 'a spoken turn has all its stages');
		await accessible(page, 'call');

		const flushes = await network('flushes');
		await page.getByLabel('Type to the agent').fill('Please tell me a story');
		await page.keyboard.press('Enter');
		const cut = page.locator('.agent.cut');
		await cut.waitFor(WAIT);
		assert.match(await cut.textContent(), /interrupted/);
		assert.ok(await network('flushes') > flushes, 'the player was emptied');

		if (mock)
			assert.deepEqual([...mock.sizes], [640], 'exact 20 ms frames at 16 kHz');
		await page.getByRole('button', { name: 'Hang up' }).click();
		await page.locator('body[data-phase="over"]').waitFor(WAIT);
		assert.equal(await page.locator(':focus').textContent(), 'Talk again');
		assert.deepEqual(faults, []);
	} finally {
		await browser.close();
		await mock?.stop();
	}
});

test('without a microphone the call opens by typing', async () => {
	const mock = DAEMON ? null : await startMock();
	const { browser, page, faults } = await visit(DAEMON ?? mock.url, { allow: false });
	try {
		await page.getByRole('button', { name: 'Talk' }).click();
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		assert.match(await page.locator('.note').first().textContent(), /microphone/);
		await page.getByLabel('Type to the agent').fill('What time is it?');
		await page.getByRole('button', { name: 'Send' }).click();
		await page.locator('.you .final', { hasText: 'What time is it?' }).waitFor(WAIT);
		const answer = page.locator('.you ~ .agent').last();
		await answer.locator('.sentence').first().waitFor(WAIT);
		await answer.locator('.waterfall').waitFor(WAIT);
		await plausible(answer.locator('.waterfall'));
		assert.ok(await page.getByRole('button', { name: 'Mute' }).isDisabled());
		assert.deepEqual(faults, []);
	} finally {
		await browser.close();
		await mock?.stop();
	}
});

describe('with the mock', { skip: DAEMON ? 'the daemon is tested elsewhere on these' : false }, () => {
	let mock, visitor;

	async function open(options, how) {
		mock = await startMock(options);
		visitor = await visit(mock.url, how);
		return visitor.page;
	}
	async function close() {
		await visitor?.browser.close();
		await mock?.stop();
		visitor = mock = null;
	}
	afterEach(close);

	test('typing before the call opens it and says what was typed', async () => {
		const page = await open({}, { allow: false });
		await page.locator('#text').fill('Book a table for two');
		await page.keyboard.press('Enter');
		await page.locator('.tool').waitFor(WAIT);
		assert.match(await page.locator('.tool').textContent(), /book_table people: 2/);
		assert.equal(await page.locator('.you .final').count(), 1);
		assert.deepEqual(visitor.faults, []);
	});

	test('a lost socket is taken up again, and nothing is shown twice', async () => {
		const page = await open({}, { allow: false });
		await page.locator('#text').fill('Tell me a story');
		await page.keyboard.press('Enter');
		await page.locator('.sentence', { hasText: 'number 1' }).waitFor(WAIT);
		mock.last.ws.terminate();
		await page.locator('body[data-phase="lost"]').waitFor(WAIT);
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		await page.locator('.sentence', { hasText: 'number 3' }).waitFor(WAIT);
		const said = await page.locator('.agent').last().locator('.sentence').allTextContents();
		assert.deepEqual(said, [...new Set(said)]);
		assert.match(said[1], /number 2/, 'what was missed was sent again');
		assert.equal(mock.sessions.size, 1);
	});

	test('mute pauses the call and sends nothing, the keypad sends digits, errors are told in words', async () => {
		const page = await open({}, { heard: await microphone(60) });
		await page.getByRole('button', { name: 'Talk' }).click();
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		await page.getByRole('button', { name: 'Mute' }).click();
		await page.waitForTimeout(200);
		const { frames } = mock.last;
		await page.waitForTimeout(300);
		assert.ok(frames > 0 && mock.last.frames === frames, 'no sound leaves while muted');
		await page.getByRole('button', { name: 'Mute', pressed: true }).click();
		await page.getByRole('button', { name: 'Keypad' }).click();
		await accessible(page, 'keypad');
		await page.getByRole('button', { name: '5' }).click();
		await page.keyboard.press('7');
		await page.getByRole('button', { name: 'hash' }).click();
		await page.getByRole('alert').getByText('That cannot be done in this call: there is no keypad on this leg.').waitFor(WAIT);
		await page.keyboard.press('Escape');
		assert.ok(await page.locator('#pad').isHidden());
		const sent = mock.last.controls.filter((m) => m.t !== 'ping').map((m) => m.digits ?? m.t);
		assert.deepEqual(sent, ['pause', 'resume', '5', '7', '#']);
	});

	test('without a ticket a key is asked for, and a wrong one is refused in words', async () => {
		const page = await open({ ticket: false }, { allow: false });
		await page.getByLabel('API key').fill('wrong');
		await page.keyboard.press('Enter');
		await page.getByRole('alert').getByText('The key was not accepted').waitFor(WAIT);
		await accessible(page, 'refused');
		await page.getByLabel('API key').fill('secret');
		await page.keyboard.press('Enter');
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		assert.equal(await page.evaluate(() => sessionStorage.getItem('invorto.key')), 'secret');
	});

	test('several agents can be chosen from', async () => {
		const page = await open({ agents: [{ id: 'a', name: 'Ada' }, { id: 'b', name: 'Ben' }] }, { allow: false });
		await page.getByRole('combobox', { name: 'Agent' }).selectOption('b');
		await page.locator('#text').fill('hello');
		const socket = page.waitForEvent('websocket');
		await page.keyboard.press('Enter');
		assert.match((await socket).url(), /agentId=b&audio=binary&rate=16000&ts=\d+&sig=/);
	});

	test('nothing is wider than a small telephone, light or dark', async () => {
		for (const colorScheme of ['light', 'dark']) {
			const page = await open({}, { allow: false, context: { viewport: { width: 360, height: 640 }, colorScheme } });
			await accessible(page, `${colorScheme} start`);
			await page.locator('#text').fill('Book a table');
			await page.keyboard.press('Enter');
			await page.locator('.you ~ .agent .waterfall').waitFor(WAIT);
			await accessible(page, `${colorScheme} call`);
			assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
			await close();
		}
	});
});
