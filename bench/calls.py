"""bench/calls: how many calls one core carries, and what each costs.

One invorto is pinned to core 0; the lab (callers, and providers with set delays) to core 1. For each leg
the number of calls is raised until the p99 of outbound frame lateness reaches 10 ms, or the other core has
no more to give, which is said. The peers run in the same way with the same delays, each as one process for all
calls, with no wait of its own: the recogniser's final text ends the caller's turn.

  node      a gateway of fifty lines on ws: what a careful hand-written one costs
  livekit   LiveKit Agents for Node on sockets of ours: no room server, no WebRTC, no process for each call
  pipecat   pipecat (Python) as it ships for Twilio, from its serializer to its services; 8 kHz throughout, so
            that it resamples nothing; no detector of its own, no metrics, no log. Its makers run one process
            for each call: what that adds is not measured

  python3 bench/calls.py [--json FILE] [--legs twilio,jambonz,browser|none] [--peers node,livekit,pipecat|none]
                         [--steps N,…] [--quick]
  python3 bench/calls.py --traces [--steps N]   what traces cost: Twilio's leg without and with a collector, in turns
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(ROOT, "tests/integration"), os.path.join(ROOT, "bench")]
from calls_histogram import histogram, quantile  # noqa: E402
from stack import DAEMON, KEY, LAB, SECRET, Stack, free_port, get, wait_until  # noqa: E402

DELAYS = {"asr": 200, "ttft": 100, "token": 5, "tts": 80, "reply": 2000}
WORDS = 9                # of the model's set answer: the first sentence is whole after the last
ENDPOINTING_MS = 220     # the agent's silenceMs; runs beside the recogniser's delay
FLOOR_MS = max(DELAYS["asr"], ENDPOINTING_MS) + DELAYS["ttft"] + DELAYS["token"] * (WORDS - 1) + DELAYS["tts"]
AGENT = {"name": "Bench", "greeting": "", "disclosure": "", "disclosureWaived": True, "emotion": True,
         "idle": {"promptMs": 0, "hangupMs": 0}, "maxDurationMs": 3600000,
         "endpointing": {"silenceMs": ENDPOINTING_MS, "minWords": 2}}
TICKS = os.sysconf("SC_CLK_TCK")


# On the lab's core the callers are the load and the providers a handful of answers a second that every turn
# waits for: these go first, so that a turn is not measured waiting for the lab's own queue.
FIRST = ["nice", "-n", "-15"] if os.geteuid() == 0 else []


def pin(core, args, **kw):
    return subprocess.Popen(["taskset", "-c", str(core), *args], cwd=ROOT, **kw)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def stolen_seconds():
    """Taken by the machine below, all cores."""
    with open("/proc/stat") as f:
        return int(f.readline().split()[8]) / TICKS


SLEEPER = """import time
late, due = [], time.monotonic()
while len(late) < 800:
    due += 0.005
    time.sleep(max(0, due - time.monotonic()))
    late.append(time.monotonic() - due)
    due = max(due, time.monotonic() - 0.005)
late.sort()
print(*(round(1000 * late[int(len(late) * q)], 2) for q in (0.5, 0.99)), round(1000 * late[-1], 2))"""


def machine(core):
    """How late this core wakes who has nothing to do but sleep, with nothing else running: no call can be better."""
    p50, p99, worst = map(float, pin(core, [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE).communicate()[0].split())
    print(f"machine   core {core}   idle: who sleeps wakes p50 {p50} p99 {p99} max {worst} ms late", flush=True)
    return {"system": "machine", "core": core, "wake_late_p50_ms": p50, "wake_late_p99_ms": p99, "wake_late_max_ms": worst}


# A collector that takes everything and keeps nothing.
SINK = """import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Sink(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
    def log_message(self, *a):
        pass
ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Sink).serve_forever()"""


class Invorto(Stack):
    """The daemon on core 0, the lab's providers on core 1."""
    system = "invorto"

    def __init__(self, **more):
        agent = dict(AGENT, **more)
        load = ",".join(f"{k}={v}" for k, v in DELAYS.items())
        super().__init__(env={"LOG_LEVEL": "warn", "JOURNAL_FLUSH_MS": "1000", "HTTP_MAX_CONNECTIONS": "12000"},
                         agents={"bench": agent}, lab_args=["--load", load])

    def lab_process(self, port):
        return pin(1, [*FIRST, LAB, "providers", "--port", str(port), *self.lab_args], stdout=subprocess.DEVNULL,
                   stderr=open(os.path.join(self.dir, "lab.log"), "ab"))

    def start_daemon(self):
        self.daemon = pin(0, [DAEMON, "serve"], env=self.env, stdout=subprocess.DEVNULL,
                          stderr=open(os.path.join(self.dir, "invorto.log"), "ab"))
        self.wait_for_daemon()

    @property
    def pid(self):
        return self.daemon.pid

    def target(self):
        return self.url, self.env

    def late(self):
        return histogram(get(self.http("/metrics"), 20)[1], "invorto_frame_lateness_ms")


def measure(sut, leg, calls, seconds):
    """One run: N callers, a steady window, one row."""
    url, env = sut.target()
    ramp = max(25, calls / 10)
    name, rate = ("jambonz", "16000") if leg == "jambonz" else (leg, None)
    args = [LAB, "call", "--leg", name, "--url", url, "--agent", "bench", "--calls", str(calls), "--ramp", str(ramp),
            "--seconds", str(seconds + 4), "--json", "-"] + (["--rate", rate] if rate else [])
    if leg == "browser":
        args += ["--audio", "binary"]
    idle_rss = rss_kib(sut.pid)
    load = pin(1, args, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    time.sleep(calls / ramp + 3)
    lab = [sut.lab.pid, load.pid]
    cpu, lab_cpu, stolen, late, began = (cpu_seconds(sut.pid), sum(map(cpu_seconds, lab)), stolen_seconds(), sut.late(),
                                         time.monotonic())
    time.sleep(seconds)
    took = time.monotonic() - began
    used, lab_used, late_after = cpu_seconds(sut.pid) - cpu, sum(map(cpu_seconds, lab)) - lab_cpu, sut.late()
    rss = rss_kib(sut.pid)
    out = load.communicate(timeout=seconds + 120)[0].decode()
    answer = json.loads(out.strip().splitlines()[-1])
    heard = answer["answer_ms"]
    row = {
        "system": sut.system, "leg": leg, "calls": calls, "opened": answer["opened"], "turns": answer["turns"],
        "lost_turns": answer["lost_turns"], "dropped": answer["dropped"],
        "cpu_pct_per_call": round(100 * used / took / max(1, calls), 4),
        "cpu_pct": round(100 * used / took, 1),
        "other_core_pct": round(100 * lab_used / took, 1),
        "stolen_pct": round(100 * (stolen_seconds() - stolen) / took, 1),
        "rss_kib_per_call": round((rss - idle_rss) / max(1, calls), 1),
        "late_p99_ms": round(quantile(late, late_after, 0.99) or 0, 2) if late_after else None,
        "late_p999_ms": round(quantile(late, late_after, 0.999) or 0, 2) if late_after else None,
        "answer_p50_ms": heard["p50"], "answer_p99_ms": heard["p99"],
        "added_p50_ms": round(heard["p50"] - sut.floor_ms, 1) if heard["p50"] else None,
        "added_p99_ms": round(heard["p99"] - sut.floor_ms, 1) if heard["p99"] else None,
        "jitter_p99_ms": answer["pacing_jitter_ms"]["p99"], "caller_late_p99_ms": answer["late_ms"]["p99"],
        "gaps": answer["gaps"], "callers_own_lag_p99_ms": answer["own_lag_ms"]["p99"],
        "agent_talk_share": answer["agent_talk_share"],
    }
    print(f"{row['system']:9} {leg:8} {calls:5} calls  {row['cpu_pct_per_call']:.3f} %/call  core {row['cpu_pct']:5.1f} %  "
          f"lab {row['other_core_pct']:5.1f} %  late p99 {row['late_p99_ms']} ms  answer p50 {row['answer_p50_ms']} "
          f"p99 {row['answer_p99_ms']}  added p50 {row['added_p50_ms']} p99 {row['added_p99_ms']}  "
          f"{row['rss_kib_per_call']} KiB/call  lost {row['lost_turns']}  gaps {row['gaps']}", flush=True)
    return row


Invorto.floor_ms = FLOOR_MS


def measure_echo(leg, calls, seconds):
    """Round trips of 20 ms frames through codec, measuring and back: no provider."""
    with Invorto(echo=True) as sut:
        url, env = sut.target()
        load = pin(1, [LAB, "call", "--leg", leg, "--url", url, "--agent", "bench", "--echo", "--calls", str(calls),
                       "--ramp", str(calls / 10), "--seconds", str(seconds), "--json", "-"],
                   env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(13)
        cpu, began = cpu_seconds(sut.pid), time.monotonic()
        time.sleep(seconds - 5)
        used, took = cpu_seconds(sut.pid) - cpu, time.monotonic() - began
        answer = json.loads(load.communicate(timeout=120)[0].decode().strip().splitlines()[-1])
    row = {"system": "invorto, echo only", "leg": leg, "calls": calls, "opened": answer["opened"],
           "cpu_pct_per_call": round(100 * used / took / calls, 4), **{f"echo_{k}_ms": answer["echo_ms"][k]
                                                                      for k in ("p50", "p99", "p999", "max")},
           "callers_own_lag_p99_ms": answer["own_lag_ms"]["p99"]}
    print(f"echo      {leg:8} {calls:5} legs   {row['cpu_pct_per_call']:.3f} %/leg   round trip p50 {row['echo_p50_ms']} "
          f"p99 {row['echo_p99_ms']} p99.9 {row['echo_p999_ms']} max {row['echo_max_ms']} ms", flush=True)
    return row


def good(row, calls):
    return (row["opened"] >= calls and row["lost_turns"] <= calls * 0.001 and row["dropped"] == 0 and
            (row["late_p99_ms"] is None or row["late_p99_ms"] < 10) and
            (row["answer_p99_ms"] or 1e9) < FLOOR_MS + 500)


def climb(make, leg, steps, seconds):
    rows = []
    for calls in steps:
        with make() as sut:
            row = measure(sut, leg, calls, seconds)
        rows.append(row)
        if not good(row, calls):
            break
    return rows


PIPECAT = os.path.join(ROOT, "build/pipecat-venv/bin/python")  # made by scripts/bench.sh
# What starts each, and the numbers of calls tried.
PEERS = {
    "node": (["node", os.path.join(ROOT, "bench/peers/sut_node.mjs")], [10, 100, 300, 500]),
    "livekit": (["node", os.path.join(ROOT, "bench/peers/sut_lk.mjs")], [10, 40]),
    "pipecat": ([PIPECAT, os.path.join(ROOT, "bench/peers/sut_pipecat.py")], [10, 20, 40, 80]),
}


class Absent(Exception):
    """A peer that is not installed, or does not start."""


class Peer:
    """A gateway of the peers' kind behind a Twilio socket, with the lab's providers at the same delays."""

    def __init__(self, system, floor_ms):
        self.system, self.floor_ms = system, floor_ms
        self.args = PEERS[system][0]
        self.lab_port, self.port = free_port(), free_port()

    def __enter__(self):
        if os.path.isabs(self.args[0]) and not os.path.exists(self.args[0]):
            raise Absent("is not installed")
        load = ",".join(f"{k}={v}" for k, v in DELAYS.items())
        self.lab = pin(1, [*FIRST, LAB, "providers", "--port", str(self.lab_port), "--load", load],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(lambda: get(f"http://127.0.0.1:{self.lab_port}/lab/stats")[0] == 200, 20, "the lab")
        env = dict(os.environ, PROVIDERS=f"127.0.0.1:{self.lab_port}", PORT=str(self.port))
        self.sut = pin(0, self.args, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if not self.sut.stdout.readline():
            self.__exit__()
            raise Absent("does not start")
        return self

    def __exit__(self, *exc):
        for p in (self.sut, self.lab):
            p.send_signal(signal.SIGKILL)
            p.wait()

    @property
    def pid(self):
        return self.sut.pid

    def target(self):
        return f"ws://127.0.0.1:{self.port}", dict(os.environ, REALTIME_API_KEY=KEY, REALTIME_WS_SECRET=SECRET)

    def late(self):
        return {}


def limit(rows):
    last = rows[-1]
    if good(last, last["calls"]):
        return "not reached"
    return "the lab's core" if last["other_core_pct"] > max(80, last["cpu_pct"]) else "its own core"


def summary(rows):
    """The best row that still held, with its largest number of calls."""
    held = [r for r in rows if good(r, r["calls"])]
    best = (held or rows[:1])[-1]
    return {"system": best["system"], "leg": best["leg"], "max_calls": best["calls"] if held else 0,
            **{k: best[k] for k in ("cpu_pct_per_call", "rss_kib_per_call", "added_p50_ms", "added_p99_ms", "late_p99_ms")},
            "limited_by": limit(rows),
            "rows": rows}


class Traced(Invorto):
    system = "invorto, traced"

    def __enter__(self):
        port = free_port()
        self.env["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{port}"
        self.sink = pin(1, [sys.executable, "-c", SINK, str(port)])
        return super().__enter__()

    def __exit__(self, *exc):
        try:
            super().__exit__(*exc)
        finally:
            self.sink.kill()
            self.sink.wait()


def traces(calls, seconds, rounds):
    """CPU of a call without and with traces, one after the other, so that what the machine does meets both."""
    rows = []
    for _ in range(rounds):
        for make in (Invorto, Traced):
            with make() as sut:
                rows.append(measure(sut, "twilio", calls, seconds))
                if make is Traced:
                    text = get(sut.http("/metrics"), 20)[1]
                    rows[-1]["spans"] = {k: int(float(n)) for k, n in re.findall(r'invorto_trace_spans_total{result="(\w+)"} (\S+)', text)}
    middle = [sorted(r["cpu_pct_per_call"] for r in rows if r["system"] == s)[rounds // 2] for s in (Invorto.system, Traced.system)]
    print(f"\n{calls} calls: {middle[0]:.4f} % of a core each, with traces {middle[1]:.4f} %: {100 * (middle[1] / middle[0] - 1):+.1f} %; "
          f"spans {[r['spans'] for r in rows if 'spans' in r]}")
    return rows


def shown(ms):
    return "-" if ms is None else ms  # nobody was answered


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--json")
    p.add_argument("--legs", default="twilio,jambonz,browser")
    p.add_argument("--peers", default="node,livekit,pipecat")
    p.add_argument("--quick", action="store_true")
    p.add_argument("--steps")
    p.add_argument("--traces", action="store_true")
    a = p.parse_args()
    if a.traces:
        rows = traces(int(a.steps or 400), 6 if a.quick else 20, 1 if a.quick else 3)
        if a.json:
            with open(a.json, "w") as f:
                json.dump(rows, f, indent=1)
                f.write("\n")
        return
    steps = [int(x) for x in a.steps.split(",")] if a.steps else \
        [10, 100] if a.quick else [10, 100, 400, 700, 1000, 1250, 1500, 2000]
    seconds = 6 if a.quick else 8
    machines = [machine(core) for core in (0, 1)]
    results, echoes = [], []
    legs = [leg for leg in a.legs.split(",") if leg != "none"]
    for leg in legs:
        results.append(summary(climb(Invorto, leg, steps, seconds)))
    if legs and not a.quick:
        with Invorto(record=True) as sut:
            row = measure(sut, "twilio", 400, seconds)
            row["system"] = "invorto, recording"
            results.append(summary([row]))
        echoes = [measure_echo(leg, 1000, 15) for leg in ("twilio", "browser")]
    # A peer has no endpointing wait of its own beyond the recogniser's word.
    floor = DELAYS["asr"] + DELAYS["ttft"] + DELAYS["token"] * (WORDS - 1) + DELAYS["tts"]
    for name in [n for n in a.peers.split(",") if n in PEERS]:
        few = PEERS[name][1][:2 if a.quick else None]
        try:
            results.append(summary(climb(lambda n=name: Peer(n, floor), "twilio", few, seconds)))
        except Absent as e:
            print(f"{name}: {e}; left out", flush=True)
    print(f"\n{'system':20} {'leg':8} {'calls':>6} {'% core/call':>12} {'KiB/call':>9} {'added p50':>10} {'p99 ms':>8}  limited by")
    for r in results:
        print(f"{r['system']:20} {r['leg']:8} {r['max_calls']:6} {r['cpu_pct_per_call']:12.3f} {r['rss_kib_per_call']:9.1f} "
              f"{shown(r['added_p50_ms']):>10} {shown(r['added_p99_ms']):>8}  {r['limited_by']}")
    if a.json:
        with open(a.json, "w") as f:
            json.dump(results + echoes + machines, f, indent=1)
            f.write("\n")


main()
