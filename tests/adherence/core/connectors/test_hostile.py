"""What must be refused, cleanly and with its cause, whatever a source or a stranger sends."""

import base64
import json
import math

import pytest

from adherence.core.connectors.event import (  # fmt: skip
    Problem,
    ReadOptions,
    UnreadableBody,
    content_uid,
    dig,
    from_epoch,
    parse_instant,
    source_uid,
    text_of,
)
from adherence.core.connectors.json_body import clean, read_messages
from adherence.core.connectors.registry import SOURCES
from adherence.core.connectors.table import MAX_ROWS
from adherence.core.connectors.xml_body import MAX_ELEMENTS, read_xml
from tests.adherence.core.connectors.test_samples import RECEIVED

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><Update>&lol2;</Update>"""
EXTERNAL = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Update>&x;</Update>'
OUTSIDE = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><Update/>'


def problem_of(kind, body):
    with pytest.raises(UnreadableBody) as caught:
        SOURCES[kind].read(body, ReadOptions(received_at=RECEIVED, zone="UTC"))
    return caught.value.problem


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("cisco-finesse", LAUGHS, Problem.XML_DTD),
        ("cisco-finesse", EXTERNAL, Problem.XML_DTD),
        ("cisco-finesse", OUTSIDE, Problem.XML_DTD),
        ("cisco-finesse", b"<a>" * 100, Problem.XML_DEPTH),
        ("cisco-finesse", b"<Update><data>", Problem.XML),
        ("cisco-finesse", b"", Problem.XML),
        ("cisco-finesse", b'<?xml version="1.0" encoding="gb18030"?><a>\xc4\xe3</a>', Problem.ENCODING),
        ("amazon-connect", b"[" * 100_000, Problem.JSON_DEPTH),
        ("amazon-connect", b'{"a":' * 60 + b"1" + b"}" * 60, Problem.JSON_DEPTH),
        ("amazon-connect", b'{"EventId": ', Problem.JSON),
        ("amazon-connect", b'{"a": 1}\n{"b" 2}', Problem.JSON),
        ("amazon-connect", b"  \n ", Problem.EMPTY),
        ("amazon-connect", b"[]", Problem.EMPTY),
        ("amazon-connect", b'["text"]', Problem.NO_OBJECT),
        ("amazon-connect", b"\xff\xfe\xfa", Problem.ENCODING),
        ("amazon-connect", b'{"n": ' + b"9" * 5000 + b"}", Problem.JSON),
        ("amazon-connect", b'{"records": [{"data": "no base64!"}]}', Problem.BASE64),
        (
            "amazon-connect",
            json.dumps({"records": [{"data": base64.b64encode(b"[1]").decode()}]}).encode(),
            Problem.NO_OBJECT,
        ),
        ("genesys-cloud", b"17", Problem.NO_OBJECT),
        ("twilio-taskrouter", b"", Problem.EMPTY),
        ("twilio-taskrouter", b"&".join(b"a=1" for _ in range(500)), Problem.FORM),
        ("twilio-taskrouter", b"a=%ff", Problem.ENCODING),
        ("twilio-taskrouter", b"a=\xff", Problem.ENCODING),
        ("csv", b"", Problem.EMPTY),
        ("csv", b"one line", Problem.NO_HEADER),
        ("csv", b"a,b\n1,2\n", Problem.COLUMN),
        ("csv", b"agent,time,state\n\x00\x01\n" * 3, Problem.ENCODING),
        ("csv", b"agent,time,state\n" + b"x" * 200_000, Problem.TABLE),
        ("csv", b"agent,time,state\n" + b"E,1,w\n" * (MAX_ROWS + 1), Problem.TOO_MANY),
        ("csv", b"agent,time,state\n" + b"E,1,w\n" * 20_000 + b"\xff\xff\xe4\n", Problem.ENCODING),
        ("avaya-cms", b"a,b\n1,2\n", Problem.NO_HEADER),
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_read(kind, body, problem):
    assert problem_of(kind, body) == problem


def test_a_chosen_column_that_is_not_there():
    with pytest.raises(UnreadableBody) as caught:
        SOURCES["csv"].read(
            b"agent,time,state\nE,1,w\n",
            ReadOptions(received_at=RECEIVED, columns={"agent": "who"}),
        )
    assert caught.value.values == {"name": "who", "there": "agent, time, state"}


def test_xml_of_too_many_elements():
    with pytest.raises(UnreadableBody) as caught:
        read_xml(b"<a>" + b"<b/>" * (MAX_ELEMENTS + 1) + b"</a>")
    assert caught.value.problem == Problem.TOO_MANY


def test_what_the_database_cannot_keep_is_replaced():
    told = '{"a\\u0000": "x\\u0000y\\ud800z", "big": 1e400, "nested": [{"n": NaN}]}'
    (found,) = read_messages(told.encode())
    assert found == {"a\ufffd": "x\ufffdy\ufffdz", "big": None, "nested": [{"n": None}]}
    assert clean(math.inf) is None
    json.dumps(found).encode()  # and it can be written


def test_a_thing_under_another_key_is_no_record():
    assert read_messages(b'{"records": [{"other": 1}]}') == [{"records": [{"other": 1}]}]
    assert read_messages(b'{"records": ["x"]}') == [{"records": ["x"]}]


def test_namespaces_are_passed_over_and_repeated_names_are_lists():
    found = read_xml(b'<f:a xmlns:f="u"><f:b>1</f:b><f:b>2</f:b><f:b>3</f:b><c d="4"/></f:a>')
    assert found == {"a": {"xmlns:f": "u", "b": ["1", "2", "3"], "c": {"d": "4"}}}


def test_long_ids_become_hashes_and_odd_values_nothing():
    long = "x" * 300
    assert source_uid(long) == content_uid(long)
    assert len(source_uid(long)) <= 80
    assert source_uid("", "a") == content_uid("a")
    assert content_uid("\ud800")
    assert dig([{"a": [{"b": 1}]}], "a.b") == 1
    assert dig([], "a") is None
    assert text_of({"a": 1}) == text_of(None) == text_of([1]) == text_of(True) == ""
    assert parse_instant(17) is parse_instant("2026-11-18T09:00:00") is parse_instant("x") is None
    assert from_epoch("x") is from_epoch("-5") is from_epoch("1e400") is None


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize(
    "body",
    [b"\x00" * 50, b"{}", b"[{}]", b"<a/>", b"a=b", b"\xef\xbb\xbf{}", b"null", b'{"detail": 5}'],
)
def test_nonsense_is_read_as_faults_or_refused_but_never_crashes(kind, body):
    try:
        events = SOURCES[kind].read(body, ReadOptions(received_at=RECEIVED))
    except UnreadableBody:
        return
    assert all(event.fault or event.kind.value == "heartbeat" for event in events)
