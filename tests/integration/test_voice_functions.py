"""The older platform's functions, as its README calls them, over the lab's ElevenLabs and Twilio."""
import json
import time

from house import House
from lab_carriers import ACCOUNT, TOKEN, Carriers
from stack import wait_until
from test_isolation import jwt

POOL, THERE = "+15551234567", "+12025550123"
KEY = {"xi-api-key": "k"}
RESTS = "/functions/v1/voice-"


class Platform:
    """A house whose ElevenLabs and Twilio are the lab; a person with a Supabase token; a number in the pool."""

    def __init__(self, **env):
        self.lab = Carriers()
        self.h = House(env={"TWILIO_API_URL": self.lab.url, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_CPS": "100",
                            "ELEVENLABS_BASE_URL": self.lab.url, "ELEVENLABS_API_KEY": "k", "ELEVENLABS_CPS": "100",
                            "API_RATE_PER_MINUTE": "10000", "CARRIER_TIMEOUT_MS": "1500", "TELEPHONY_ALLOW_UNSIGNED": "true",
                            "MAX_CONCURRENT_CALLS": "50", "VENDOR_RETRY_MS": "600", **env}, lab=False)
        self.h.env["PUBLIC_BASE_URL"] = self.h.http("")

    def __enter__(self):
        self.lab.__enter__()
        self.h.__enter__()
        self.rows = self.h.rows
        self.rows("insert into users (id, email) values ('ann', 'ann@example.org'), ('bob', 'bob@example.org'), ('root', 'root@example.org'); "
                  "update users set platform_admin = true where id = 'root'; "
                  "insert into user_tenants (tenant_id, user_id, role) values ('A', 'ann', 'admin'), ('B', 'ann', 'admin'), ('B', 'bob', 'admin'); "
                  f"insert into twilio_phone_pool (id, phone_number_e164, twilio_sid) values ('ppn_1', '{POOL}', 'PN1')")
        self.voice_url = self.h.http("/telephony/twilio/voice")
        assert self.lab.twilio("POST", "/IncomingPhoneNumbers.json", {"PhoneNumber": POOL, "VoiceUrl": self.voice_url})[0] == 201
        return self

    def __exit__(self, *exc):
        try:
            self.h.__exit__(*exc)
        finally:
            self.lab.__exit__(*exc)

    def token(self, who="ann"):
        now = int(time.time())
        return jwt({"sub": who, "role": "authenticated", "aud": "authenticated", "iat": now, "exp": now + 3600}, self.h.env["JWT_SECRET"])

    def call(self, name, body, token=None, path=RESTS, **headers):
        return self.h.api("POST", path + name, body, token or self.token(), headers)

    def ok(self, name, body, token=None, **headers):
        status, _, said = self.call(name, body, token, **headers)
        assert status == 200 and said["success"] is True and said["message"], (name, status, said)
        return said

    def refused(self, status, code, name, body, token=None, **headers):
        got, _, said = self.call(name, body, token, **headers)
        assert got == status and said["success"] is False and said["error"] and said["code"] == code, (name, got, said)
        return said

    def there(self, path):
        status, _, said = self.lab.ask("GET", "/v1/convai" + path, headers=KEY)
        assert status == 200, said
        return said

    def webhook_of(self, number):
        [n] = [n for n in self.lab.twilio("GET", "/IncomingPhoneNumbers.json")[2]["incoming_phone_numbers"] if n["phone_number"] == number]
        return n["voice_url"]

    def rest(self, what, **then):
        self.lab.rules({"match": {"carrier": "elevenlabs", "rest": what}, "times": 1, "then": {"rest": then}})

    def deployed(self, name="My Custom Agent"):
        return self.ok("deploy-template", {"template_id": "tpl_sales_outreach", "tenant_id": "A", "overrides": {"name": name}})

    def ready(self):
        """An agent at ElevenLabs and a number it dials from."""
        agent = self.deployed()["agent"]["id"]
        number = self.ok("assign-number", {"tenant_id": "A", "phone_number_e164_or_pool_id": POOL})["voice_number"]["id"]
        self.ok("import-number", {"tenant_id": "A", "voice_number_id": number})
        self.ok("attach-agent", {"voice_agent_id": agent, "voice_number_id": number}, **A)
        return agent, number


A = {"X-Tenant-Id": "A"}


def test_the_readme_is_followed_in_its_order():
    with Platform() as p:
        # 1. Deploy an agent
        body = {"template_id": "tpl_sales_outreach", "tenant_id": "A",
                "overrides": {"name": "My Custom Agent", "first_message": "Hi! Custom greeting here."}}
        said = p.ok("deploy-template", body)
        agent = said["agent"]
        assert agent["name"] == "My Custom Agent" and agent["template_id"] == "tpl_sales_outreach" and agent["provider"] == "elevenlabs"
        hosted = p.there("/agents/" + said["vendor_agent_id"])
        first = hosted["conversation_config"]["agent"]["first_message"]
        assert first == "Hello, I am an automated assistant calling for Tenant A. This call is recorded. Hi! Custom greeting here.", first
        assert "{{company}}" not in hosted["conversation_config"]["agent"]["prompt"]["prompt"]
        assert "{{name}}" in hosted["conversation_config"]["agent"]["prompt"]["prompt"]
        assert hosted["conversation_config"]["tts"]["agent_output_audio_format"] == "ulaw_8000"
        # Once more: the same agent, and one alone at ElevenLabs.
        again = p.ok("deploy-template", body)
        assert again["agent"]["id"] == agent["id"] and len(p.there("/agents")["agents"]) == 1
        # 2. Assign a phone number
        said = p.ok("assign-number", {"tenant_id": "A", "phone_number_e164_or_pool_id": POOL})
        number = said["voice_number"]
        assert said["phone_number"] == POOL and said["assignment"]["pool_phone_id"] == "ppn_1" and number["provider_status"] == "assigned"
        assert p.ok("assign-number", {"tenant_id": "A", "phone_number_e164_or_pool_id": "ppn_1"})["voice_number"]["id"] == number["id"]
        p.refused(404, "not_found", "assign-number", {"tenant_id": "B", "phone_number_e164_or_pool_id": POOL})
        # 3. Import it: ElevenLabs takes its webhook, and we take it back.
        said = p.ok("import-number", {"tenant_id": "A", "voice_number_id": number["id"]})
        assert said["elevenlabs_phone_number_id"].startswith("phnum_") and said["voice_number"]["provider_status"] == "imported"
        assert "conflict" not in said and p.webhook_of(POOL) == p.voice_url
        assert said["voice_number"]["provider_state"]["webhook"] == "restored"
        again = p.ok("import-number", {"tenant_id": "A", "voice_number_id": number["id"]})
        assert again["elevenlabs_phone_number_id"] == said["elevenlabs_phone_number_id"] and len(p.there("/phone-numbers")) == 1
        # 4. Attach; the tenant of somebody in two is said by a header.
        body = {"voice_agent_id": agent["id"], "voice_number_id": number["id"]}
        for _ in range(2):
            said = p.ok("attach-agent", body, **A)
            assert said["voice_number"]["provider_status"] == "active" and said["voice_number"]["voice_agent_id"] == agent["id"]
            assert said["voice_agent"]["id"] == agent["id"]
        assert p.there("/phone-numbers")[0]["assigned_agent"]["agent_id"] == agent["elevenlabs_agent_id"]
        # … and one call, with what is known of it.
        p.rows(f"insert into leads (tenant_id, id, first_name, phone) values ('A', 'lead_1', 'Ada', '{THERE}')")
        body.update(to_phone_number=THERE, lead_id="lead_1", variables={"plan": "gold\n{{x}}", "call_id": "mine"})
        said = p.ok("start-call", body, **A)
        call = said["call_record"]
        assert call["status"] == "queued" and call["lead_id"] == "lead_1" and call["to_number"] == THERE
        talk = p.there("/conversations/" + said["conversation_id"])
        values = talk["conversation_initiation_client_data"]["dynamic_variables"]
        assert values["call_id"] == call["id"] and values["plan"] == "gold x" and values["name"] == values["first_name"] == "Ada"
        assert values["company"] == "Tenant A"
        again = p.ok("start-call", body, **A)
        assert again["call_record"]["id"] == call["id"] and len(p.there("/conversations")["conversations"]) == 1


def test_a_batch_is_a_campaign_and_starts_once():
    with Platform(ALLOWED_COUNTRIES="US") as p:
        agent, number = p.ready()
        p.rows(f"""insert into voice_campaigns (tenant_id, id, name, voice_agent_id, phone_number_id, target_segment, max_concurrent_calls)
            values ('A', 'cmp_1', 'Spring', '{agent}', '{number}', '{{"tags": ["spring"]}}', 5),
                   ('A', 'cmp_2', 'Nobody', '{agent}', '{number}', '{{"tags": ["nobody"]}}', 5);
            insert into leads (tenant_id, id, first_name, phone, tags)
            select 'A', 'lead_' || n, 'L' || n, '+120255501' || n, '{{spring}}' from generate_series(10, 14) as n""")
        p.refused(422, "unprocessable", "start-batch", {"campaign_id": "cmp_2"}, **A)
        p.refused(404, "not_found", "start-batch", {"campaign_id": "cmp_9"}, **A)
        said = p.ok("start-batch", {"campaign_id": "cmp_1"}, **A)
        assert said["campaign_id"] == "cmp_1" and said["total_leads"] == 5 and isinstance(said["call_results"], list)
        assert said["calls_initiated"] + said["calls_failed"] <= 5
        again = p.ok("start-batch", {"campaign_id": "cmp_1"}, **A)
        assert again["total_leads"] == 5 and "already" in again["message"]
        p.rows("update voice_campaigns set status = 'cancelled', completed_at = now() where id = 'cmp_1'")
        p.refused(409, "conflict", "start-batch", {"campaign_id": "cmp_1"}, **A)


def test_refusals_say_what_is_wrong_in_the_functions_own_words():
    with Platform() as p:
        deploy = {"template_id": "tpl_sales_outreach", "tenant_id": "A"}
        status, _, said = p.h.api("POST", RESTS + "deploy-template", deploy)
        assert status == 401 and said["success"] is False and said["code"] == "invalid_api_key", said
        said = p.refused(400, "bad_request", "deploy-template", {"tenant_id": "A"})
        assert said["errors"][0]["pointer"] == "/template_id"
        assert p.refused(400, "bad_request", "deploy-template", {**deploy, "overrides": {"nam": "x"}})["errors"][0]["pointer"] == "/overrides/nam"
        p.refused(404, "not_found", "deploy-template", {**deploy, "template_id": "tpl_none"})
        # What is required and known to nobody is named.
        said = p.refused(422, "unprocessable", "deploy-template", {**deploy, "template_id": "tpl_lead_qualification"})
        assert [e["pointer"] for e in said["errors"]] == ["/variables/industry"] and "industry" in said["error"]
        assert p.ok("deploy-template", {**deploy, "template_id": "tpl_lead_qualification", "variables": {"industry": "tea"}})
        # A tenant that is none of theirs, by token and by key.
        p.refused(403, "forbidden", "deploy-template", deploy, p.token("bob"))
        p.refused(403, "forbidden", "deploy-template", deploy, p.h.key("B"))
        p.refused(403, "forbidden", "deploy-template", deploy, p.h.key("A", "analyst"))
        assert p.ok("deploy-template", deploy, p.h.key("A"))["agent"]["tenant_id"] == "A"
        # What belongs to another tenant is not there.
        agent, number = p.ready()
        for name, body in (("import-number", {"tenant_id": "B", "voice_number_id": number}),
                           ("attach-agent", {"voice_agent_id": agent, "voice_number_id": number}),
                           ("start-call", {"voice_agent_id": agent, "voice_number_id": number, "to_phone_number": THERE})):
            p.refused(404, "not_found", name, body, p.token("bob"))
        # A page of anybody may ask first; the alias is the same.
        status, head, said = p.h.api("OPTIONS", RESTS + "start-call", headers={"Origin": "https://page.example",
                                                                             "Access-Control-Request-Method": "POST"})
        assert status == 200 and said == "ok" and head["access-control-allow-origin"] == "*", (status, head)
        for name in ("authorization", "x-client-info", "apikey", "content-type"):
            assert name in head["access-control-allow-headers"]
        status, head, said = p.call("deploy-template", deploy, path="/api/voice/", Origin="https://page.example")
        assert status == 200 and said["success"] is True and head["access-control-allow-origin"] == "*"
        p.refused(400, "bad_request", "start-call", {"voice_agent_id": agent, "voice_number_id": number, "to_phone_number": "12"}, **A)


def test_what_vendors_refuse_is_told_apart():
    with Platform() as p:
        deploy = {"template_id": "tpl_sales_outreach", "tenant_id": "A"}

        def agents():
            return len(p.there("/agents")["agents"])
        # Of a second too many it is asked again; of too many conversations it is not.
        p.rest("agents", status=429, retry_after_s=0)
        p.ok("deploy-template", {**deploy, "overrides": {"name": "one"}})
        p.rest("agents", status=429, code=1)
        p.refused(429, "rate_limited", "deploy-template", {**deploy, "overrides": {"name": "two"}})
        p.rest("agents", status=422)
        p.refused(422, "unprocessable", "deploy-template", {**deploy, "overrides": {"name": "two"}})
        p.rest("agents", status=401)
        p.refused(502, "provider_unavailable", "deploy-template", {**deploy, "overrides": {"name": "two"}})
        assert agents() == 1
        # It was made and the answer was lost: the next attempt finds it and makes no second.
        for fault in ({"status": 500, "after_placed": True}, {"no_answer": True, "after_placed": True}):
            name, before = f"lost {fault}"[:60], agents()
            p.rest("agents", **fault)
            p.refused(502, "provider_unavailable", "deploy-template", {**deploy, "overrides": {"name": name}})
            assert agents() == before + 1
            made = p.ok("deploy-template", {**deploy, "overrides": {"name": name}})
            assert agents() == before + 1 and p.there("/agents/" + made["vendor_agent_id"])["name"] == name
        # Too late is no answer either.
        p.rest("numbers", delay_ms=4000)
        number = p.ok("assign-number", {"tenant_id": "A", "phone_number_e164_or_pool_id": POOL})["voice_number"]["id"]
        p.rows("select 1")
        said = p.ok("import-number", {"tenant_id": "A", "voice_number_id": number})
        assert said["elevenlabs_phone_number_id"] and len(p.there("/phone-numbers")) == 1
        # A call that ElevenLabs will not place.
        agent = p.deployed()["agent"]["id"]
        p.rest("create", code=1)
        body = {"voice_agent_id": agent, "voice_number_id": number, "to_phone_number": THERE}
        p.refused(502, "provider_unavailable", "start-call", body, **A)
        p.rest("create", status=500, after_placed=True)
        said = p.ok("start-call", {**body, "to_phone_number": "+12025550124"}, **A)
        assert said["call_record"]["status"] == "unknown"


def test_a_webhook_that_cannot_be_put_back_is_a_conflict():
    with Platform() as p:
        number = p.ok("assign-number", {"tenant_id": "A", "phone_number_e164_or_pool_id": POOL})["voice_number"]["id"]
        # Twilio refuses to be told.
        p.lab.rules({"match": {"carrier": "twilio", "rest": "numbers"}, "then": {"rest": {"status": 401}}})
        said = p.ok("import-number", {"tenant_id": "A", "voice_number_id": number})
        assert said["conflict"] and said["voice_number"]["provider_status"] == "conflict" and "conflict" in said["message"]
        assert "elevenlabs" in p.webhook_of(POOL) if not p.lab.rules() else True
        # Asked again when it is well, it converges.
        p.lab.rules()
        said = p.ok("import-number", {"tenant_id": "A", "voice_number_id": number})
        assert "conflict" not in said and said["voice_number"]["provider_status"] == "imported" and p.webhook_of(POOL) == p.voice_url


def test_every_refusal_was_a_500_once():
    with Platform(FUNCTIONS_ERRORS_500="true") as p:
        p.refused(500, "not_found", "deploy-template", {"template_id": "tpl_none", "tenant_id": "A"})
        p.refused(500, "bad_request", "start-batch", {}, **A)


def test_templates_numbers_and_the_pool_are_resources():
    with Platform() as p:
        key, root = p.h.key("A"), p.token("root")

        def ask(status, method, path, body=None, who=key):
            got, _, said = p.h.api(method, path, body, who)
            assert got == status, (method, path, got, said)
            return said
        # Templates: four for all, own ones with versions, none of which another tenant sees.
        assert [t["own"] for t in ask(200, "GET", "/v1/templates")["data"]] == [False] * 4
        made = ask(201, "POST", "/v1/templates", {"name": "Own", "disclosure": "I am a machine of [Company Name], and this is recorded.",
                                                  "systemPrompt": "Sell {{product}} to {{name}}.", "firstMessage": "Hi [Name]!",
                                                  "required": ["product"], "provider": "invorto"})
        ask(400, "PATCH", f"/v1/templates/{made['id']}", {"disclosure": " "})
        changed = ask(200, "PATCH", f"/v1/templates/{made['id']}", {"firstMessage": "Hello [Name]!"})
        assert (made["version"], changed["version"], changed["firstMessage"]) == (1, 2, "Hello [Name]!")
        assert [v["version"] for v in ask(200, "GET", f"/v1/templates/{made['id']}/versions")["data"]] == [2, 1]
        other = p.h.key("B")
        ask(404, "GET", f"/v1/templates/{made['id']}", who=other)
        ask(404, "PATCH", f"/v1/templates/{made['id']}", {"name": "x"}, who=other)
        ask(404, "PATCH", "/v1/templates/tpl_sales_outreach", {"name": "x"})
        ask(422, "POST", f"/v1/templates/{made['id']}/deploy", {})
        said = ask(201, "POST", f"/v1/templates/{made['id']}/deploy", {"variables": {"product": "tea"}})
        assert said["vendorAgentId"] is None and said["agent"]["provider"] == "invorto" and said["agent"]["templateId"] == made["id"]
        config = ask(200, "GET", "/v1/agents/" + said["agent"]["id"])["config"]
        assert config["disclosure"] == "I am a machine of Tenant A, and this is recorded." and config["greeting"] == "Hello {{name}}!"
        assert config["prompt"] == "Sell tea to {{name}}."
        # The pool is the operator's alone.
        ask(403, "GET", "/v1/pool")
        offered = ask(200, "GET", "/v1/pool/search?country=US&areaCode=216", who=root)["data"]
        bought = ask(201, "POST", "/v1/pool/buy", {"phoneNumber": offered[0]["phoneNumber"]}, who=root)
        assert p.webhook_of(offered[0]["phoneNumber"]) == p.voice_url
        ask(422, "POST", "/v1/pool/buy", {"phoneNumber": offered[0]["phoneNumber"]}, who=root)
        assert len(ask(200, "GET", "/v1/pool", who=root)["data"]) == 2
        # A number: taken, named, answered, given back.
        number = ask(201, "POST", "/v1/numbers", {"pool": bought["id"]})["number"]
        ask(409, "DELETE", "/v1/pool/" + bought["id"], who=root)
        assert ask(200, "PATCH", "/v1/numbers/" + number["id"], {"friendlyName": "desk"})["friendlyName"] == "desk"
        assert ask(200, "POST", f"/v1/numbers/{number['id']}/agent", {"agentId": said["agent"]["id"]})["number"]["voiceAgentId"] == said["agent"]["id"]
        assert ask(200, "POST", f"/v1/numbers/{number['id']}/import")["number"]["providerStatus"] == "active"
        assert [n["id"] for n in ask(200, "GET", "/v1/numbers")["data"]] == [number["id"]]
        ask(404, "GET", "/v1/numbers/" + number["id"], who=other)
        ask(404, "DELETE", "/v1/numbers/" + number["id"], who=other)
        ask(204, "DELETE", "/v1/numbers/" + number["id"])
        assert ask(200, "GET", "/v1/numbers")["data"] == [] and p.there("/phone-numbers") == []
        ask(204, "DELETE", "/v1/pool/" + bought["id"], who=root)
        assert [n["phoneNumber"] for n in map(dict, [])] == []
        assert len(p.lab.twilio("GET", "/IncomingPhoneNumbers.json")[2]["incoming_phone_numbers"]) == 1
        ask(204, "DELETE", f"/v1/templates/{made['id']}")
        assert len(ask(200, "GET", "/v1/templates")["data"]) == 4


def test_values_fill_what_is_left_when_a_call_opens_here():
    with Platform() as p:
        p.h.add_agent("A", "own", {"name": "own", "disclosure": "A machine of {{company}}.", "greeting": "Hello {{ first_name }}{{nothing}}!",
                                   "prompt": "Talk to {{name}} about {{topic}}."})
        p.rows(f"insert into leads (tenant_id, id, first_name, last_name, phone, variables) "
               f"values ('A', 'lead_9', 'Ada', 'Byron', '{THERE}', '{{\"topic\": \"looms\", \"first_name\": \"no\"}}')")
        p.rows("insert into voice_call_records (tenant_id, id, direction, voice_agent_id, lead_id, metadata) values "
               "('A', 'call_9', 'outbound', 'own', 'lead_9', '{\"variables\": {\"topic\": \"engines\\u0007\\n{{prompt}}\"}}')")
        got = json.loads(p.h.db.sql("select spoken from (select case when strpos(o.config::text, '{{') > 0 then config_filled(o.config, "
                                    "call_variables('A', 'call_9')) end as spoken from open_call('A', 'call_9', 'own', "
                                    "'{\"instance_id\": \"i\", \"carrier\": \"twilio\"}') o) s", tenant="A")[0][0])
        assert got["greeting"] == "Hello Ada!" and got["disclosure"] == "A machine of Tenant A."
        assert got["prompt"] == "Talk to Ada Byron about engines prompt."


def test_an_inbound_call_is_answered_by_the_hosted_agent_of_its_number():
    with Platform() as p:
        agent, _ = p.ready()
        p.lab.rules({"match": {"carrier": "elevenlabs", "direction": "inbound"}, "then": {"hang_up_ms": 300}})
        call = p.lab.over(p.lab.ring("twilio", to=POOL, caller=THERE))
        assert call["media"][0]["audible_ms"] >= 100, call
        [talk] = p.there("/conversations")["conversations"]
        said = p.there("/conversations/" + talk["conversation_id"])
        [[ours, provider, number]] = p.rows("select id, provider, voice_agent_id from voice_call_records where direction = 'inbound'")
        assert said["conversation_initiation_client_data"]["dynamic_variables"]["call_id"] == ours and talk["user_id"] == "A/" + ours
        assert (provider, number) == ("elevenlabs", agent) and talk["direction"] == "inbound"
        # ElevenLabs is too late: the caller hears that we are sorry, and the books say why.
        p.lab.rules({"match": {"carrier": "elevenlabs", "rest": "register"}, "then": {"rest": {"status": 500}}})
        call = p.lab.over(p.lab.ring("twilio", to=POOL, caller="+12025550199"))
        assert not call["media"], call
        wait_until(lambda: p.rows("select status, failure_reason from voice_call_records where from_number = '+12025550199'")
                   == [["failed", "not_registered"]], 20, "the record")
