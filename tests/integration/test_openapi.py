"""The documents against the daemon: what others' tools make of them. Schemathesis asks every route what nobody would
think of, and looks whether the answers are those that were promised.
INVORTO_LONG=1 asks for ten minutes (INVORTO_SECONDS) with a seed of the day (INVORTO_SEED)."""
import json
import os
import re
import subprocess
import tempfile
import time

import tools
from house import House

LONG = bool(os.environ.get("INVORTO_LONG"))
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance"
# updateTenant may shut the door behind us (its address list); a viewer's answer has no end.
SPARED = ("updateTenant", "watchCall", "watchCalls", "demo_ticket", "metrics", "telephony_metrics")


def test_the_documents_are_what_they_say_they_are():
    with House() as h:
        status, headers, openapi = h.api("GET", "/openapi.json")
        assert status == 200 and headers["content-type"].startswith("application/json"), headers
        path = os.path.join(h.dir, "openapi.json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(openapi, f)
        said = subprocess.run([tools.venv("openapi", "openapi-spec-validator"), "--errors", "all", path], capture_output=True, text=True, timeout=120, check=False)
        assert said.returncode == 0, said.stdout[-3000:] + said.stderr[-3000:]
        names = [op["operationId"] for ops in openapi["paths"].values() for m, op in ops.items() if m in ("get", "post", "put", "patch", "delete")]
        assert len(names) == len(set(names)) > 40
        status, _, asyncapi = h.api("GET", "/asyncapi.json")
        assert status == 200 and asyncapi["asyncapi"].startswith("3."), asyncapi.get("asyncapi")
        # Every reference of it leads somewhere, and every message is of some operation.
        for ref in re.findall(r'"\$ref": "(#[^"]*)"', json.dumps(asyncapi)):
            there = asyncapi
            for part in ref.split("/")[1:]:
                there = there[part.replace("~1", "/").replace("~0", "~")]
        for channel in asyncapi["channels"].values():
            assert channel["messages"] and all("payload" in m or m.get("contentType") for m in channel["messages"].values()), channel.get("address")
        assert asyncapi["operations"]


def test_every_answer_is_one_the_document_promises():
    with House(env={"API_RATE_PER_MINUTE": "10000", "AUTH_FAILURES_PER_MINUTE": "100000", "RATE_LIMIT_PER_MINUTE": "1000000"}) as h:
        key = h.key(role="admin")
        # It learns the names of keys from answers, and asks for the end of its own: that is granted and does not happen.
        h.rows(f"""create function kept() returns trigger language plpgsql as
            $$ begin new.revoked_at = null; new.expires_at = null; return new; end $$;
            create trigger kept before update on api_keys for each row when (old.prefix = '{key[:12]}') execute function kept()""")
        seed = int(os.environ.get("INVORTO_SEED", time.time() // 86400 if LONG else 7))
        with tempfile.TemporaryDirectory() as work:
            spared = [word for name in SPARED for word in ("--exclude-operation-id", name)]
            said = subprocess.run(
                [tools.venv("openapi", "schemathesis"), "--no-color", "run", h.http("/openapi.json"), "--header", f"Authorization: Bearer {key}", "--checks", CHECKS,
                 "--phases", "examples,coverage,fuzzing" + (",stateful" if LONG else ""), "--seed", str(seed), "--generation-database", "none",
                 "--no-shrink", "--request-timeout", "15", "--warnings", "off", "--max-examples", "200" if LONG else "8",
                 "--max-time", os.environ.get("INVORTO_SECONDS", "600") if LONG else "40", "--continue-on-failure", *spared],
                cwd=work, capture_output=True, text=True, timeout=900 if LONG else 180, check=False)
        text = said.stdout[said.stdout.find("= FAILURES"):] if "= FAILURES" in said.stdout else said.stdout
        cases = re.search(r"(\d+) generated", said.stdout)
        assert cases and int(cases.group(1)) > 100, said.stdout[-2000:]
        assert said.returncode == 0, text[:12000] + said.stderr[-2000:]
        status, _, answer = h.api("GET", "/v1/agents", key=key)
        assert status in (200, 429), (status, answer)
        for line in h.log().splitlines():
            assert "api.undeclared_error" not in line and "api.failed" not in line, line


test_every_answer_is_one_the_document_promises.seconds = 60
