"""What ElevenLabs tells after a call: believed only when signed, taken once, parked while its call is not known, and told on
through the ledger, the kernel and the webhooks as any other end."""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import subprocess
import threading
import time

from database import quoted
from house import House
from stack import DAEMON, wait_until

PATH, SECRET = "/functions/v1/voice-webhook-post-call", "wsec_0123456789abcdef"
ENV = {"ELEVENLABS_WEBHOOK_SECRET": SECRET, "CONVERSATION_CHECK_SECONDS": "0.2", "OPTIMIZER_DEBOUNCE_MS": "100"}
MP3 = b"ID3\x04\x00\x00\x00\x00\x00\x00" + bytes(range(256)) * 1500


def signature(body, secret=SECRET, at=None, extra=""):
    t = str(int(time.time()) if at is None else at)
    return f"t={t},v0=" + hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest() + extra


def send(h, payload, header=None, base=None, **how):
    """Status and body."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    header = signature(body, **how) if header is None else header
    status, _, answer = h.api("POST", PATH, body, headers={"ElevenLabs-Signature": header} if header else None, base=base)
    return status, answer


def transcription(conversation="conv_1", named="A/c1", **data):
    return {"type": "post_call_transcription", "event_timestamp": int(time.time()), "data": {
        "agent_id": "agent_1", "status": "done", "user_id": named, "conversation_id": conversation,
        "transcript": [{"role": "agent", "message": "Hello, this is a test."}, {"role": "user", "message": "My number is +91 98123 45678"},
                       {"role": "agent", "message": None, "tool_calls": []}],
        "metadata": {"start_time_unix_secs": int(time.time()) - 60, "accepted_time_unix_secs": int(time.time()) - 58,
                     "call_duration_secs": 42, "cost": 310, "termination_reason": "end_call tool was called.", "main_language": "en",
                     "phone_call": {"type": "twilio", "direction": "outbound", "call_sid": "CA" + conversation, "call_result": "answered"}},
        "analysis": {"call_successful": "success", "transcript_summary": "Gave 98123 45678 as the number.",
                     "evaluation_criteria_results": {"resolved": {"criteria_id": "resolved", "result": "success", "rationale": "Said so."}},
                     "data_collection_results": {"qualification_score": {"data_collection_id": "qualification_score", "value": 8}}},
        "conversation_initiation_client_data": {"dynamic_variables": {"call_id": named.split("/")[-1]}}, **data}}


def call(h, name="c1", tenant="A", conversation=None, **columns):
    """A call that a vendor's agent has."""
    more = "".join(f", {k}" for k in columns)
    values = "".join(f", {quoted(str(v))}" for v in columns.values())
    h.rows(f"insert into voice_call_records (tenant_id, id, status, provider, carrier, customer_number, dialled_at{more}) values "
           f"('{tenant}', '{name}', 'queued', 'elevenlabs', 'elevenlabs', '+15550100077', now(){values})")
    if conversation:
        h.rows(f"insert into call_aliases (tenant_id, provider, alias, call_id) values ('{tenant}', 'elevenlabs', '{conversation}', '{name}')")


def record(h, name="c1", tenant="A"):
    got = h.rows("select jsonb_build_object('status', status, 'outcome', outcome, 'seconds', duration_seconds, 'cost', cost, "
                 "'transcript', transcript, 'summary', summary, 'analysis', analysis, 'usage', usage, 'redacted', redacted, "
                 "'reason', end_reason, 'failure', failure_reason, 'language', language, 'closed', closed_at is not null) "
                 f"from voice_call_records where id = {quoted(name)} and tenant_id = '{tenant}'")
    return json.loads(got[0][0])


def followed(h, name="c1"):
    """Ledger rows, kernel events, call.ended events."""
    return h.rows(f"select (select count(*) from voice_usage_ledger where call_id = '{name}'), (select count(*) from kernel_events where "
                  f"entity_id = '{name}'), (select count(*) from webhook_events where call_id = '{name}' and type = 'call.ended')")[0]


def house(**env):
    return House(env={**ENV, **env}, lab=False)


def test_a_call_is_told_once_and_everything_follows_from_it():
    with house() as h:
        call(h, conversation="conv_1")
        assert send(h, transcription()) == (200, {"success": True, "result": "ended"})
        got = record(h)
        assert (got["status"], got["outcome"], got["seconds"], got["cost"], got["language"]) == ("completed", "connected", 42, 0.07, "en"), got
        assert got["transcript"] == "Agent: Hello, this is a test.\nUser: My number is [PHONE]" and got["redacted"]
        assert got["summary"] == "Gave [PHONE] as the number." and got["usage"]["credits"] == 310
        assert got["analysis"]["qualification_score"] == 8 and got["analysis"]["by"] == "elevenlabs"
        assert got["analysis"]["evaluation_criteria_results"]["resolved"]["result"] == "success"
        assert followed(h) == ["1", "1", "1"]
        assert h.rows("select duration_seconds, cost_usd from voice_usage_ledger") == [["42", "0.0700"]]
        assert h.rows("select provider, alias from call_aliases order by 1") == [["elevenlabs", "conv_1"], ["twilio", "CAconv_1"]]
        # Again by the same bytes, by others with the same meaning, and in two requests at once: once.
        body = json.dumps(transcription()).encode()
        header = signature(body)
        assert [send(h, body, header)[1]["result"] for _ in range(2)] == ["again", "again"]
        assert send(h, transcription(transcript=[]))[1]["result"] == "again"
        assert record(h) == got and followed(h) == ["1", "1", "1"] and h.rows("select how from vendor_deliveries") == [["webhook"]]
        # The review has it like any other call, and tells it on.
        wait_until(lambda: h.rows("select call_id from webhook_events where type = 'agent.summary'") == [["c1"]], 20, "the summary to be told")
        with open(os.path.join(h.dir, "invorto.log"), encoding="utf-8") as f:
            log = f.read()
        assert "post_call.taken" in log and "98123" not in log and "Hello, this" not in log and "+1555" not in log


def test_only_what_is_signed_is_believed():
    with house(ELEVENLABS_WEBHOOK_SECRET_OLD="wsec_old") as h:
        call(h, conversation="conv_1")
        body = json.dumps(transcription()).encode()
        now, good = int(time.time()), signature(body)
        refused = {
            "no header": "", "no time": good.split(",")[1], "no signature": good.split(",")[0], "another secret": signature(body, "wsec_x"),
            "another body": signature(body + b" "), "two times": f"t={now}," + good, "upper case": good.replace("v0=", "V0="),
            "too old": signature(body, at=now - 400), "ahead": signature(body, at=now + 120), "milliseconds": signature(body, at=now * 1000),
            "another scheme": good.replace("v0=", "v1="), "no number": good.replace(str(now), "now"), "nothing": "t=,v0=",
            "another time": good.replace(f"t={good[2:12]}", f"t={now - 5}"), "much": "t=1," + "v0=00," * 3000}
        for what, header in refused.items():
            status, answer = send(h, body, header)
            assert status == (401 if len(header) < 16000 else 431), (what, status, answer)
            assert "wsec" not in json.dumps(answer)
        assert not record(h)["closed"] and h.rows("select count(*) from vendor_parked") == [["0"]]
        accepted = [signature(body, at=now - 200), signature(body, "wsec_old"), signature(body, extra=",v0=" + "0" * 64),
                    ", ".join(reversed(signature(body).split(","))), signature(body, at=now + 30)]
        assert [send(h, body, header)[0] for header in accepted] == [200] * 5
        assert record(h)["closed"] and followed(h) == ["1", "1", "1"]
        assert not os.listdir(os.path.join(h.dir, "incoming")) if os.path.isdir(os.path.join(h.dir, "incoming")) else True


def test_unsigned_ones_are_believed_by_an_explicit_switch_alone():
    with house(ELEVENLABS_WEBHOOK_SECRET="") as h:
        call(h, conversation="conv_1")
        assert send(h, transcription(), "")[0] == 401 and send(h, transcription())[0] == 401
    with house(ELEVENLABS_WEBHOOK_SECRET="", ELEVENLABS_WEBHOOK_ALLOW_UNSIGNED="true") as h:
        call(h, conversation="conv_1")
        assert send(h, transcription(), "") == (200, {"success": True, "result": "ended"})
    with house(ELEVENLABS_WEBHOOK_ALLOW_UNSIGNED="true") as h:  # there is a secret: the switch says nothing
        assert send(h, transcription(), "")[0] == 401


def test_a_call_that_could_not_be_placed_ends_as_it_did():
    with house() as h:
        for n, (reason, status, outcome) in enumerate((("busy", "busy", "busy"), ("no-answer", "no-answer", "no-answer"), ("unknown", "failed", "failed"))):
            call(h, f"c{n}", conversation=f"conv_{n}")
            payload = {"type": "call_initiation_failure", "event_timestamp": 1, "data": {
                "agent_id": "agent_1", "conversation_id": f"conv_{n}", "failure_reason": reason,
                "metadata": {"type": "twilio", "body": {"CallSid": f"CA{n}", "SipResponseCode": "486", "To": "+15550100077"}}}}
            assert send(h, payload) == (200, {"success": True, "result": "ended"})
            got = record(h, f"c{n}")
            assert (got["status"], got["outcome"], got["seconds"], got["cost"], got["failure"]) == (status, outcome, 0, 0, reason), got
            assert followed(h, f"c{n}") == ["1", "1", "1"]
            assert send(h, payload)[1]["result"] == "again"
        # By the carrier's own name, when the vendor gave no conversation before.
        call(h, "c9")
        h.rows("insert into call_aliases (tenant_id, provider, alias, call_id) values ('A', 'twilio', 'CA9', 'c9')")
        assert send(h, {"type": "call_initiation_failure", "data": {"conversation_id": "conv_9", "failure_reason": "busy", "metadata": {
            "type": "twilio", "body": {"CallSid": "CA9"}}}})[1]["result"] == "ended"
        assert record(h, "c9")["status"] == "busy"


def test_a_recording_comes_in_chunks_and_is_kept_as_the_call_s():
    with house(ELEVENLABS_WEBHOOK_MAX_BYTES="1000000") as h:
        call(h, conversation="conv_1")

        def post(body, header):
            c = http.client.HTTPConnection("127.0.0.1", h.port, timeout=20)
            c.request("POST", PATH, (body[i:i + 7777] for i in range(0, len(body), 7777)), encode_chunked=True,
                      headers={"Content-Type": "application/json", "ElevenLabs-Signature": header, "Transfer-Encoding": "chunked"})
            r = c.getresponse()
            return r.status, json.loads(r.read())

        def recording(sound, escaped=False):
            body = json.dumps({"type": "post_call_audio", "event_timestamp": 1, "data": {
                "agent_id": "agent_1", "conversation_id": "conv_1", "full_audio": base64.b64encode(sound).decode()}})
            return (body.replace("/", "\\/") if escaped else body).encode()

        body = recording(MP3, escaped=True)
        assert post(body, signature(body)) == (200, {"success": True, "result": "added"})
        kind, form, path, size, digest = h.rows("select kind, format, local_path, bytes, sha256 from artifacts where call_id = 'c1'")[0]
        with open(path, "rb") as f:
            assert f.read() == MP3
        assert (kind, form, int(size), digest) == ("recording", "mp3", len(MP3), hashlib.sha256(MP3).hexdigest())
        assert not record(h)["closed"], "a recording ends no call"
        folder = os.path.dirname(path)
        body = recording(MP3 + b"x")
        assert post(body, signature(body))[1]["result"] == "again"
        wait_until(lambda: os.listdir(folder) == [os.path.basename(path)], 5, "the second file to go")
        for sound, what in ((b"RIFF0000WAVEfmt ", "no MP3"), (b"", "nothing")):
            body = recording(sound)
            assert post(body, signature(body))[0] == 400, what
        body = recording(MP3).replace(b"AAEC", b"A*EC", 1)
        assert post(body, signature(body))[0] == 400
        assert post(recording(MP3), "t=1,v0=00")[0] == 401
        body = recording(MP3 * 2)
        try:
            assert post(body, signature(body))[0] == 413
        except OSError:
            pass  # it was told before it had said all
        wait_until(lambda: os.listdir(folder) == [os.path.basename(path)] and not os.listdir(os.path.join(h.dir, "incoming")), 5, "files to go")
        status, _, got = h.api("GET", "/v1/calls/c1/artifacts", key=h.key())
        assert status == 200 and "mp3" in json.dumps(got), got


def test_what_nobody_knows_waits_until_somebody_does_or_is_given_up():
    with house(ELEVENLABS_PARKED_TRIES="3") as h:
        assert send(h, transcription("conv_7", "A/late")) == (202, {"success": True, "result": "parked"})
        assert send(h, transcription("conv_7", "A/late"))[0] in (200, 202)  # within the same second it is the same request
        assert h.rows("select type, conversation_id, tries from vendor_parked") == [["post_call_transcription", "conv_7", "0"]]
        call(h, "late")
        h.rows("update vendor_parked set next_at = now()")
        wait_until(lambda: record(h, "late")["closed"], 15, "the call to be told")
        wait_until(lambda: h.rows("select 1 from vendor_parked") == [], 5, "the place to be free")
        assert h.rows("select how from vendor_deliveries") == [["parked"]] and followed(h, "late") == ["1", "1", "1"]
        # Of another tenant's call with our name for it, and of one that no vendor has: nobody's.
        h.rows("insert into voice_call_records (tenant_id, id, status) values ('A', 'own', 'ringing')")
        assert send(h, transcription("conv_8", "A/own"))[0] == 202 and send(h, transcription("conv_9", "B/late"))[0] == 202
        for tries in range(1, 4):
            h.rows("update vendor_parked set next_at = now() where given_up_at is null")
            wait_until(lambda n=tries: h.rows("select min(tries) from vendor_parked") == [[str(n)]], 15, f"try {tries}")
        wait_until(lambda: h.rows("select count(*) from vendor_parked where given_up_at is not null and payload is null") == [["2"]], 15, "giving up")
        assert h.metric("invorto_post_call_lost_total") == 2 and not record(h, "own")["closed"]


def test_a_call_that_has_ended_already_gets_what_was_said():
    with house() as h:
        call(h, conversation="conv_1")
        h.rows("select set_config('app.tenant_id', 'A', false); select close_unspoken_call('A', 'c1', 'completed', 'hangup', null)")
        before = followed(h)
        assert send(h, transcription())[1]["result"] == "added"
        got = record(h)
        assert got["transcript"].startswith("Agent: Hello") and got["outcome"] == "connected" and followed(h) == before == ["1", "1", "1"]
        call(h, "gone", conversation="conv_2")
        h.rows("update voice_call_records set erased_at = now() where id = 'gone'")
        assert send(h, transcription("conv_2", "A/gone"))[1]["result"] == "gone" and record(h, "gone")["transcript"] is None


def test_the_first_product_s_simple_payload_is_taken_too():
    with house() as h:
        call(h, "c1", conversation="conv_1")
        assert send(h, {"conversation_id": "conv_1", "status": "in_progress"})[1]["result"] == "stage"
        assert record(h)["status"] == "in-progress"
        assert send(h, {"id": "conv_1", "status": "completed", "duration_seconds": 180, "cost": 0.30, "outcome": "qualified",
                        "transcript": "agent: hi", "analysis": {"qualification_score": 8}, "recording_url": "https://example.org/a.mp3"})[1]["result"] == "ended"
        got = record(h)
        assert (got["outcome"], got["seconds"], got["cost"], got["analysis"]["qualification_score"]) == ("qualified", 180, 0.3, 8), got
        assert send(h, {"conversation_id": "conv_1", "status": "in-progress"})[1]["result"] == "stage" and record(h)["status"] == "completed"
        assert h.rows("select cost_usd from voice_usage_ledger") == [["0.3000"]]
        for bad in ({"status": "completed"}, {"id": "conv_1", "status": "exploded"}, {"id": "x" * 200}, [], {"type": "post_call_transcription"},
                    {"type": "post_call_transcription", "data": {}}, b"{", b"", b"null", b'{"id": "conv_1\x00"}'):
            assert send(h, bad)[0] == 400, bad
        assert send(h, {"type": "answering_machine_detection", "data": {"x": 1}}) == (200, {"success": True, "result": "ignored"})


def test_words_of_what_came_of_it_are_ours():
    with house() as h:
        def value(name, said):
            return {"analysis": {"data_collection_results": {name: {"value": said}}}}

        cases = [({"metadata": {"phone_call": {"call_result": "voicemail"}}}, "completed", "voicemail"), (value("outcome", "Not Interested"), "completed", "not-interested"),
                 (value("qualified", True), "completed", "qualified"), (value("callback_requested", "yes"), "completed", "callback-requested"),
                 ({"transcript": [{"role": "agent", "message": "Hello?"}]}, "completed", None),
                 ({"metadata": {"phone_call": {"call_result": "no_answer"}}, "transcript": []}, "no-answer", "no-answer"),
                 ({"status": "failed", "metadata": {"error": {"code": 1008}}, "transcript": []}, "failed", "failed"),
                 (value("outcome", "whatever"), "completed", "connected"), (value("opted_out", True), "completed", "opted-out"),
                 ({"metadata": {"cost_fiat": 0.5, "call_duration_secs": 60}}, "completed", "connected"),
                 ({"metadata": {"cost_fiat": {"amount": 87, "currency": "inr"}}}, "completed", "connected")]
        for n, (data, status, outcome) in enumerate(cases):
            call(h, f"c{n}", conversation=f"conv_{n}")
            assert send(h, transcription(f"conv_{n}", f"A/c{n}", **data))[1]["result"] == "ended"
            got = record(h, f"c{n}")
            # Where the vendor has no word the review may have found one by now.
            assert got["status"] == status and (got["outcome"] == outcome or outcome is None), (n, data, got)
        assert record(h, "c9")["cost"] == 0.5 and record(h, "c10")["cost"] == 1.0
        assert h.rows("select count(*) from dnc_entries where phone_e164 = '+15550100077'") == [["1"]], "who does not want to be called is not"
        h.rows("""update tenants set settings = '{"redaction": {"enabled": false}}' where id = 'A'""")
        call(h, "open", conversation="conv_open")
        send(h, transcription("conv_open", "A/open"))
        assert "98123 45678" in record(h, "open")["transcript"] and not record(h, "open")["redacted"]


def test_when_the_database_is_away_the_vendor_is_to_come_again():
    with house(DATABASE_QUERY_TIMEOUT_MS="1000") as h:
        call(h, conversation="conv_1")
        h.rows("alter function take_post_call(text, text, jsonb) rename to hidden")
        body = json.dumps(transcription()).encode()
        header = signature(body)
        assert send(h, body, header)[0] == 500 and not record(h)["closed"]
        h.rows("alter function hidden(text, text, jsonb) rename to take_post_call")
        assert send(h, body, header) == (200, {"success": True, "result": "ended"}), "the same bytes: it was no replay"


def test_the_end_of_a_campaign_s_call_is_decided_about_within_moments():
    with house() as h:
        # Somebody is left to be called, tomorrow: else it would be completed.
        h.rows("insert into voice_campaigns (tenant_id, id, name, status) values ('A', 'cmp', 'Spring', 'draft'); insert into leads (tenant_id, "
               "phone, campaign_id, state, next_at) values ('A', '+14155550123', 'cmp', 'queued', now() + interval '1 day'); "
               "update voice_campaigns set status = 'running'")
        for n in range(10):
            call(h, f"c{n}", conversation=f"conv_{n}", campaign_id="cmp")
        for n in range(10):
            kind = {"type": "call_initiation_failure", "data": {"conversation_id": f"conv_{n}", "failure_reason": "unknown"}}
            assert send(h, kind)[0] == 200
        wait_until(lambda: h.rows("select status from voice_campaigns") == [["paused"]], 20, "the campaign to be paused")
        key = h.key()
        wait_until(lambda: h.rows("select count(*) from kernel_events where status = 'pending'") == [["0"]], 20, "every event")
        status, _, page = h.api("GET", "/v1/decisions?decision=pause_campaign", key=key)
        assert status == 200 and len(page["data"]) == 1, page
        d = page["data"][0]
        assert d["status"] == "executed" and d["reason"].startswith("Failure rate 100 % is above 30 %") and d["campaignId"] == "cmp"
        assert d["actions"][0]["type"] == "pause_campaign" and d["metadata"]["rules"][0]["numerator"] == 10
        assert h.api("POST", f"/v1/decisions/{d['id']}/accept", key=key)[0] == 409
        assert h.api("GET", "/v1/decisions/kdc_x", key=key)[0] == 404
        assert h.api("POST", f"/v1/decisions/{d['id']}/accept", key=h.key(role="analyst"))[0] == 403
        assert h.api("GET", "/v1/decisions", key=h.key("B"))[2]["data"] == []
        assert h.metric('invorto_kernel_decisions_total{decision="pause_campaign"}') == 1


def test_an_end_is_decided_about_soon_whoever_ended_before():
    with house(OPTIMIZER_DEBOUNCE_MS="1500") as h:
        h.rows("insert into voice_campaigns (tenant_id, id, name, status) values ('A', 'cmp', 'Spring', 'running')")
        for name, campaign in (("other", None), ("c", "cmp")):  # the first look comes for the first, too early for the second
            call(h, name, conversation="conv_" + name, **({"campaign_id": campaign} if campaign else {}))
            assert send(h, {"type": "call_initiation_failure", "data": {"conversation_id": "conv_" + name, "failure_reason": "unknown"}})[0] == 200
            time.sleep(0.7)
        wait_until(lambda: h.rows("select status from kernel_events where correlation_id = 'cmp'") == [["completed"]], 8, "its decision")


def test_what_nobody_told_is_asked_for():
    """ElevenLabs' answers to GET /v1/convai/conversations/:id."""
    said = {"conv_live": {"conversation_id": "conv_live", "status": "in-progress"}, "conv_1": transcription()["data"]}

    class Vendor(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            found = said.get(self.path.rpartition("/")[2]) if self.headers["xi-api-key"] == "key" else None
            body = json.dumps(found or {"detail": "not found"}).encode()
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    vendor = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor)
    threading.Thread(target=vendor.serve_forever, daemon=True).start()
    with house(ELEVENLABS_BASE_URL=f"http://127.0.0.1:{vendor.server_port}", ELEVENLABS_API_KEY="key", PUBLIC_BASE_URL="http://127.0.0.1") as h:
        for name, conversation in (("c1", "conv_1"), ("live", "conv_live"), ("lost", "conv_gone")):
            call(h, name, conversation=conversation)
        h.rows("update conversation_checks set next_at = now()")
        wait_until(lambda: record(h)["closed"], 20, "the call to be told")
        assert record(h)["transcript"].startswith("Agent: Hello") and followed(h) == ["1", "1", "1"]
        assert h.rows("select how from vendor_deliveries") == [["asked"]]
        wait_until(lambda: h.rows("select call_id from conversation_checks where checks = 1 and last_error is not null order by 1") == [["live"], ["lost"]],
                   20, "the others to be asked about")
        assert not record(h, "live")["closed"] and not record(h, "lost")["closed"]
        assert send(h, transcription())[1]["result"] == "again", "the webhook comes after all"
    vendor.shutdown()


def test_the_command_line_explains_a_campaign_and_changes_nothing():
    with house() as h:
        h.rows("insert into voice_campaigns (tenant_id, id, name, status) values ('A', 'cmp', 'Spring', 'paused'); "
               "insert into voice_call_records (tenant_id, id, campaign_id, status) select 'A', 'c' || n, 'cmp', "
               "case when n < 4 then 'failed' else 'completed' end from generate_series(1, 12) n")
        before = h.rows("select count(*), max(updated_at) from voice_campaigns")

        def ask(*args):
            p = subprocess.run([DAEMON, "optimise", *args], env=h.env, capture_output=True, text=True, timeout=30, check=False)
            return p.returncode, p.stdout, p.stderr

        status, out, _ = ask("--campaign", "cmp", "--explain")
        assert status == 0 and "failure_rate = 3 / 12 = 0.25" in out and "not_reached: failure rate is 25 %, not > 30 %" in out, out
        assert "Decision: continue" in out and h.rows("select count(*), max(updated_at) from voice_campaigns") == before
        status, out, _ = ask("--campaign", "cmp", "--explain", "--json", "--tenant", "A")
        assert status == 0 and [r["name"] for r in json.loads(out)["rules"]] == ["stop_loss", "retry_windows", "agent_switch", "scale_up"]
        assert ask("--campaign", "nope", "--explain")[0] == 1 and ask("--campaign", "cmp")[0] == 64 and ask("--explain")[0] == 64
