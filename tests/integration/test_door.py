"""Who gets in, and what everybody else is told."""
import os
import subprocess
import time

from stack import DAEMON, KEY, ROOT, Stack, free_port
from ws import Closed, WebSocket

QUIET = {"name": "Quiet", "greeting": "", "disclosureWaived": True, "disclosure": "", "idle": {"promptMs": 0, "hangupMs": 0}}


def browser(stack, call, agent="quiet", protocols=("invorto.v1", KEY), extra="", **kw):
    return WebSocket(f"{stack.url}/realtime/voice?callId={call}&agentId={agent}{extra}", protocols, **kw)


def refused(stack, url, protocols=(), headers=None):
    ws = WebSocket(stack.url + url, protocols, headers)
    code, reason, seen = ws.closed()
    errors = [m for m in seen if isinstance(m, dict) and m["t"] == "error"]
    return code, reason, errors[0] if errors else None


def test_every_way_in_opens_and_every_wrong_key_is_4003():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = browser(s, "a1")
        assert ws.headers["sec-websocket-protocol"] == "invorto.v1", "the key must not be echoed"
        hello = ws.until("connected")
        assert hello["callId"] == "a1" and "timestamp" in hello and "ts" in hello
        ws.close()
        only_key = browser(s, "a2", protocols=(KEY,))
        assert only_key.headers["sec-websocket-protocol"] == KEY, "a browser insists on hearing its sole offer"
        only_key.close()
        browser(s, "a3", protocols=(), extra=f"&api_key={KEY}").close()
        browser(s, "a4", protocols=(), headers={"Authorization": f"Bearer {KEY}"}).close()
        ts, sig = s.sign("a5")
        signed = browser(s, "a5", protocols=(), extra=f"&ts={ts}&sig={sig}")
        signed.until("connected")
        signed.close()
        time.sleep(0.3)
        code, reason, error = refused(s, f"/realtime/voice?callId=a5&agentId=quiet&ts={ts}&sig={sig}")
        assert (code, reason) == (4003, "unauthorized") and "once" in error["message"], "a signature is good once"
        old_ts, old_sig = s.sign("a6", int(time.time()) - 3600)
        for query in ("", "&api_key=wrong", f"&ts={old_ts}&sig={old_sig}", f"&ts={ts}&sig={sig}"):
            code, reason, error = refused(s, f"/realtime/voice?callId=a6&agentId=quiet{query}")
            assert (code, reason) == (4003, "unauthorized"), (query, code, reason)
            assert error["code"] == "invalid_api_key" and error["retryable"] is False
        code, _, _ = refused(s, "/realtime/voice?callId=a7&agentId=quiet", (KEY + "x",))
        assert code == 4003


def test_alias_path_is_the_same_door():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = WebSocket(f"{s.url}/v1/realtime/alias-1?agentId=quiet", ("invorto.v1", KEY))
        assert ws.until("connected")["callId"] == "alias-1"
        ws.close()


def test_unknown_agent_4004_missing_call_4002_second_socket_4001():
    with Stack(agents={"quiet": QUIET}) as s:
        code, reason, error = refused(s, "/realtime/voice?callId=b1&agentId=nobody", ("invorto.v1", KEY))
        assert (code, reason, error["field"]) == (4004, "agent_not_found", "agentId")
        code, reason, error = refused(s, "/realtime/voice?agentId=quiet", ("invorto.v1", KEY))
        assert (code, reason, error["field"]) == (4002, "missing_call_id", "callId")
        first = browser(s, "b2")
        first.until("connected")
        code, reason, _ = refused(s, "/realtime/voice?callId=b2&agentId=quiet", ("invorto.v1", KEY))
        assert (code, reason) == (4001, "connection_limit_exceeded")
        first.send({"t": "ping"})
        assert first.until("pong"), "the first socket does not notice"
        first.close()


def test_an_agent_may_come_with_the_start_message():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = WebSocket(f"{s.url}/realtime/voice?callId=c1", ("invorto.v1", KEY))
        ws.send({"t": "start", "callId": "c1", "agentId": "quiet"})
        ws.until("connected")
        ws.close()
        ws = WebSocket(f"{s.url}/realtime/voice?callId=c2", ("invorto.v1", KEY))
        ws.send({"t": "start", "agentId": "nobody"})
        assert ws.closed()[0] == 4004


def test_origin_must_be_ours_when_we_have_one():
    with Stack(env={"PUBLIC_BASE_URL": "https://voice.example.com"}, agents={"quiet": QUIET}) as s:
        good = browser(s, "d1", headers={"Origin": "https://voice.example.com"})
        good.until("connected")
        good.close()
        for origin in ("https://evil.example.com", "https://voice.example.com.evil.com", "http://voice.example.com",
                       "https://voice.example.com:444", "null", "https://avoice.example.com"):
            ws = browser(s, "d2", headers={"Origin": origin})
            code, reason, _ = ws.closed()
            assert (code, reason) == (4003, "forbidden_origin"), origin


def test_malformed_messages_are_answered_with_the_field_and_the_call_goes_on():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = browser(s, "e1")
        ws.until("connected")
        for message, field in (('{"t":"nonsense"}', "t"), ("{not json", None), ('{"t":"dtmf.send"}', "digits"),
                               ('{"t":"dtmf.send","digits":"12x"}', "digits"), ('{"t":"transfer","to":5}', "to"),
                               ('{"t":"config","config":{"endpointing":{"silenceMs":"x"}}}', "endpointing.silenceMs"),
                               ('{"t":"config","config":{"bogus":1}}', "bogus"), ('[]', None),
                               ('{"t":"start","agentId":"other"}', "agentId")):
            ws.send(message)
            error = ws.until("error")
            assert error["code"] == "bad_request", (message, error)
            assert field is None or error["field"] == field, (message, error)
        ws.send(b"\x00" * 641)
        assert ws.until("error")["field"] == "binary"
        ws.send({"t": "ping"})
        ws.until("pong")
        ws.close()


def test_an_oversized_message_closes_1009_and_binary_is_told_from_text_by_opcode():
    with Stack(env={"REALTIME_MESSAGE_MAX_BYTES": "4096"}, agents={"quiet": QUIET}) as s:
        ws = browser(s, "f1")
        ws.until("connected")
        ws.send(b'{"t":"ping"}  ')  # an even number of bytes of sound, whatever it spells
        ws.send({"t": "ping"})
        ws.until("pong")
        ws.send("x" * 5000)
        assert ws.closed()[0] == 1009
        ws = browser(s, "f2")
        ws.until("connected")
        ws.frame(1, b"\xff\xfe")
        assert ws.closed()[0] == 1007
        ws = browser(s, "f3")
        ws.until("connected")
        ws.frame(1, b"hello", masked=False)
        assert ws.closed()[0] == 1002


def test_too_many_control_messages_are_told_once_and_the_socket_stays():
    with Stack(env={"MESSAGE_RATE_LIMIT": "5"}, agents={"quiet": QUIET}) as s:
        ws = browser(s, "g1")
        ws.until("connected")
        for _ in range(20):
            ws.send({"t": "ping"})
        seen = []
        error = ws.until("error", keep=seen)
        assert error["code"] == "rate_limited" and error["retryable"] is True
        assert sum(1 for m in seen if m["t"] == "pong") == 5
        for _ in range(50):
            ws.send(b"\x00" * 640)  # sound does not count
        ws.close()


def test_a_browser_comes_back_within_its_window_and_misses_nothing():
    with Stack(env={"REALTIME_RESUME_MS": "3000"}, agents={"quiet": QUIET}) as s:
        ws = browser(s, "h1")
        token = ws.until("connected")["resumeToken"]
        ws.send({"t": "config", "config": {"bogus": 1}})
        last = ws.until("error")["n"]
        ws.drop()
        time.sleep(0.3)
        code, _, _ = refused(s, "/realtime/voice?callId=h1&agentId=quiet&resume=0123", ("invorto.v1", KEY))
        assert code == 4001, "a wrong token opens nothing"
        back = browser(s, "h1", extra=f"&resume={token}&after={last - 1}")
        hello = back.until("connected")
        assert hello["resumeToken"] != token, "a token opens one door once"
        assert back.until("error")["n"] == last, "what was missed is said again"
        back.close()
        time.sleep(0.3)
        code, _, _ = refused(s, f"/realtime/voice?callId=h1&agentId=quiet&resume={hello['resumeToken']}", ("invorto.v1", KEY))
        assert code == 4011, "1000 was a goodbye"
        lost = browser(s, "h2")
        lost.until("connected")
        lost.drop()
        time.sleep(4)
        assert s.metric("invorto_calls_live") == 0, "nobody came back"


def test_limits_refuse_with_4009_and_503_at_the_connection_cap():
    with Stack(env={"MAX_LIVE_CALLS": "2", "HTTP_MAX_CONNECTIONS": "16"}, agents={"quiet": QUIET}) as s:
        kept = [browser(s, f"i{k}") for k in range(2)]
        code, _, error = refused(s, "/realtime/voice?callId=i9&agentId=quiet", ("invorto.v1", KEY))
        assert code == 4009 and error["code"] == "quota_exceeded" and error["retryable"]
        extra = []
        status = 101
        for k in range(20):
            try:
                extra.append(WebSocket(f"{s.url}/realtime/twilio"))
            except Closed as c:
                status = c.code
                break
        assert status == 503
        for ws in kept + extra:
            ws.drop()


def test_viewers_watch_when_allowed():
    with Stack(env={"REALTIME_ALLOW_MULTI": "1", "MAX_CONNECTIONS_PER_CALL": "2"}, agents={"quiet": QUIET}) as s:
        ws = browser(s, "j1")
        ws.until("connected")
        viewer = browser(s, "j1")
        ws.send({"t": "config", "config": {"bogus": 1}})
        assert viewer.until("error")
        code, _, _ = refused(s, "/realtime/voice?callId=j1&agentId=quiet", ("invorto.v1", KEY))
        assert code == 4001
        viewer.close()
        ws.close()


def test_settings_that_are_wrong_stop_the_start_with_one_line_each():
    def start(**env):
        full = dict(os.environ, PORT=str(free_port()), REALTIME_API_KEY=KEY, **env)
        run = subprocess.run([DAEMON, "serve"], env=full, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10)
        return run.returncode, run.stdout.decode()

    code, text = start(PORT_="x", DRAIN_SECONDS="soon", HTTP_MAX_CONNECTIONS="3")
    assert code == 78
    lines = text.strip().splitlines()
    assert len(lines) == 2, text
    assert 'DRAIN_SECONDS="soon"' in text and "from 0 to 86400" in text
    assert 'HTTP_MAX_CONNECTIONS="3"' in text
    code, text = start(INVORTO_ENV="production", REALTIME_WS_SECRET="secret")
    assert code == 78 and "REALTIME_WS_SECRET" in text and '"secret"' not in text
    code, text = start(AGENTS_DIR="/nonexistent")
    assert code == 78 and "AGENTS_DIR" in text
    code, text = start(DEEPGRAM_BASE_URL="deepgram")
    assert code == 78 and "DEEPGRAM_BASE_URL" in text, text
