"""Calls that ElevenLabs dials for the agents it hosts, over the lab's ElevenLabs."""
import contextlib
import json
import queue
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stack import wait_until
from test_dial import INDIA, TWILIO_NUMBER, Beside, Line
from test_faults import agent
from test_post_call import SECRET, send, transcription


def conversations(line, call):
    said = line.lab.ask("GET", f"/v1/convai/conversations?user_id=A%2F{call}", headers={"xi-api-key": "k"})
    assert said[0] == 200, said
    return said[2]["conversations"]


def hosted(line):
    line.h.add_agent("A", "hosted", agent())
    line.h.rows("update voice_agents set provider = 'elevenlabs', elevenlabs_agent_id = 'agent_9' where tenant_id = 'A' and id = 'hosted'")
    line.h.rows("update voice_phone_numbers set elevenlabs_phone_number_id = 'phnum_9' where id = 'num_t'")
    line.agent = "hosted"


def rest(**then):
    return {"match": {"carrier": "elevenlabs", "rest": "create"}, "times": 1, "then": {"rest": then}}


class Passing(BaseHTTPRequestHandler):
    """On the way to the lab's ElevenLabs. What it answers to a dial waits while there is a gate: it has the call by then."""

    def do_GET(self):
        self.pass_on()

    def do_POST(self):
        self.pass_on(self.rfile.read(int(self.headers["Content-Length"])))

    def pass_on(self, body=None):
        rq = urllib.request.Request(self.server.to + self.path, data=body, method=self.command,
                                    headers={k: v for k, v in self.headers.items() if k.lower() in ("content-type", "xi-api-key")})
        try:
            with urllib.request.urlopen(rq, timeout=30) as r:
                status, text = r.status, r.read()
        except urllib.error.HTTPError as e:
            status, text = e.code, e.read()
        if self.path.endswith("/outbound-call") and self.server.gate:
            gate = self.server.gate
            gate.has.put(json.loads(text))
            gate.open.wait(60)
            if gate.cut:
                self.close_connection = True
                return
        with contextlib.suppress(OSError):  # whoever asked may have gone
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

    def log_message(self, *args):
        pass


class Gate:
    def __init__(self, cut=False):
        self.has, self.open, self.cut = queue.Queue(), threading.Event(), cut


@contextlib.contextmanager
def passing(to):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.to, server.gate, server.url = to, None, f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()


class Dial(threading.Thread):
    """Places a call; its answer waits until it is let go."""

    def __init__(self, line, way, cut=False):
        super().__init__(daemon=True)
        self.line, self.gate, self.answer = line, Gate(cut), None
        way.gate = self.gate
        self.start()
        self.told = self.gate.has.get(timeout=30)
        self.id = line.h.rows("select id from voice_call_records order by started_at desc, id desc limit 1")[0][0]

    def run(self):
        self.answer = self.line.place(**{"from": TWILIO_NUMBER})

    def let_go(self):
        assert self.is_alive()
        self.gate.open.set()
        self.join(40)
        return self.answer[2]


def test_what_elevenlabs_tells_before_it_has_answered_the_dial_stands():
    line = Line(ELEVENLABS_CPS="100", CARRIER_TIMEOUT_MS="30000", ELEVENLABS_WEBHOOK_SECRET=SECRET, CONVERSATION_CHECK_SECONDS="0.2")
    with passing(line.lab.url) as way:
        line.h.env["ELEVENLABS_BASE_URL"] = way.url
        with line, Beside(line.h) as other:
            hosted(line)
            end = "status, end_reason, provider_call_id, duration_seconds, summary is not null, closed_at is not null"

            def settled(d):
                """Its end came once and keeps nothing: no slot, nobody asks for it, both names lead to it."""
                assert line.ended(d.id) == ["1", "1", "1"] and len(conversations(line, d.id)) == 1
                wait_until(lambda: line.held() == 0, 20, "the slot to be free")
                assert line.h.rows(f"select (select count(*) from call_checks where call_id = '{d.id}'), "
                                   f"(select count(*) from conversation_checks where call_id = '{d.id}')") == [["0", "0"]]
                assert line.h.rows(f"select provider, alias from call_aliases where call_id = '{d.id}' order by provider") == [
                    ["elevenlabs", d.told["conversation_id"]], ["twilio", d.told["callSid"]]]

            # By the name that we gave it; to whichever process. Its answer comes, or is lost.
            for base, cut in ((None, False), (other.url, False), (None, True)):
                d = Dial(line, way, cut)
                told = transcription(d.told["conversation_id"], "A/" + d.id)
                told["data"]["metadata"]["phone_call"]["call_sid"] = d.told["callSid"]
                assert send(line.h, told, base=base) == (200, {"success": True, "result": "ended"})
                was = line.row(d.id, end)
                assert was[0] == "completed" and was[2:4] == [d.told["conversation_id"], "42"], was
                call = d.let_go()
                assert call["id"] == d.id and call["status"] == "completed" and "reason" not in call, call
                settled(d)
                assert line.row(d.id, end) == was, (was, line.row(d.id, end))
                assert send(line.h, told)[1]["result"] == "again"

            # By names that only the answer tells us: it waits for that.
            d = Dial(line, way)
            failure = {"type": "call_initiation_failure", "event_timestamp": told["event_timestamp"], "data": {
                "agent_id": "agent_9", "conversation_id": d.told["conversation_id"], "failure_reason": "busy",
                "metadata": {"type": "twilio", "body": {"CallSid": d.told["callSid"], "CallStatus": "busy", "Direction": "outbound-api"}}}}
            assert send(line.h, failure)[0] == 202 and line.row(d.id, "status") == ["dialing"]
            assert d.let_go()["status"] == "queued"
            line.h.rows("update vendor_parked set next_at = now()")
            line.until(d.id, status="busy")
            settled(d)


def test_elevenlabs_dials_for_the_agents_it_hosts_and_is_asked_once():
    line = Line(ELEVENLABS_CPS="100")
    line.h.env["ELEVENLABS_BASE_URL"] = line.lab.url
    with line:
        hosted(line)
        # Placed: both ids lead to the call.
        status, _, call = line.place(carrier="elevenlabs", **{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "queued", call
        [asked] = conversations(line, call["id"])
        assert call["providerCallId"] == asked["conversation_id"], (call, asked)
        assert asked["request"]["agent_id"] == "agent_9" and asked["request"]["agent_phone_number_id"] == "phnum_9"
        assert asked["request"]["to_number"] == INDIA
        assert asked["request"]["conversation_initiation_client_data"]["dynamic_variables"]["call_id"] == call["id"]
        aliases = line.h.rows(f"select provider, alias from call_aliases where call_id = '{call['id']}' order by provider")
        assert aliases == [["elevenlabs", asked["conversation_id"]], ["twilio", asked["callSid"]]], aliases
        # It says no with 200, once; nobody asks again.
        line.lab.rules(rest(code=1))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and (call["status"], call["failureReason"]) == ("failed", "rejected"), call
        assert line.row(call["id"], "status, closed_at is not null") == ["failed", "t"]
        assert conversations(line, call["id"]) == []
        # It placed the call and did not say so: found by our name for it, never placed anew.
        line.lab.rules(rest(status=500, after_placed=True))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "unknown", call
        [asked] = conversations(line, call["id"])
        line.until(call["id"], provider_call_id=asked["conversation_id"])
        assert len(conversations(line, call["id"])) == 1
        # Its key is wrong: nothing rings.
        line.lab.rules(rest(status=401))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "failed" and conversations(line, call["id"]) == [], call
