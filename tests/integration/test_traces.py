"""A call and a request as traces: what a collector gets, what those we ask get, and what nobody gets."""
import json
import time

from callers import Browser, Twilio, tone
from collector import Collector
from fleet import JAMBONZ_NUMBER, TWILIO_NUMBER, Fleet
from hook_carriers import Jambonz, carried, number
from house import House
from model import Model
from receiver import Receiver
from stack import KEY, Stack, wait_until
from test_campaign_calls import GREETS, TALKS, Campaign, phone
from test_faults import LOAD, WORDS, agent, tool
from test_fleet import Api, whose
from test_hooks_jambonz import hear, listen, media
from test_tools import ToolServer
from ws import WebSocket

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
NUMBER = "+4915112345678"


def of_call(collector, call):
    """The spans of a call's trace, once its root is there, which is sent last."""
    root = collector.wait(f"the call {call}", lambda s: s.name == "call" and s.attrs.get("invorto.call.id") == call)
    return root, [s for s in collector.spans() if s.trace == root.trace]


def named(spans, beginning):
    return [s for s in spans if s.name.startswith(beginning)]


def check_nested(spans, root):
    by_id = {s.id: s for s in spans}
    for s in spans:
        if s is root or s.id == root.id:
            continue
        assert s.parent in by_id, s
        parent = by_id[s.parent]
        assert parent.begin <= s.begin and s.end <= parent.end, (s, parent, s.begin - parent.begin, parent.end - s.end)


def asked_twice(messages, nth):
    if messages[-1]["role"] == "tool":
        return ["It is booked."]
    return [("tool", "call-1", "book", {"people": 2, "phone": NUMBER})]


def test_a_spoken_call_is_one_trace_with_its_turns_and_whom_they_asked():
    collector, tools, seen = Collector(), ToolServer(), []

    def answer(server, request, body):
        seen.append(request.headers["traceparent"])
        Model._answer(server, request, body)

    model = Model(asked_twice, answer)
    with Stack(env=collector.env(OPENAI_BASE_URL=model.url, OTEL_SERVICE_NAME="voice", OTEL_EXPORTER_OTLP_HEADERS="x-key=a%20b",
                                 OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test,service.name=other"),
               agents={"a": agent(tools=[tool("book", url=tools.url + "/ok", filler="One moment.")])}, lab_args=LOAD) as s:
        c = Browser(s, "traced", "a", extra=f"&traceparent={TRACEPARENT}").mic()
        time.sleep(0.2)
        c.say(tone(600))
        assert c.answer(1, 20)["outcome"] == "completed"
        c.close()
        root, spans = of_call(collector, "traced")
        log = s.log()
    assert root.trace == TRACE and root.parent == PARENT and root.kind == 2
    assert root.resource["service.name"] == "voice" and root.resource["deployment.environment.name"] == "test"
    assert root.resource["service.version"] and root.resource["service.instance.id"]
    assert collector.headers[0][0] == "/v1/traces" and collector.headers[0][1]["x-key"] == "a b"
    assert collector.headers[0][1]["content-type"] == "application/json"
    assert root.attrs["invorto.leg"] == "browser" and root.attrs["invorto.direction"] == "realtime"
    assert root.attrs["invorto.outcome"] == "hangup" and root.attrs["gen_ai.agent.id"] == "a" and root.status == 0
    check_nested(spans, root)

    hearing, = named(spans, "speech_to_text")
    assert hearing.parent == root.id and hearing.kind == 3 and "connected" in hearing.events
    assert hearing.attrs["gen_ai.provider.name"] == "deepgram" and hearing.attrs["server.address"] == "127.0.0.1"

    turn, = [t for t in named(spans, "turn") if "eou" in t.events]
    assert turn.parent == root.id and turn.attrs["invorto.turn.outcome"] == "completed"
    stamps = [turn.events[k][0] for k in ("vad_end", "eou", "llm_first", "sentence_first", "tts_first", "leg_first")]
    assert stamps == sorted(stamps) and turn.begin <= stamps[0] and stamps[-1] <= turn.end, turn
    latency = turn.attrs["invorto.turn.latency_ms"]
    assert 0 < latency < (turn.end - turn.begin) / 1e6 + 1, turn

    first, second = sorted((x for x in named(spans, "chat ") if x.parent == turn.id), key=lambda x: x.begin)
    for x in (first, second):
        assert x.kind == 3 and x.attrs["gen_ai.operation.name"] == "chat" and x.attrs["gen_ai.provider.name"] == "openai"
        assert x.attrs["gen_ai.usage.input_tokens"] > 0 and x.attrs["gen_ai.usage.output_tokens"] > 0
        assert x.name == "chat " + x.attrs["gen_ai.request.model"] and x.attrs["gen_ai.conversation.id"] == "traced"
        assert 0 <= x.attrs["gen_ai.response.time_to_first_chunk"] < 20 and x.status == 0
    assert seen == [f"00-{TRACE}-{x.id}-01" for x in (first, second)], "the model was told its span"
    run, = named(spans, "execute_tool")
    assert run.parent == turn.id and run.attrs["gen_ai.tool.name"] == "book" and run.attrs["http.response.status_code"] == 200
    assert tools.asked[0][2]["traceparent"] == f"00-{TRACE}-{run.id}-01"
    spoken = named(spans, "text_to_speech")
    assert spoken and all(x.parent == turn.id and x.attrs["gen_ai.operation.name"] == "text_to_speech" for x in spoken)

    for what in (WORDS, "booked", "One moment", NUMBER, NUMBER[1:], "call-secret", "oa-secret-key-000"):
        assert what not in collector.text(), what
    assert f'"trace_id":"{TRACE}"' in next(x for x in log.splitlines() if '"call.started"' in x)
    tools.close(), model.close(), collector.close()


def test_what_was_said_is_sent_when_that_is_switched_on_and_masked_as_the_transcript_is():
    collector, model = Collector(), Model(lambda messages, nth: [f"I call you back at {NUMBER}, on Friday."])
    with Stack(env=collector.env(OPENAI_BASE_URL=model.url, TRACES_CONTENT="true"), agents={"a": agent()}, lab_args=LOAD) as s:
        c = Browser(s, "told", "a").mic()
        time.sleep(0.2)
        c.say(tone(600))
        assert c.answer(1, 20)["outcome"] == "completed"
        c.close()
        finals = " ".join(m["text"] for m in c.got("stt.final"))  # the lab may hear the words twice
        _, spans = of_call(collector, "told")
    turn, = [t for t in named(spans, "turn") if "eou" in t.events]
    _, said = turn.events["gen_ai.client.inference.operation.details"]
    heard, answered = (json.loads(said[k]) for k in ("gen_ai.input.messages", "gen_ai.output.messages"))
    content = heard[0]["parts"][0].pop("content")
    assert heard == [{"role": "user", "parts": [{"type": "text"}]}] and content.startswith(WORDS) and finals.startswith(content), (heard, finals)
    assert answered[0]["role"] == "assistant" and "on Friday." in answered[0]["parts"][0]["content"]
    assert "[PHONE]" in answered[0]["parts"][0]["content"] and NUMBER not in collector.text()
    model.close(), collector.close()


def test_the_next_provider_and_the_one_that_failed_stand_side_by_side():
    collector = Collector()
    with Stack(env=collector.env(), agents={"a": agent(llm=["openai", "openai-2"])}, lab_args=LOAD, second=True) as s:
        s.faults("chat=status=503")
        c = Browser(s, "handed", "a")
        c.type("hello")
        assert c.answer(1, 20)["outcome"] == "completed"
        c.close()
        root, spans = of_call(collector, "handed")
    check_nested(spans, root)
    failed, went = sorted(named(spans, "chat "), key=lambda x: x.begin)
    assert failed.parent == went.parent and failed.status == 2
    assert failed.attrs["error.type"] == "server_error" and failed.attrs["http.response.status_code"] == 503, failed
    assert (failed.attrs["invorto.provider"], went.attrs["invorto.provider"]) == ("openai", "openai-2")
    assert went.status == 0 and "error.type" not in went.attrs
    collector.close()


def test_an_answer_that_is_talked_over_says_that_it_was_cut_off():
    long = " ".join(f"This is sentence number {i} of a long story." for i in range(18))
    collector = Collector()
    with Stack(env=collector.env(), agents={"a": agent(greeting=long)}, lab_args=("--load", "asr=100,ttft=30,token=2,tts=30,reply=600")) as s:
        c = Browser(s, "cut", "a").mic()
        c.hears(600)
        c.say(tone(1500))
        wait_until(lambda: c.got("turn", outcome="interrupted"), 20, "the interruption")
        c.close()
        root, spans = of_call(collector, "cut")
    cut = [t for t in named(spans, "turn") if t.attrs.get("invorto.turn.outcome") == "interrupted"]  # he may go on
    check_nested(spans, root)
    assert root.attrs["invorto.interruptions"] >= len(cut) >= 1
    assert [x for x in spans if x.parent == cut[0].id], "it was being spoken"
    collector.close()


def test_what_the_caller_does_not_sample_is_not_sent_and_is_passed_on():
    collector, seen = Collector(), []

    def answer(server, request, body):
        seen.append(request.headers["traceparent"])
        Model._answer(server, request, body)

    model = Model(lambda messages, nth: ["Hello."], answer)
    with Stack(env=collector.env(OPENAI_BASE_URL=model.url), agents={"a": agent()}, lab_args=LOAD) as s:
        for name, parent in (("quiet", f"00-{TRACE}-{PARENT}-00"), ("loud", "00-malformed")):
            c = Browser(s, name, "a", extra=f"&traceparent={parent}")
            c.type("hello")
            assert c.answer(1, 20)["outcome"] == "completed"
            c.close()
        root, _ = of_call(collector, "loud")
    assert root.parent is None and root.trace != TRACE
    assert all(x.trace != TRACE for x in collector.spans())
    assert seen[0].startswith(f"00-{TRACE}-") and seen[0].endswith("-00") and PARENT not in seen[0]
    assert seen[1].startswith(f"00-{root.trace}-")
    model.close(), collector.close()


def test_without_a_collector_nothing_is_traced():
    seen = []

    def answer(server, request, body):
        seen.append(request.headers["traceparent"])
        Model._answer(server, request, body)

    model = Model(lambda messages, nth: ["Hello."], answer)
    with Stack(env={"OPENAI_BASE_URL": model.url}, agents={"a": agent()}, lab_args=LOAD) as s:
        c = Browser(s, "plain", "a", extra=f"&traceparent={TRACEPARENT}")
        c.type("hello")
        assert c.answer(1, 20)["outcome"] == "completed"
        c.close()
        assert "trace_id" not in s.log() and s.metric('invorto_trace_spans_total{result="exported"}') == 0
    assert seen == [None]
    model.close()


def test_a_collector_that_is_down_costs_spans_and_not_a_call():
    collector = Collector(status=503)
    with Stack(env=collector.env(TRACES_FLUSH_MS="200"), agents={"a": agent()}, lab_args=LOAD) as s:
        c = Browser(s, "alone", "a")
        c.type("hello")
        assert c.answer(1, 20)["outcome"] == "completed"
        c.close()
        wait_until(lambda: collector.headers, 20, "a try")
        assert s.stop_daemon() == 0
    collector.close()


def test_a_telephone_says_its_trace_in_its_first_message():
    collector = Collector()
    with Stack(env=collector.env(), agents={"a": agent()}, lab_args=LOAD) as s:
        class Traced(Twilio):
            def dial(self):
                ws = WebSocket(f"{self.stack.url}/realtime/twilio")
                ts, sig = self.stack.sign(self.call)
                ws.send({"event": "connected", "protocol": "Call", "version": "1.0.0"})
                ws.send({"event": "start", "sequenceNumber": "1", "streamSid": self.sid, "start": {
                    "streamSid": self.sid, "accountSid": "AC0", "callSid": "CA0", "tracks": ["inbound"],
                    "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                    "customParameters": {"callId": self.call, "agentId": self.agent, "ts": str(ts), "sig": sig,
                                         "traceparent": TRACEPARENT}}})
                return ws

        c = Traced(s, "phoned", "a").mic()
        time.sleep(0.3)
        c.close()
        root, _ = of_call(collector, "phoned")
    assert root.trace == TRACE and root.parent == PARENT and root.attrs["invorto.leg"] == "twilio"
    collector.close()


def test_a_request_goes_on_in_its_callers_trace():
    collector = Collector()
    with House(env=collector.env(), lab=False) as house:
        key = house.key("A", "dev")
        status, _, _ = house.api("GET", "/v1/agents/a-b-c", key=key, headers={"traceparent": TRACEPARENT, "tracestate": "x=1"})
        assert status == 404
        status, _, _ = house.api("GET", "/v1/agents", key="iv_live_" + "0" * 38, headers={"traceparent": "ff" + TRACEPARENT[2:]})
        assert status == 401
        found = collector.wait("the request", lambda s: s.name == "GET /v1/agents/:id")
        alone = collector.wait("the other", lambda s: s.name == "GET /v1/agents")
        log = house.log()
    assert (found.trace, found.parent, found.state, found.kind) == (TRACE, PARENT, "x=1", 2)
    assert found.attrs["http.route"] == "/v1/agents/:id" and found.attrs["http.response.status_code"] == 404
    assert found.attrs["invorto.tenant.id"] == "A" and found.status == 0
    assert alone.parent is None and alone.attrs["http.response.status_code"] == 401
    assert "a-b-c" not in collector.text() and key not in collector.text() and KEY not in collector.text()
    assert [x for x in log.splitlines() if '"http.request"' in x and f'"trace_id":"{TRACE}"' in x]
    collector.close()


def test_an_inbound_call_stands_below_the_hook_that_took_it_and_its_webhooks_say_their_own_trace():
    collector, receiver = Collector(), Receiver()
    with carried(env=collector.env(), agents={"desk": {**agent(greeting="Hello."), "name": "desk"}}, lab_args=LOAD) as h:
        number(h, "+15553334444", "desk")
        h.rows("insert into webhook_endpoints (id, tenant_id, url, secret, events) values "
               f"('whe_traces', 'A', '{receiver.url('/ok')}', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=', '{{call.ended}}')")
        call = Jambonz(h, None)
        status, _, text = call.send("call")
        assert status == 200, text
        verb = listen(json.loads(text))
        ws = media(verb)
        hear(ws)
        assert call.send(verb["actionHook"], call_status="completed", duration=1, call_termination_by="caller")[0] == 200
        ws.close()
        call.status("completed", duration=1, call_termination_by="caller")
        call_id = call.row("c.id")[0]
        root, _ = of_call(collector, call_id)
        hook = collector.wait("the hook", lambda s: s.id == root.parent)
        told = wait_until(lambda: receiver.to("/ok"), 20, "call.ended")[0]
        delivery = collector.wait("the delivery", lambda s: s.name == "deliver call.ended")
    assert hook.trace == root.trace and hook.name == "POST /telephony/jambonz/call" and hook.parent is None
    assert (root.attrs["invorto.leg"], root.attrs["invorto.direction"], root.attrs["invorto.tenant.id"]) == ("jambonz", "inbound", "A")
    assert told.headers["traceparent"] == f"00-{delivery.trace}-{delivery.id}-03" and delivery.trace != root.trace
    assert delivery.attrs["invorto.call.id"] == call_id and delivery.attrs["http.response.status_code"] == 204
    for what in ("15551112222", "15553334444", "whsec", receiver.url("")[7:], "sig="):
        assert what not in collector.text(), what
    receiver.close(), collector.close()


def test_a_request_its_dial_and_the_call_are_one_trace_and_another_process_goes_on_with_it():
    """Jambonz has an application, whose hooks have addresses of its own; Twilio takes ours."""
    collector, stays = Collector(), {**TALKS, "then": {**TALKS["then"], "say": ["@now:tone:600", "wait:60000"]}}
    short = {"match": {"direction": "outbound", "to": phone(0)}, "then": TALKS["then"]}
    with Fleet(agents=GREETS, rules=[stays, short], env=collector.env(CAMPAIGN_TICK_MS="100", TWILIO_CPS="20", INVORTO_ENV="development")) as f:
        api, placed = Api(f), {}
        for carrier, number, to in (("jambonz", JAMBONZ_NUMBER, "+919876543299"), ("twilio", TWILIO_NUMBER, "+919876543298")):
            trace = TRACE[:-1] + str(len(placed))
            status, call = api("POST", "/v1/calls", {"agentId": "desk", "to": to, "from": number}, {"traceparent": f"00-{trace}-{PARENT}-01"})
            assert status == 201 and call["status"] in ("queued", "ringing"), call
            placed[carrier] = trace, call["id"]
        one = {i.name for i in (whose(f, call) for _, call in placed.values())}
        campaign = Campaign(f, 1)
        campaign.order("start")
        dialled = collector.wait("the campaign's call", lambda s: s.name == "call" and s.attrs.get("invorto.campaign.id") == "cmp")
        for i in f.instances:  # both calls are another's soon, at the latest after the second
            if i.name in one:
                i.stop()
                i.start()
        for _, call in placed.values():
            assert api("POST", f"/v1/calls/{call}/hangup", {})[0] == 202
            collector.wait(f"the end of {call}", lambda s: s.name == "call" and s.attrs["invorto.call.id"] == call
                           and s.attrs["invorto.outcome"] != "handed_over")
        spans = collector.spans()
    for carrier, (trace, call) in placed.items():
        mine = {s.id: s for s in spans if s.trace == trace}
        request, = named(mine.values(), "POST /v1/calls")
        dial, = named(mine.values(), "dial")
        asked, = named(mine.values(), "originate")
        hook = next(s for s in mine.values() if s.name == f"POST /telephony/{carrier}/" + {"jambonz": "call", "twilio": "voice"}[carrier])
        assert (request.parent, dial.parent, asked.parent, hook.parent) == (PARENT, request.id, dial.id, dial.id), mine
        assert request.begin <= dial.begin <= asked.begin and asked.end <= dial.end <= request.end
        assert asked.kind == 3 and asked.name == "originate " + carrier and asked.attrs["http.response.status_code"] == 201
        assert (dial.attrs["invorto.carrier"], dial.attrs["invorto.dial.result"], dial.attrs["invorto.call.id"]) == (carrier, "placed", call)
        first, *later = sorted((s for s in mine.values() if s.name == "call"), key=lambda s: s.begin)
        assert first.parent == hook.id and first.attrs["invorto.outcome"] == "handed_over" and later
        assert all(s.parent == first.id and s.attrs["invorto.taken_over"] for s in later), later
        assert later[-1].attrs["invorto.outcome"] != "handed_over" and [s for s in named(mine.values(), "turn") if s.parent == first.id]
        assert not [s for s in spans if s.attrs.get("invorto.call.id") == call and s.trace != trace and not s.name.startswith("deliver")]
    above = next(s for s in spans if s.id == dialled.parent)
    dial = next(s for s in spans if s.id == above.parent)
    assert dial.name == "dial" and dial.parent is None and dial.attrs["invorto.campaign.id"] == "cmp" and dial.trace == dialled.trace
    collector.close()
