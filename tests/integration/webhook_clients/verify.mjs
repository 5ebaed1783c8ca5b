// Reads [{secret, headers, body}] from stdin; prints, for each, which of the two libraries accept it.
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
console.log(JSON.stringify(JSON.parse(text).map((m) => ({ standardwebhooks: accepts(Standard, m), svix: accepts(Svix, m) }))));
