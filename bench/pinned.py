"""A daemon with its database, its Redis and the lab's providers, for what is measured beside live calls: the daemon has core 0 to
itself, everything else shares core 1."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests/integration"))
os.environ.setdefault("INVORTO_BUILD", os.path.join(ROOT, "build/release"))
from calls_histogram import histogram  # noqa: E402
from house import House  # noqa: E402
from stack import DAEMON, LAB, get  # noqa: E402

AGENT = {"name": "Bench", "greeting": "", "disclosure": "", "disclosureWaived": True, "prompt": "You answer the phone of a dentist. " * 20}


class Pinned(House):
    def __init__(self, **env):
        super().__init__(env={"LOG_LEVEL": "warn", "MAX_CONCURRENT_CALLS": "0", "DAILY_COST_CAP_INR": "0", "MONTHLY_MINUTE_CAP": "0",
                              "JOURNAL_FLUSH_MS": "1000", **env}, agents={"bench": AGENT},
                         lab_args=["--load", "asr=200,ttft=100,token=5,tts=80,reply=2000"])

    def start_daemon(self):
        with open(os.path.join(self.dir, "invorto.log"), "ab") as log:
            self.daemon = subprocess.Popen(["taskset", "-c", "0", DAEMON, "serve"], env=self.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log)
        self.wait_for_daemon()

    def pin_others(self):
        """With all they fork from now on."""
        for pid in subprocess.run(["pgrep", "-f", "postgres|redis-server|invorto-lab"], capture_output=True, text=True, check=False).stdout.split():
            subprocess.run(["taskset", "-acp", "1", pid], capture_output=True, check=False)

    def callers(self, calls, seconds):
        return subprocess.Popen(["taskset", "-c", "1", LAB, "call", "--leg", "twilio", "--url", self.url, "--agent", "bench", "--calls", str(calls),
                                 "--ramp", str(calls / 4), "--seconds", str(seconds), "--json", "-"], env=self.env,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def frames(self):
        """How late they were, until now."""
        return histogram(get(self.http("/metrics"), 20)[1], "invorto_frame_lateness_ms")
