// Types from what a daemon says of itself. node generate.mjs URL [DIR]: reads URL/openapi.json and URL/asyncapi.json,
// writes node/src/openapi.ts and core/messages.ts below DIR (here). A test compares them with what is checked in.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';

const NOTE = '// Made by generate.mjs of what the daemon serves; change the tables there.\n';
const [url, dir = import.meta.dirname] = process.argv.slice(2);

const get = async (path) => (await fetch(new URL(path, url))).json();
const write = async (path, text) => {
	await mkdir(dirname(join(dir, path)), { recursive: true });
	await writeFile(join(dir, path), text);
};
// "server-stt-partial" is ServerSttPartial.
const type = (key) => key.replace(/(^|[-.])(\w)/g, (_, __, letter) => letter.toUpperCase());

async function rest() {
	const document = await get('/openapi.json');
	// Addresses that only carriers, probes and older platforms ask are no part of the SDK.
	for (const path of Object.keys(document.paths))
		if (!path.startsWith('/v1/') && !path.startsWith('/api/auth/') && !path.startsWith('/webhooks/') && path !== '/health')
			delete document.paths[path];
	await write('node/src/openapi.ts', NOTE + astToString(await openapiTS(document, { alphabetize: true })));
}

async function realtime() {
	const { channels } = await get('/asyncapi.json');
	const schemas = {}, sides = { client: [], server: [] };
	for (const [key, message] of Object.entries(channels.voice.messages)) {
		if (!message.payload)
			continue; // sound
		schemas[type(key)] = message.payload;
		sides[key.split('-')[0]].push(`components["schemas"]["${type(key)}"]`);
	}
	const document = { openapi: '3.1.0', info: { title: 'realtime', version: '1' }, paths: {}, components: { schemas } };
	const text = astToString(await openapiTS(document, { alphabetize: true }));
	await write('core/messages.ts', `${NOTE}${text}
export type ClientMessage =\n\t| ${sides.client.join('\n\t| ')};
export type ServerMessage =\n\t| ${sides.server.join('\n\t| ')};
`);
}

await rest();
await realtime();
