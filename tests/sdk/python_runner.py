"""The contract suite's hands in Python: python python_runner.py sync|async, where invorto is installed."""
import asyncio
import inspect
import json
import sys

import invorto


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value.model_dump(mode="json", by_alias=True, exclude_none=True) if hasattr(value, "model_dump") else value


async def settle(value):
    """Of the synchronous client or of the other."""
    if inspect.isawaitable(value):
        return await value
    if hasattr(value, "__aiter__"):
        return [v async for v in value]
    return list(value) if inspect.isgenerator(value) else value


class Hands:
    def __init__(self, kind):
        self.kind, self.client, self.rt = kind, None, None
        self.messages, self.noted, self.sound = [], [], 0

    # ── REST

    def client_(self, url, key, tenant=None, timeoutMs=30000, maxRetries=3):
        make = invorto.InvortoClient if self.kind == "sync" else invorto.AsyncInvortoClient
        self.client = make(key, url, tenant, timeout=timeoutMs / 1000, max_retries=maxRetries, retry_delay=0.05)

    def createAgent(self, config):
        return self.client.create_agent(invorto.AgentConfig(**config) if "name" in config else config)

    def getAgent(self, id):
        return self.client.get_agent(id)

    def updateAgent(self, id, change):
        return self.client.update_agent(id, invorto.AgentPatch(**change))

    def deleteAgent(self, id):
        return self.client.delete_agent(id)

    async def allAgents(self, limit):
        return [a.id for a in await settle(self.client.iter_agents(limit=limit))]

    def createCall(self, call, idempotencyKey=None):
        return self.client.create_call(call, **({"idempotency_key": idempotencyKey} if idempotencyKey else {}))

    def getCall(self, id):
        return self.client.get_call(id)

    def listCalls(self, agentId):
        return self.client.list_calls(agent_id=agentId)

    async def timeline(self, id):
        return [e.kind for e in await settle(self.client.get_call_timeline(id))]

    async def timelineByOnes(self, id):
        return [e.kind for e in await settle(self.client.iter_call_timeline(id, limit=1))]

    async def watch(self, id):
        if self.kind == "async":
            return [e["event"] async for e in self.client.watch_call(id)]
        return await asyncio.to_thread(lambda: [e["event"] for e in self.client.watch_call(id)])  # others go on meanwhile

    def artifacts(self, id):
        return self.client.get_call_artifacts(id)

    def setStatus(self, id, status, metadata=None):
        return self.client.update_call_status(id, status, metadata)

    def usage(self):
        return self.client.get_tenant_usage()

    def metrics(self):
        return self.client.get_metrics("24h")

    def health(self):
        return self.client.health_check()

    def ticket(self, agentId):
        return self.client.create_ticket(agentId)

    def createWebhook(self, webhook):
        return self.client.create_webhook(invorto.WebhookConfig(**webhook))

    def testWebhook(self, id):
        return self.client.test_webhook(id)

    def deleteWebhook(self, id):
        return self.client.delete_webhook(id)

    def createCampaign(self, campaign):
        return self.client.create_campaign(campaign)

    def getCampaign(self, id):
        return self.client.get_campaign(id)

    def updateCampaign(self, id, change):
        return self.client.update_campaign(id, change)

    async def allCampaigns(self, limit):
        return [c.id for c in await settle(self.client.iter_campaigns(limit=limit))]

    def orderCampaign(self, id, verb, reason=None):
        return getattr(self.client, f"{verb}_campaign")(id, reason)

    def previewCampaign(self, id):
        return self.client.preview_campaign(id)

    def campaignMetrics(self, id):
        return self.client.get_campaign_metrics(id, "7d")

    def deleteCampaign(self, id):
        return self.client.delete_campaign(id)

    def createLead(self, lead):
        return self.client.create_lead(lead)

    def createLeads(self, leads, country):
        return self.client.create_leads(leads, country=country)

    def updateLead(self, id, change):
        return self.client.update_lead(id, change)

    async def allLeads(self, limit, campaignId):
        return [lead.phone for lead in await settle(self.client.iter_leads(limit=limit, campaign_id=campaignId))]

    def attachLeads(self, id, ids):
        return self.client.attach_leads(id, ids)

    def importLeads(self, csv, country, id=None):
        return self.client.import_leads(csv, id, country=country)

    def getImport(self, id):
        return self.client.get_import(id)

    def deleteLead(self, id):
        return self.client.delete_lead(id)

    def createTemplate(self, template):
        return self.client.create_template(template)

    def getTemplate(self, id):
        return self.client.get_template(id)

    def listTemplates(self):
        return self.client.list_templates()

    def deployTemplate(self, id, body, idempotencyKey):
        return self.client.deploy_template(id, body, idempotency_key=idempotencyKey)

    def deleteTemplate(self, id):
        return self.client.delete_template(id)

    def takeNumber(self, body):
        return self.client.take_number(body)

    def getNumber(self, id):
        return self.client.get_number(id)

    def updateNumber(self, id, change):
        return self.client.update_number(id, change)

    def listNumbers(self):
        return self.client.list_numbers()

    def attachNumber(self, id, body):
        return self.client.attach_number(id, body)

    def releaseNumber(self, id):
        return self.client.release_number(id)

    def verify(self, body, headers, secret, options=None):
        names = {"toleranceSeconds": "tolerance_seconds", "allowUntimed": "allow_untimed", "now": "now"}
        return invorto.verify_webhook(body, headers, secret, **{names[k]: v for k, v in (options or {}).items()})

    def phones(self, numbers):
        return [[self.client.validate_phone_number(n), self.client.format_phone_number(n)] for n in numbers]

    # ── realtime

    async def connect(self, base, callId, agentId=None, key="", ticket=None, attempts=5, pingMs=5000):
        self.messages, self.noted, self.sound = [], [], 0
        self.rt = await invorto.RealtimeClient(key, base).connect(
            callId, agentId, ticket=ticket, reconnect_attempts=attempts, reconnect_delay=0.2, ping=pingMs / 1000, connect_timeout=8)
        note = self.noted.append
        self.rt.on("message", self.messages.append).on("audio", self.hear).on("bargein", lambda: note("bargein"))
        self.rt.on("reconnecting", lambda _: note("reconnecting")).on("reconnected", lambda: note("reconnected"))
        self.rt.on("close", lambda c: note(f"close {c['code']}")).on("error", lambda e: note(f"error {e.code}"))

    def hear(self, pcm):
        self.sound += len(pcm)

    def sendText(self, text):
        return self.rt.send_text(text)

    def sendAudio(self, ms):
        return self.rt.send_audio(bytes(32 * ms))

    def got(self, t, skip):
        return next(iter([m for m in self.messages if m["t"] == t][skip:]), None)

    def numbers(self):
        return [m["n"] for m in self.messages if "n" in m]

    def bytes(self):
        return self.sound

    def noted_(self):
        return self.noted

    def state(self):
        return self.rt.state

    def disconnect(self):
        return self.rt.close()


def failure(e):
    return {"name": type(e).__name__, "code": getattr(e, "code", None), "status": getattr(e, "status", None),
            "requestId": getattr(e, "request_id", None), "message": str(e), "closeCode": getattr(e, "close_code", None),
            "fields": [f.get("pointer", f.get("parameter")) for f in getattr(e, "errors", [])]}


async def main(kind):
    hands, loop = Hands(kind), asyncio.get_running_loop()

    async def one(order):
        name = order["op"] + ("_" if order["op"] in ("client", "noted") else "")
        try:
            answer = {"value": plain(await settle(getattr(hands, name)(**{k: v for k, v in order["args"].items() if v is not None})))}
        except Exception as e:  # told to who asked
            answer = {"error": failure(e)}
        print(json.dumps({"id": order["id"], **answer}), flush=True)

    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asyncio.ensure_future(one(json.loads(line)))


asyncio.run(main(sys.argv[1]))
