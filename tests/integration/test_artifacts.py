"""What a call leaves behind: its recording, its transcript, its numbers, on the disk and in the object store."""
import glob
import hashlib
import hmac
import json
import os
import shutil
import struct
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from callers import Browser, Twilio, share_of, tone
import test_post_call as post_call
from house import House
from s3 import Store
from stack import LAB, ROOT, Stack, wait_until
from waveform import channels, sounds

SCRIPT = ("--agent", "recorded", "--say", "text:what time is it", "--say", "text:book a table for two", "--max", "40")
RECORDED = {"name": "Recorded", "disclosure": "I am an automated assistant.", "greeting": "Hello.", "record": True,
            "idle": {"promptMs": 0, "hangupMs": 0}}
LOAD = ("--load", "asr=200,ttft=50,token=5,tts=50,reply=1000")
TIME = ("--say", "text:What time is it")
KINDS = {"recording": "wav", "transcript": "json", "transcript_jsonl": "jsonl", "timeline": "timeline.ndjson",
         "metrics": "ndjson"}
QUICK = {"ARTIFACT_LOCAL_GRACE_SECONDS": "0", "RETENTION_INTERVAL_MINUTES": "0.01"}


def house(store=None, agent=None, env=None, **more):
    return House(agents={"recorded": {**RECORDED, **(agent or {})}}, env={**QUICK, **(store.env() if store else {}), **(env or {})}, **more)


def rows(h, call=None):
    """{kind: (state, format, object key, local path)}"""
    where = f"where call_id = '{call}'" if call else ""
    return {r[0]: tuple(r[1:]) for r in h.rows(f"select kind, state, format, coalesce(object_key, ''), coalesce(local_path, '') from artifacts {where}")}


def talk(h, *more, leg="twilio"):
    """A call that said and heard something, closed in the books."""
    call = h.call("--leg", leg, "--agent", "recorded", *TIME, *more, "--max", "30")["call_id"]
    h.books(call)
    return call


def stored(h, call, seconds=20):
    def all_of_them():
        got = rows(h, call)
        return len(got) == 6 and all(got[k][0] == "stored" for k in KINDS) and got

    return wait_until(all_of_them, seconds, f"the files of {call} in the store: {rows(h, call)}")


def files(h, *folders):
    return sorted(os.path.relpath(p, h.dir) for f in folders for p in glob.glob(f"{h.dir}/{f}/**", recursive=True) if os.path.isfile(p))


def transcript(h, call, tenant="A"):
    with open(f"{h.dir}/transcripts/{tenant}/{call}.json", encoding="utf-8") as f:
        return json.load(f)


def recording(stack, call, kind="wav"):
    """The finished file: its header tells its size once the call is over."""
    path = os.path.join(stack.dir, "recordings", f"{call}.{kind}")

    def whole():
        if not os.path.exists(path):
            return False
        with open(path, "rb") as f:
            head = f.read(44)
        return len(head) == 44 and struct.unpack("<I", head[40:44])[0] == os.path.getsize(path) - 44 > 0

    wait_until(whole, 8, "a whole recording")
    return path


def test_the_recording_has_both_sides_where_the_far_end_heard_them():
    with Stack(agents={"recorded": RECORDED}) as s:
        for leg in ("browser", "twilio", "jambonz"):
            heard = os.path.join(s.dir, leg + ".wav")
            call = s.call("--leg", leg, *SCRIPT, "--out", heard)
            (rate, theirs, ours), (_, far_theirs, far_ours) = channels(recording(s, call["call_id"])), channels(heard)
            here, there = [sounds(theirs, rate), sounds(ours, rate)], [sounds(far_theirs, rate), sounds(far_ours, rate)]
            assert len(here[0]) >= 2 and len(here[1]) >= 3, here
            # Both files begin when they begin: what is held against each other is the time between a caller's
            # sound and an agent's.
            shift = here[0][0][0] - there[0][0][0]
            pairs = []
            for side in (0, 1):
                for start, _ in there[side]:
                    pairs.append(min((abs(a - shift - start), a, start) for a, _ in here[side]))
            apart = sorted(p[0] for p in pairs)
            print(f"  {leg}: {len(pairs)} sounds, apart by {apart} ms")
            # To a frame; the rest is how late a busy machine runs the three programs.
            assert apart[len(apart) // 2] <= 20 and apart[-1] <= 80, (leg, pairs)
            # As long as the call.
            assert abs(len(theirs) / rate - call["seconds"]) < 0.5 if "seconds" in call else True


test_the_recording_has_both_sides_where_the_far_end_heard_them.spoken = True
test_the_recording_has_both_sides_where_the_far_end_heard_them.seconds = 46


def test_a_pressed_key_is_not_recorded_and_the_pause_is_told():
    """A tone of the caller stands for the key's; the carrier tells of a key when it is over."""
    with house(env={"REDACT": "true"}, lab_args=LOAD) as h:
        h.rows("insert into voice_call_records (tenant_id, id, voice_agent_id) values ('A', 'keys', 'recorded')")
        c = Twilio(h, "keys", "recorded").mic()
        time.sleep(3)
        c.say(tone(600, 440, 8000, 3000))
        time.sleep(1.5)
        c.say(tone(300, 700, 8000, 9000))
        time.sleep(0.35)
        c.ws.send({"event": "dtmf", "streamSid": c.sid, "dtmf": {"track": "inbound_track", "digit": "5"}})
        time.sleep(2.5)
        c.say(tone(600, 440, 8000, 3000))
        time.sleep(1.5)
        c.close()
        h.books("keys")
        rate, caller, _ = channels(f"{h.dir}/recordings/A/keys.wav")
        pauses = transcript(h, "keys")["pauses"]
        assert len(pauses) == 1 and pauses[0]["reason"] == "keypad" and 1.9 < pauses[0]["to"] - pauses[0]["from"] < 2.1, pauses
        span = caller[int(pauses[0]["from"] * rate):int(pauses[0]["to"] * rate)]
        assert not any(span), "silence is written where the key was"
        assert share_of(caller, 700, rate) < 0.001 < 0.01 < share_of(caller, 440, rate)
        assert len(sounds(caller, rate)) == 2, sounds(caller, rate)


def test_what_a_call_leaves_is_stored_and_leaves_the_disk():
    with Store() as store, house(store, env={"ARTIFACT_PART_BYTES": "65536"}) as h:
        call = talk(h)
        got = stored(h, call)
        keys = store.keys()
        for kind, ending in KINDS.items():
            folder = {"recording": "recordings", "metrics": "metrics"}.get(kind, "transcripts")
            assert got[kind][2] == f"{folder}/A/{call}.{ending}", got[kind]
            size = int(h.rows(f"select bytes from artifacts where kind = '{kind}'")[0][0])
            assert keys[f"{folder}/{got[kind][2]}"] == size > 100, (kind, keys)
            sha = h.rows(f"select sha256 from artifacts where kind = '{kind}'")[0][0]
            assert hashlib.sha256(store.get(f"{folder}/{got[kind][2]}")).hexdigest() == sha, kind
        seen = store.seen()
        assert seen["refused"] == {} and seen["uploads"] == 0 and seen["requests"] > 6, seen  # the recording went in parts
        assert got["journal"][0] == "local" and os.path.exists(got["journal"][3])
        wait_until(lambda: files(h, "recordings", "transcripts", "metrics") == [], 10, "an empty disk")
        said = json.loads(store.get(f"transcripts/transcripts/A/{call}.json"))
        assert said["callId"] == call and said["provider"] == "deepgram" and said["redacted"] is True
        assert [t["role"] for t in said["turns"]][:3] == ["agent", "user", "agent"], said["turns"]
        assert "what time is it" in said["text"].lower()
        lines = [json.loads(line) for line in store.get(f"transcripts/transcripts/A/{call}.jsonl").splitlines()]
        assert [{k: v for k, v in line.items() if k != "callId"} for line in lines] == said["turns"]
        waterfall = [json.loads(line) for line in store.get(f"metrics/metrics/A/{call}.ndjson").splitlines()]
        assert any(t["took"]["turnLatencyMs"] and t["took"]["llmFirstTokenMs"] for t in waterfall), waterfall
        assert h.metric('invorto_artifact_uploads_total{result="ok"}') == 5
        story = [json.loads(line) for line in store.get(f"transcripts/transcripts/A/{call}.timeline.ndjson").splitlines()]
        assert [e["seq"] for e in story] == list(range(1, len(story) + 1)) and all(set(e) == {"seq", "at", "kind", "payload"} for e in story)
        assert [[str(e["seq"]), e["kind"]] for e in story] == h.rows("select seq, kind from call_timeline order by seq")


test_what_a_call_leaves_is_stored_and_leaves_the_disk.spoken = True


def test_opus_has_every_sound_where_the_transcript_says_it_was():
    if not shutil.which("opusdec"):
        raise AssertionError("opus-tools is not installed")
    with Store() as store, house(store, agent={"recordingFormat": "opus"}) as h:
        call = talk(h, "--say", "text:book a table for two")
        got = stored(h, call, 30)
        assert got["recording"][1:3] == ("ogg", f"recordings/A/{call}.opus"), got
        opus, wav = f"{h.dir}/r.opus", f"{h.dir}/r.wav"
        with open(opus, "wb") as f:
            f.write(store.get(f"recordings/recordings/A/{call}.opus"))
        info = subprocess.run(["opusinfo", opus], capture_output=True, text=True, check=True)
        assert "WARNING" not in info.stdout + info.stderr and "Channels: 2" in info.stdout, info.stdout
        subprocess.run(["opusdec", "--quiet", "--rate", "8000", opus, wav], check=True)
        rate, caller, agent = channels(wav)
        ms = int(h.rows("select duration_ms from artifacts where kind = 'recording'")[0][0])
        assert abs(len(caller) * 1000 / rate - ms) < 2, (len(caller), ms)
        seconds = float(h.rows("select extract(epoch from ended_at - started_at) from voice_call_records")[0][0])
        assert abs(ms / 1000 - seconds) < 0.5, "as long as the call"
        assert int(h.rows("select bytes from artifacts where kind = 'recording'")[0][0]) < len(caller) * 4 / 2.5
        said = json.loads(store.get(f"transcripts/transcripts/A/{call}.json"))
        for side, role in ((caller, "user"), (agent, "agent")):
            heard = sounds(side, rate)
            for t in (t for t in said["turns"] if t["role"] == role):
                nearest = min(abs(a / 1000 - t["start"]) for a, _ in heard)
                assert nearest < 0.25, (t, heard)
        wait_until(lambda: files(h, "recordings") == [], 10, "neither WAV nor Opus on the disk")


test_opus_has_every_sound_where_the_transcript_says_it_was.spoken = True


def test_a_store_that_is_down_denied_busy_slow_or_off_by_an_hour_loses_nothing():
    with Store(up=False) as store, house(store, lab_args=LOAD, env={"ARTIFACT_RETRY_MAX_MS": "1000"}) as h:
        first = talk(h)
        wait_until(lambda: h.metric('invorto_artifact_uploads_total{result="error"}') >= 1, 10, "a failed upload")
        assert {r[0] for r in rows(h, first).values()} <= {"local", "uploading"}
        assert len(files(h, "recordings", "transcripts", "metrics")) == 5, "everything waits on the disk"
        store.start()
        stored(h, first, 40)
        for mode, count, skew in (("busy", 4, 0), ("cut", 3, 0), ("down", 5, 0), ("denied", 2, 0), ("slow", 3, 0), ("none", 0, 3600)):
            store.do(mode, count, skew)
            call = talk(h)
            stored(h, call, 60)
            store.do("none")
            print(f"  {mode}: stored")
        seen = store.seen()
        assert seen["refused"].get("RequestTimeTooSkewed", 0) >= 1 and "SignatureDoesNotMatch" not in seen["refused"], seen
        assert seen["uploads"] == 0
        for name, size in store.keys().items():
            assert len(store.get(name)) == size > 0
        assert h.metric('invorto_artifact_uploads_total{result="lost"}') == 0
        assert h.rows("select count(*) from artifacts where kind <> 'journal' and state <> 'stored'") == [["0"]]


test_a_store_that_is_down_denied_busy_slow_or_off_by_an_hour_loses_nothing.seconds = 80


def test_a_process_killed_in_the_middle_of_an_upload_leaves_it_to_the_next():
    with Store() as store, house(store, lab_args=LOAD) as h:
        store.do("slow")
        call = talk(h)
        wait_until(lambda: h.rows("select count(*) from artifacts where state = 'uploading'") != [["0"]], 10, "an upload")
        h.kill()
        assert h.rows("select count(*) from artifacts where state = 'uploading'") != [["0"]]
        store.do("none")
        h.start_daemon()
        stored(h, call, 10)  # long before the dead one's lease is over


def test_a_process_that_ends_stores_what_it_has_first():
    with Store() as store, house(store, lab_args=LOAD, env={"ARTIFACT_POLL_MS": "600000"}) as h:
        call = talk(h)
        assert h.stop_daemon() == 0
        assert {k: v[0] for k, v in rows(h, call).items()} == {**dict.fromkeys(KINDS, "stored"), "journal": "local"}


def test_without_a_store_files_stay_and_links_lead_to_them():
    with house(agent={"recordingFormat": "opus"}, lab_args=LOAD) as h:
        call = talk(h)
        wait_until(lambda: rows(h, call)["recording"][3].endswith(".opus"), 10, "the Opus file")
        time.sleep(1)
        assert {r[0] for r in rows(h, call).values()} == {"local"}, rows(h, call)
        got = files(h, "recordings", "transcripts", "metrics")
        assert [os.path.splitext(p)[1] for p in got] == [".ndjson", ".opus", ".json", ".jsonl", ".ndjson"], got
        key = h.env["REALTIME_WS_SECRET"].encode()
        art = h.rows("select id from artifacts where kind = 'recording'")[0][0]

        def link(exp, tenant="A", name=art, secret=key):
            sig = hmac.new(secret, f"/v1/artifacts/{name}/content\n{tenant}\n{exp}".encode(), hashlib.sha256).hexdigest()
            return h.http(f"/v1/artifacts/{name}/content?exp={exp}&t={tenant}&sig={sig}")

        def fetch(url, headers=None):
            try:
                with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=5) as r:
                    return r.status, dict(r.headers), r.read()
            except urllib.error.HTTPError as e:
                return e.code, dict(e.headers), e.read()

        with open(f"{h.dir}/{got[1]}", "rb") as f:
            whole = f.read()
        exp = int(time.time()) + 60
        status, head, body = fetch(link(exp))
        assert (status, body, head["Content-Type"]) == (200, whole, "audio/ogg") and call in head["Content-Disposition"], head
        status, head, body = fetch(link(exp), {"Range": "bytes=100-299"})
        assert (status, body, head["Content-Range"]) == (206, whole[100:300], f"bytes 100-299/{len(whole)}")
        assert fetch(link(exp), {"Range": f"bytes={len(whole)}-"})[0] == 416
        for bad in (link(exp, secret=b"x" * 32), link(int(time.time()) - 5), link(exp).replace("t=A", "t=B"),
                    link(exp).replace(f"exp={exp}", f"exp={exp + 9}"), h.http(f"/v1/artifacts/{art}/content")):
            status, _, body = fetch(bad)
            assert status == 403 and b"OggS" not in body, (status, bad)
        assert fetch(link(exp, tenant="B"))[0] == 404, "signed, and still not theirs"
        assert fetch(link(exp, name="art_none"))[0] == 404


def test_a_stored_file_is_redirected_to_the_store():
    with Store() as store, house(store, lab_args=LOAD) as h:
        call = talk(h)
        stored(h, call)
        wait_until(lambda: files(h, "recordings") == [], 10, "an empty disk")
        key = h.env["REALTIME_WS_SECRET"].encode()
        art, exp = h.rows("select id from artifacts where kind = 'recording'")[0][0], int(time.time()) + 60
        sig = hmac.new(key, f"/v1/artifacts/{art}/content\nA\n{exp}".encode(), hashlib.sha256).hexdigest()
        with urllib.request.urlopen(h.http(f"/v1/artifacts/{art}/content?exp={exp}&t=A&sig={sig}"), timeout=5) as r:
            assert r.url.startswith(store.url + "/recordings/recordings/A/") and "X-Amz-Signature=" in r.url, r.url
            assert r.read() == store.get(f"recordings/recordings/A/{call}.wav")
            assert call in r.headers["Content-Disposition"]
        assert store.seen()["refused"] == {}


def test_a_transcript_is_on_the_disk_while_the_call_lives_and_whole_after_a_crash():
    with house(lab_args=LOAD, env={"JOURNAL_FLUSH_MS": "1000"}) as h:
        caller = subprocess.Popen([LAB, "call", "--leg", "twilio", "--agent", "recorded", *TIME, "--say", "text:Tell me a story",
                                   "--say", "wait:30000"], env=h.env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def lines():
            got = glob.glob(f"{h.dir}/transcripts/A/*.jsonl")
            return open(got[0], encoding="utf-8").read().splitlines() if got else []

        live = wait_until(lambda: len(lines()) >= 5 and lines(), 30, "five lines while the call lives")
        assert glob.glob(f"{h.dir}/metrics/A/*.ndjson")
        time.sleep(1.2)  # what is older than a second is synced
        h.kill()
        caller.kill()
        caller.wait()
        h.start_daemon()
        call = wait_until(lambda: h.rows("select id from voice_call_records where closed_at is not null"), 20, "the closed call")[0][0]
        said = transcript(h, call)
        texts = [json.loads(line)["text"] for line in live]
        assert [t["text"] for t in said["turns"]][:len(texts)] == texts, (said["turns"], texts)
        assert [json.loads(line)["text"] for line in lines()] == [t["text"] for t in said["turns"]], "the lines were made whole"
        rate, left, right = channels(recording(h, f"A/{call}"))
        assert abs(len(left) / rate - said["durationSec"]) < 3 and any(right), "the recording was given its sizes"
        assert {k for k, r in rows(h, call).items()} == {*KINDS, "journal"}


def test_cards_are_masked_and_silenced_as_the_installation_says_and_its_tenants_otherwise():
    """Of a call that we speak, and of one that ElevenLabs had."""
    words = "My card is 4111 1111 1111 1111"
    with house(env={"JOURNAL_FLUSH_MS": "100", "REDACT": "false", "ELEVENLABS_WEBHOOK_SECRET": post_call.SECRET}, agent={"echo": False},
               lab_args=LOAD) as h:
        for call, enabled in (("plain", "false"), ("masked", "true")):
            if call == "masked":
                h.rows("update tenants set settings = settings || '{\"redaction\": {\"enabled\": true}}' where id = 'A'")
            post_call.call(h, "their_" + call)
            said = post_call.transcription("conv_" + call, "A/their_" + call, transcript=[{"role": "user", "message": words}])
            said["data"]["analysis"]["transcript_summary"] = words
            assert post_call.send(h, said) == (200, {"success": True, "result": "ended"})
            theirs = post_call.record(h, "their_" + call)
            assert theirs["redacted"] is (enabled == "true") and theirs["transcript"].startswith("User: My card is "), theirs
            assert {"4111" in theirs[k] for k in ("transcript", "summary")} == {enabled == "false"}, theirs
            c = Browser(h, call, "recorded").mic()
            c.until("turn", 10)
            c.say(tone(1500, 440, 16000, 3000))
            time.sleep(0.8)
            c.type(words)
            c.answer(1, 10)
            c.close()
            h.books(call)
            said = transcript(h, call)
            assert said["redacted"] is (enabled == "true")
            [[words_of_row]] = h.rows(f"select replace(transcript, E'\n', ' ') from voice_call_records where id = '{call}'")
            assert ("4111" in words_of_row) is (enabled == "false"), words_of_row
            assert ("4111" in said["text"]) is (enabled == "false"), said["text"]
            for path in files(h, "transcripts", "metrics"):
                with open(f"{h.dir}/{path}", "rb") as f:
                    assert (b"4111" in f.read()) is ("plain" in path and "transcripts" in path), path


def test_what_is_too_old_is_deleted_by_the_tenant_s_own_time():
    with Store() as store, house(store, lab_args=LOAD) as h:
        old, young = talk(h), talk(h)
        stored(h, old)
        stored(h, young)
        h.rows("update tenants set settings = settings || '{\"retention\": {\"recording_days\": 10}}' where id = 'A'")
        h.rows(f"update artifacts set created_at = now() - interval '11 days' where call_id = '{old}'")
        wait_until(lambda: rows(h, old)["recording"][0] == "deleted", 15, "the old recording deleted")
        keys = store.keys()
        assert f"recordings/recordings/A/{old}.wav" not in keys and f"recordings/recordings/A/{young}.wav" in keys
        assert f"transcripts/transcripts/A/{old}.json" in keys, "transcripts have their own time"
        h.rows(f"update artifacts set created_at = now() - interval '400 days' where call_id = '{old}'")
        wait_until(lambda: {r[0] for r in rows(h, old).values()} == {"deleted"}, 15, "all of it deleted")
        wait_until(lambda: not os.path.exists(f"{h.dir}/journal/A/{old}.call"), 10, "its journal gone from the disk")
        assert os.path.exists(f"{h.dir}/journal/A/{young}.call")
        assert h.metric('invorto_artifacts_deleted_total{cause="retention"}') == 6


def test_whoever_wants_to_be_forgotten_is_with_a_report():
    number = "+919812345678"
    with Store() as store, house(store, lab_args=LOAD) as h:
        theirs, other = talk(h), talk(h)
        for call in (theirs, other):
            stored(h, call)
        h.rows(f"update voice_call_records set customer_number = '{number}', customer_name = 'Asha', metadata = '{{\"crm\": 7}}' where id = '{theirs}'")
        h.rows(f"insert into leads (tenant_id, id, first_name, phone) values ('A', 'lead_1', 'Asha', '{number}')")
        before = h.rows("select sum(cost_inr), count(*) from voice_usage_ledger")
        store.do("down", 4)  # the store has a bad moment just then
        admin = h.key()
        for body, pointer in (({}, "/phone"), ({"phone": number, "callId": theirs}, "/phone"), ({"phone": "98123"}, "/phone"), ({"all": True}, "/all")):
            status, _, said = h.api("POST", "/v1/erasures", body, admin)
            assert status == 400 and said["errors"][0]["pointer"] == pointer, said
        assert [h.api("POST", "/v1/erasures", body, admin)[0] for body in ({"callId": "call_none"}, {"leadId": "led_none"})] == [404, 404]
        assert h.api("POST", "/v1/erasures", {"phone": number}, h.key(role="dev"))[0] == 403
        status, _, order = h.api("POST", "/v1/erasures", {"phone": number}, admin)
        assert status == 202 and (order["kind"], order["subject"], order["state"]) == ("phone", number, "queued") and order["requestedBy"], order

        def look(key=admin):
            return h.api("GET", "/v1/erasures/" + order["id"], key=key)

        wait_until(lambda: h.rows("select state from erasure_jobs") == [["done"]], 40, f"the erasure: {h.rows('select state, report from erasure_jobs')}")
        assert look(h.key("B"))[0] == 404
        told, = h.api("GET", "/v1/erasures", key=admin)[2]["data"]
        report = told["report"]
        assert told == look()[2] and told["subject"] == "+***78" and number not in json.dumps(told) and told["finishedAt"], told
        assert h.rows("select action, entity_id from audit_log where action = 'orderErasure'") == [["orderErasure", order["id"]]]
        assert report["calls"] == 1 and report["leads"] == 1 and report["files"] == 6 and report["filesWaiting"] == 0, report
        assert report["timelineEntries"] > 5 and report["events"] >= 2, report
        assert not any(theirs in k for k in store.keys()) and sum(other in k for k in store.keys()) == 5
        wait_until(lambda: not any(theirs in p for p in files(h, "journal", "recordings", "transcripts", "metrics")), 10, "nothing on the disk")
        record = h.rows(f"select customer_number, customer_name, transcript, summary, metadata, erased_at is not null from voice_call_records where id = '{theirs}'")[0]
        assert record == ["", "", "", "", "{}", "t"], record
        assert h.rows(f"select count(*) from call_timeline where call_id = '{theirs}' and payload <> '{{}}'") == [["0"]]
        assert h.rows(f"select count(*) from webhook_events where call_id = '{theirs}'") == [["0"]]
        assert h.rows("select coalesce(first_name, ''), coalesce(phone, ''), state_reason from leads") == [["", "", "erased"]]
        promised = h.api("GET", "/openapi.json")[2]["components"]["schemas"]["lead"].get("required", [])
        left = h.api("GET", "/v1/leads/lead_1", key=admin)[2]
        assert left["stateReason"] == "erased" and set(promised) <= set(left), (promised, left)
        assert h.rows("select sum(cost_inr), count(*) from voice_usage_ledger") == before, "what it cost stays"
        assert h.rows(f"select erased_at is null from voice_call_records where id = '{other}'") == [["t"]]


test_whoever_wants_to_be_forgotten_is_with_a_report.seconds = 40


WAV = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + 3200, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", 3200) + b"\1\2" * 1600


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as r:
            return r.status, r.headers["Content-Type"], r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers["Content-Type"], e.read()


def test_the_files_of_a_call_are_listed_with_links_that_lead_to_them():
    with house(lab_args=LOAD) as h:
        secret = h.env["REALTIME_WS_SECRET"]
        h.rows("update tenants set settings = settings || '{\"redaction\": {\"enabled\": false}}' where id = 'A'")
        call, mine = talk(h), h.key()
        status, _, got = h.api("GET", f"/v1/calls/{call}/artifacts", key=mine)
        assert status == 200 and got["callId"] == call, got
        by_kind = {d["kind"]: d for d in got["data"]}
        assert set(by_kind) == set(KINDS), "the journal is ours"
        for kind, d in by_kind.items():
            status, content_type, body = get(h.http(d["url"]) if d["url"].startswith("/") else d["url"])
            assert (status, content_type, len(body)) == (200, d["type"], d["bytes"]), (d, status, content_type)
            ends = time.strptime(d["expiresAt"][:19], "%Y-%m-%dT%H:%M:%S")
            assert 3500 < time.mktime(ends) - time.mktime(time.gmtime()) <= 3600, d
        assert {k: got[k] for k in ("recording", "transcript", "timeline", "metrics")} == \
            {k: by_kind[k]["url"] for k in ("recording", "transcript", "timeline", "metrics")}
        assert got["transcription"].startswith("Agent: I am an automated") and "\nUser: " in got["transcription"], got
        wait_until(lambda: h.api("GET", f"/v1/calls/{call}/artifacts", key=mine)[2]["metadata"]["processed"], 20, "the review")
        got = h.api("GET", f"/v1/calls/{call}/artifacts", key=mine)[2]
        assert got["summary"] and got["metadata"] == {"callId": call, "processed": True, "hasRecording": True, "erased": False}
        # The event's links last longer, and lead to the same.
        event = json.loads(h.rows("select payload from webhook_events where type = 'agent.summary'")[0][0]) \
            if h.rows("select 1 from webhook_events where type = 'agent.summary'") else \
            json.loads(h.rows(f"select summary_json from voice_call_records where id = '{call}'")[0][0])
        for kind in ("recording", "transcript", "metrics"):
            url = event["artifacts"][kind]
            assert 86000 < int(url.partition("exp=")[2].partition("&")[0]) - time.time() <= 86400, url
            assert get(h.http(url))[2] == get(h.http(by_kind[kind]["url"]))[2]
        # Links are signed by what all instances share, not by the disk.
        art, exp = by_kind["recording"]["id"], int(time.time()) + 60
        mac = hmac.new(secret.encode(), f"/v1/artifacts/{art}/content\nA\n{exp}".encode(), hashlib.sha256).hexdigest()
        assert get(h.http(f"/v1/artifacts/{art}/content?exp={exp}&t=A&sig={mac}"))[0] == 200
        assert h.api("GET", f"/v1/calls/{call}/artifacts", key=h.key("B"))[0] == 404
        # A file that lies elsewhere has no link, and says so.
        h.rows("update artifacts set instance_id = 'dsk_elsewhere' where kind = 'recording'")
        got = h.api("GET", f"/v1/calls/{call}/artifacts", key=mine)[2]
        other = next(d for d in got["data"] if d["kind"] == "recording")
        assert got["recording"] is None and other["url"] is None and "another instance" in other["unavailable"], other
        assert got["metadata"]["hasRecording"] is True


def test_a_recording_that_is_brought_is_kept_like_ours():
    with Store() as store, house(store, lab_args=LOAD, env={"RECORDING_UPLOAD_MAX_BYTES": "200000"}) as h:
        mine = h.key()
        h.rows("insert into voice_call_records (tenant_id, id, status, closed_at, ended_at, duration_seconds) "
               "values ('A', 'old', 'completed', now(), now(), 5), ('B', 'theirs', 'completed', now(), now(), 5), ('A', 'gone', 'completed', now(), now(), 5)")
        h.rows("update voice_call_records set erased_at = now() where id = 'gone'")

        def send(body, content_type="audio/wav", call="old", key=mine, **headers):
            return h.api("POST", f"/v1/calls/{call}/recording", body, key, {"Content-Type": content_type, **headers})

        for args, want in (((b"not a sound at all", "audio/wav"), 415), ((b"", "audio/wav"), 415), ((WAV, "audio/ogg"), 415),
                           ((WAV, "video/mp4"), 415), ((WAV + b"x" * 200000, "audio/wav"), 413), ((WAV, "audio/wav", "none"), 404),
                           ((WAV, "audio/wav", "theirs"), 404), ((WAV, "audio/wav", "gone"), 410),
                           ((WAV, "audio/wav", "old", h.key(role="analyst")), 403), ((WAV, "audio/wav", "old", h.key("B")), 404),
                           ((b'{"action":"' + b"p" * 70000 + b'"}', "application/json"), 413)):
            status, _, got = send(*args)
            assert status == want, (want, status, got)
        assert files(h, "recordings") == [] and h.rows("select count(*) from artifacts where kind <> 'journal'") == [["0"]]

        status, _, got = send(WAV)
        assert status == 202 and got["success"] and got["path"] == "s3://recordings/recordings/A/old.upload.wav", got
        assert got["sha256"] == hashlib.sha256(WAV).hexdigest() and got["bytes"] == len(WAV)
        assert h.rows("select status from voice_call_records where id = 'old'") == [["completed"]]
        wait_until(lambda: rows(h, "old")["recording_upload"][0] == "stored", 20, "the recording in the store")
        assert store.get("recordings/recordings/A/old.upload.wav") == WAV
        # The next takes its place, whatever its kind was said to be, and leaves nothing behind.
        other = WAV[:-2] + b"\7\7"
        assert send(other, "application/octet-stream; x=y")[0] == 202
        wait_until(lambda: rows(h, "old")["recording_upload"][0] == "stored" and store.get("recordings/recordings/A/old.upload.wav") == other, 20, "the second")
        wait_until(lambda: files(h, "recordings") == [], 90, "an empty disk")  # the sweep goes round once a minute
        assert len(h.rows("select id from artifacts where call_id = 'old'")) == 1
        got = h.api("GET", "/v1/calls/old/artifacts", key=mine)[2]
        assert get(got["recording"])[2] == other and got["metadata"]["hasRecording"] and got["data"][0]["kind"] == "recording_upload"
        # The same key, the same body: the same answer. Another body under it is none.
        first = send(WAV * 20, "audio/wav", **{"Idempotency-Key": "k1"})
        again = send(WAV * 20, "audio/wav", **{"Idempotency-Key": "k1"})
        assert first[0] == again[0] == 202 and first[2] == again[2] and again[1]["idempotency-replayed"] == "true", (first, again)
        assert send(WAV * 21, "audio/wav", **{"Idempotency-Key": "k1"})[0] in (409, 422)


def test_of_recordings_brought_at_once_one_is_kept_and_no_file_of_the_others():
    with house(lab=False) as h:
        mine = h.key()
        h.rows("insert into voice_call_records (tenant_id, id, status, closed_at, ended_at, duration_seconds) "
               "values ('A', 'old', 'completed', now(), now(), 5)")

        def send(n):
            status, _, got = h.api("POST", "/v1/calls/old/recording", WAV[:-1] + bytes([n]), mine, {"Content-Type": "audio/wav"})
            assert status == 202, (status, got)
            return got["sha256"]

        def kept():
            return h.rows("select sha256, local_path from artifacts where call_id = 'old' and kind = 'recording_upload'")

        for n in range(3):  # nothing stores or sweeps here: who replaces a file takes it away
            sent = send(n)
            wait_until(lambda: [os.path.join(h.dir, f) for f in files(h, "recordings")] == [kept()[0][1]], 10, "the latest file and no other")
            assert kept()[0][0] == sent
        with ThreadPoolExecutor(8) as many:
            sent = list(many.map(send, range(3, 19)))
        wait_until(lambda: [os.path.join(h.dir, f) for f in files(h, "recordings")] == [kept()[0][1]], 10, "one file of sixteen")
        assert len(kept()) == 1 and kept()[0][0] in sent


def test_the_recording_of_a_live_call_can_be_paused_from_outside():
    with house(env={"REDACT": "true"}, lab_args=LOAD) as h:
        mine = h.key()

        def order(action, call="live", key=mine):
            return h.api("POST", f"/v1/calls/{call}/recording", {"action": action}, key)

        h.add_agent("A", "unrecorded", {**RECORDED, "name": "Unrecorded", "record": False})
        h.rows("insert into voice_call_records (tenant_id, id, voice_agent_id) values ('A', 'live', 'recorded'), ('A', 'not', 'unrecorded')")
        assert order("pause")[0] == 409, "nobody speaks yet"
        c, other = Twilio(h, "live", "recorded").mic(), Twilio(h, "not", "unrecorded").mic()
        time.sleep(3)
        assert order("pause", "not")[0] == 409 and order("pause", "none")[0] == 404 and order("pause", key=h.key("B"))[0] == 404
        assert order("record")[0] == 400 and h.api("POST", "/v1/calls/live/recording", {}, mine)[0] == 400
        c.say(tone(600, 440, 8000, 3000))
        time.sleep(1.5)
        for action, after in (("pause", "pause"), ("stop", None)):  # the second changes nothing
            status, _, got = order(action)
            assert status == 202 and got["recording"]["action"] == action, (status, got, after)
        time.sleep(0.3)
        c.say(tone(600, 700, 8000, 9000))
        time.sleep(2)  # all of it is through, however late the machine is
        assert order("start")[0] == 202
        time.sleep(0.3)
        c.say(tone(600, 440, 8000, 3000))
        time.sleep(1.2)
        c.close()
        other.close()
        h.books("live")
        assert order("resume")[0] == 409, "it is over"
        rate, caller, _ = channels(f"{h.dir}/recordings/A/live.wav")
        pauses = transcript(h, "live")["pauses"]
        assert len(pauses) == 1 and pauses[0]["reason"] == "command" and pauses[0]["to"] - pauses[0]["from"] > 1.4, pauses
        room = rate // 20  # the edges, to the frames that a machine was late with
        assert not any(caller[int(pauses[0]["from"] * rate) + room:int(pauses[0]["to"] * rate) - room])
        assert share_of(caller, 700, rate) < 0.001 < 0.01 < share_of(caller, 440, rate)
        assert len(sounds(caller, rate)) == 2, sounds(caller, rate)
        kinds = [r[0] for r in h.rows("select kind from call_timeline where call_id = 'live' and kind like 'recording.%' order by seq")]
        assert kinds == ["recording.paused", "recording.resumed"], kinds
