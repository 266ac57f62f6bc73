"""How activities are drawn: the class of the design system that fits a code."""

import re

from wfm.org.models import ActivityCode

_KNOWN = re.compile(r"activity-[1-8]")


def act_class(code: ActivityCode) -> str:
    """The `activity-…` class that the code carries, the same as in the schedule's grid."""
    return code.color if _KNOWN.fullmatch(code.color) else "activity-1"
