// What an operator does on the first day, from the sign-in to a campaign that is over, by hand and by voice: each page on the
// way is looked at by axe, and kept as a picture when PICTURES says where.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { WAIT, accessible, microphone, visit } from './browser.mjs';
import { EMAIL, NUMBER, PASSWORD, URL_, ZONE, picture, settled, signIn } from './console.mjs';

const LONG = { timeout: 90000 };
const STORY = 'I can tell you when we are open, who works here today, which doctors you can see this week, and how to find the way to us from the station.';

async function looked(page, name) {
	await settled(page);
	await accessible(page, name);
	await picture(page, name);
}

describe('a first day', { skip: !URL_ }, () => {
	let call; // the address of the test call's page

	test('a template is deployed, a number attached, the agent called by voice, interrupted, and watched by somebody else', async () => {
		const { page, close, faults } = await visit(URL_, { path: '/', heard: await microphone(6), context: { viewport: { width: 1280, height: 900 } } });
		const other = await visit(URL_, { path: '/', context: { viewport: { width: 1280, height: 900 } } });
		try {
			await signIn(page, 'password');
			await looked(page, 'overview');

			// From the catalogue, filled in and made an agent.
			await page.getByRole('link', { name: 'Catalog' }).click();
			await looked(page, 'catalog');
			await page.locator('li.card', { hasText: 'Appointment' }).getByRole('button').click();
			const deploy = page.getByRole('dialog');
			await deploy.getByLabel('Name', { exact: true }).fill('Front desk');
			await deploy.getByLabel('First message').fill(STORY);
			await deploy.getByLabel('Hosted by').selectOption('invorto');
			for (const box of await deploy.getByLabel(/^\{\{.*\*$/).all())
				await box.fill('City Dental');
			await accessible(page, 'deploy');
			await picture(page, 'deploy');
			await deploy.getByRole('button', { name: 'Make the agent' }).click();
			await page.getByRole('heading', { level: 1, name: 'Front desk' }).waitFor(WAIT);
			await page.getByText('is an agent of yours now').waitFor(WAIT);
			await looked(page, 'agent');

			// Its number.
			await page.getByRole('link', { name: 'Numbers' }).click();
			await settled(page);
			await page.getByRole('button', { name: 'Take a number' }).first().click();
			await page.getByRole('dialog').getByLabel(/^Pool/).fill('+1555333000');
			await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).click();
			await page.getByRole('dialog').getByRole('alert').waitFor(WAIT); // there is none of that number
			await page.getByRole('dialog').getByLabel(/^Pool/).fill(NUMBER);
			await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).click();
			await page.getByLabel(`Agent of ${NUMBER}`).selectOption({ label: 'Front desk' }, WAIT);
			await page.getByText('Its calls are answered').waitFor(WAIT);
			await page.reload();
			await page.getByLabel(`Agent of ${NUMBER}`).locator('option:checked', { hasText: 'Front desk' }).waitFor({ ...WAIT, state: 'attached' });
			await looked(page, 'numbers');

			// A call by voice; somebody else sees it come.
			await signIn(other.page);
			await page.getByRole('link', { name: 'Agents', exact: true }).click();
			await page.getByRole('link', { name: 'Front desk' }).click();
			await page.getByRole('link', { name: 'Test call' }).click();
			await page.getByRole('button', { name: 'Talk', exact: true }).click();
			await page.locator('[data-phase="live"]').waitFor(WAIT);
			await other.page.locator('tr.goes', { hasText: 'Front desk' }).getByRole('link').first().click(WAIT);
			await other.page.getByRole('heading', { name: /As it is spoken/ }).waitFor(WAIT);
			await page.locator('.said.caller').first().waitFor(LONG);
			await page.getByText('interrupted').first().waitFor(LONG);
			await other.page.getByText('interrupted').first().waitFor(LONG);
			await other.page.locator('.fall .turn').first().waitFor(WAIT);
			await accessible(page, 'test call');
			await picture(page, 'test-call');
			await looked(other.page, 'live-call');
			await page.getByRole('button', { name: 'Hang up' }).click();
			await page.locator('[data-phase="over"]').waitFor(WAIT);
			await other.page.getByText('The call is over').first().waitFor(WAIT);
			await page.getByRole('link', { name: 'Open the call' }).click();
			await page.getByRole('heading', { name: 'Where the time went' }).waitFor(WAIT);
			await page.locator('.said.caller').first().waitFor(WAIT);
			call = new URL(page.url()).pathname;
			await looked(page, 'call');
			assert.deepEqual(faults.filter((f) => !/status of 4(00|04|09|22)/.test(f)), []);
			assert.deepEqual(other.faults, []);
		} catch (e) {
			await picture(page, 'failed');
			throw e;
		} finally {
			await close();
			await other.close();
		}
	});

	test('the call is replayed with other settings, side by side', async () => {
		const { page, close, faults } = await visit(URL_, { path: call, context: { viewport: { width: 1280, height: 900 } } });
		try {
			await signInHere(page);
			await page.getByRole('button', { name: 'Try other settings' }).click();
			const silence = page.getByLabel('Silence (ms)');
			await silence.waitFor(WAIT);
			assert.equal(await page.getByRole('button', { name: 'Replay', exact: true }).isDisabled(), true, 'nothing is different yet');
			// What is out of bounds is said at its field.
			await silence.fill('9');
			await page.getByRole('button', { name: 'Replay', exact: true }).click();
			await page.getByText('must be at least 50').waitFor(WAIT);
			// Nobody may interrupt, and the agent is patient.
			await silence.fill('1500');
			await page.getByRole('group', { name: 'Barge in' }).getByLabel('Enabled').selectOption('false');
			await page.getByRole('button', { name: 'Replay', exact: true }).click();
			const beside = page.locator('[data-changed]');
			await beside.waitFor(WAIT);
			assert.ok(Number(await beside.getAttribute('data-changed')) > 0, 'something would have been different');
			// Which of them, is how far the two had come when they hung up.
			await beside.getByText(/is heard to its end|s later|no answer is heard|turns joined|does not happen/).first().waitFor(WAIT);
			await beside.getByText(/turns? would have been different/).waitFor(WAIT);
			assert.ok(await beside.locator('.lane-track .changed').count() > 0);
			await beside.scrollIntoViewIfNeeded();
			await looked(page, 'replay');
			await page.getByRole('button', { name: 'As it was', exact: true }).click();
			assert.equal(await silence.inputValue() === '1500', false);
			assert.deepEqual(faults, []);
		} catch (e) {
			await picture(page, 'failed');
			throw e;
		} finally {
			await close();
		}
	});

	test('a campaign goes from a file with a bad row to its end', async () => {
		const { page, close, faults } = await visit(URL_, { path: '/voice-agents/campaigns', context: { viewport: { width: 1280, height: 900 } } });
		try {
			await signInHere(page);
			await settled(page);
			await page.getByRole('button', { name: 'New campaign' }).first().click();
			const dialog = page.getByRole('dialog');
			await dialog.getByLabel('Name *').fill('Reminders');
			await dialog.getByLabel('Agent').selectOption({ label: 'Front desk' });
			await dialog.getByLabel('Number to call from').selectOption({ label: NUMBER });
			await dialog.getByLabel('Kind').selectOption('informational');
			await dialog.getByLabel('Max concurrent calls').fill('5');
			await dialog.getByLabel('Calls per second').fill('5');
			await dialog.getByLabel('Consent required').selectOption('false');
			await dialog.getByLabel('Max attempts').fill('1');
			await accessible(page, 'new campaign');
			await picture(page, 'new-campaign');
			await dialog.getByRole('button', { name: 'Make it' }).click();
			await page.getByRole('heading', { level: 1, name: 'Reminders' }).waitFor(WAIT);

			// Three people, and a row that is none.
			const file = ['phone,first_name,timezone', `+919876543210,Asha,${ZONE}`, `+919876543211,Binod,${ZONE}`, `12,Nobody,${ZONE}`, `+919876543212,Chitra,${ZONE}`].join('\n');
			await page.locator('input[type="file"]').setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
			await page.getByRole('button', { name: 'Upload' }).click();
			await page.getByText(/3 of 4 rows taken/).waitFor(WAIT);
			const bad = page.getByRole('region', { name: 'Rows that were not taken' }).getByRole('row').nth(1);
			await bad.getByText('4', { exact: true }).waitFor(WAIT); // the line of the file
			await page.getByRole('button', { name: 'Show the plan' }).click();
			const plan = page.getByRole('region', { name: 'The plan' });
			await plan.getByRole('row').nth(3).waitFor(WAIT);
			assert.equal(await plan.getByRole('row').count(), 4);
			await looked(page, 'campaign-dry-run');

			await page.getByRole('button', { name: 'Start' }).first().click();
			await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click();
			await page.locator('.head .badge', { hasText: 'completed' }).waitFor(LONG);
			await page.getByText(/^3 calls, 2 with somebody/).waitFor(WAIT);
			const leads = page.locator('section', { has: page.getByRole('heading', { name: 'Leads', exact: true }) });
			await leads.locator('tr', { hasText: 'Chitra' }).getByText('done').waitFor(LONG);
			await leads.locator('tr', { hasText: 'Binod' }).getByText('busy').waitFor(WAIT);
			await looked(page, 'campaign');
			await leads.locator('tr', { hasText: 'Asha' }).getByRole('link').first().click();
			await page.getByRole('heading', { name: 'Where the time went' }).waitFor(WAIT);
			await looked(page, 'campaign-call');
			await page.getByRole('link', { name: 'Overview' }).first().click();
			await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor(WAIT);
			await looked(page, 'overview-after');
			assert.deepEqual(faults, []);
		} catch (e) {
			await picture(page, 'failed');
			throw e;
		} finally {
			await close();
		}
	});
});

// At the address that was asked for.
async function signInHere(page) {
	await page.getByLabel('E-mail').and(page.locator('input')).fill(EMAIL);
	await page.getByLabel('Password').and(page.locator('input')).fill(PASSWORD);
	await page.getByRole('button', { name: 'Sign in', exact: true }).click();
	await page.locator('main h1').waitFor(WAIT);
}
