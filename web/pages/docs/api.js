// Draws /openapi.json and /asyncapi.json as a page to read. Text from the documents is only ever text: no HTML is made of it.
const $ = (id) => document.getElementById(id);

function el(tag, attributes, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
	node.append(...children.filter((c) => c !== null && c !== undefined));
	return node;
}

let api;

const at = (doc, ref) => ref.slice(2).split("/").reduce((o, k) => o?.[k.replaceAll("~1", "/").replaceAll("~0", "~")], doc);
const resolve = (schema, doc = api) => (schema?.$ref ? { ...at(doc, schema.$ref), ...schema, $ref: undefined, from: schema.$ref.split("/").pop() } : schema ?? {});

// ── schemas as rows: name, type, rule

export function typeOf(schema, doc = api) {
	const s = resolve(schema, doc);
	if (s.const !== undefined) return JSON.stringify(s.const);
	if (s.enum) return s.enum.map((v) => JSON.stringify(v)).join(" | ");
	if (s.type === "array") return `${typeOf(s.items, doc)}[]`;
	return s.from ?? s.type ?? "any";
}

export function rulesOf(schema, doc = api) {
	const s = resolve(schema, doc);
	const rules = [];
	if (s.minimum !== undefined || s.maximum !== undefined) rules.push(`${s.minimum ?? "…"} to ${s.maximum ?? "…"}`);
	if (s.minLength !== undefined || s.maxLength !== undefined) rules.push(`${s.minLength ?? 0} to ${s.maxLength ?? "…"} characters`);
	if (s.maxItems !== undefined) rules.push(`at most ${s.maxItems} items`);
	if (s.pattern) rules.push(s.pattern);
	return rules.join(", ");
}

export function* membersOf(schema, doc = api, depth = 0, seen = []) {
	const s = resolve(schema, doc);
	const required = new Set(s.required ?? []);
	for (const either of s.allOf ?? []) {
		const names = (either.anyOf ?? []).flatMap((one) => one.required ?? []);
		if (names.length) required.add(names[0]);
		else if (either.properties || either.$ref) yield* membersOf(either, doc, depth, seen);
	}
	for (const [name, raw] of Object.entries(s.properties ?? {})) {
		const member = resolve(raw, doc);
		yield { name, depth, required: required.has(name), type: typeOf(raw, doc), rules: rulesOf(raw, doc), doc: raw.description ?? member.description ?? "" };
		const inner = member.type === "array" ? resolve(member.items, doc) : member;
		if (inner.properties && depth < 4 && !seen.includes(inner.from ?? inner)) yield* membersOf(inner, doc, depth + 1, [...seen, inner.from ?? inner]);
	}
}

function table(rows, first = "Field") {
	if (!rows.length) return null;
	const body = rows.map((r) =>
		el("tr", {},
			el("td", { class: `in${r.depth ?? 0}` }, el("code", {}, r.name), r.required ? el("span", { class: "must" }, " required") : ""),
			el("td", {}, el("code", {}, r.type)),
			el("td", {}, r.doc, r.rules ? el("span", { class: "soft" }, ` ${r.doc ? "· " : ""}${r.rules}`) : "")));
	return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, el("th", {}, first), el("th", {}, "Type"), el("th", {}, "What"))), el("tbody", {}, ...body)));
}

// ── copyable text

function code(text, label) {
	const button = el("button", { type: "button", "aria-label": `Copy ${label}` }, "Copy");
	button.addEventListener("click", async () => {
		await navigator.clipboard.writeText(text);
		button.textContent = "Copied";
		setTimeout(() => (button.textContent = "Copy"), 1500);
	});
	return el("figure", {}, el("pre", { tabindex: "0", role: "region", "aria-label": label }, text), button);
}

export function curlOf(path, verb, op, base) {
	const shellWord = (s) => `'${s.replaceAll("'", "'\\''")}'`;
	const required = (op.parameters ?? []).map((p) => resolve(p)).filter((p) => p.in === "query" && p.required);
	const query = required.map((p) => `${p.name}=…`).join("&");
	const lines = [`curl -X ${verb.toUpperCase()} ${shellWord(base + path.replaceAll(/\{(\w+)\}/g, "ID") + (query ? `?${query}` : ""))}`];
	if (op.security?.length) lines.push(`  -H "Authorization: Bearer $INVORTO_API_KEY"`);
	const body = op.requestBody?.content?.["application/json"];
	if (verb === "post" && op.security?.length) lines.push(`  -H "Idempotency-Key: $(uuidgen)"`);
	if (body) lines.push(`  -H 'Content-Type: application/json'`, `  -d ${shellWord(JSON.stringify(body.example ?? {}))}`);
	else if (op.requestBody) lines.push("  --data-binary @file");
	return lines.join(" \\\n");
}

// ── operations

function answersOf(op) {
	return Object.entries(op.responses).map(([status, raw]) => {
		const response = resolve(raw);
		const problem = response.content?.["application/problem+json"]?.schema;
		const codes = problem?.allOf?.flatMap((s) => s.properties?.code?.enum ?? []) ?? [];
		const type = Object.entries(response.content ?? {})[0];
		return { name: status, type: codes.length ? "Problem" : type ? `${typeOf(type[1].schema)}` : "–", doc: codes.length ? codes.join(", ") : response.description };
	});
}

function operation(path, verb, op, base) {
	const parameters = (op.parameters ?? []).map((p) => resolve(p)).map((p) => ({ name: p.name, required: p.required, type: typeOf(p.schema), rules: rulesOf(p.schema), doc: `${p.in}${p.description ? ` · ${p.description}` : ""}` }));
	const body = op.requestBody?.content?.["application/json"]?.schema;
	const success = Object.entries(op.responses).find(([status]) => status < 300)?.[1];
	const answer = success?.content?.["application/json"]?.schema;
	const heading = (text) => el("h4", {}, text);
	const fields = body ? [...membersOf(body)] : [];
	const shown = answer ? [...membersOf(answer)] : [];
	return el("article", { id: op.operationId },
		el("h3", {}, el("span", { class: "verb" }, verb.toUpperCase()), el("span", { class: "path" }, path)),
		el("p", {}, op.summary),
		op["x-role"] ? el("p", { class: "soft" }, `Needs role ${op["x-role"]}, scope ${op["x-scope"]}.`) : el("p", { class: "soft" }, "Needs no credential."),
		parameters.length ? heading("Parameters") : null, table(parameters, "Parameter"),
		fields.length ? heading("Body") : null, table(fields),
		heading("Example"), code(curlOf(path, verb, op, base), `curl for ${op.operationId}`),
		shown.length ? heading("Answer") : null, table(shown),
		heading("Answers"), table(answersOf(op), "Status"));
}

function events() {
	const articles = Object.entries(api.webhooks ?? {}).map(([name, { post }]) => {
		const schema = post.requestBody.content["application/json"].schema;
		return el("article", { id: `event-${name}` }, el("h3", {}, el("span", { class: "path" }, name)), el("p", {}, post.summary), table([...membersOf(schema)]));
	});
	return articles.length ? section("Webhook events", "webhooks", el("p", {}, "Posted to the endpoints of /v1/webhooks, signed, until they are taken."), ...articles) : null;
}

function codes() {
	const names = api.components.schemas.Problem.properties.code.enum;
	const where = new Map(names.map((name) => [name, new Set()]));
	for (const item of Object.values(api.paths))
		for (const op of Object.values(item))
			for (const row of answersOf(op)) if (row.type === "Problem") for (const name of row.doc.split(", ")) where.get(name)?.add(row.name);
	const rows = names.map((name) => el("article", { id: name }, el("h3", {}, el("code", {}, name), el("span", { class: "soft" }, [...where.get(name)].join(", ")))));
	return section("Errors", "errors", el("p", {}, "Every refusal is a problem document (RFC 9457) with one of these codes, the rule that was broken, and a requestId. errors[] names each wrong field by its JSON pointer, or by the name of the query parameter."),
		table([...membersOf(api.components.schemas.Problem)]), ...rows);
}

function section(title, id, ...children) {
	return el("section", { id: `section-${id}`, "aria-labelledby": `title-${id}` }, el("h2", { id: `title-${id}` }, title), ...children);
}

// ── the socket

function socket(doc) {
	const messages = Object.entries(doc.channels.voice.messages);
	const draw = (side) => messages.filter(([name]) => name.startsWith(side)).map(([name, m]) =>
		el("article", { id: `message-${name}` }, el("h3", {}, el("span", { class: "path" }, m.name)), m.summary ? el("p", {}, m.summary) : null, m.payload ? table([...membersOf(m.payload, doc)]) : null));
	const query = Object.entries(doc.channels.voice.bindings.ws.query.properties).map(([name, p]) => ({ name, type: p.type, doc: p.description }));
	const closes = doc["x-close-codes"].map((c) => ({ name: String(c.code), type: c.name, doc: c.description ?? (c.retryable ? "may succeed later" : "") }));
	return section("Realtime socket", "socket", el("p", {}, doc.channels.voice.address, " — ", doc.channels.voice.description),
		el("h3", {}, "Address"), table(query, "Parameter"), el("h3", {}, "From the client"), ...draw("client-"), el("h3", {}, "To the client"), ...draw("server-"), el("h3", {}, "Close codes"), table(closes, "Code"));
}

// ── the page

function links(tag, items) {
	return el("section", {}, el("h2", {}, tag), el("ul", {}, ...items.map(({ href, verb, text, words }) => el("li", { "data-words": words.toLowerCase() }, el("a", { href }, verb ? el("span", { class: "verb" }, verb) : null, el("span", {}, text))))));
}

function search() {
	const words = $("find").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
	for (const li of $("index").querySelectorAll("li")) li.hidden = !words.every((w) => li.dataset.words.includes(w));
	for (const part of $("index").children) part.hidden = ![...part.querySelectorAll("li")].some((li) => !li.hidden);
}

// What must be scrolled sideways must be reachable by keys.
function reach() {
	for (const box of document.querySelectorAll(".scroll")) {
		if (box.scrollWidth > box.clientWidth) for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "Table, wider than the page"]]) box.setAttribute(name, value);
		else for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
	}
}

async function read(path) {
	const response = await fetch(path);
	if (!response.ok) throw new Error(`${path}: ${response.status}`);
	return response.json();
}

async function draw() {
	const [rest, async_] = await Promise.all([read("/openapi.json"), read("/asyncapi.json").catch(() => null)]);
	api = rest;
	const base = rest.servers[0].url === "/" ? location.origin : rest.servers[0].url;
	const byTag = new Map();
	for (const [path, item] of Object.entries(rest.paths))
		for (const [verb, op] of Object.entries(item)) {
			const tag = op.tags?.[0] ?? "Other";
			if (!byTag.has(tag)) byTag.set(tag, []);
			byTag.get(tag).push({ path, verb, op });
		}
	const parts = [...byTag].map(([tag, ops]) => section(tag, tag, ...ops.map(({ path, verb, op }) => operation(path, verb, op, base))));
	$("content").replaceChildren(el("h1", {}, "API"), el("p", { class: "soft" }, `Version ${rest.info.version}. ${rest.info.description} `, el("a", { href: "/openapi.json" }, "OpenAPI"), ", ", el("a", { href: "/asyncapi.json" }, "AsyncAPI"), "."),
		...parts, ...[events(), async_ ? socket(async_) : null, codes()].filter(Boolean));
	$("index").replaceChildren(...[...byTag].map(([tag, ops]) => links(tag, ops.map(({ path, verb, op }) => ({ href: `#${op.operationId}`, verb: verb.toUpperCase(), text: path, words: `${verb} ${path} ${op.summary} ${tag}` })))),
		links("More", [["webhooks", "Webhook events"], ["socket", "Realtime socket"], ["errors", "Errors"]].map(([id, text]) => ({ href: `#section-${id}`, text, words: text }))));
	$("find").addEventListener("input", search);
	reach();
	addEventListener("resize", reach);
	if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

if (globalThis.document) draw().catch((error) => ($("status").textContent = `The document could not be read: ${error.message}`));
