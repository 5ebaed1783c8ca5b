// A whole call by voice in a real browser: against the daemon at INVORTO_URL when that is set, else the mock.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { DAEMON, WAIT, accessible, microphone, plausible, stages, visit } from './browser.mjs';
import { startMock } from './mock.mjs';

test('a call by voice: heard, answered, explained, interrupted, hung up', async () => {
	const mock = DAEMON ? null : await startMock();
	const heard = await microphone(DAEMON ? 8.5 : 3);
	const { close, page, faults, network } = await visit(DAEMON ?? mock.url, { heard });
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
		await close();
		await mock?.stop();
	}
});
