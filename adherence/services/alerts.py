"""Alerts: raised, kept and over by what is read each minute; acknowledged, taken over, closed by people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from adherence.core.alerting import Limits, Standing, Turn, is_worse, must_hand_on, turn
from adherence.models import Alert, AlertLog, AlertOutcome, AlertStatus, AlertStep, Responsibility
from adherence.queries.alert_readings import Reading
from adherence.queries.duties import Duties, Rules, duties_at, rules
from adherence.services.telling import record_alert, tell
from wfm.org.models import User

QUIET = timedelta(hours=1)
"""What somebody closed by hand is not raised again for so long."""
MOST_TEXT = 500


class UnableToAcknowledge(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The alert cannot be acknowledged, taken over or closed as it stands."""


@dataclass
class Observed:
    """What one look changed."""

    opened: list[Alert] = field(default_factory=list)
    closed: list[Alert] = field(default_factory=list)
    handed_on: list[Alert] = field(default_factory=list)


def observe(*, readings: Sequence[Reading], kinds: Collection[str], at: datetime) -> Observed:
    """Bring the alerts of these kinds up to date with what was read.

    An open alert of one of these kinds of which nothing was read is on its way to being over. Of
    several looks at once one works, the others change nothing.
    """
    done = Observed()
    with transaction.atomic():
        if not _alone():
            return done
        all_rules, duties = rules(), duties_at(at)
        standing = {
            (alert.kind, alert.scope_key): alert
            for alert in Alert.objects.filter(kind__in=kinds, closed_at=None).select_for_update()
        }
        quiet = set(
            Alert.objects.filter(
                kind__in=kinds, closed_at__gt=at - QUIET, closed_by__isnull=False
            ).values_list("kind", "scope_key")
        )
        for reading in readings:
            key = (reading.kind, reading.scope_key)
            limits = all_rules.limits(reading.kind, reading.about)
            alert = standing.pop(key, None)
            if alert is None and (key in quiet or limits is None):
                continue
            _look(alert, reading, limits, duties, at, done)
        for alert in standing.values():
            _look(alert, None, all_rules.limits(alert.kind, alert.scope_ids), duties, at, done)
        _hand_on(kinds, all_rules, duties, at, done)
    return done


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('adherence.alerts'))")
        return bool(cursor.fetchone() == (True,))


def _look(
    alert: Alert | None,
    reading: Reading | None,
    limits: Limits | None,
    duties: Duties,
    at: datetime,
    done: Observed,
) -> None:
    """Take one alert one step on; without limits (switched off) it is let go."""
    value = None if reading is None or limits is None else reading.value
    held = limits or Limits(threshold=0.0, is_worse_above=True)
    standing = None if alert is None else _standing(alert)
    step = turn(value=value, standing=standing, limits=held, at=int(at.timestamp()))
    if step is Turn.FORGET and alert is not None:
        alert.delete()
    elif step is Turn.CLOSE and alert is not None:
        _close(alert, at=at)
        done.closed.append(alert)
    elif step is Turn.CALM and alert is not None:
        alert.calm_since = alert.calm_since or at
        alert.value = alert.value if value is None else value
        alert.save(update_fields=["calm_since", "value"])
    elif step in {Turn.NOTICE, Turn.OPEN, Turn.KEEP} and reading is not None:
        found = _written(alert, reading, held, at)
        if step is Turn.OPEN:
            _open(found, duties, at)
            done.opened.append(found)


def _standing(alert: Alert) -> Standing:
    def second(moment: datetime | None) -> int | None:
        return None if moment is None else int(moment.timestamp())

    return Standing(
        began_at=int(alert.began_at.timestamp()),
        opened_at=second(alert.opened_at),
        calm_since=second(alert.calm_since),
    )


def _written(alert: Alert | None, reading: Reading, limits: Limits, at: datetime) -> Alert:
    """Write what was read now."""
    if alert is None:
        return Alert.objects.create(
            kind=reading.kind,
            scope_key=reading.scope_key,
            queue_id=reading.queue_id,
            team_id=reading.team_id,
            site_id=reading.site_id,
            client_id=reading.client_id,
            skill_id=reading.skill_id,
            source=reading.source,
            value=reading.value,
            worst_value=reading.value,
            threshold=limits.threshold,
            escalate_minutes=limits.escalate_seconds // 60,
            detail=reading.detail,
            began_at=at,
            last_seen_at=at,
        )
    alert.value = reading.value
    if is_worse(reading.value, alert.worst_value, is_worse_above=limits.is_worse_above):
        alert.worst_value = reading.value
    alert.threshold = limits.threshold
    alert.detail = reading.detail
    alert.last_seen_at = at
    alert.calm_since = None
    alert.save(
        update_fields=["value", "worst_value", "threshold", "detail", "last_seen_at", "calm_since"]
    )
    return alert


def _open(alert: Alert, duties: Duties, at: datetime) -> None:
    """Raise it and give it to whoever answers for it."""
    owner = duties.owner(kind=alert.kind, about=alert.scope_ids)
    alert.status, alert.opened_at, alert.handed_on_at = AlertStatus.OPEN, at, at
    _give(alert, owner)
    alert.save(update_fields=["status", "opened_at", "handed_on_at", "owner", "owner_role"])
    _log(alert, AlertStep.OPENED, at=at)
    record_alert("opened", alert, at=at)
    if owner is not None:
        _log(alert, AlertStep.ASSIGNED, text=alert.owner_name, at=at)
        _tell(alert, owner, at)


def _give(alert: Alert, duty: Responsibility | None) -> None:
    alert.owner = None if duty is None else duty.user
    alert.owner_role = None if duty is None else duty.role


def _hand_on(
    kinds: Collection[str], all_rules: Rules, duties: Duties, at: datetime, done: Observed
) -> None:
    """Give what nobody has acknowledged in time to the next of its chain."""
    waiting = Alert.objects.filter(
        kind__in=kinds, status=AlertStatus.OPEN, closed_at=None
    ).select_for_update()
    for alert in waiting:
        limits = all_rules.limits(alert.kind, alert.scope_ids)
        people = duties.chain(kind=alert.kind, about=alert.scope_ids)
        since = alert.handed_on_at or alert.began_at
        if limits is None or not must_hand_on(
            since=int(since.timestamp()),
            at=int(at.timestamp()),
            is_acknowledged=alert.acknowledged_at is not None,
            level=alert.level,
            people=len(people),
            limits=limits,
        ):
            continue
        alert.level += 1
        alert.handed_on_at = at
        _give(alert, people[alert.level])
        alert.save(update_fields=["level", "handed_on_at", "owner", "owner_role"])
        _log(alert, AlertStep.HANDED_ON, text=alert.owner_name, at=at)
        record_alert("handed_on", alert, at=at)
        _tell(alert, people[alert.level], at)
        done.handed_on.append(alert)


def _close(alert: Alert, *, at: datetime, by: User | None = None) -> None:
    alert.status, alert.closed_at, alert.closed_by = AlertStatus.CLOSED, at, by
    alert.save(update_fields=["status", "closed_at", "closed_by"])
    _log(alert, AlertStep.CLOSED, at=at, by=by)
    record_alert("closed", alert, at=at, by=by)


def _log(
    alert: Alert, step: AlertStep, *, at: datetime, text: str = "", by: User | None = None
) -> AlertLog:
    return AlertLog.objects.create(alert=alert, step=step, text=text[:MOST_TEXT], by=by, at=at)


def people_of(duty: Responsibility, alert: Alert) -> list[User]:
    """Return whom a duty means: the person, or everybody of the role who may see the alert."""
    if duty.user is not None:
        return [duty.user]
    people = User.objects.filter(is_active=True, role_grants__role=duty.role).distinct()
    return [
        person
        for person in people.order_by("pk")
        if Alert.objects.visible_to(person).filter(pk=alert.pk).exists()
    ]


def _tell(alert: Alert, duty: Responsibility, at: datetime) -> None:
    """Tell whom the alert was given to; each sees it on the Today page, too."""
    tell(
        user_ids=[person.pk for person in people_of(duty, alert)],
        kind="alert",
        subject=lazy(lambda: str(alert)[:200], str)(),  # in the language of who reads it
        body=gettext_lazy("Acknowledge it, then say what was done."),
        url=f"/intraday/alerts/{alert.pk}/",
        at=at,
    )


def acknowledge(*, alert_id: int, by: User | None, at: datetime) -> Alert:
    """Say that somebody looks at it. Raises UnableToAcknowledge where somebody does, or it is over."""
    with transaction.atomic():
        alert = _locked(alert_id)
        if alert.acknowledged_at is not None:
            raise UnableToAcknowledge(
                _("%(person)s acknowledged it at %(time)s; take it over instead.")
                % {
                    "person": alert.acknowledged_by or _("An API key"),
                    "time": f"{alert.acknowledged_at.astimezone(UTC):%H:%M} UTC",
                }
            )
        _acknowledged(alert, by, at)
        _log(alert, AlertStep.ACKNOWLEDGED, at=at, by=by)
        record_alert("acknowledged", alert, at=at, by=by)
    return alert


def take_over(*, alert_id: int, by: User, at: datetime) -> Alert:
    """Make it one's own, whoever had it. Raises UnableToAcknowledge where it is over."""
    with transaction.atomic():
        alert = _locked(alert_id)
        before = alert.owner_name
        alert.owner, alert.owner_role = by, None
        alert.save(update_fields=["owner", "owner_role"])
        _acknowledged(alert, by, at)
        _log(alert, AlertStep.TAKEN_OVER, text=before, at=at, by=by)
        record_alert("acknowledged", alert, at=at, by=by)
    return alert


def _acknowledged(alert: Alert, by: User | None, at: datetime) -> None:
    alert.status, alert.acknowledged_by, alert.acknowledged_at = AlertStatus.ACKNOWLEDGED, by, at
    alert.save(update_fields=["status", "acknowledged_by", "acknowledged_at"])


def _locked(alert_id: int, *, may_be_over: bool = False) -> Alert:
    alert = Alert.objects.shown().select_for_update(of=("self",)).get(pk=alert_id)
    if not alert.is_open and not may_be_over and alert.closed_at is not None:
        raise UnableToAcknowledge(
            _("This alert has been over since %(time)s.")
            % {"time": f"{alert.closed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"}
        )
    return alert


def log_action(*, alert_id: int, text: str, by: User | None, at: datetime) -> AlertLog:
    """Write down what was done. Raises UnableToAcknowledge where nothing is said."""
    if not text.strip():
        raise UnableToAcknowledge(_("Say what was done."))
    with transaction.atomic():
        alert = _locked(alert_id, may_be_over=True)
        return _log(alert, AlertStep.ACTION, text=text.strip(), at=at, by=by)


def set_outcome(*, alert_id: int, outcome: str, note: str, by: User | None, at: datetime) -> Alert:
    """Say what came of it; an open alert is over by that, and not raised again for an hour."""
    with transaction.atomic():
        alert = _locked(alert_id, may_be_over=True)
        alert.outcome, alert.outcome_note = AlertOutcome(outcome), note.strip()[:300]
        alert.save(update_fields=["outcome", "outcome_note"])
        text = f"{AlertOutcome(outcome).label}. {note}".strip()
        _log(alert, AlertStep.OUTCOME, text=text, at=at, by=by)
        if alert.is_open:
            _close(alert, at=at, by=by)
    return alert
