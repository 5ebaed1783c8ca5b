// One question a line, one answer a line: what the carriers' own libraries say of verbs and signatures.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const specifications = require("@jambonz/verb-specifications");
const schema = require("@jambonz/schema");
const { WebhookResponse } = require("@jambonz/node-client");
const twilio = require("twilio");
const logger = { info() {}, debug() {}, error() {} };

const why = (judge) => {
	try {
		const said = judge();
		return said === undefined || said === true || said?.valid === true ? "ok" : JSON.stringify(said);
	} catch (e) {
		return String(e.message ?? e);
	}
};

function jambonzSignature({ secret, header, body }) {
	let said = "wrong";
	const answer = { status: (code) => ({ json: (o) => (said = `${code} ${JSON.stringify(o)}`), send: (o) => (said = `${code} ${o}`) }), sendStatus: (code) => (said = String(code)) };
	const request = { get: (name) => (name.toLowerCase() === "jambonz-signature" ? header : undefined), body: JSON.parse(body), rawBody: body, headers: { "jambonz-signature": header } };
	try {
		WebhookResponse.verifyJambonzSignature(secret)(request, answer, () => (said = "ok"));
	} catch (e) {
		said = String(e.message ?? e);
	}
	return said;
}

const questions = {
	verbs: ({ verbs }) => ({ specifications: why(() => specifications.validate(logger, verbs)), schema: why(() => schema.validateApp(verbs)) }),
	jambonzSignature,
	twilioSign: ({ token, url, params }) => twilio.getExpectedTwilioSignature(token, url, params),
	twilioCheck: ({ token, url, params, signature }) => twilio.validateRequest(token, signature, url, params),
};

createInterface({ input: process.stdin }).on("line", (line) => {
	const { ask, ...rest } = JSON.parse(line);
	process.stdout.write(JSON.stringify(questions[ask](rest)) + "\n");
});
