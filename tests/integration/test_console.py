"""What the console asks: open calls as they come and go, what passes in a call while it is watched, the audit, pages."""
import contextlib
import gzip
import json
import threading
import urllib.error
import urllib.request

from house import House
from stack import wait_until

CAREFUL = {"name": "Careful", "disclosure": "This is a machine. It does as machines do, and takes its time for it.",
           "greeting": "Please write to asha@example.com if you need help, or tell me what you would like to know today."}


class Events:
    """Server-sent events, read beside the test."""

    def __init__(self, h, path, key):
        self.seen, self.over = [], False
        self.answer = urllib.request.urlopen(urllib.request.Request(h.http(path), headers={"Authorization": "Bearer " + key}), timeout=60)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        name = number = None
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed meanwhile
            for line in self.answer:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "id":
                    number = value
                elif field == "data":
                    self.seen.append((name, json.loads(value), number))
                    name = number = None
        self.over = True

    def of(self, name):
        return [data for kind, data, _ in list(self.seen) if kind == name]

    def close(self):
        with contextlib.suppress(OSError):
            self.answer.close()


def test_console():
    with House() as h:
        key = h.key()
        stranger = h.key("B")
        opened, others = Events(h, "/v1/live", key), Events(h, "/v1/live", stranger)
        wait_until(lambda: opened.of("calls"), 10, "the first list")
        assert opened.of("calls")[0] == {"data": [], "hasMore": False}

        # A call appears, is watched, and goes.
        done = []
        caller = threading.Thread(target=lambda: done.append(h.call("--leg", "browser", "--agent", "demo", "--say", "text:What time is it")))
        caller.start()
        shown = wait_until(lambda: [c for e in opened.of("calls") for c in e["data"]], 20, "the call in the list")
        assert shown[0]["agentId"] == "demo" and shown[0]["direction"] == "web"
        story = Events(h, f"/v1/calls/{shown[0]['id']}/live", key)
        levels = wait_until(lambda: len(story.of("levels")) > 8 and story.of("levels"), 20, "levels")
        for e in levels:
            assert len(e["payload"]["caller"]) == len(e["payload"]["agent"]) == 5 and e["payload"]["fromMs"] % 50 == 0
            assert all(-100 <= db <= 0 for db in e["payload"]["caller"] + e["payload"]["agent"])
        wait_until(lambda: [e for e in story.of("levels") if max(e["payload"]["agent"]) > -60], 20, "the agent is loud")
        wait_until(lambda: [e for e in story.of("say") if e["payload"]["turn"] > 1], 20, "a sentence before it is heard")
        wait_until(lambda: [e for e in story.of("levels") if max(e["payload"]["caller"]) > -60], 20, "the caller is loud")
        caller.join(60)
        wait_until(lambda: story.of("call.ended"), 20, "its end")
        wait_until(lambda: story.over, 20, "the end of the stream")
        assert all(number is None for name, _, number in story.seen if name in ("levels", "say", "stt.partial")), "what passes has no id"
        assert all(number for name, _, number in story.seen if name in ("turn.closed", "call.ended")), "the story has"
        wait_until(lambda: opened.of("calls")[-1]["data"] == [], 20, "the list is empty again")
        assert all(e["data"] == [] for e in others.of("calls")), "another tenant sees nothing of it"
        # Nothing of it is in the call's own timeline.
        kinds = {e["kind"] for e in h.api("GET", f"/v1/calls/{shown[0]['id']}/timeline", key=key)[2]["timeline"]}
        assert not kinds & {"levels", "say", "stt.partial"}, kinds
        opened.close()
        others.close()

        # The audit: who, what, to what; pages and choices; not for those who only read.
        for n in range(3):
            assert h.api("PATCH", "/v1/agents/demo", {"description": f"{n}"}, key=key)[0] == 200
        page = h.api("GET", "/v1/audit?limit=2&action=updateAgent", key=key)[2]
        assert [e["entityId"] for e in page["data"]] == ["demo", "demo"] and page["hasMore"], page
        rest = h.api("GET", f"/v1/audit?limit=2&action=updateAgent&cursor={page['nextCursor']}", key=key)[2]
        assert len(rest["data"]) == 1 and not rest["hasMore"] and rest["data"][0]["id"] not in {e["id"] for e in page["data"]}
        assert h.api("GET", "/v1/audit?actorId=nobody", key=key)[2]["data"] == []
        assert h.api("GET", "/v1/audit", key=stranger)[2]["data"] == []
        assert h.api("GET", "/v1/audit", key=h.key(role="analyst"))[0] == 403
        assert h.api("GET", "/v1/audit?cursor=nonsense", key=key)[0] == 400

        # Pages: the page to talk and the document are always there.
        def page_of(path, **headers):
            try:
                with urllib.request.urlopen(urllib.request.Request(h.http(path), headers=headers), timeout=5) as r:
                    return r.status, r.headers, r.read()
            except urllib.error.HTTPError as e:
                return e.code, e.headers, e.read()

        status, head, body = page_of("/talk")
        assert status == 200 and b"<script" in body and "unsafe" not in head["Content-Security-Policy"]
        assert page_of("/talk", **{"If-None-Match": head["ETag"]})[0] == 304
        assert page_of("/talk/app.js")[0] == 200 and page_of("/docs")[0] == 200 and page_of("/docs/api")[0] == 200
        assert page_of("/talk/../../README.md")[0] == 404 and page_of("/v1/nothing", Accept="text/html")[0] in (200, 404)
        status, head, packed = page_of("/", **{"Accept-Encoding": "gzip"})
        assert status == 200
        if head.get("Content-Encoding") == "gzip":
            assert gzip.decompress(packed) == page_of("/")[2]
        for document in ("/openapi.json", "/asyncapi.json"):
            for refused in ("gzip;q=0", "br, gzip; q=0.000", "x-gzip", "br"):
                assert "Content-Encoding" not in page_of(document, **{"Accept-Encoding": refused})[1], refused
            _, head, packed = page_of(document, **{"Accept-Encoding": "br, GZIP;q=0.5"})
            whole = page_of(document)[2]
            assert head["Content-Encoding"] == "gzip" and gzip.decompress(packed) == whole and len(packed) < len(whole) / 5
            assert page_of(document, **{"If-None-Match": head["ETag"]})[0] == 304


def test_what_passes_is_masked_as_the_rest_is():
    with House(agents={"careful": CAREFUL}) as h:  # REDACT is on unless somebody says otherwise
        key = h.key()
        caller = threading.Thread(target=lambda: h.call("--leg", "browser", "--agent", "careful", "--say", "text:What time is it"))
        caller.start()
        call = wait_until(lambda: h.api("GET", "/v1/calls?limit=1", key=key)[2]["data"], 20, "the call")[0]
        story = Events(h, f"/v1/calls/{call['id']}/live", key)
        wait_until(lambda: story.of("say"), 20, "a sentence")
        caller.join(60)
        wait_until(lambda: story.over, 20, "the end")
        said = " ".join(e["payload"]["text"] for e in story.of("say"))
        assert "help" in said and "asha" not in said, said
