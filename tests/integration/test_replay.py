"""POST /v1/calls/:id/replay: the same answer as `invorto replay`, and to nobody else."""
import os
import re
import subprocess

from house import House
from stack import DAEMON, wait_until
from test_dial import Beside

AGENT = {"name": "Recorded", "disclosure": "I am an automated assistant.", "greeting": "Hello, this is 98765 43210.", "idle": {"promptMs": 0, "hangupMs": 0}}
LATER = {"endpointing": {"silenceMs": 2500}}
STAMPS = ("sttFinalMs", "eouMs", "llmFirstMs", "sentenceFirstMs", "ttsFirstMs", "legFirstMs", "heardFirstMs")


def table(text):
    """[(turn, outcome, the caller's last sound in ms or None, [ms behind it or None])] of what the shell prints."""
    rows = []
    for line in text.splitlines():
        m = re.match(r" +(\d+) (completed|interrupted|failed|tool) +(-|[\d.]+s)((?: +(?:-|-?[\d.]+)){7})$", line)
        if m:
            rows.append((int(m[1]), m[2], None if m[3] == "-" else float(m[3][:-1]) * 1000,
                         [None if x == "-" else float(x) for x in m[4].split()]))
    return rows


def same(turns, rows):
    assert [(t["turn"], t["outcome"]) for t in turns] == [r[:2] for r in rows], (turns, rows)
    for t, (_, _, done, behind) in zip(turns, rows):
        assert (done is None) == ("vadEndMs" not in t), (t, done)
        for name, ms in zip(STAMPS, behind):
            assert ms is None or abs(t[name] - t["vadEndMs"] - ms) <= 1.1, (t, name, ms)  # both are rounded


def held(h, *words):
    call = h.call("--leg", "browser", "--agent", "recorded", *(x for w in words for x in ("--say", "text:" + w)), "--max", "40")["call_id"]
    return call, h.books(call)["journal"]


def test_a_call_is_replayed_with_other_settings_as_the_shell_does_it():
    with House(agents={"recorded": AGENT}) as h:
        key = h.key(role="analyst")
        call, journal = held(h, "what time is it", "book a table for two")

        def replay(settings, status=200, key=key, call=call):
            got = h.api("POST", f"/v1/calls/{call}/replay", settings if settings is None else {"settings": settings}, key)
            assert got[0] == status, got
            return got[2]

        as_it_was = replay({})
        assert as_it_was["callId"] == call and as_it_was["events"] > 100 and not as_it_was["torn"] and not as_it_was["truncated"]
        assert as_it_was["agent"]["endpointing"]["silenceMs"] == 220 and as_it_was["originalEnd"]["reason"], as_it_was["originalEnd"]
        same(as_it_was["original"], table(h.replay(journal)))
        same(as_it_was["replayed"], table(h.replay(journal, "--set", "endpointing.silence_ms=220")))
        said = [t["caller"].lower() for t in as_it_was["original"] if "caller" in t]
        assert "time" in said[0], said
        assert "[PHONE]" in as_it_was["original"][0]["agent"], as_it_was["original"][0]  # what is kept is masked, and so is this

        later = replay(LATER)
        assert later["original"] == as_it_was["original"] and later["agent"] == as_it_was["agent"]
        same(later["replayed"], table(h.replay(journal, "--set", "endpointing.silence_ms=2500")))
        first = [next(t for t in side if "eouMs" in t and "llmFirstMs" in t) for side in (later["original"], later["replayed"])]
        assert first[1]["eouMs"] > first[0]["eouMs"] + 100 and first[1]["legFirstMs"] > first[0]["legFirstMs"] + 100, first
        took = [t["llmFirstMs"] - t["eouMs"] for t in first]
        assert abs(took[1] - took[0]) <= 1, first  # rounded
        assert replay(LATER) == later

        # What is no setting is named, and nothing else is done.
        for settings, at in (({"endpointing": {"silenceMs": 9}}, "/settings/endpointing/silenceMs"), ({"nonsense": 1}, "/settings/nonsense"),
                             ({"endpointing": {"patience": 1}}, "/settings/endpointing/patience"), ([], "/settings")):
            assert [e["pointer"] for e in replay(settings, 400)["errors"]] == [at], (settings, at)
        assert replay(None, 400)["code"] == "bad_request"
        assert "disclosure" in str(replay({"disclosure": ""}, 400))  # right for itself, and not with the rest
        replay(LATER, 404, h.key("B"))
        replay(LATER, 404, call="call_none")
        assert h.rows("select count(*) from audit_log") == [["0"]]

        # Nor does the shell take a word that it does not know, and says which there are, before anything else.
        def shell(*args):
            run = subprocess.run([DAEMON, "replay", *args], capture_output=True, text=True, timeout=60, check=False)
            assert run.returncode == 64 and not run.stdout, (args, run)
            return run.stderr
        said = shell(journal, "--set", "endpointing.silenceMS_=180", "--set", "nonsense=1")
        assert "endpointing.silenceMS_ is not a known field" in said and "did you mean endpointing.silenceMs?" in said, said
        assert re.search(r"allowed there: .*\bsilenceMs, ", said) and "nonsense" not in said, said
        said = shell("--set=nonsense=1", journal)
        assert "nonsense is not a known field" in said and "did you mean" not in said and re.search(r"there: .*endpointing, ", said), said
        assert "endpointing.silenceMs must be an integer from 50" in shell(journal, "--set", "endpointing.silenceMs=9")
        assert "disclosure" in shell(journal, "--set", "disclosure=")
        for args in ((journal, "--set"), (journal, "--sett", "a=b"), (journal, journal), (journal, "--set", "=1"), ()):
            assert "expects" in shell(*args) or "--actions and --set" in shell(*args) or "too many" in shell(*args), args

        # Another instance asks the one on whose disk the journal lies, and answers as that does.
        with Beside(h) as other:
            def far(settings, status=200, **more):
                got = h.api("POST", f"/v1/calls/{call}/replay", {"settings": settings}, key, base=other.url, timeout=30, **more)
                assert got[0] == status, got
                return got[2]
            assert far(LATER) == later and far({}) == as_it_was
            assert far({"disclosure": ""}, 400)["detail"] == replay({"disclosure": ""}, 400)["detail"]
            h.rows(f"update artifacts set local_path = '/etc/passwd' where call_id = '{call}' and kind = 'journal'")
            assert "cannot be read" in far(LATER, 410)["detail"]  # not everything that lies there is anybody's
            h.rows(f"update artifacts set local_path = '{journal}' where call_id = '{call}' and kind = 'journal'")
            # It outlives its process, and goes on being asked for by its next one.
            h.stop_daemon()
            assert "on which no instance runs now" in far(LATER, 409)["detail"]
            h.start_daemon()
            assert wait_until(lambda: h.api("POST", f"/v1/calls/{call}/replay", {"settings": LATER}, key, base=other.url)[2] == later, 20, "it again")

        # No journal, or none that is here.
        h.rows("insert into voice_call_records (tenant_id, id, voice_agent_id, status) values ('A', 'early', 'recorded', 'queued')")
        assert "not over" in replay(LATER, 409, call="early")["detail"]
        h.rows("insert into voice_call_records (tenant_id, id, voice_agent_id, status, closed_at) values ('A', 'hosted', 'recorded', 'completed', now())")
        assert "no journal" in replay(LATER, 409, call="hosted")["detail"]
        h.rows(f"update artifacts set instance_id = 'dsk_other' where call_id = '{call}' and kind = 'journal'")
        assert "dsk_other, on which no instance runs" in replay(LATER, 409)["detail"]
        h.rows(f"update artifacts set instance_id = (select instance_id from artifacts where call_id = '{call}' and kind <> 'journal' limit 1) "
               f"where call_id = '{call}' and kind = 'journal'")
        with open(journal, "r+b") as f:
            f.truncate(os.path.getsize(journal) - 3)
        assert replay(LATER)["torn"]
        with open(journal, "r+b") as f:
            f.truncate(40)
        assert journal not in str(replay(LATER, 400))
        os.remove(journal)
        assert h.dir not in str(replay(LATER, 410))
        h.rows(f"update artifacts set state = 'deleted' where call_id = '{call}' and kind = 'journal'")
        assert "deleted" in replay(LATER, 410)["detail"]


test_a_call_is_replayed_with_other_settings_as_the_shell_does_it.spoken = True
test_a_call_is_replayed_with_other_settings_as_the_shell_does_it.seconds = 15


def test_many_replays_at_once_are_answered_one_after_the_other_and_too_many_are_told_so():
    with House(agents={"recorded": AGENT}, env={"API_RATE_PER_MINUTE": "5000"}) as h:
        from concurrent.futures import ThreadPoolExecutor
        key = h.key()
        call, _ = held(h, "what time is it")
        with ThreadPoolExecutor(40) as pool:
            got = list(pool.map(lambda _: h.api("POST", f"/v1/calls/{call}/replay", {"settings": LATER}, key, timeout=60), range(40)))
        good = [a[2] for a in got if a[0] == 200]
        assert good and all(a == good[0] for a in good)
        assert {a[0] for a in got} <= {200, 503} and all("too many" in a[2]["detail"] for a in got if a[0] == 503), {a[0] for a in got}
        assert wait_until(lambda: h.api("POST", f"/v1/calls/{call}/replay", {"settings": {}}, key)[0] == 200, 5, "an answer")


test_many_replays_at_once_are_answered_one_after_the_other_and_too_many_are_told_so.spoken = True
