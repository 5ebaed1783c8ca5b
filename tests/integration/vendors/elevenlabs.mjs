// ElevenLabs' own client against the lab: every call that the daemon makes, and the errors it may meet; and its judgement of
// what the lab signs. Prints one JSON object.
//   node elevenlabs.mjs BASE JSON      {sid, token, number}
// With "-" as BASE it reads [{body, header, secret}…] and says what constructEvent makes of each.
import { readFileSync } from "node:fs";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";

async function attempt(what) {
	try {
		return { ok: (await what()) ?? null };
	} catch (e) {
		return { error: { name: e.constructor.name, status: e.statusCode, body: e.body, message: e.message } };
	}
}

const until = async (what) => {
	for (let i = 0; i < 400; i++) {
		const got = await what();
		if (got) return got;
		await new Promise((r) => setTimeout(r, 50));
	}
	throw new Error("not within 20 s");
};

async function drive(base, o) {
	const client = new ElevenLabsClient({ apiKey: "k", baseUrl: base, maxRetries: 0 });
	const agents = client.conversationalAi.agents, numbers = client.conversationalAi.phoneNumbers, twilio = client.conversationalAi.twilio;
	const conversations = client.conversationalAi.conversations, said = {};
	const config = { agent: { firstMessage: "Hello {{name}}", prompt: { prompt: "Be brief." } }, tts: { voiceId: "v", agentOutputAudioFormat: "ulaw_8000" }, asr: { userInputAudioFormat: "ulaw_8000" } };
	const { agentId } = (said.created = await agents.create({ name: "desk", conversationConfig: config }));
	said.updated = (await agents.update(agentId, { name: "front desk" })).name;
	const got = await agents.get(agentId);
	said.got = { name: got.name, first: got.conversationConfig.agent.firstMessage };
	said.listed = (await agents.list({})).agents.length;
	said.noAgent = await attempt(() => agents.get("agent_none"));
	const imported = (said.imported = await numbers.create({ provider: "twilio", phoneNumber: o.number, label: "main", sid: o.sid, token: o.token }));
	said.importedTwice = await attempt(() => numbers.create({ provider: "twilio", phoneNumber: o.number, label: "main", sid: o.sid, token: o.token }));
	said.wrongToken = await attempt(() => numbers.create({ provider: "twilio", phoneNumber: "+15550001111", label: "main", sid: o.sid, token: "no" }));
	said.attached = (await numbers.update(imported.phoneNumberId, { agentId })).assignedAgent;
	said.number = (await numbers.get(imported.phoneNumberId)).phoneNumber;
	said.numbers = (await numbers.list()).length;
	const call = (said.called = await twilio.outboundCall({ agentId, agentPhoneNumberId: imported.phoneNumberId, toNumber: "+15551230000",
		conversationInitiationClientData: { userId: "u1", dynamicVariables: { name: "Ann", call_id: "call_1" } } }));
	said.over = await until(async () => {
		const c = await conversations.get(call.conversationId);
		return ["done", "failed"].includes(c.status) && { status: c.status, transcript: c.transcript.map((t) => [t.role, t.message]), metadata: c.metadata,
			analysis: c.analysis, variables: c.conversationInitiationClientData.dynamicVariables, userId: c.userId };
	});
	const busy = await twilio.outboundCall({ agentId, agentPhoneNumberId: imported.phoneNumberId, toNumber: "+15551230009", conversationInitiationClientData: { dynamicVariables: { name: "Bob" } } });
	said.busy = await until(async () => {
		const c = await conversations.get(busy.conversationId);
		return c.status === "failed" && c.metadata.phoneCall.callResult;
	});
	const nameless = await twilio.outboundCall({ agentId, agentPhoneNumberId: imported.phoneNumberId, toNumber: "+15551230000", conversationInitiationClientData: {} });
	said.nameless = (await until(async () => {
		const c = await conversations.get(nameless.conversationId);
		return ["done", "failed"].includes(c.status) && c;
	})).metadata.error;
	said.byUser = (await conversations.list({ userId: "u1" })).conversations.map((c) => c.conversationId === call.conversationId);
	const page = await conversations.list({ pageSize: 2 });
	said.pages = [page.conversations.length, page.hasMore, (await conversations.list({ pageSize: 2, cursor: page.nextCursor })).conversations.length];
	said.later = (await conversations.list({ callStartAfterUnix: Math.floor(Date.now() / 1000) + 3600 })).conversations.length;
	const sound = await conversations.audio.get(call.conversationId);
	said.audio = new Uint8Array(await new Response(sound.getReader ? sound : sound.stream?.() ?? sound).arrayBuffer()).length;
	said.noAudio = await attempt(() => conversations.audio.get(busy.conversationId));
	said.twiml = await twilio.registerCall({ agentId, fromNumber: "+15551230000", toNumber: o.number, direction: "inbound", conversationInitiationClientData: { dynamicVariables: { name: "Cy" } } });
	said.missing = await attempt(() => twilio.outboundCall({ agentId, agentPhoneNumberId: imported.phoneNumberId }));
	said.busyVendor = await attempt(() => agents.create({ name: "too many", conversationConfig: config }));
	await numbers.delete(imported.phoneNumberId);
	said.numbersAfter = (await numbers.list()).length;
	await agents.delete(agentId);
	said.agentsAfter = (await agents.list({})).agents.length;
	return said;
}

if (process.argv[2] === "-") {
	const { webhooks } = new ElevenLabsClient({ apiKey: "k" });
	const judged = [];
	for (const { body, header, secret } of JSON.parse(readFileSync(0, "utf8")))
		judged.push(await attempt(async () => (await webhooks.constructEvent(body, header, secret)).type));
	console.log(JSON.stringify(judged));
} else {
	console.log(JSON.stringify(await drive(process.argv[2], JSON.parse(process.argv[3]))));
}
