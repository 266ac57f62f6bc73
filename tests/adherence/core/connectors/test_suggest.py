"""Proposals of what a source's words mean."""

import pytest

from adherence.core.connectors.event import SourceKind
from adherence.core.connectors.suggest import CodeWords, Meaning, Suggestion, suggest

CODES = [
    CodeWords("work", "Work", "AVAILABLE", True),
    CodeWords("claims", "Claims", "HANDLING", True),
    CodeWords("wrap-up", "Wrap-Up", "BUSY", True),
    CodeWords("break", "Break", "AWAY", False),
    CodeWords("lunch", "Lunch", "AWAY", False),
    CodeWords("meeting", "Meeting", "AWAY", False),
    CodeWords("back-office", "Back office", "HANDLING", True),
]


def proposed(state, reason="", label="", kind=SourceKind.STATE, codes=CODES):
    found = suggest(state=state, reason=reason, label=label, kind=kind, codes=codes)
    return found and (found.code or found.meaning.value)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Available",), "work"),
        (("Available", "CONNECTED"), "claims"),
        (("Available", "ENDED"), "wrap-up"),
        (("Lunch", "CONNECTED"), "claims"),
        (("ON_QUEUE", "IDLE"), "work"),
        (("ON_QUEUE", "INTERACTING"), "claims"),
        (("MEAL", "3fd96123"), "lunch"),
        (("ROUTING_STATUS", "OFF_QUEUE"), "IGNORED"),
        (("AUX", "5"), None),
        (("ACW",), "wrap-up"),
        (("AVAIL",), "work"),
        (("NOT_READY", "16", "Team Meeting"), "meeting"),
        (("NOT_READY", "16"), None),
        (("ON_QUEUE", "NOT_RESPONDING"), "work"),
        (("Available", "reservation.wrapup"), "wrap-up"),
        (("Back office",), "back-office"),
        (("小休",), "break"),
        (("通话中",), "claims"),
        (("Offline",), "CLOCKED_OUT"),
        (("Training",), None),
        (("",), None),
    ],
)
def test_proposals(words, expected):
    assert proposed(*words) == expected


def test_a_logout_clocks_out_whatever_it_is_called():
    assert suggest(state="X", reason="", label="", kind=SourceKind.LOGOUT, codes=CODES) == Suggestion(Meaning.CLOCKED_OUT)  # fmt: skip


def test_without_a_code_of_the_group_nothing_is_proposed():
    assert proposed("Available", codes=CODES[3:6]) is None
