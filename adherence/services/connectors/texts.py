"""What is wrong with a message of a source, in sentences with the value and the cure."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from adherence.core.connectors.event import Fault, Problem

UNMAPPED_STATE = "unmapped_state"
UNREADABLE_BODY = "unreadable_body"


def problem_sentence(problem: Problem, values: Mapping[str, object]) -> str:
    """Say why a whole body cannot be read."""
    told = {name: str(value) for name, value in values.items()}
    return _problem_texts()[problem] % {
        "position": "",
        "line": "",
        "most": "",
        "kind": "",
        "what": "",
        "name": "",
        "there": "",
        **told,
    }


def _problem_texts() -> dict[Problem, str]:
    return {
        Problem.EMPTY: _("There is nothing in it."),
        Problem.ENCODING: _(
            "It is no text in a known encoding (byte %(position)s). Send UTF-8; tables also in "
            "UTF-16, GB18030 or Windows-1252."
        ),
        Problem.JSON: _("It is no JSON; line %(line)s cannot be read."),
        Problem.JSON_DEPTH: _("It is nested more than %(most)s levels deep."),
        Problem.NO_OBJECT: _("Expected objects, found a value of type %(kind)s."),
        Problem.BASE64: _("The data of a record is no base64."),
        Problem.XML: _("It is no XML; line %(line)s cannot be read."),
        Problem.XML_DTD: _(
            "It declares a document type or entities; such XML is not read. Send it without."
        ),
        Problem.XML_DEPTH: _("It is nested more than %(most)s levels deep."),
        Problem.FORM: _("It is no form with at most 200 fields."),
        Problem.TABLE: _("It is no table: %(what)s."),
        Problem.NO_HEADER: _(
            "No heading with agent, time and state is in it. Send the heading with every body."
        ),
        Problem.COLUMN: _("There is no column %(name)s; there are: %(there)s."),
        Problem.TOO_MANY: _("It holds more than %(most)s rows; send it in parts."),
    }


def fault_sentence(fault: Fault, *, value: str, zone: str) -> str:
    """Say why an event cannot be taken."""
    texts = {
        Fault.NO_AGENT: _("It does not name an agent where this connector looks for one."),
        Fault.NO_STATE: _("It does not say a state."),
        Fault.NO_TIME: _("It does not say when it happened."),
        Fault.BAD_TIME: _("Its time %(value)s cannot be read."),
        Fault.DATE_ORDER: _(
            "Its date %(value)s could be read in two orders. Choose the order of dates in the "
            "connector."
        ),
        Fault.NO_ZONE: _(
            "Its time %(value)s has no offset, and the connector has no time zone. Choose one."
        ),
        Fault.TIME_TWICE: _(
            "%(value)s occurred twice in %(zone)s, when clocks went back, and nothing tells which "
            "hour is meant. Choose the first or the second."
        ),
        Fault.TIME_NEVER: _(
            "%(value)s never occurred in %(zone)s: clocks went forward over it. Look at the "
            "source's clock."
        ),
    }
    return texts[fault] % {"value": value, "zone": zone}


def unmapped_sentence(state: str) -> str:
    """Say that nobody has told yet what a state means."""
    return _("The state %(state)s is not mapped to an activity code yet.") % {"state": state}


def fault_labels() -> dict[str, str]:
    """The kinds of causes as headings, for all reason codes of the quarantine."""
    return {
        "unmapped_state": _("State not mapped"),
        "unknown_agent": _("Agent not known"),
        "unknown_code": _("Activity code not known"),
        "not_offered": _("Activity code not offered"),
        "future": _("In the future"),
        "too_old": _("Too old"),
        "malformed": _("Malformed"),
        UNREADABLE_BODY: _("Cannot be read"),
        Fault.NO_AGENT.value: _("No agent named"),
        Fault.NO_STATE.value: _("No state"),
        Fault.NO_TIME.value: _("No time"),
        Fault.BAD_TIME.value: _("Time cannot be read"),
        Fault.DATE_ORDER.value: _("Order of the date open"),
        Fault.NO_ZONE.value: _("No time zone"),
        Fault.TIME_TWICE.value: _("Time that occurred twice"),
        Fault.TIME_NEVER.value: _("Time that never occurred"),
    }
