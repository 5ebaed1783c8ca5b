// The console without a mouse: everything is reached by Tab in the order it is read, a dialog keeps the focus until it is
// closed and gives it back, and what has the focus shows it.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { WAIT, visit } from './browser.mjs';
import { URL_, go, settled, signIn } from './console.mjs';

// A page that was gone to begins at its heading; the walk begins above everything.
const fromTheTop = (page) => page.evaluate(() => {
	const top = document.body.insertBefore(Object.assign(document.createElement('span'), { tabIndex: -1 }), document.body.firstChild);
	top.focus();
	addEventListener('focusin', () => top.remove(), { once: true });
});

// What Tab comes by, from the address bar on: what it is called, where it stands, whether it shows the focus.
async function walk(page, most = 60) {
	await fromTheTop(page);
	const seen = [];
	for (let i = 0; i < most; i++) {
		await page.keyboard.press('Tab');
		const at = await page.evaluate(() => {
			const el = document.activeElement;
			if (!el || el === document.body)
				return null;
			const box = el.getBoundingClientRect(), look = getComputedStyle(el);
			el.dataset.walked ??= String((window.walks = (window.walks ?? 0) + 1));
			return { id: el.dataset.walked, tag: el.tagName, inside: el.closest('dialog') ? 'dialog' : el.closest('.side') ? 'menu' : el.closest('main') ? 'main' : 'frame', name: el.getAttribute('aria-label') ?? (el.labels?.[0]?.textContent || el.textContent || el.title || '').trim().slice(0, 60), shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight, ring: look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) > 0 };
		});
		if (!at || seen.some((s) => s.id === at.id))
			break;
		seen.push(at);
	}
	return seen;
}

const MAIN = { '/': 'Overview', '/calls': 'Calls', '/agents': 'Agents', '/agents/demo': 'Restaurant demo', '/voice-catalog': 'Catalog', '/voice-agents/campaigns': 'Campaigns', '/voice-agents/numbers': 'Numbers', '/settings/keys': 'API keys', '/settings/webhooks': 'Webhooks', '/settings/limits': 'Limits and retention' };

describe('by the keyboard alone', { skip: !URL_ }, () => {
	test('each main page is walked in the order it is read, and what has the focus shows it', async () => {
		const { page, close, faults } = await visit(URL_, { path: '/', context: { viewport: { width: 1280, height: 900 } } });
		try {
			await signIn(page);
			for (const [path, heading] of Object.entries(MAIN)) {
				await go(page, path);
				await page.getByRole('heading', { level: 1, name: heading }).waitFor(WAIT);
				await settled(page);
				await page.waitForFunction(() => document.activeElement?.tagName === 'H1' || location.pathname === '/', null, WAIT); // comes a moment later
				const seen = await walk(page);
				assert.equal(seen[0]?.name, 'Skip to the content', `${path}: ${JSON.stringify(seen[0])}`);
				assert.deepEqual(seen.filter((s) => !s.shown || !s.ring || !s.name), [], `${path}: reached and not seen`);
				const parts = seen.map((s) => s.inside).filter((p, i, all) => p !== all[i - 1] && p !== 'frame');
				assert.deepEqual(parts.slice(0, 2), ['menu', 'main'], `${path}: ${parts}`);
				assert.equal(parts.filter((p) => p === 'menu').length, 1, `${path}: the menu is come by twice`);
			}
			// The first step leads past the menu.
			await page.evaluate(() => document.activeElement?.blur());
			await page.reload();
			await settled(page);
			await page.keyboard.press('Tab');
			await page.keyboard.press('Enter');
			await page.keyboard.press('Tab');
			assert.ok(await page.evaluate(() => !!document.activeElement.closest('main')), 'the next one is in the main part');
			assert.deepEqual(faults, []);
		} finally {
			await close();
		}
	});

	test('a dialog keeps the focus, Escape closes it, and the focus is where it was', async () => {
		const { page, close, faults } = await visit(URL_, { path: '/', context: { viewport: { width: 1280, height: 900 } } });
		try {
			await signIn(page);
			for (const [path, button] of [['/agents', 'New agent'], ['/voice-agents/campaigns', 'New campaign'], ['/voice-agents/numbers', 'Take a number'], ['/settings/keys', 'New key'], ['/voice-catalog', 'Customise']]) {
				await go(page, path);
				await settled(page);
				const opener = page.getByRole('button', { name: button }).first();
				await opener.focus();
				await page.keyboard.press('Enter');
				const dialog = page.getByRole('dialog');
				await dialog.waitFor(WAIT);
				await dialog.locator('input, select, textarea').first().waitFor(WAIT);
				assert.ok(await page.evaluate(() => !!document.activeElement.closest('dialog')), `${path}: the focus goes into the dialog`);
				const stops = await dialog.locator('input, select, textarea, button, a, summary').count() + 3;
				for (const key of ['Tab', 'Shift+Tab'])
					for (let i = 0; i < stops; i++) {
						await page.keyboard.press(key);
						// Behind its last part is the browser's own bar, where the body has the focus.
						assert.ok(await page.evaluate(() => document.activeElement === document.body || !!document.activeElement.closest('dialog')), `${path}: ${key} leaves the dialog`);
					}
				await page.keyboard.press('Escape');
				await dialog.waitFor({ ...WAIT, state: 'hidden' });
				assert.equal(await opener.evaluate((el) => document.activeElement === el), true, `${path}: the focus is given back`);
			}
			assert.deepEqual(faults, []);
		} finally {
			await close();
		}
	});
});
