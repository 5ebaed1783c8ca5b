// Reads [{secret, headers, body, keys}] from stdin; prints, for each, which of the two libraries accept it, and for which of
// `keys` (whpk_…) there is a v1a signature by Node's own ed25519.
import { createPublicKey, verify } from "node:crypto";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

let text = "";
for await (const piece of process.stdin) text += piece;
const accepts = (Library, { secret, headers, body }) => {
	try {
		new Library(secret).verify(body, headers);
		return true;
	} catch (e) {
		return e.message;
	}
};
const DER = Buffer.from("302a300506032b6570032100", "hex"); // what stands before the 32 bytes of such a key
const signedBy = (key, { headers, body }) => {
	const raw = Buffer.from(key.slice("whpk_".length), "base64");
	const pub = createPublicKey({ key: Buffer.concat([DER, raw]), format: "der", type: "spki" });
	const text = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`);
	return headers["webhook-signature"].split(" ").some((s) => s.startsWith("v1a,") && verify(null, text, pub, Buffer.from(s.slice(4), "base64")));
};
console.log(JSON.stringify(JSON.parse(text).map((m) => ({ standardwebhooks: accepts(Standard, m), svix: accepts(Svix, m),
	keys: (m.keys ?? []).map((k) => signedBy(k, m)) }))));
