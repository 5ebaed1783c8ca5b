"""Health, metrics, drain, the page's files."""
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

from stack import DAEMON, KEY, ROOT, Stack, get, wait_until
from test_door import QUIET, browser
from ws import Closed, WebSocket


def test_health_says_what_it_is_asked():
    with Stack(agents={"quiet": QUIET}) as s:
        for path in ("/health", "/v1/health", "/livez", "/readyz"):
            status, body = get(s.http(path))
            assert status == 200 and json.loads(body)["ok"] is True, path
        status, body = get(s.http("/nothing/here"))
        assert status == 404 and json.loads(body)["code"] == "not_found"


def test_every_series_that_is_promised_is_there():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = browser(s, "m1")
        ws.until("connected")
        text = get(s.http("/metrics"))[1]
        for name in ("asr_first_partial_ms", "eou_ms", "llm_first_token_ms", "tts_first_chunk_ms", "bargein_cutoff_ms",
                     "cost_per_call_inr", "invorto_loop_lag_ms", "invorto_frame_lateness_ms"):
            assert f"# TYPE {name} histogram" in text and re.search(rf"^{name}_count", text, re.M), name
        assert s.metric("invorto_calls_live") == 1
        assert re.search(r'^invorto_frames_late_total\{leg="twilio"\} 0', text, re.M)
        ws.close()


def test_sigterm_refuses_new_calls_lets_live_ones_finish_and_ends_them_at_the_deadline():
    with Stack(env={"DRAIN_SECONDS": "3"}, agents={"quiet": QUIET}) as s:
        first, second = browser(s, "n1"), browser(s, "n2")
        first.until("connected"), second.until("connected")
        s.daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: get(s.http("/readyz"))[0] == 503, 2, "not ready")
        assert get(s.http("/health"))[0] == 200, "a balancer must not cut live calls"
        try:
            browser(s, "n3")
            raise AssertionError("a new call was taken while draining")
        except Closed as c:
            assert c.code == 503
        first.send({"t": "ping"})
        first.until("pong")
        first.close()
        code, reason, seen = second.closed(6)
        assert code == 1012 and any(m["t"] == "end" and m["reason"] == "drain" for m in seen if isinstance(m, dict))
        assert s.daemon.wait(5) == 0
        s.daemon = None


def test_sigterm_without_calls_ends_at_once_and_a_second_signal_does_not_wait():
    with Stack(env={"DRAIN_SECONDS": "60"}, agents={"quiet": QUIET}) as s:
        began = time.monotonic()
        assert s.stop_daemon() == 0 and time.monotonic() - began < 15
        s.start_daemon()
        ws = browser(s, "o1")
        ws.until("connected")
        s.daemon.send_signal(signal.SIGTERM)
        wait_until(lambda: get(s.http("/readyz"))[0] == 503, 2, "draining")
        began = time.monotonic()
        assert s.stop_daemon() == 0 and time.monotonic() - began < 15


def test_a_kill_leaves_a_journal_that_replays():
    with Stack(agents={"quiet": QUIET}) as s:
        ws = browser(s, "p1")
        ws.until("connected")
        for _ in range(50):
            ws.send(b"\x00" * 640)
            time.sleep(0.02)
        time.sleep(0.5)
        s.daemon.kill()
        s.daemon.wait()
        s.daemon = None
        kinds = [k for _, k, _ in s.timeline()]
        assert "call.started" in kinds


def test_the_page_and_its_policy():
    with Stack(agents={"quiet": QUIET}) as s:
        status, body = get(s.http("/"))
        assert status == 200 and "<!doctype html>" in body.lower()
        status, body = get(s.http("/demo/ticket"))
        ticket = json.loads(body)
        assert status == 200 and {"id": "quiet", "name": "Quiet"} in ticket["agents"]
        ws = WebSocket(f"{s.url}/realtime/voice?callId={ticket['callId']}&agentId=quiet&ts={ticket['ts']}&sig={ticket['sig']}", ("invorto.v1",))
        ws.until("connected")
        ws.close()
        assert get(s.http("/../etc/passwd"))[0] in (400, 404)


def test_the_supervisor_hears_when_calls_are_taken_that_the_loop_turns_and_of_the_drain():
    s = Stack(env={"DRAIN_SECONDS": "60", "WATCHDOG_USEC": "400000"}, agents={"quiet": QUIET}, lab=False)
    path, heard = os.path.join(s.dir, "notify"), []
    s.env["NOTIFY_SOCKET"] = path
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(path)
        supervisor.settimeout(0.05)

        def hears(what):
            def look():
                try:
                    heard.append((time.monotonic(), supervisor.recv(4096).decode().split("\n")))
                except TimeoutError:
                    pass
                return any(what in lines for _, lines in heard)
            wait_until(look, 20, what)

        with s:
            hears("READY=1")
            assert "WATCHDOG=1" in heard[0][1] and "STATUS=serving 0 calls" in heard[0][1], heard
            ws = browser(s, "q1")
            ws.until("connected")
            hears("STATUS=serving 1 calls")
            s.daemon.send_signal(signal.SIGTERM)
            hears("STOPPING=1")
            hears("STATUS=draining, still 1 calls")
            hears("EXTEND_TIMEOUT_USEC=600000")
            ws.close()
            assert s.daemon.wait(20) == 0
            s.daemon = None
    # A word comes twice in what the watchdog allows; a stalled loop says nothing and is killed for it.
    times = [t for t, lines in heard if "WATCHDOG=1" in lines]
    assert len(times) > 3, heard


def test_a_supervisor_that_cannot_be_told_stops_the_start():
    s = Stack(agents={"quiet": QUIET}, lab=False)
    p = subprocess.run([DAEMON, "serve"], env={**s.env, "NOTIFY_SOCKET": "relative/path"}, cwd=ROOT, capture_output=True, text=True, timeout=20,
                       check=False)
    assert p.returncode == 78 and "NOTIFY_SOCKET: must be a path" in p.stderr, (p.returncode, p.stderr)
