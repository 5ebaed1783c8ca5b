"""A collector of traces that speaks OTLP over HTTP in JSON, and checks what it gets. Standard library only."""
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from stack import wait_until

HEX = re.compile(r"[0-9a-f]+")
NUMBER = re.compile(r"-?[0-9]+")


def _value(v):
    (kind, value), = v.items()
    assert kind in ("stringValue", "intValue", "doubleValue", "boolValue"), v
    if kind == "intValue":
        assert isinstance(value, str) and NUMBER.fullmatch(value), v
        return int(value)
    assert isinstance(value, {"stringValue": str, "doubleValue": (int, float), "boolValue": bool}[kind]), v
    return value


def attributes(rows):
    assert len({r["key"] for r in rows}) == len(rows), "a key twice"
    return {r["key"]: _value(r["value"]) for r in rows}


class Span:
    def __init__(self, raw, resource):
        self.trace, self.id, self.parent = raw["traceId"], raw["spanId"], raw.get("parentSpanId")
        assert len(self.trace) == 32 and HEX.fullmatch(self.trace) and len(self.id) == 16 and HEX.fullmatch(self.id), raw
        assert self.parent is None or (len(self.parent) == 16 and HEX.fullmatch(self.parent)), raw
        self.name, self.kind, self.state = raw["name"], raw["kind"], raw.get("traceState", "")
        assert isinstance(self.kind, int) and 1 <= self.kind <= 5
        self.begin, self.end = (self._ns(raw[k]) for k in ("startTimeUnixNano", "endTimeUnixNano"))
        assert self.begin <= self.end, raw
        self.attrs = attributes(raw["attributes"])
        self.events = {e["name"]: (self._ns(e["timeUnixNano"]), attributes(e.get("attributes", []))) for e in raw.get("events", [])}
        self.status = raw["status"].get("code", 0)
        self.resource = resource

    @staticmethod
    def _ns(text):
        assert isinstance(text, str) and NUMBER.fullmatch(text)
        return int(text)

    def __repr__(self):
        return f"{self.name} {self.id} under {self.parent} {self.attrs} {sorted(self.events)}"


class Collector:
    def __init__(self, status=200):
        collector = self
        self.bodies, self.headers, self.status, self.lock = [], [], status, threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with collector.lock:
                    if collector.status == 200:
                        collector.bodies.append(body)
                    collector.headers.append((self.path, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(collector.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *a):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def env(self, **more):
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url, "OTEL_BSP_SCHEDULE_DELAY": "50", **more}

    def spans(self):
        with self.lock:
            bodies = list(self.bodies)
        found = []
        for body in bodies:
            for r in json.loads(body)["resourceSpans"]:
                resource = attributes(r["resource"]["attributes"])
                for scope in r["scopeSpans"]:
                    assert scope["scope"]["name"] == "invorto"
                    found += [Span(s, resource) for s in scope["spans"]]
        assert len({s.id for s in found}) == len(found), "a span came twice"
        return found

    def wait(self, what, match):
        """The first span that matches, once it is there."""
        return wait_until(lambda: next((s for s in self.spans() if match(s)), None), 20, what)

    def text(self):
        with self.lock:
            return b"\n".join(self.bodies).decode()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
