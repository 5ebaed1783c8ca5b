// The console in a real browser, with the daemon, its database and a microphone that plays a question.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { WAIT, accessible, microphone, visit } from './browser.mjs';
import { EMAIL, KEY, PASSWORD, URL_, go, picture, settled, signIn } from './console.mjs';

const BUDGET = 300 * 1024;
const PAGES = ['/', '/calls', '/agents', '/agents/demo', '/agents/demo/test', '/agents/demo/versions', '/agents/demo/about', '/voice-catalog', '/voice-agents/campaigns', '/voice-agents/numbers', '/voice-agents/decisions', '/settings/webhooks', '/settings/keys', '/settings/members', '/settings/limits', '/settings/dnc', '/settings/erasures', '/settings/audit', '/nowhere/at/all'];

const NARROW = ['/', '/agents/demo', '/settings/keys', '/settings/erasures', '/voice-agents/campaigns'];

describe('the console', { skip: !URL_ }, () => {
	test('is served small, quick, and under a strict policy', async () => {
		const page = await fetch(`${URL_}/calls/some-call`, { headers: { accept: 'text/html' } });
		const html = await page.text();
		assert.equal(page.status, 200);
		assert.match(page.headers.get('cache-control'), /no-cache/);
		const policy = page.headers.get('content-security-policy');
		assert.ok(!/unsafe/.test(policy) && /default-src 'none'/.test(policy) && /script-src 'self'/.test(policy), policy);
		assert.ok(!/<script(?![^>]*\ssrc=)[^>]*>|<style|\son\w+=|style=/.test(html), html);
		const again = await fetch(`${URL_}/`, { headers: { 'if-none-match': page.headers.get('etag') } });
		assert.equal(again.status, 304);
		const script = html.match(/src="(\/assets\/[^"]+\.js)"/)[1];
		assert.match((await fetch(URL_ + script)).headers.get('cache-control'), /max-age=31536000, immutable/);
		assert.equal((await fetch(`${URL_}/assets/not-there.js`, { headers: { accept: 'text/html' } })).status, 404);
		assert.equal((await fetch(`${URL_}/v1/nothing`)).status, 404);

		const { page: tab, close } = await visit(URL_, { path: '/' });
		try {
			await signIn(tab);
			await tab.evaluate((name) => localStorage.setItem(name, sessionStorage.getItem(name)), 'invorto.session');
			const quickest = [];
			for (let i = 0; i < 3; i++) {
				await tab.goto(`${URL_}/`);
				await tab.getByRole('heading', { level: 1, name: 'Overview' }).waitFor(WAIT);
				quickest.push(await tab.evaluate(() => Math.max(...performance.getEntriesByName('first-contentful-paint').map((e) => e.startTime), performance.getEntriesByType('navigation')[0].domInteractive)));
			}
			assert.ok(Math.min(...quickest) < 1000, `interactive after ${quickest} ms`);
		} finally {
			await close();
		}
		const cold = await visit(URL_, { path: '/' });
		try {
			await signIn(cold.page);
			await settled(cold.page);
			const bytes = await cold.page.evaluate(() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).filter((e) => !/\/v1\/|\/api\//.test(e.name)).reduce((n, e) => n + e.transferSize, 0));
			assert.ok(bytes > 10000 && bytes < BUDGET, `${bytes} bytes for the first load`);
			assert.deepEqual(cold.faults, []);
		} finally {
			await cold.close();
		}
	});

	test('says what is wrong with a sign-in', async () => {
		const { page, close } = await visit(URL_, { path: '/agents' });
		try {
			await accessible(page, 'sign-in');
			await page.getByLabel('E-mail').and(page.locator('input')).fill(EMAIL);
			await page.getByLabel('Password').and(page.locator('input')).fill('not the password');
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await page.getByRole('alert').getByText('not right').waitFor(WAIT);
			await page.getByLabel('Password').and(page.locator('input')).fill(PASSWORD);
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor(WAIT); // where he wanted to go
		} finally {
			await close();
		}
	});

	test('can be read and used by everybody, wide, narrow and dark', async () => {
		for (const how of [{ viewport: { width: 1280, height: 800 } }, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' }]) {
			const { page, close, faults } = await visit(URL_, { path: '/', context: how });
			try {
				await signIn(page);
				for (const path of PAGES) {
					await go(page, path);
					await settled(page);
					if (how.viewport.width > 1000 || NARROW.includes(path)) // what differs is the width and the colours
						await accessible(page, `${path} at ${how.viewport.width}`);
					assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} is wider than ${how.viewport.width}`);
				}
				assert.deepEqual(faults.filter((f) => !/404/.test(f)), []);
			} finally {
				await close();
			}
		}
	});

	test('goes by keys', async () => {
		const { page, close } = await visit(URL_, { path: '/' });
		try {
			await signIn(page);
			await page.keyboard.press('g');
			await page.keyboard.press('a');
			await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor(WAIT);
			await page.locator('.tile').first().waitFor(WAIT);
			await page.keyboard.press('j');
			await page.keyboard.press('Enter');
			await page.getByRole('heading', { level: 2, name: 'What it says' }).waitFor({ ...WAIT, state: 'attached' });
			await page.keyboard.press('?');
			await page.getByRole('dialog', { name: 'Keys' }).waitFor(WAIT);
			await page.keyboard.press('Escape');
			await page.getByRole('dialog').waitFor({ ...WAIT, state: 'hidden' });
		} finally {
			await close();
		}
	});

	test('an agent is edited, called by voice and interrupted, watched by somebody else, and the call opened', async () => {
		const heard = await microphone(5);
		const { page, close, faults } = await visit(URL_, { path: '/agents/demo', heard });
		const other = await visit(URL_, { path: '/' });
		try {
			await page.getByLabel('E-mail').and(page.locator('input')).fill(EMAIL);
			await page.getByLabel('Password').and(page.locator('input')).fill(PASSWORD);
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			// A value out of its bounds is refused here, with the field.
			await page.getByRole('tab', { name: 'Turns' }).click();
			await page.getByLabel('Silence (ms)').fill('9');
			await page.getByRole('button', { name: 'Save' }).click();
			await page.getByText('must be at least 50').first().waitFor(WAIT);
			await page.getByLabel('Silence (ms)').fill('230');
			await page.getByRole('tab', { name: 'What it says' }).click();
			await page.getByLabel('Greeting').fill('Hello there. I can tell you the time, book a table for you and your friends, or tell you a very long story. What would you like me to do?');
			await page.getByRole('button', { name: 'Save' }).click();
			await page.getByText('version 2').waitFor(WAIT);
			await page.getByRole('tab', { name: 'After the call' }).click();
			await page.getByLabel('Record', { exact: true }).selectOption('true');
			await page.getByRole('button', { name: 'Save' }).click();
			await page.getByText('version 3').waitFor(WAIT);
			await page.getByRole('link', { name: 'Versions' }).click();
			await page.locator('.diff .is', { hasText: 'true' }).first().waitFor(WAIT);
			await picture(page, 'versions');

			// Somebody else looks at the overview; the call appears there by itself.
			await signIn(other.page);
			await other.page.getByText('Nobody is talking right now').waitFor(WAIT);
			await page.getByRole('link', { name: 'Test call' }).click();
			await page.getByRole('button', { name: 'Talk', exact: true }).click();
			await page.locator('[data-phase="live"]').waitFor(WAIT);
			await other.page.locator('tr.goes a').first().click(WAIT);
			await other.page.getByRole('heading', { name: /As it is spoken/ }).waitFor(WAIT);
			await page.locator('.said.agent').first().waitFor(WAIT);
			await page.locator('.said.caller').first().waitFor(WAIT);
			await page.getByText('interrupted').first().waitFor(WAIT);
			assert.ok(Number(await page.locator('[data-flushes]').getAttribute('data-flushes')) > 0, 'what was not heard is thrown away');
			await picture(page, 'test-call');

			await other.page.locator('.said.caller').first().waitFor(WAIT);
			await other.page.locator('.said.agent').first().waitFor(WAIT);
			await other.page.locator('.u-over').first().waitFor({ ...WAIT, state: 'attached' }); // the energy graph
			await other.page.locator('.fall .turn').first().waitFor(WAIT);
			await accessible(other.page, 'live call');
			await picture(other.page, 'live-call');
			// He has the agent say something, and hangs up.
			await other.page.getByLabel('Have the agent say').fill('One of my colleagues is listening too.');
			await other.page.getByRole('checkbox', { name: /at once/ }).check();
			await other.page.getByRole('button', { name: 'Say it' }).click();
			await page.locator('.said.agent', { hasText: 'colleagues' }).first().waitFor(WAIT);
			await other.page.getByRole('button', { name: 'Hang up' }).click();
			await other.page.getByRole('dialog').getByRole('button', { name: 'Hang up' }).click();
			await page.locator('[data-phase="over"]').waitFor(WAIT);
			await other.page.getByRole('button', { name: 'Show what is kept of it' }).click(WAIT);

			await page.getByRole('link', { name: 'Open the call' }).click();
			await page.getByRole('heading', { name: 'Recording' }).waitFor(WAIT);
			await page.getByRole('button', { name: 'Play', exact: true }).click(WAIT);
			await page.locator('.said.now').first().waitFor(WAIT);
			const at = page.locator('.said.caller button.words').first();
			await at.click();
			await page.locator('.said.caller.now').first().waitFor(WAIT);
			await page.getByRole('link', { name: 'Download' }).nth(2).waitFor(WAIT);
			await page.getByText('bargein.confirmed').first().waitFor({ ...WAIT, state: 'attached' });
			await accessible(page, 'call');
			await picture(page, 'call');
			assert.deepEqual(faults, []);
			assert.deepEqual(other.faults, []);
		} finally {
			await close();
			await other.close();
		}
	});

	test('a key is made, shown once, and revoked; somebody is forgotten; both are in the audit', async () => {
		const { page, close, faults } = await visit(URL_, { path: '/settings/keys' });
		try {
			await page.getByRole('button', { name: 'API key' }).click();
			await page.getByLabel('API key', { exact: true }).and(page.locator('input')).fill(KEY);
			await page.getByRole('button', { name: 'Sign in', exact: true }).click();
			await page.getByRole('button', { name: 'New key' }).first().click();
			await page.getByRole('button', { name: 'Make it' }).click();
			await page.getByText('is required').first().waitFor(WAIT);
			await page.getByLabel('Name *').fill('Nightly report');
			await page.getByRole('button', { name: 'Make it' }).click();
			const made = await page.getByLabel('API key').and(page.locator('code')).textContent(WAIT);
			assert.match(made, /^iv_live_/);
			assert.equal((await fetch(`${URL_}/v1/me`, { headers: { authorization: `Bearer ${made}` } })).status, 200);
			await page.getByRole('button', { name: 'I have it' }).click();
			const row = page.locator('tr', { hasText: 'Nightly report' });
			await row.getByRole('button', { name: 'Revoke' }).click();
			await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
			await row.getByText(/revoked/).waitFor(WAIT);
			await page.getByRole('link', { name: 'Erasures' }).click();
			await page.getByText('Nobody was to be forgotten yet').waitFor(WAIT);
			const erase = async (what, label, whom) => {
				await page.getByLabel('What is to go').selectOption({ label: what });
				await page.getByLabel(label).fill(whom);
				await page.getByRole('button', { name: 'Erase' }).click();
				await page.getByRole('dialog', { name: `Erase what is kept of ${whom}?` }).getByRole('button', { name: 'Erase' }).click();
				await page.getByRole('dialog').waitFor({ ...WAIT, state: 'hidden' });
			};
			await erase('Whoever has a number', 'Number', '98123');
			await page.getByText(/^It must be a number/).waitFor(WAIT);
			await erase('One call', 'Call (id)', 'call_none');
			await page.getByText('There is no such call').waitFor(WAIT);
			assert.equal(faults.splice(0).filter((f) => !/400|404/.test(f)).length, 0); // what the browser says of the two
			await erase('Whoever has a number', 'Number', '+919812345678');
			const forgotten = page.locator('tr', { hasText: '+***78' });
			await forgotten.getByText('Nothing was kept of it').waitFor(WAIT);
			await accessible(page, 'an erasure');
			await picture(page, 'erasures');
			await page.getByRole('link', { name: 'Audit' }).click();
			await page.locator('td', { hasText: 'revoke api key' }).first().waitFor(WAIT);
			await page.locator('td', { hasText: 'order erasure' }).first().waitFor(WAIT);
			assert.deepEqual(faults, []);
		} finally {
			await close();
		}
	});
});
