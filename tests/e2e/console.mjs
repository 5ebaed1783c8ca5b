// What the tests of the console share.
import { mkdir } from 'node:fs/promises';
import { WAIT } from './browser.mjs';

export const { CONSOLE_URL: URL_, CONSOLE_KEY: KEY, CONSOLE_EMAIL: EMAIL, CONSOLE_PASSWORD: PASSWORD, CONSOLE_NUMBER: NUMBER, CONSOLE_ZONE: ZONE, PICTURES } = process.env;

export async function picture(page, name) {
	if (!PICTURES)
		return;
	await mkdir(PICTURES, { recursive: true });
	await page.screenshot({ path: `${PICTURES}/${name}.png` });
}

export async function signIn(page, by = 'key') {
	if (by === 'key') {
		await page.getByRole('button', { name: 'API key' }).click();
		await page.getByLabel('API key', { exact: true }).and(page.locator('input')).fill(KEY);
	} else {
		await page.getByLabel('E-mail').and(page.locator('input')).fill(EMAIL);
		await page.getByLabel('Password').and(page.locator('input')).fill(PASSWORD);
	}
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor(WAIT);
}

// Without a load of the whole page, as its own links do it.
export const go = (page, path) => page.evaluate((to) => (history.pushState(null, '', to), dispatchEvent(new PopStateEvent('popstate'))), path);
export const settled = async (page) => {
	await page.locator('main h1').waitFor(WAIT);
	await page.locator('[aria-busy="true"]').waitFor({ ...WAIT, state: 'detached' });
};
