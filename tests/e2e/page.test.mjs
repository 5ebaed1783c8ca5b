// The page in a real browser: typing, coming back, keys, doors, small screens.
import { afterEach, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { DAEMON, WAIT, accessible, microphone, plausible, visit } from './browser.mjs';
import { startMock } from './mock.mjs';

test('without a microphone the call opens by typing', async () => {
	const mock = DAEMON ? null : await startMock();
	const { close, page, faults } = await visit(DAEMON ?? mock.url);
	try {
		await page.getByRole('button', { name: 'Talk' }).click();
		await page.locator('body[data-phase="live"]').waitFor(WAIT);
		assert.match(await page.locator('.note').first().textContent(), /microphone/);
		await page.locator('.agent .sentence').nth(1).waitFor(WAIT); // the greeting, which may be interrupted
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
		await close();
		await mock?.stop();
	}
});

describe('with the mock', { skip: DAEMON ? 'these need a daemon that can be told what to do' : false }, () => {
	let mock, visitor;

	async function open(options, how) {
		mock = await startMock(options);
		visitor = await visit(mock.url, how);
		return visitor.page;
	}
	async function close() {
		await visitor?.close();
		await mock?.stop();
		visitor = mock = null;
	}
	afterEach(close);

	test('typing before the call opens it and says what was typed', async () => {
		const page = await open({});
		await page.locator('#text').fill('Book a table for two');
		await page.keyboard.press('Enter');
		await page.locator('.tool').waitFor(WAIT);
		assert.match(await page.locator('.tool').textContent(), /book_table people: 2/);
		assert.equal(await page.locator('.you .final').count(), 1);
		assert.deepEqual(visitor.faults, []);
	});

	test('a lost socket is taken up again, and nothing is shown twice', async () => {
		const page = await open({});
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
		const page = await open({ ticket: false });
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
		const page = await open({ agents: [{ id: 'a', name: 'Ada' }, { id: 'b', name: 'Ben' }] });
		await page.getByRole('combobox', { name: 'Agent' }).selectOption('b');
		await page.locator('#text').fill('hello');
		const socket = page.waitForEvent('websocket');
		await page.keyboard.press('Enter');
		assert.match((await socket).url(), /agentId=b&audio=binary&rate=16000&ts=\d+&sig=/);
	});

	test('nothing is wider than a small telephone, light or dark', async () => {
		const page = await open({}, { context: { viewport: { width: 360, height: 640 } } });
		for (const colorScheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme });
			await accessible(page, `${colorScheme} start`);
		}
		await page.locator('#text').fill('Book a table');
		await page.keyboard.press('Enter');
		await page.locator('.you ~ .agent .waterfall').waitFor(WAIT);
		for (const colorScheme of ['dark', 'light']) {
			await page.emulateMedia({ colorScheme });
			await accessible(page, `${colorScheme} call`);
		}
		assert.ok(await page.evaluate(() => document.scrollingElement.scrollWidth <= innerWidth));
	});
});
