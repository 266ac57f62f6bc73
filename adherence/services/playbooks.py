"""Playbooks: started by their trigger or by hand, ticked off step by step, ended with an outcome."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from adherence.core.alert_defaults import DEFAULTS
from adherence.core.alerting import covers
from adherence.models import (
    Alert,
    Playbook,
    PlaybookRun,
    PlaybookRunStep,
    PlaybookStep,
    RunOutcome,
)
from adherence.models.scope import SCOPES
from wfm.org.models import User
from wfm.timeline import day_bounds

LEAST_RUN = timedelta(hours=4)
"""So long a run that nobody ends lasts at least, though midnight comes."""


class UnableToRun(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The playbook cannot be started, ticked off or ended as it stands."""


def start_due(*, at: datetime) -> list[PlaybookRun]:
    """Start the playbooks whose trigger has come; safe to run twice, and by two at once."""
    end_forgotten(at=at)
    with transaction.atomic():
        books = list(Playbook.objects.filter(is_active=True).exclude(kind="").order_by("pk"))
        alerts = list(
            Alert.objects.open()
            .filter(kind__in={book.kind for book in books})
            .select_related("queue", "team__site", "site", "client")
            .order_by("opened_at", "pk")
        )
        known = set(
            PlaybookRun.objects.filter(alert__in=alerts).values_list("playbook_id", "alert_id")
        )
        found = []
        for book in books:
            for alert in alerts:
                if (book.pk, alert.pk) in known or not _is_due(book, alert, at):
                    continue
                try:
                    found.append(_start(book, about=alert, alert=alert, by=None, at=at))
                except UnableToRun:
                    continue  # a run for the same scope is under way
        return found


def end_forgotten(*, at: datetime) -> int:
    """End the runs that nobody ended, so that the next day's trigger counts; return how many.

    A run ends with its day where it is about, one begun in the evening some hours later. While its
    alert is open it is not forgotten, and hides no other: there is one open alert of a kind and scope.
    """
    ended = 0
    with transaction.atomic():
        rows = (
            PlaybookRun.objects.open()
            .exclude(pk__in=PlaybookRun.objects.filter(alert__closed_at=None, alert__isnull=False))
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")
        )
        for run in rows:
            midnight = day_bounds(run.local_date, _zone(run)).ends_at
            over_at = max(midnight, run.started_at + LEAST_RUN)
            if over_at <= at:
                run.ended_at = over_at
                run.save(update_fields=["ended_at"])
                ended += 1
    return ended


def _is_due(book: Playbook, alert: Alert, at: datetime) -> bool:
    scope = {name: pk for name, pk in book.scope_ids.items() if pk is not None}
    if book.kind != alert.kind or alert.opened_at is None or not covers(scope, alert.scope_ids):
        return False
    if at - alert.opened_at < timedelta(minutes=book.duration_minutes):
        return False
    if book.threshold is None:
        return True
    if DEFAULTS[alert.kind].is_worse_above:
        return alert.value >= book.threshold
    return alert.value <= book.threshold


def start_playbook(*, playbook: Playbook, by: User | None, at: datetime) -> PlaybookRun:
    """Start it by hand for its own scope. Raises UnableToRun where it is under way or without steps."""
    if not playbook.is_active:
        raise UnableToRun(_("%(name)s is switched off.") % {"name": playbook.name})
    return _start(playbook, about=playbook, alert=None, by=by, at=at)


def _start(
    book: Playbook,
    *,
    about: Alert | Playbook,
    alert: Alert | None,
    by: User | None,
    at: datetime,
) -> PlaybookRun:
    try:
        with transaction.atomic():
            run = PlaybookRun.objects.create(
                playbook=book,
                alert=alert,
                scope_key="" if alert is None else alert.scope_key,
                local_date=at.astimezone(ZoneInfo(_zone(about))).date(),
                started_at=at,
                started_by=by,
                **{f"{name}_id": pk for name, pk in about.scope_ids.items()},
            )
            PlaybookRunStep.objects.bulk_create(
                PlaybookRunStep(run=run, position=step.position, text=step.text, owner=step.owner)
                for step in book.steps.order_by("position")
            )
    except IntegrityError as error:
        raise UnableToRun(_("%(name)s is under way already.") % {"name": book.name}) from error
    return run


def _zone(about: Alert | Playbook | PlaybookRun) -> str:
    """Return the zone of the narrowest part it is about."""
    for name in SCOPES:
        part = getattr(about, name)
        if part is not None:
            return str(part.site.timezone if name == "team" else part.timezone)
    return "UTC"


def tick_off(
    *, run: PlaybookRun, position: int, is_done: bool, by: User | None, at: datetime
) -> PlaybookRunStep:
    """Tick a step off, or take the tick back. Raises UnableToRun where it is done, or the run over."""
    with transaction.atomic():
        held = PlaybookRun.objects.select_for_update().get(pk=run.pk)
        if held.ended_at is not None:
            raise UnableToRun(_("This run has ended; its steps stay as they are."))
        step = PlaybookRunStep.objects.select_related("done_by").get(run=held, position=position)
        if is_done and step.done_at is not None:
            raise UnableToRun(
                _("%(person)s has done this step.") % {"person": step.done_by or _("An API key")}
            )
        step.done_at, step.done_by = (at, by) if is_done else (None, None)
        step.save(update_fields=["done_at", "done_by"])
    return step


def end_run(
    *, run: PlaybookRun, outcome: str, note: str, by: User | None, at: datetime
) -> PlaybookRun:
    """End a run with what it came to. Raises UnableToRun where it has ended."""
    with transaction.atomic():
        held = PlaybookRun.objects.select_for_update().get(pk=run.pk)
        if held.ended_at is not None:
            raise UnableToRun(_("This run has ended already."))
        held.ended_at, held.ended_by = at, by
        held.outcome, held.outcome_note = RunOutcome(outcome), note.strip()[:300]
        held.save(update_fields=["ended_at", "ended_by", "outcome", "outcome_note"])
    return held


def save_playbook(*, playbook: Playbook, steps: list[tuple[str, str]]) -> Playbook:
    """Write a playbook and its steps (what, who) in order. Raises UnableToRun without steps."""
    kept = [(text.strip(), owner.strip()) for text, owner in steps if text.strip()]
    if not kept:
        raise UnableToRun(_("A playbook needs at least one step."))
    with transaction.atomic():
        playbook.save()
        playbook.steps.all().delete()
        PlaybookStep.objects.bulk_create(
            PlaybookStep(playbook=playbook, position=place, text=text[:300], owner=owner[:120])
            for place, (text, owner) in enumerate(kept, start=1)
        )
    return playbook
