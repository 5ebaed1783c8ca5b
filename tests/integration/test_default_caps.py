"""Caps that only the platform's configuration names are told of like a tenant's own."""
import json

from house import House
from stack import wait_until
from test_faults import LOAD, agent


def test_alerts_are_raised_at_the_caps_of_the_configuration_too():
    with House(agents={"a": agent()}, lab_args=LOAD, env={"DAILY_COST_CAP_INR": "50", "MONTHLY_MINUTE_CAP": "0"}) as h:
        h.rows("insert into webhook_endpoints (tenant_id, url, secret) values ('A', 'https://example.com/a', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')")
        h.rows("insert into voice_usage_ledger (tenant_id, call_id, usage_type, duration_seconds, cost_inr, usage_date, occurred_at) "
               "values ('A', 'before', 'outbound_call', 60, 45, current_date, now())")
        assert h.rows("select count(*) from usage_alerts") == [["0"]]
        h.books(h.call("--leg", "twilio", "--agent", "a", "--say", "text:hello")["call_id"])
        assert h.rows("select kind, percent, cap from usage_alerts") == [["daily_cost_inr", "80", "50"]]
        told = wait_until(lambda: h.rows("select payload from webhook_events where type = 'system.alert'"), 10, "the alert")
        assert [(e["percent"], e["cap"]) for e in map(json.loads, (t[0] for t in told))] == [(80, 50)], told
        # A tenant's own cap goes before it, and a cap of nothing is none.
        h.rows("update tenants set settings = settings || '{\"daily_cost_cap_inr\": 0}' where id = 'A'")
        h.rows("delete from usage_alerts")
        h.books(h.call("--leg", "twilio", "--agent", "a", "--say", "text:hello")["call_id"])
        assert h.rows("select count(*) from usage_alerts") == [["0"]]
        h.rows("update tenants set settings = settings || '{\"daily_cost_cap_inr\": 46}' where id = 'A'")
        h.books(h.call("--leg", "twilio", "--agent", "a", "--say", "text:hello")["call_id"])
        assert h.rows("select percent, cap from usage_alerts order by 1")[0] == ["80", "46"]
