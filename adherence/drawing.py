"""How activities are drawn: the class of the design system that fits a code."""

from wfm.org.models import ActivityCode, StateGroup

_BY_WORD = (
    ("break", "break"),
    ("lunch", "lunch"),
    ("meal", "lunch"),
    ("train", "training"),
    ("meet", "meeting"),
    ("coach", "meeting"),
)
_BY_GROUP = {
    StateGroup.AWAY: "meeting",
    StateGroup.BUSY: "training",
    StateGroup.OFFLINE: "off",
    StateGroup.UNKNOWN: "off",
}


def act_class(code: ActivityCode) -> str:
    """The `act--…` class of a planned or declared activity; work has none of its own."""
    if code.is_work:
        return "act--deferred" if code.state_group == StateGroup.HANDLING else ""
    for word, name in _BY_WORD:
        if word in code.key:
            return f"act--{name}"
    name = _BY_GROUP.get(StateGroup(code.state_group), "")
    return f"act--{name}" if name else ""
