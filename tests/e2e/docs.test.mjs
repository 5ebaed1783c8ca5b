// The reading page of the API: what it draws of a document, and that text of the document stays text.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const EVIL = '<img src=x onerror="globalThis.broken = true"> it\'s "quoted"';
const problem = (code) => ({ description: 'No', content: { 'application/problem+json': { schema: { allOf: [{ $ref: '#/components/schemas/Problem' }, { properties: { code: { enum: [code] } } }] } } } });
const openapi = {
	openapi: '3.1.0', info: { title: 'x', version: '1.2.3', description: 'd' }, servers: [{ url: '/' }], tags: [{ name: 'Things' }],
	paths: {
		'/v1/things/{id}': {
			get: { operationId: 'getThing', summary: EVIL, tags: ['Things'], security: [{ bearer: [] }], 'x-role': 'dev', 'x-scope': 'things:read',
				parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^a' } }, { name: 'q', in: 'query', required: true, schema: { type: 'string' } }, { $ref: '#/components/parameters/Tenant' }],
				responses: { 200: { description: 'OK', content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } }, 404: { $ref: '#/components/responses/not_found' } } },
			post: { operationId: 'makeThing', summary: 'Makes it', tags: ['Things'], security: [], requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' }, example: { name: "it's" } } } },
				responses: { 201: { description: 'Created' }, 409: { $ref: '#/components/responses/conflict' } } },
		},
	},
	webhooks: { 'thing.made': { post: { operationId: 'thing.made', summary: 'It was made', tags: ['Webhook events'], requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } }, responses: {} } } },
	components: {
		parameters: { Tenant: { name: 'x-tenant-id', in: 'header', schema: { type: 'string' } } },
		responses: { not_found: problem('not_found'), conflict: problem('conflict') },
		schemas: {
			Problem: { type: 'object', properties: { code: { type: 'string', enum: ['not_found', 'conflict'] } } },
			Part: { type: 'object', properties: { weight: { type: 'integer', minimum: 1, maximum: 9 } } },
			Thing: { type: 'object', required: ['name'], properties: { name: { type: 'string', maxLength: 10, description: EVIL }, parts: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/Part' } } } },
		},
	},
};
const asyncapi = {
	channels: { voice: { address: '/realtime/voice', description: 'socket', messages: { 'client-ping': { name: 'ping', payload: { allOf: [{ properties: { t: { const: 'ping' } }, required: ['t'] }] } } }, bindings: { ws: { query: { properties: { callId: { type: 'string', description: 'the call' } } } } } } },
	'x-close-codes': [{ code: 4003, name: 'forbidden', retryable: false }],
};

let server, browser, base;

before(async () => {
	server = createServer(async (rq, rs) => {
		const path = new URL(rq.url, 'http://x').pathname;
		const json = { '/openapi.json': openapi, '/asyncapi.json': asyncapi }[path];
		if (json) return rs.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
		try {
			const file = path === '/docs/api' ? '/docs/api.html' : path;
			const type = { html: 'text/html', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }[file.split('.').pop()];
			rs.writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" }).end(await readFile(new URL(`../../web/pages${file}`, import.meta.url)));
		} catch {
			rs.writeHead(404).end();
		}
	}).listen(0, '127.0.0.1');
	await new Promise((done) => server.once('listening', done));
	base = `http://127.0.0.1:${server.address().port}`;
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
	await browser.close();
	server.close();
});

async function open(context = {}) {
	const page = await (await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'], ...context })).newPage();
	page.on('pageerror', (e) => assert.fail(e.message));
	await page.goto(`${base}/docs/api`);
	await page.waitForSelector('article');
	return page;
}

test('operations, fields and answers are drawn from the document', async () => {
	const page = await open();
	const text = await page.locator('#getThing').innerText();
	for (const part of ['/v1/things/{id}', 'Needs role dev, scope things:read', 'x-tenant-id', 'weight', '1 to 9', 'at most 3 items', '404', 'not_found']) assert.ok(text.includes(part), part);
	assert.match(await page.locator('#makeThing').innerText(), /Needs no credential/);
	assert.equal(await page.locator('#event-thing\\.made').count(), 1);
	assert.match(await page.locator('#message-client-ping').innerText(), /ping/);
	assert.match(await page.locator('#not_found').innerText(), /404/);
	assert.match(await page.locator('#section-socket').innerText(), /4003/);
});

test('text of the document stays text', async () => {
	const page = await open();
	assert.ok((await page.locator('#getThing').innerText()).includes(EVIL));
	assert.equal(await page.locator('article img').count(), 0);
	assert.equal(await page.evaluate(() => globalThis.broken), undefined);
});

test('an example is copied as a shell takes it', async () => {
	const page = await open();
	await page.locator('#makeThing figure button').click();
	const copied = await page.evaluate(() => navigator.clipboard.readText());
	assert.ok(copied.startsWith(`curl -X POST '${base}/v1/things/ID'`), copied);
	assert.ok(copied.includes(`-d '{"name":"it'\\''s"}'`), copied);
	assert.ok(!copied.includes('Authorization'));
	assert.ok((await page.locator('#getThing pre').innerText()).includes("/v1/things/ID?q=…'"));
});

test('the index finds and leads', async () => {
	const page = await open();
	await page.fill('#find', 'makes post');
	assert.equal(await page.locator('#index li:visible').count(), 1);
	await page.locator('#index li:visible a').click();
	assert.ok(page.url().endsWith('#makeThing'));
	await page.fill('#find', '');
	assert.equal(await page.locator('#index li:visible').count(), 5);
});

test('it can be read by everybody, wide and narrow', async () => {
	for (const width of [1280, 360]) {
		const page = await open({ viewport: { width, height: 800 }, bypassCSP: true });
		await page.evaluate(AXE);
		const found = await page.evaluate(() => axe.run());
		assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes[0].html}`), []);
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
	}
});

test('a document that is not there is said', async () => {
	const page = await (await browser.newContext()).newPage();
	await page.route('**/openapi.json', (r) => r.fulfill({ status: 503, body: '' }));
	await page.goto(`${base}/docs/api`);
	await page.waitForFunction(() => document.getElementById('status').textContent.includes('could not be read'));
});
