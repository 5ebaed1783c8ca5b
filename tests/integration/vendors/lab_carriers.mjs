// The carriers' own clients against the lab: every REST call and error that they can make. Prints one JSON object; what
// a client says of an error is in it as the client says it.
//   node lab_carriers.mjs BASE JSON      {account, token, jambonzAccount, jambonzKey, application, hook, media}
// With "-" as BASE it reads {verbs: [[…]…], jambonz: [{secret, header, body}…], twilio: [{token, url, params, signature}…]}
// from its input and says what the vendors' validators make of each.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const Jambonz = require("@jambonz/node-client");
const specifications = require("@jambonz/verb-specifications");
const schema = require("@jambonz/schema");
const twilio = require("twilio");
const logger = { info() {}, debug() {}, error() {} };

async function attempt(what) {
	try {
		return { ok: (await what()) ?? null };
	} catch (e) {
		return { error: { name: e.constructor.name, status: e.status ?? e.statusCode, code: e.code, message: e.message, moreInfo: e.moreInfo } };
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

async function driveTwilio(base, o) {
	const client = twilio(o.account, o.token);
	const wrong = twilio(o.account, "wrong");
	const byKey = twilio("SK" + "b".repeat(32), o.token, { accountSid: o.account });
	for (const c of [client, wrong, byKey]) c.api.baseUrl = base;
	const to = "+15552220000", from = "+15551110000", said = {};
	const made = await client.calls.create({ to, from, url: o.hook, statusCallback: o.hook, statusCallbackEvent: ["initiated", "answered", "completed"], timeout: 20 });
	said.created = { sid: made.sid, status: made.status, direction: made.direction, to: made.to, queueTime: made.queueTime };
	await until(async () => (await client.calls(made.sid).fetch()).status === "in-progress");
	const fork = await attempt(() => client.calls(made.sid).streams.create({ url: o.media, name: "ear", "parameter1.name": "a", "parameter1.value": "b", parameter1Name: "a", parameter1Value: "b" }));
	said.fork = fork.ok ? { sid: fork.ok.sid, status: fork.ok.status, name: fork.ok.name } : fork;
	await until(async () => (await (await fetch(o.started)).json()).fork);
	said.forkStopped = (await attempt(async () => (await client.calls(made.sid).streams(fork.ok.sid).update({ status: "stopped" })).status)).ok;
	said.forkUnknown = await attempt(() => client.calls(made.sid).streams("MZ" + "0".repeat(32)).update({ status: "stopped" }));
	said.updated = (await client.calls(made.sid).update({ twiml: '<Response><Pause length="60"/></Response>' })).status;
	said.removedLive = await attempt(() => client.calls(made.sid).remove());
	said.completed = (await client.calls(made.sid).update({ status: "completed" })).status;
	said.fetched = await until(async () => {
		const c = await client.calls(made.sid).fetch();
		return c.endTime && { status: c.status, endTime: c.endTime.toISOString(), duration: c.duration };
	});
	said.tooLate = await attempt(() => client.calls(made.sid).update({ twiml: "<Response/>" }));
	for (let i = 0; i < 5; i++) await client.calls.create({ to: "+15553330000", from, twiml: "<Response><Hangup/></Response>" });
	said.listed = (await client.calls.list({ to: "+15553330000", pageSize: 2, startTimeAfter: new Date(Date.now() - 3600e3) })).length;
	said.listedLater = (await client.calls.list({ to: "+15553330000", startTimeAfter: new Date(Date.now() + 3600e3) })).length;
	said.byKey = (await byKey.calls(made.sid).fetch()).sid === made.sid;
	said.removed = await client.calls(made.sid).remove();
	said.gone = await attempt(() => client.calls(made.sid).fetch());
	said.unauthenticated = await attempt(() => wrong.calls.list());
	said.badTo = await attempt(() => client.calls.create({ to: "12", from, url: o.hook }));
	said.badTwiml = await attempt(() => client.calls.create({ to, from, twiml: "<Response><Dance/></Response>" }));
	const free = await client.availablePhoneNumbers("US").local.list({ areaCode: 216, limit: 3 });
	said.available = { count: free.length, capabilities: free[0].capabilities };
	said.noMobile = await attempt(() => client.availablePhoneNumbers("US").mobile.list());
	const bought = await client.incomingPhoneNumbers.create({ phoneNumber: free[0].phoneNumber, voiceUrl: o.hook, friendlyName: "desk" });
	said.bought = { number: bought.phoneNumber === free[0].phoneNumber, voiceUrl: bought.voiceUrl, voice: bought.capabilities.voice };
	said.boughtTwice = await attempt(() => client.incomingPhoneNumbers.create({ phoneNumber: free[0].phoneNumber }));
	said.changed = (await client.incomingPhoneNumbers(bought.sid).update({ voiceUrl: o.hook + "/2", trunkSid: "", voiceApplicationSid: "" })).voiceUrl;
	said.badVoiceUrl = await attempt(() => client.incomingPhoneNumbers(bought.sid).update({ voiceUrl: "nowhere" }));
	said.owned = (await client.incomingPhoneNumbers.list({ friendlyName: "desk" })).length;
	said.unowned = await attempt(() => client.calls.create({ to, from, url: o.hook }));
	said.released = await client.incomingPhoneNumbers(bought.sid).remove();
	said.ownedAfter = (await client.incomingPhoneNumbers.list()).length;
	return said;
}

async function driveJambonz(base, o) {
	const client = Jambonz(o.jambonzAccount, o.jambonzKey, { baseUrl: base });
	const wrong = Jambonz(o.jambonzAccount, "wrong", { baseUrl: base });
	const said = {}, to = { type: "phone", number: "+15554440000" };
	const sid = (said.created = await client.calls.create({ application_sid: o.application, from: "+15551110000", to, tag: { n: 1 } }));
	await until(async () => (await client.calls.retrieve(sid)).call_status === "in-progress");
	said.listed = (await client.calls.list()).filter((c) => c.call_sid === sid).length;
	said.whispered = await attempt(() => client.calls.update(sid, { whisper: { verb: "say", text: "psst" } }));
	said.muted = await attempt(() => client.calls.update(sid, { mute_status: "mute" }));
	said.wrongState = await attempt(() => client.calls.update(sid, { call_status: "no-answer" }));
	said.ended = await attempt(() => client.calls.update(sid, { call_status: "completed" }));
	said.after = await until(async () => {
		const c = await client.calls.retrieve(sid);
		return c.call_status === "completed" && typeof c.duration;
	});
	said.endedTwice = await attempt(() => client.calls.update(sid, { call_status: "completed" }));
	said.removed = await attempt(() => client.calls.delete(sid));
	said.gone = await attempt(() => client.calls.retrieve(sid));
	said.unknown = await attempt(() => client.calls.update(sid, { call_status: "completed" }));
	said.unauthenticated = await attempt(() => wrong.calls.list());
	said.noHook = await attempt(() => client.calls.create({ from: "+15551110000", to, application_sid: "x" }));
	return said;
}

const why = (judge) => {
	try {
		const said = judge();
		return said === undefined || said?.valid === true ? true : JSON.stringify(said?.errors ?? said);
	} catch (e) {
		return String(e.message ?? e);
	}
};

function jambonzAccepts({ secret, header, body }) {
	let accepted = false;
	const res = { status: () => res, json: () => res, send: () => res, sendStatus: () => res };
	const req = { get: (n) => (n.toLowerCase() === "jambonz-signature" ? header : undefined), headers: { "jambonz-signature": header }, body: JSON.parse(body), rawBody: body };
	try {
		Jambonz.WebhookResponse.verifyJambonzSignature(secret)(req, res, () => (accepted = true));
	} catch {
		accepted = false;
	}
	return accepted;
}

if (process.argv[2] === "-") {
	const { verbs, jambonz, twilio: signed } = JSON.parse(readFileSync(0, "utf8"));
	console.log(JSON.stringify({
		verbs: verbs.map((app) => ({ specifications: why(() => specifications.validate(logger, app)), schema: why(() => schema.validateApp(app)) })),
		jambonz: jambonz.map(jambonzAccepts),
		twilio: signed.map(({ token, url, params, signature }) => twilio.validateRequest(token, signature, url, params)),
	}));
} else {
	const options = JSON.parse(process.argv[3]);
	console.log(JSON.stringify({ twilio: await driveTwilio(process.argv[2], options), jambonz: await driveJambonz(process.argv[2], options) }));
}
