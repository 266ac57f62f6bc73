"""Golden: a body of each source as its documentation describes it, and the events it must give."""

import base64
import json
from datetime import UTC, datetime

import pytest

from adherence.core.connectors.event import Fault, ReadOptions, SourceKind
from adherence.core.connectors.registry import SOURCES

RECEIVED = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)


def read(kind, body, **options):
    body = body if isinstance(body, bytes) else body.encode()
    return SOURCES[kind].read(body, ReadOptions(**{"received_at": RECEIVED} | options))


def told(events):
    """What matters of events, short."""
    return [
        (
            event.agent_key,
            event.occurred_at.isoformat() if event.occurred_at else None,
            event.kind.value,
            event.state,
            event.reason,
            event.channel,
        )
        for event in events
    ]


def connect_event(**fields):
    return {
        "AWSAccountId": "111122223333",
        "AgentARN": "arn:aws:connect:eu-west-2:111122223333:instance/i/agent/a",
        "InstanceARN": "arn:aws:connect:eu-west-2:111122223333:instance/i",
        "EventId": "e-1",
        "EventType": "STATE_CHANGE",
        "EventTimestamp": "2026-11-18T09:00:00.250Z",
        "Version": "2017-10-01",
        "CurrentAgentSnapshot": {
            "AgentStatus": {"Name": "Available", "Type": "ROUTABLE"},
            "Configuration": {"Username": "ann", "FirstName": "Ann"},
            "Contacts": [],
        },
        "PreviousAgentSnapshot": None,
    } | fields


def connect_snapshot(status, *contacts):
    return {
        "AgentStatus": {"Name": status},
        "Configuration": {"Username": "ann"},
        "Contacts": [{"Channel": channel, "State": state} for channel, state in contacts],
    }


class TestAmazonConnect:
    def test_a_day(self):
        body = "\n".join(
            json.dumps(connect_event(**fields))
            for fields in (
                {"EventId": "1", "EventType": "LOGIN"},
                {
                    "EventId": "2",
                    "EventTimestamp": "2026-11-18T09:05:00.000Z",
                    "CurrentAgentSnapshot": connect_snapshot("Available", ("VOICE", "CONNECTED")),
                },
                {
                    "EventId": "3",
                    "EventTimestamp": "2026-11-18T09:09:00.000Z",
                    "CurrentAgentSnapshot": connect_snapshot("Available", ("VOICE", "ENDED")),
                },
                {"EventId": "4", "EventType": "HEART_BEAT"},
                {
                    "EventId": "5",
                    "EventTimestamp": "2026-11-18T12:00:00.000Z",
                    "CurrentAgentSnapshot": connect_snapshot("Lunch"),
                },
                {
                    "EventId": "6",
                    "EventType": "LOGOUT",
                    "EventTimestamp": "2026-11-18T17:00:00.000Z",
                    "CurrentAgentSnapshot": None,
                    "PreviousAgentSnapshot": connect_snapshot("Available"),
                },
            )
        )
        events = read("amazon-connect", body)
        assert told(events) == [
            ("ann", "2026-11-18T09:00:00.250000+00:00", "login", "Available", "", ""),
            ("ann", "2026-11-18T09:05:00+00:00", "state", "Available", "CONNECTED", "voice"),
            ("ann", "2026-11-18T09:09:00+00:00", "state", "Available", "ENDED", "voice"),
            ("", "2026-11-18T09:00:00.250000+00:00", "heartbeat", "", "", ""),
            ("ann", "2026-11-18T12:00:00+00:00", "state", "Lunch", "", ""),
            ("ann", "2026-11-18T17:00:00+00:00", "logout", "", "", ""),
        ]
        assert [event.event_uid for event in events] == ["1", "2", "3", "4", "5", "6"]
        assert {event.fault for event in events} == {None}

    def test_of_several_contacts_the_one_being_talked_to_counts(self):
        snapshot = connect_snapshot(
            "Available", ("CHAT", "ENDED"), ("CHAT", "CONNECTED"), ("VOICE", "INCOMING")
        )
        (event,) = read("amazon-connect", json.dumps(connect_event(CurrentAgentSnapshot=snapshot)))
        assert (event.reason, event.channel) == ("CONNECTED", "chat")

    @pytest.mark.parametrize(
        "wrap",
        [
            lambda data: {"Records": [{"eventSource": "aws:kinesis", "kinesis": {"data": data}}]},
            lambda data: {"requestId": "r", "timestamp": 1, "records": [{"data": data}]},
        ],
        ids=["kinesis", "firehose"],
    )
    def test_records_of_a_stream(self, wrap):
        data = base64.b64encode(json.dumps(connect_event()).encode()).decode()
        assert told(read("amazon-connect", json.dumps(wrap(data)))) == told(
            read("amazon-connect", json.dumps(connect_event()))
        )

    def test_the_agent_may_be_named_by_arn(self):
        (event,) = read("amazon-connect", json.dumps(connect_event()), agent_field="AgentARN")
        assert event.agent_key.endswith("agent/a")

    @pytest.mark.parametrize(
        ("fields", "fault"),
        [
            ({"EventTimestamp": None}, Fault.NO_TIME),
            ({"EventTimestamp": "yesterday"}, Fault.BAD_TIME),
            ({"CurrentAgentSnapshot": {"AgentStatus": {"Name": "Available"}}}, Fault.NO_AGENT),
            ({"CurrentAgentSnapshot": {"Configuration": {"Username": "ann"}}}, Fault.NO_STATE),
        ],
    )
    def test_what_is_missing_is_said(self, fields, fault):
        (event,) = read("amazon-connect", json.dumps(connect_event(**fields)))
        assert event.fault == fault


def genesys(topic, body, **fields):
    return {
        "topicName": topic,
        "version": "2",
        "eventBody": body,
        "metadata": {"CorrelationId": "c-1"},
    } | fields


def activity(presence, status, *, presence_at, status_at):
    return {
        "id": "u-1",
        "routingStatus": {"userId": "u-1", "status": status, "startTime": status_at},
        "presence": {
            "presenceDefinition": {"id": "p-1", "systemPresence": presence},
            "modifiedDate": presence_at,
        },
        "activeQueueIds": ["q-1"],
    }


class TestGenesysCloud:
    def test_activity_of_a_user(self):
        on_call = activity(
            "ON_QUEUE",
            "INTERACTING",
            presence_at="2026-11-18T09:00:00Z",
            status_at="2026-11-18T09:05:00.500Z",
        )
        meal = activity(
            "Meal",
            "OFF_QUEUE",
            presence_at="2026-11-18T12:00:00Z",
            status_at="2026-11-18T11:59:59.900Z",
        )
        gone = activity(
            "OFFLINE",
            "OFF_QUEUE",
            presence_at="2026-11-18T17:00:00Z",
            status_at="2026-11-18T11:59:59.900Z",
        )
        body = json.dumps(
            [genesys("v2.users.u-1.activity", each) for each in (on_call, meal, gone)]
        )
        assert told(read("genesys-cloud", body)) == [
            ("u-1", "2026-11-18T09:05:00.500000+00:00", "state", "ON_QUEUE", "INTERACTING", ""),
            ("u-1", "2026-11-18T12:00:00+00:00", "state", "MEAL", "p-1", ""),
            ("u-1", "2026-11-18T17:00:00+00:00", "logout", "OFFLINE", "p-1", ""),
        ]

    def test_as_event_bridge_wraps_it(self):
        detail = genesys(
            "v2.users.u-1.routingStatus",
            {"id": "u-1", "routingStatus": {"status": "IDLE", "startTime": "2026-11-18T09:00:00Z"}},
        )
        body = {"id": "x", "detail-type": "v2.users.{id}.routingStatus", "detail": detail}
        assert told(read("genesys-cloud", json.dumps(body))) == [
            ("u-1", "2026-11-18T09:00:00+00:00", "state", "ROUTING_STATUS", "IDLE", "")
        ]

    def test_a_topic_of_all_users_names_the_user_inside(self):
        body = activity(
            "BREAK",
            "OFF_QUEUE",
            presence_at="2026-11-18T10:00:00Z",
            status_at="2026-11-18T10:00:00Z",
        )
        (event,) = read("genesys-cloud", json.dumps(genesys("v2.users.{id}.activity", body)))
        assert event.agent_key == "u-1"

    def test_presence_alone(self):
        body = {
            "source": "PURECLOUD",
            "presenceDefinition": {"id": "p-9", "systemPresence": "OnQueue"},
            "primary": True,
            "modifiedDate": "2026-11-18T09:00:00.000Z",
        }
        (event,) = read("genesys-cloud", json.dumps(genesys("v2.users.u-1.presence", body)))
        assert (event.state, event.reason, event.fault) == ("ON_QUEUE", "", None)

    def test_the_same_state_told_again_is_the_same_event(self):
        body = activity(
            "ON_QUEUE", "IDLE", presence_at="2026-11-18T09:00:00Z", status_at="2026-11-18T09:00:00Z"
        )
        first = genesys("v2.users.u-1.activity", body)
        again = genesys("v2.users.u-1.activity", body | {"activeQueueIds": []}) | {
            "metadata": {"CorrelationId": "c-2"}
        }
        uids = {event.event_uid for event in read("genesys-cloud", json.dumps([first, again]))}
        assert len(uids) == 1

    def test_a_heartbeat_of_the_channel(self):
        body = genesys("channel.metadata", {"message": "WebSocket Heartbeat"})
        (event,) = read("genesys-cloud", json.dumps(body))
        assert (event.kind, event.occurred_at) == (SourceKind.HEARTBEAT, RECEIVED)

    @pytest.mark.parametrize(
        ("topic", "body", "fault"),
        [
            ("v2.users.{id}.activity", {"presence": {}}, Fault.NO_AGENT),
            ("v2.users.u-1.activity", {"presence": {}}, Fault.NO_STATE),
            (
                "v2.users.u-1.presence",
                {"presenceDefinition": {"id": "p", "systemPresence": "BREAK"}},
                Fault.NO_TIME,
            ),
        ],
    )
    def test_what_is_missing_is_said(self, topic, body, fault):
        (event,) = read("genesys-cloud", json.dumps(genesys(topic, body)))
        assert event.fault == fault


AVAYA = """Login ID;Date;Time;Work Mode;AUX Reason;Split
42001;18/11/2026;8:00:00;LOGON;;
42001;18/11/2026;8:00:01;AVAIL;;21
42001;18/11/2026;8:05:00;ACD-IN;;21
42001;18/11/2026;12:00:00;AUX;05;
42001;18/11/2026;12:20:00;Aux In;05;
42001;18/11/2026;17:00:00;UNSTAF;;
"""


class TestAvayaCms:
    def test_work_modes_with_local_times(self):
        events = read("avaya-cms", AVAYA, zone="Asia/Shanghai")
        assert told(events) == [
            ("42001", "2026-11-18T00:00:00+00:00", "login", "", "", ""),
            ("42001", "2026-11-18T00:00:01+00:00", "state", "AVAIL", "", ""),
            ("42001", "2026-11-18T00:05:00+00:00", "state", "ACDIN", "", ""),
            ("42001", "2026-11-18T04:00:00+00:00", "state", "AUX", "5", ""),
            ("42001", "2026-11-18T04:20:00+00:00", "state", "AUXIN", "5", ""),
            ("42001", "2026-11-18T09:00:00+00:00", "logout", "UNSTAF", "", ""),
        ]

    def test_the_same_rows_in_json(self):
        rows = [
            {"LOGID": "42001", "ROW_DATE": "2026-11-18", "STARTTIME": "0805", "WORKMODE": "ACW"},
            {"LOGID": "42001", "ROW_DATE": "2026-11-18", "STARTTIME": "081030", "WORKMODE": "AUX", "AUXREASON": 3},
        ]  # fmt: skip
        assert told(read("avaya-cms", json.dumps(rows), zone="Europe/Berlin")) == [
            ("42001", "2026-11-18T07:05:00+00:00", "state", "ACW", "", ""),
            ("42001", "2026-11-18T07:10:30+00:00", "state", "AUX", "3", ""),
        ]

    def test_without_a_zone_nothing_is_guessed(self):
        events = read("avaya-cms", AVAYA)
        assert {(event.occurred_at, event.fault) for event in events} == {(None, Fault.NO_ZONE)}


CALLBACK = (
    "EventType={kind}&Sid=EV1&Timestamp=1794992404&TimestampMs=1794992404120&WorkerName=ann"
    "&WorkerSid=WK1&WorkerActivityName=Available&ResourceType=worker"
    "&WorkerAttributes=%7B%22email%22%3A%22ann%40example.com%22%7D&TaskChannelUniqueName=Voice"
)


class TestTwilioTaskRouter:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("worker.activity.update", ("state", "Available", "")),
            ("reservation.accepted", ("state", "Available", "reservation.accepted")),
            ("reservation.wrapup", ("state", "Available", "reservation.wrapup")),
            ("task.created", ("heartbeat", "", "")),
            ("worker.attributes.update", ("heartbeat", "", "")),
        ],
    )
    def test_callbacks(self, kind, expected):
        (event,) = read("twilio-taskrouter", CALLBACK.format(kind=kind))
        assert (event.kind.value, event.state, event.reason) == expected
        assert event.occurred_at == datetime(2026, 11, 18, 9, 0, 4, 120_000, tzinfo=UTC)

    def test_the_sid_is_the_id(self):
        (event,) = read("twilio-taskrouter", CALLBACK.format(kind="worker.activity.update"))
        assert (event.event_uid, event.agent_key, event.channel) == ("EV1", "ann", "voice")

    def test_the_agent_may_be_named_by_an_attribute(self):
        (event,) = read(
            "twilio-taskrouter",
            CALLBACK.format(kind="worker.activity.update"),
            agent_field="WorkerAttributes.email",
        )
        assert event.agent_key == "ann@example.com"

    def test_an_event_stream(self):
        body = [
            {
                "specversion": "1.0",
                "type": "com.twilio.taskrouter.worker.activity.update",
                "id": "EZ1",
                "data": {
                    "payload": {
                        "sid": "EV7",
                        "eventtype": "worker.activity.update",
                        "timestamp": "2026-11-18T09:00:00.000Z",
                        "worker_name": "ann",
                        "worker_activity_name": "Break",
                    }
                },
            }
        ]
        (event,) = read("twilio-taskrouter", json.dumps(body))
        assert told([event]) == [("ann", "2026-11-18T09:00:00+00:00", "state", "Break", "", "")]
        assert event.event_uid == "EV7"

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ("EventType=worker.activity.update&WorkerName=a&WorkerActivityName=X", Fault.NO_TIME),
            ("EventType=worker.activity.update&Timestamp=soon&WorkerName=a", Fault.BAD_TIME),
            ("EventType=worker.activity.update&Timestamp=1794992404", Fault.NO_AGENT),
            ("EventType=worker.activity.update&Timestamp=1794992404&WorkerName=a", Fault.NO_STATE),
            (
                "EventType=worker.activity.update&Timestamp=1794992404&WorkerAttributes=%7Bbroken",
                Fault.NO_AGENT,
            ),
        ],
    )
    def test_what_is_missing_is_said(self, body, fault):
        (event,) = read("twilio-taskrouter", body, agent_field="WorkerName")
        assert event.fault == fault

    def test_attributes_that_are_no_json_name_nobody(self):
        body = "EventType=worker.activity.update&Timestamp=1794992404&WorkerAttributes=%7Bbroken"
        (event,) = read("twilio-taskrouter", body, agent_field="WorkerAttributes.email")
        assert event.fault == Fault.NO_AGENT


def finesse(state, *, changed="2026-11-18T12:00:00.134Z", reason="", request="", login="42001"):
    return (
        f"<Update><event>PUT</event><source>/finesse/api/User/{login}</source>"
        f"<requestId>{request}</requestId><data><user><loginId>{login}</loginId>"
        f"<loginName>ann</loginName><state>{state}</state>"
        f"<stateChangeTime>{changed}</stateChangeTime><reasonCodeId>{reason}</reasonCodeId>"
        "<ReasonCode><code>10</code><label>Team Meeting</label></ReasonCode></user></data></Update>"
    )


class TestCiscoFinesse:
    def test_a_notification_of_a_user(self):
        (event,) = read("cisco-finesse", finesse("NOT_READY", reason="16"))
        assert told([event]) == [
            ("42001", "2026-11-18T12:00:00.134000+00:00", "state", "NOT_READY", "16", "")
        ]
        assert event.label == "Team Meeting"

    def test_without_a_reason_the_code_of_the_reason_counts(self):
        (event,) = read("cisco-finesse", finesse("NOT_READY", reason="-1"))
        assert event.reason == "10"

    def test_the_agent_may_be_named_by_login_name(self):
        (event,) = read("cisco-finesse", finesse("READY"), agent_field="loginName")
        assert event.agent_key == "ann"

    def test_a_logout_without_a_time_is_told_as_it_happens(self):
        body = finesse("LOGOUT", changed="", request="r-1")
        first = read("cisco-finesse", body)[0]
        later = read("cisco-finesse", body, received_at=datetime(2026, 11, 18, 18, 5, tzinfo=UTC))[
            0
        ]
        assert (first.kind, first.occurred_at) == (SourceKind.LOGOUT, RECEIVED)
        assert first.event_uid == later.event_uid

    def test_two_logouts_without_a_time_or_request_are_two(self):
        body = finesse("LOGOUT", changed="")
        days = [datetime(2026, 11, day, 18, tzinfo=UTC) for day in (18, 19)]
        uids = {read("cisco-finesse", body, received_at=day)[0].event_uid for day in days}
        assert len(uids) == 2

    def test_the_users_of_a_team_say_what_is_now(self):
        users = "".join(
            f"<User><loginId>{login}</loginId><state>{state}</state>"
            "<stateChangeTime>2026-11-18T12:00:00.134Z</stateChangeTime></User>"
            for login, state in (("42001", "READY"), ("42002", "TALKING"))
        )
        body = f"<Update><data><team><id>1</id><users>{users}</users></team></data></Update>"
        events = read("cisco-finesse", body)
        assert [(event.agent_key, event.state, event.kind.value) for event in events] == [
            ("42001", "READY", "resync"),
            ("42002", "TALKING", "resync"),
        ]
        # The same moment told by a notification of the user is the same event.
        body = finesse("READY").replace("<ReasonCode><code>10</code>", "<ReasonCode>")
        assert read("cisco-finesse", body)[0].event_uid == events[0].event_uid

    def test_several_updates_and_json(self):
        body = f"<Updates>{finesse('READY')}{finesse('WORK', login='42002')}</Updates>"
        assert [event.state for event in read("cisco-finesse", body)] == ["READY", "WORK"]
        same = {"Update": {"data": {"user": {"loginId": "1", "state": "READY", "stateChangeTime": "2026-11-18T12:00:00Z"}}}}  # fmt: skip
        assert [event.agent_key for event in read("cisco-finesse", json.dumps(same))] == ["1"]

    def test_a_dialog_is_a_sign_of_life(self):
        body = "<Update><data><dialogs><Dialog><id>1</id></Dialog></dialogs></data></Update>"
        assert [event.kind.value for event in read("cisco-finesse", body)] == ["heartbeat"]

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            (finesse("READY", changed=""), Fault.NO_TIME),
            (finesse("READY", changed="noon"), Fault.BAD_TIME),
            (finesse("READY", login=""), Fault.NO_AGENT),
            (finesse(""), Fault.NO_STATE),
        ],
    )
    def test_what_is_missing_is_said(self, body, fault):
        assert read("cisco-finesse", body)[0].fault == fault


class TestCsv:
    def test_german_with_semicolons_and_decimal_commas(self):
        body = (
            "Employee number;Date;Time;Status;Reason\n"
            "E1;18.11.2026;09:00:04,5;Pause;Kaffee\n"
            "E1;18.11.2026;17:00;Logout;\n"
        )
        assert told(read("csv", body, zone="Europe/Berlin")) == [
            ("E1", "2026-11-18T08:00:04.500000+00:00", "state", "Pause", "Kaffee", ""),
            ("E1", "2026-11-18T16:00:00+00:00", "logout", "Logout", "", ""),
        ]

    def test_chinese_in_gb18030(self):
        body = (
            "工号,时间,状态,原因\nE1,2026年11月18日 下午 1:05:00,小休,\nE1,2026/11/18 14:00,通话,\n"
        )
        assert told(read("csv", body.encode("gb18030"), zone="Asia/Shanghai")) == [
            ("E1", "2026-11-18T05:05:00+00:00", "state", "小休", "", ""),
            ("E1", "2026-11-18T06:00:00+00:00", "state", "通话", "", ""),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "2026-11-18T09:00:00Z",
            "2026-11-18T17:00:00+08:00",
            "2026-11-18 10:00:00 +01:00",
            "18/11/2026 09:00:00 UTC",
            "11/18/2026 4:00:00 AM -0500",
            "1794992400",
            "1794992400000",
            "1794992400,0",
        ],
    )
    def test_times_with_an_offset_need_no_zone(self, text):
        (event,) = read("csv", f'agent;time;state\nE1;"{text}";work\n')
        assert (event.occurred_at, event.fault) == (datetime(2026, 11, 18, 9, tzinfo=UTC), None)

    def test_an_offset_in_a_column_of_its_own(self):
        body = "agent,time,offset,state\nE1,2026-11-18 10:00:00,+1,work\nE1,2026-11-18 10:00:00,?,work\n"
        events = read("csv", body)
        assert [(event.occurred_at, event.fault) for event in events] == [
            (datetime(2026, 11, 18, 9, tzinfo=UTC), None),
            (None, Fault.BAD_TIME),
        ]

    def test_columns_are_chosen_where_their_names_say_nothing(self):
        body = "who,when,what\nE1,2026-11-18T09:00:00Z,work\n"
        columns = {"agent": "Who", "time": "when", "state": "what"}
        assert told(read("csv", body, columns=columns)) == [
            ("E1", "2026-11-18T09:00:00+00:00", "state", "work", "", "")
        ]

    def test_the_column_of_the_agent_may_be_chosen_alone(self):
        body = "who,time,state\nE1,2026-11-18T09:00:00Z,Login\n"
        (event,) = read("csv", body, agent_field="who")
        assert (event.agent_key, event.kind, event.state) == ("E1", SourceKind.LOGIN, "")
        body = "extension;time;work mode\n7001;2026-11-18 09:00;AVAIL\n"
        (event,) = read("avaya-cms", body, agent_field="extension", zone="UTC")
        assert event.agent_key == "7001"

    def test_a_title_above_the_heading_is_passed_over(self):
        body = "Agent states\nMonday\n\nAgent,Time,State\nE1,2026-11-18T09:00:00Z,work\n"
        assert len(read("csv", body)) == 1

    def test_own_ids_sequences_and_channels_are_kept(self):
        body = "id,agent,time,state,channel,sequence\nx-7,E1,2026-11-18T09:00:00Z,work,Chat,12\n"
        (event,) = read("csv", body)
        assert (event.event_uid, event.channel, event.sequence) == ("x-7", "Chat", 12)

    def test_a_date_that_could_be_two_days_is_asked_for(self):
        body = "agent,time,state\nE1,03/04/2026 09:00,work\n"
        assert read("csv", body, zone="UTC")[0].fault == Fault.DATE_ORDER
        (event,) = read("csv", body, zone="UTC", date_order="mdy")
        assert event.occurred_at == datetime(2026, 3, 4, 9, tzinfo=UTC)

    def test_a_date_of_the_same_file_tells_the_order(self):
        body = "agent,time,state\nE1,03/04/2026 09:00,work\nE1,03/24/2026 09:00,work\n"
        assert read("csv", body, zone="UTC")[0].occurred_at == datetime(2026, 3, 4, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("row", "fault"),
        [
            ("E1,,work", Fault.NO_TIME),
            ("E1,2026-02-30 09:00,work", Fault.BAD_TIME),
            ("E1,2026-11-18 13:00 PM,work", Fault.BAD_TIME),
            ("E1,noon,work", Fault.BAD_TIME),
            ("E1,2026-11-18 09:00 +25:00,work", Fault.BAD_TIME),
            ("E1,2026-11-18,work", Fault.BAD_TIME),
            (",2026-11-18T09:00:00Z,work", Fault.NO_AGENT),
            ("E1,2026-11-18T09:00:00Z,", Fault.NO_STATE),
            ("E1,2026-11-18 09:00,work", Fault.NO_ZONE),
        ],
    )
    def test_what_is_wrong_is_said(self, row, fault):
        (event,) = read("csv", f"agent,time,state\n{row}\n")
        assert (event.fault, event.occurred_at) == (fault, None if fault not in {Fault.NO_AGENT, Fault.NO_STATE} else event.occurred_at)  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
def test_the_sample_of_the_page_is_read(kind):
    events = read(kind, SOURCES[kind].sample, zone="Europe/London")
    assert events
    assert {event.fault for event in events} == {None}
