"""Calls that ElevenLabs dials for the agents it hosts, over the lab's ElevenLabs."""
from test_dial import INDIA, TWILIO_NUMBER, Line
from test_faults import agent


def conversations(line, call):
    said = line.lab.ask("GET", f"/v1/convai/conversations?user_id=A%2F{call}", headers={"xi-api-key": "k"})
    assert said[0] == 200, said
    return said[2]["conversations"]


def hosted(line):
    line.h.add_agent("A", "hosted", agent())
    line.h.rows("update voice_agents set provider = 'elevenlabs', elevenlabs_agent_id = 'agent_9' where tenant_id = 'A' and id = 'hosted'")
    line.h.rows("update voice_phone_numbers set elevenlabs_phone_number_id = 'phnum_9' where id = 'num_t'")
    line.agent = "hosted"


def rest(**then):
    return {"match": {"carrier": "elevenlabs", "rest": "create"}, "times": 1, "then": {"rest": then}}


def test_elevenlabs_dials_for_the_agents_it_hosts_and_is_asked_once():
    line = Line(ELEVENLABS_CPS="100")
    line.h.env["ELEVENLABS_BASE_URL"] = line.lab.url
    with line:
        hosted(line)
        # Placed: both ids lead to the call.
        status, _, call = line.place(carrier="elevenlabs", **{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "queued", call
        [asked] = conversations(line, call["id"])
        assert call["providerCallId"] == asked["conversation_id"], (call, asked)
        assert asked["request"]["agent_id"] == "agent_9" and asked["request"]["agent_phone_number_id"] == "phnum_9"
        assert asked["request"]["to_number"] == INDIA
        assert asked["request"]["conversation_initiation_client_data"]["dynamic_variables"]["call_id"] == call["id"]
        aliases = line.h.rows(f"select provider, alias from call_aliases where call_id = '{call['id']}' order by provider")
        assert aliases == [["elevenlabs", asked["conversation_id"]], ["twilio", asked["callSid"]]], aliases
        # It says no with 200, once; nobody asks again.
        line.lab.rules(rest(code=1))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and (call["status"], call["failureReason"]) == ("failed", "rejected"), call
        assert line.row(call["id"], "status, closed_at is not null") == ["failed", "t"]
        assert conversations(line, call["id"]) == []
        # It placed the call and did not say so: found by our name for it, never placed anew.
        line.lab.rules(rest(status=500, after_placed=True))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "unknown", call
        [asked] = conversations(line, call["id"])
        line.until(call["id"], provider_call_id=asked["conversation_id"])
        assert len(conversations(line, call["id"])) == 1
        # Its key is wrong: nothing rings.
        line.lab.rules(rest(status=401))
        status, _, call = line.place(**{"from": TWILIO_NUMBER})
        assert status == 201 and call["status"] == "failed" and conversations(line, call["id"]) == [], call
