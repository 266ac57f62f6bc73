"""Busy too long: a case is opened by rule, sent to a troubleshooter, and closed with an outcome."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from adherence.models import BusyCase, BusyOutcome
from adherence.services.telling import tell
from wfm.org.models import User

# The stretch that began last before the case was opened is the case's own: a late event may move
# its beginning. Whoever began again since then is busy anew.
END_SQL = """
UPDATE adherence_busycase AS held
SET ended_at = greatest(held.began_at, least(%(at)s, coalesce(live.state_since, %(at)s)))
FROM adherence_busycase AS own LEFT JOIN adherence_agentlive AS live ON live.agent_id = own.agent_id
WHERE held.id = own.id AND held.ended_at IS NULL
  AND (live.agent_id IS NULL OR live.activity_code_id IS DISTINCT FROM own.activity_code_id
       OR live.state_since > own.opened_at)
  AND coalesce(live.state_group, '') <> 'UNKNOWN'
"""
OPEN_SQL = """
INSERT INTO adherence_busycase
    (agent_id, activity_code_id, began_at, limit_seconds, opened_at, assigned_to_id, outcome, comment)
SELECT live.agent_id, code.id, live.state_since, coalesce(code.limit_seconds, 0), %(at)s,
       (SELECT route.troubleshooter_id FROM adherence_busyroute AS route
        WHERE (route.activity_code_id = code.id OR route.activity_code_id IS NULL)
          AND (route.team_id = home.team_id OR route.team_id IS NULL)
        ORDER BY route.activity_code_id IS NULL, route.team_id IS NULL, route.id LIMIT 1), '', ''
FROM adherence_agentlive AS live
JOIN org_activitycode AS code ON code.id = live.activity_code_id
LEFT JOIN org_agentassignment AS home ON home.agent_id = live.agent_id
 AND home.starts_on <= %(today)s AND (home.ends_on IS NULL OR home.ends_on > %(today)s)
WHERE live.flag = 'BUSY_TOO_LONG' AND live.state_since IS NOT NULL
ORDER BY live.agent_id
ON CONFLICT DO NOTHING
RETURNING id
"""
TOLD_FOR = timedelta(hours=12)


class UnableToClose(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The case is closed already, or the outcome does not explain itself."""


def follow_busy(*, at: datetime) -> int:
    """End what is over and open a case for each stretch beyond its limit; return how many.

    Safe to run twice and by several at once: a stretch has one case, whoever sees it first.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(END_SQL, {"at": at})
            cursor.execute(OPEN_SQL, {"at": at, "today": at.date()})
            opened = [pk for (pk,) in cursor.fetchall()]
        cases = BusyCase.objects.filter(pk__in=opened).select_related(
            "agent", "activity_code", "assigned_to"
        )
        for case in cases.order_by("pk"):
            _tell_troubleshooter(case, at)
    return len(opened)


def assign_busy_case(*, case_id: int, to: User, by: User | None, at: datetime) -> None:
    """Send someone else, or oneself; raises UnableToClose where the case is closed.

    Who sends somebody else has them told.
    """
    with transaction.atomic():
        changed = BusyCase.objects.filter(pk=case_id, closed_at=None).update(assigned_to=to)
        if not changed:
            raise UnableToClose(_closed_words(case_id))
        if by is None or by.pk != to.pk:
            case = BusyCase.objects.select_related("agent", "activity_code", "assigned_to")
            _tell_troubleshooter(case.get(pk=case_id), at)


def close_busy_case(
    *, case_id: int, outcome: BusyOutcome, comment: str, closed_by: User | None, at: datetime
) -> None:
    """Name the outcome, once: of two at the same moment the second is refused.

    Raises UnableToClose where somebody has closed it, or “other” comes without a comment.
    """
    comment = comment.strip()
    if outcome == BusyOutcome.OTHER and not comment:
        raise UnableToClose(_("Say in the comment what the outcome was."))
    changed = BusyCase.objects.filter(pk=case_id, closed_at=None).update(
        outcome=outcome, comment=comment, closed_by=closed_by, closed_at=at
    )
    if not changed:
        raise UnableToClose(_closed_words(case_id))


def reopen_busy_case(*, case_id: int, closed_by: User | None) -> None:
    """Take one's own outcome back, for undo; raises UnableToClose for anyone else's."""
    own = BusyCase.objects.filter(pk=case_id, closed_by=closed_by).exclude(closed_at=None)
    if closed_by is None or not own.update(outcome="", comment="", closed_by=None, closed_at=None):
        raise UnableToClose(_("Only who closed the case takes its outcome back."))


def _closed_words(case_id: int) -> str:
    case = BusyCase.objects.select_related("closed_by").get(pk=case_id)
    return _("%(who)s has closed this case: %(outcome)s.") % {
        "who": case.closed_by or _("Somebody"),
        "outcome": case.get_outcome_display(),
    }


def _tell_troubleshooter(case: BusyCase, at: datetime) -> None:
    if case.assigned_to is None:
        return
    with override(case.assigned_to.language or None):
        words = {
            "name": case.agent.name,
            "code": case.activity_code.name,
            "minutes": int((at - case.began_at).total_seconds()) // 60,
        }
        tell(
            user_ids=[case.assigned_to.pk],
            kind="busy_case",
            subject=_("%(name)s has been in “%(code)s” for %(minutes)d min") % words,
            body=_("Please see what is wrong, and close the case with its outcome."),
            url=f"/adherence/?show=all&flag=BUSY_TOO_LONG#case-{case.pk}",
            at=at,
        )
