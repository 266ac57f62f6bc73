"""What kinds and reasons of time are called."""

from django.utils.translation import gettext_lazy as _

from adherence.core.time_cells import Kind, Reason
from adherence.core.waterfall import PLANNED_OFF, Step

STEP_TEXTS = {
    Step.PRESENT: _("Present"),
    Step.AVAILABLE: _("Available for work"),
    Step.HANDLING: _("Handling"),
}
KIND_TEXTS = {
    Kind.AVAILABLE.name: _("waiting for work"),
    Kind.HANDLING.name: _("handling"),
    Kind.BUSY.name: _("busy"),
    Kind.AWAY.name: _("away"),
    Kind.OFFLINE.name: _("logged off as planned or declared"),
    Kind.NOT_SEEN.name: _("not seen: the feed was silent"),
    Kind.ABSENT.name: _("absent"),
    Kind.LATE.name: _("late"),
    Kind.LEFT_EARLY.name: _("left early"),
    Kind.LOGGED_OFF.name: _("logged off in between"),
    Kind.EXCUSED.name: _("not there, exception approved"),
    Kind.TIME_OFF.name: _("time off at short notice"),
    PLANNED_OFF: _("paid time off"),
}
REASON_TEXTS = {
    Reason.PLANNED: _("as planned"),
    Reason.OTHER: _("instead of work"),
    Reason.ABSENT: _("absent"),
    Reason.LATE: _("late"),
    Reason.LEFT_EARLY: _("left early"),
    Reason.LOGGED_OFF: _("logged off in between"),
    Reason.EXCUSED: _("not there, exception approved"),
    Reason.TIME_OFF: _("time off at short notice"),
    Reason.PLANNED_OFF: _("paid time off"),
}
