"""The browser tests: the console with a whole system behind it; beside some of them the page, with a mock of the socket and with
the daemon and the lab. Prints the count last."""
import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(here), "integration"))
import tools  # noqa: E402
from stack import Stack  # noqa: E402
from world import World  # noqa: E402

passed = failed = 0
counting = threading.Lock()


def run(what, files, env):
    global passed, failed
    out = subprocess.run(["node", "--test", "--test-concurrency=1", "--test-reporter=tap", *files], cwd=here, env=env, timeout=600,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode(errors="replace")
    counts = {name: int(n) for name, n in re.findall(r"^# (pass|fail|cancelled) (\d+)$", out, re.M)}
    with counting:
        print(f"— {what}\n{out}", flush=True)
        passed += counts.get("pass", 0)
        failed += counts["fail"] + counts["cancelled"] if counts else 1


def the_page():
    run("the page with the mock", ["./"], alone)
    with Stack() as s:
        run("the page with the daemon", ["voice.test.mjs", "page.test.mjs"], {**alone, "INVORTO_URL": s.url})


tools.npm(here)
root = os.path.dirname(os.path.dirname(here))
tools.npm(os.path.join(root, "web"))
subprocess.run([os.path.join(root, "scripts/web.sh")], check=True, timeout=300)
alone = {k: v for k, v in os.environ.items() if k != "INVORTO_URL"}
with World() as w, ThreadPoolExecutor(1) as beside:
    console = {**alone, **w.env()}
    run("the console", ["budget.test.mjs"], console)  # first: there is nothing yet that could make it large
    page = beside.submit(the_page)
    run("the console by page, and the site", ["console.test.mjs", "keyboard.test.mjs", "site.test.mjs"], console)
    page.result()
    run("the console, a first day", ["walk.test.mjs"], console)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
