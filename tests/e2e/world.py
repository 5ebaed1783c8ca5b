"""What the console looks at: the daemon with its database and Redis, the lab's providers and its carriers, and one tenant with a
key, a member and a number that is free. python3 world.py keeps it up and says what the tests have to be told."""
import datetime
import json
import os
import signal
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(here), "integration"))
from house import House  # noqa: E402
from lab_carriers import ACCOUNT, TOKEN, Carriers  # noqa: E402
from stack import free_port  # noqa: E402

EMAIL, PASSWORD, NUMBER = "asha@example.org", "a long enough password", "+15553335555"
# Who is called picks up, says something and hangs up.
TALKS = {"match": {"direction": "outbound"}, "then": {"pick_up_ms": 200, "say": ["@after=1000:text:What time is it please?", "@now:wait:4000", "@now:hangup"]}}
TWICE = {"match": {"direction": "outbound", "to": "+919876543211"}, "times": 1, "then": {"outcome": "busy", "pick_up_ms": 100}}


def zone_of_noon():
    """Where it is the middle of the day, whenever this runs."""
    ahead = 13 - datetime.datetime.now(datetime.timezone.utc).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


class World:
    def __init__(self):
        port = free_port()
        carriers = f"http://127.0.0.1:{port}"
        self.house = House(env={"API_RATE_PER_MINUTE": "5000", "JOURNAL_FLUSH_MS": "100", "TWILIO_API_URL": carriers, "TWILIO_ACCOUNT_SID": ACCOUNT,
                                "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_CPS": "20", "RECONCILE_SECONDS": "0.5", "CAMPAIGN_TICK_MS": "100",
                                "INVORTO_ENV": "development"})
        base = self.house.http("")
        self.house.env["PUBLIC_BASE_URL"] = base
        self.carriers = Carriers("--twilio-voice", base + "/telephony/twilio/voice", "--twilio-status", base + "/telephony/twilio/status",
                                 "--twilio-token", TOKEN, "--account", ACCOUNT, "--scenario", json.dumps({"rules": [TWICE, TALKS]}), port=port)

    def __enter__(self):
        h = self.house.__enter__()
        self.carriers.__enter__()
        h.add_agent("A", "spare", {"name": "Spare", "prompt": "You are never called."})
        h.rows(f"insert into twilio_phone_pool (phone_number_e164, twilio_sid) values ('{NUMBER}', 'PN' || repeat('9', 32))")
        self.key = h.key()
        status, _, said = h.api("POST", "/v1/members", {"email": EMAIL, "role": "admin", "password": PASSWORD}, key=self.key)
        assert status == 201, said
        return self

    def __exit__(self, *exc):
        try:
            self.house.__exit__(*exc)
        finally:
            self.carriers.__exit__(*exc)

    def env(self):
        return {"CONSOLE_URL": self.house.http(""), "CONSOLE_KEY": self.key, "CONSOLE_EMAIL": EMAIL, "CONSOLE_PASSWORD": PASSWORD,
                "CONSOLE_NUMBER": NUMBER, "CONSOLE_ZONE": zone_of_noon()}


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with World() as world:
        print("\n".join(f"export {k}={v!r}" for k, v in world.env().items()), flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass
