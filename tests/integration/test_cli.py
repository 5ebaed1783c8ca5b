"""What a person does from a shell: the binary's own commands against a daemon."""
import json
import os
import subprocess
import tempfile

from house import House
from stack import DAEMON, free_port, wait_until

AGENT = {"name": "Shell", "disclosure": "I am an AI.", "greeting": "Hello from the shell.", "prompt": "Be brief."}


def cli(h, *words, key=None, code=0, stdin=None, url=None):
    env = {"PATH": os.environ["PATH"], "INVORTO_URL": url or h.http(""), "INVORTO_API_KEY": key or "", "ASAN_OPTIONS": "detect_leaks=1"}
    p = subprocess.run([DAEMON, *words], env=env, capture_output=True, text=True, timeout=60, check=False, input=stdin)
    assert p.returncode == code, (words, p.returncode, p.stdout, p.stderr)
    return p.stdout if code == 0 else p.stderr


def test_agents_are_what_their_files_say():
    with House() as h, tempfile.TemporaryDirectory() as d:
        key, path = h.key(), os.path.join(d, "agent.json")

        def apply(agent):
            with open(path, "w", encoding="utf-8") as f:
                json.dump(agent, f)
            return cli(h, "agents", "apply", "-f", path, key=key)

        made = apply(AGENT)
        assert made.startswith("created agt_") and made.endswith("version 1\n"), made
        id = made.split()[1].rstrip(",")
        assert apply(AGENT) == f"unchanged {id}, version 1\n"
        assert apply({**AGENT, "greeting": "Good morning."}) == f"changed {id}, version 2\n"
        assert cli(h, "agents", "apply", "-f", "-", key=key, stdin=json.dumps({"id": id, **AGENT})) == f"changed {id}, version 3\n"
        table = cli(h, "agents", "list", key=key).splitlines()
        assert table[0].split()[:2] == ["ID", "NAME"] and any(r.split()[:2] == [id, "Shell"] for r in table), table
        rows = [json.loads(r) for r in cli(h, "agents", "list", "--json", key=key).splitlines()]
        assert [r["version"] for r in rows if r["id"] == id] == [3]
        assert json.loads(cli(h, "agents", "get", id, key=key))["config"]["greeting"] == AGENT["greeting"]
        # What is wrong is said with its field, and nothing is made of it.
        why = cli(h, "agents", "apply", "-f", "-", key=key, code=1, stdin=json.dumps({**AGENT, "name": "Other", "temperature": 9, "nonsense": 1}))
        assert "400" in why and "/temperature" in why and "/nonsense" in why, why
        assert "Other" not in cli(h, "agents", "list", key=key)
        assert "must be an object with a name" in cli(h, "agents", "apply", "-f", "-", key=key, code=64, stdin="[]")
        assert "cannot read" in cli(h, "agents", "apply", "-f", os.path.join(d, "none"), key=key, code=64)
        # Two of a name: which is meant cannot be told.
        h.add_agent("A", "twin", {**AGENT})
        assert "several" in cli(h, "agents", "apply", "-f", path, key=key, code=64)
        cli(h, "agents", "delete", "twin", key=key)
        assert "404" in cli(h, "agents", "get", "twin", key=key, code=1)


def test_a_call_is_listed_followed_and_ended_from_a_shell():
    with House(agents={"shell": AGENT}) as h:
        from callers import Browser
        key = h.key()
        c = Browser(h, "shell-1", "shell")
        c.mic()
        c.wait(lambda: any(m["t"] == "connected" for _, m in c.messages), 20, "the call")
        tail = subprocess.Popen([DAEMON, "tail", "shell-1"], env={"INVORTO_URL": h.http(""), "INVORTO_API_KEY": key}, stdout=subprocess.PIPE, text=True)
        wait_until(lambda: "shell-1" in cli(h, "calls", "list", key=key), 20, "the call in the list")
        c.type("What time is it")
        c.wait(lambda: any(m["t"] == "turn" for _, m in c.messages), 20, "an answer")
        cli(h, "calls", "say", "shell-1", "One moment please", key=key)
        cli(h, "calls", "hangup", "shell-1", key=key)
        out, _ = tail.communicate(timeout=30)
        assert tail.returncode == 0 and "What time is it" in out and "call.ended" in out, out
        assert "409" in cli(h, "calls", "hangup", "shell-1", key=key, code=1)
        h.books("shell-1")
        call = json.loads(cli(h, "calls", "get", "shell-1", "--json", key=key))
        assert call["id"] == "shell-1" and call["status"] == "completed", call
        assert "call.ended" in cli(h, "calls", "timeline", "shell-1", key=key)
        c.close()


def test_who_may_not_or_cannot_is_told_why_and_how_it_ends():
    with House() as h:
        assert "401" in cli(h, "agents", "list", code=1)
        assert "403" in cli(h, "agents", "delete", "demo", key=h.key(role="analyst"), code=1)
        assert "usage: invorto calls get CALL" in cli(h, "calls", "get", key=h.key(), code=64)
        assert "what is this: more" in cli(h, "agents", "list", "more", key=h.key(), code=64)
        assert "127.0.0.1" in cli(h, "agents", "list", key="x", code=69, url=f"http://127.0.0.1:{free_port()}")
        assert cli(h, "health") == "alive\n" and cli(h, "health", "--ready") == "ready\n"
        cli(h, "health", code=1, url=f"http://127.0.0.1:{free_port()}")
        assert "invorto tail CALL" in cli(h, "tail", "--help")
        keys = cli(h, "keys", "list", key=h.key())
        assert keys.startswith("ID") and "iv_live_" in keys, keys
        assert "invorto agents apply -f FILE" in cli(h, "--help")
