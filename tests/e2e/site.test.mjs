// The site of the documents in a real browser, as the daemon serves it.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { WAIT, accessible, visit } from './browser.mjs';

const { CONSOLE_URL: URL_ } = process.env;
const dark = (page) => page.evaluate(() => document.documentElement.classList.contains('dark'));

// The colours of a page's code, and how far the least of them stands out from what is behind it.
const colours = (page) => page.locator('.vp-code .line > span').evaluateAll((words) => {
	const channel = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
	const light = (rgb) => rgb.match(/[\d.]+/g).slice(0, 3).reduce((sum, v, i) => sum + [0.2126, 0.7152, 0.0722][i] * channel(v / 255), 0);
	const behind = light(getComputedStyle(words[0].closest('[class*=language-]')).backgroundColor);
	const all = [...new Set(words.map((w) => getComputedStyle(w).color))];
	return { count: all.length, contrast: Math.min(...all.map(light).map((l) => (Math.max(l, behind) + 0.05) / (Math.min(l, behind) + 0.05))) };
});

describe('the site', { skip: !URL_ }, () => {
	test('is read, searched and gone through under the policy', async () => {
		const { page, faults, close } = await visit(URL_, { path: '/docs/' });
		try {
			await page.locator('h1').waitFor(WAIT);
			await page.keyboard.press('Control+k');
			await page.locator('#localsearch-input').fill('endpointing');
			await page.locator('#localsearch-list a').first().waitFor(WAIT);
			await page.keyboard.press('Enter');
			await page.waitForURL((to) => to.pathname !== '/docs/', WAIT);
			await page.locator('main').filter({ hasText: /endpointing/i }).waitFor(WAIT);
			// A page that was opened by its address, and one that was gone to from there.
			await page.goto(`${URL_}/docs/webhooks`);
			await page.getByRole('link', { name: 'Runbooks', exact: true }).first().click();
			await page.getByRole('heading', { level: 1, name: 'Runbooks' }).waitFor(WAIT);
			await page.getByRole('link', { name: 'API', exact: true }).first().click();
			await page.waitForURL('**/docs/api', WAIT);
			assert.deepEqual(faults, []);
		} finally {
			await close();
		}
	});

	test('is dark for who wants it, and stays so', async () => {
		const { page, faults, close } = await visit(URL_, { path: '/docs/concepts', context: { colorScheme: 'dark' } });
		try {
			await page.locator('h1').waitFor(WAIT);
			assert.equal(await dark(page), true);
			await page.locator('.VPSwitchAppearance').first().click();
			assert.equal(await dark(page), false);
			await page.reload();
			assert.equal(await dark(page), false);
			assert.deepEqual(faults, []);
		} finally {
			await close();
		}
	});

	test('code has colours under the policy, and they are read by everybody', async () => {
		for (const colorScheme of ['light', 'dark']) {
			const { page, faults, close } = await visit(URL_, { path: '/docs/sdk-node', context: { colorScheme } });
			try {
				await page.locator('.vp-code .line > span').first().waitFor(WAIT);
				const seen = await colours(page);
				assert.ok(seen.count >= 5 && seen.contrast >= 4.5, JSON.stringify(seen));
				assert.deepEqual(faults, []);
			} finally {
				await close();
			}
		}
	});

	test('is read on a telephone, and by everybody', async () => {
		for (const [width, colorScheme, pages] of [[1280, 'light', ['/docs/', '/docs/webhooks']], [360, 'light', ['/docs/webhooks']], [360, 'dark', ['/docs/']]])
			for (const path of pages) {
				const { page, faults, close } = await visit(URL_, { path, context: { viewport: { width, height: 800 }, colorScheme, bypassCSP: true } });
				try {
					await page.locator('h1').waitFor(WAIT);
					await accessible(page, `${path} at ${width}, ${colorScheme}`);
					assert.deepEqual(faults, []);
				} finally {
					await close();
				}
			}
		const { page, close } = await visit(URL_, { path: '/docs/', context: { viewport: { width: 360, height: 800 } } });
		try {
			for (const path of ['/docs/agents', '/docs/configuration', '/docs/tutorial-twilio', '/docs/errors']) {
				await page.goto(URL_ + path);
				await page.locator('h1').waitFor(WAIT);
				assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
			}
		} finally {
			await close();
		}
	});

	test('what is missing is said', async () => {
		const { page, close } = await visit(URL_, { path: '/docs/no-such-page' });
		try {
			await page.getByText('404').first().waitFor(WAIT);
			assert.equal((await page.goto(`${URL_}/docs/no-such-page`)).status(), 404);
		} finally {
			await close();
		}
	});
});
