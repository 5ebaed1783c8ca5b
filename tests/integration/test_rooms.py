"""Rooms, with the lab's carriers: calls are taken into one, silenced there, and come back to their agent."""
from fleet import Fleet
from stack import wait_until
from test_faults import agent
from test_fleet import Api, sockets, talking, whose


def said(f, sid, what):
    return [e.get("text") for e in f.told(sid)["events"] if e["what"] == what]


def in_a_room(f, api, call, sid):
    status, answer = api("POST", f"/conference/{call}", {"action": "join", "room": "sales"})
    assert status == 202 and answer["participants"] == [{"id": call, "ok": True}], answer
    return wait_until(lambda: said(f, sid, "conference joined"), 20, f"{sid} in its room")[-1]


def comes_back_to_the_agent(f, carrier):
    api = Api(f)
    (sid, call), (other_sid, other) = talking(f, carrier), talking(f, carrier)
    sockets(f, sid, 1)
    # One that is with its agent can neither leave a room nor be silenced there, and does not notice.
    for action in ("leave", "mute", "unmute"):
        assert api("POST", f"/conference/{call}", {"action": action, "room": "sales"})[0] == 409, action
    name = in_a_room(f, api, call, sid)
    assert in_a_room(f, api, other, other_sid) == name and name.startswith("room-")
    assert api("POST", f"/conference/{call}", {"action": "mute", "room": "elsewhere"})[0] == 409
    assert said(f, sid, "conference mute") == []
    assert api("POST", f"/conference/{call}", {"action": "mute", "room": "sales"})[0] == 202
    status, answer = api("POST", f"/multiparty/{call}", {"action": "unmute", "conferenceId": "sales", "participants": [call, other, "no_such"]})
    assert status == 202 and [p["ok"] for p in answer["participants"]] == [True, True, False], answer
    assert answer["participants"][2]["code"] == "not_found", answer
    wait_until(lambda sid=sid: said(f, sid, "conference mute") == ["mute", "unmute"], 20, "who is heard")
    assert said(f, other_sid, "conference mute") == ["unmute"]
    members = lambda: {p["id"] for p in api("POST", f"/multiparty/{call}", {"action": "list", "conferenceId": "sales"})[1]["participants"]}
    assert members() == {call, other}
    # One leaves by the order of its own, one by that of the other; both are listened to again.
    assert api("POST", f"/conference/{call}", {"action": "leave", "room": "sales"})[0] == 202
    sockets(f, sid, 2)
    assert api("POST", f"/multiparty/{call}", {"action": "remove", "conferenceId": "sales", "participants": [other]})[0] == 202
    sockets(f, other_sid, 2)
    for one in (sid, other_sid):
        assert said(f, one, "conference left") == [name], f.told(one)["events"]
        assert not f.told(one)["over"]
    wait_until(lambda: not members(), 5, "an empty list")
    f.hang_up(sid), f.hang_up(other_sid)
    assert f.record(call)["reason"] == f.record(other)["reason"] == "hangup"


def of_one_tenant_alone(f):
    f.house.add_agent("B", "desk", agent())
    f.rows("insert into voice_phone_numbers (tenant_id, phone_number, provider, voice_agent_id) values ('B', '+15553336666', 'jambonz', 'desk')")
    a, b = Api(f), Api(f)
    b.key = f.house.key("B")
    sid, call = talking(f, "jambonz")
    other_sid = f.lab("POST", "/_lab/calls", {"carrier": "jambonz", "from": "+15551112222", "to": "+15553336666", "plan": {"say": ["wait:60000"]}})["sid"]
    other = f.call_of(other_sid)
    whose(f, other)
    names = in_a_room(f, a, call, sid), in_a_room(f, b, other, other_sid)
    assert names[0] != names[1]
    assert a("POST", f"/multiparty/{call}", {"action": "remove", "conferenceId": "sales", "participants": [other]})[0] == 404
    assert said(f, other_sid, "conference left") == []


def test_who_is_in_a_room_is_silenced_there_and_comes_back_to_the_agent():
    with Fleet(count=1, agents={"desk": agent()}) as f:
        for carrier in ("jambonz", "twilio"):
            comes_back_to_the_agent(f, carrier)
        of_one_tenant_alone(f)


def test_a_call_whose_carrier_takes_no_orders_stays_in_its_room():
    with Fleet(count=1, agents={"desk": agent()}, env={"JAMBONZ_API_URL": "", "JAMBONZ_API_KEY": "", "JAMBONZ_ACCOUNT_SID": "", "JAMBONZ_APPLICATION_SID": ""}) as f:
        api = Api(f)
        sid, call = talking(f, "jambonz")
        in_a_room(f, api, call, sid)
        for action in ("leave", "mute"):
            status, answer = api("POST", f"/conference/{call}", {"action": action, "room": "sales"})
            assert status == 501 and "API" in answer["detail"], answer
