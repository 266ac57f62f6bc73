"""Set connectors up: details, secrets, mappings."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from adherence.models import Connector, EventFeed, EventSource, StateMapping, StateMeaning
from adherence.services.connectors.cures import replay_states
from wfm.org.models import ActivityCode

RESERVED = {*EventSource.values, "new"}
"""Sources of our own, and a word that stands in the pages' addresses."""
SECRET_BYTES = 32
SHORTEST_TOKEN = 16


class UnableToConnect(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The connector or mapping would be wrong; `field` names what, the message says why."""

    def __init__(self, message: str, field_name: str = "") -> None:
        super().__init__(message)
        self.field_name = field_name


@dataclass(frozen=True, kw_only=True)
class ConnectorDetails:
    """What a person says of a connector."""

    name: str
    timezone: str = ""
    agent_field: str = ""
    default_channel: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    date_order: str = ""
    max_delay_minutes: int | None = None
    silence_limit_seconds: int | None = None
    is_active: bool = True


@dataclass(frozen=True)
class MappingChoice:
    """What a state means, as a person has chosen."""

    state: str
    reason: str
    meaning: str
    activity_code: ActivityCode | None = None


def create_connector(
    *,
    kind: str,
    source: str,
    details: ConnectorDetails,
    mappings: Sequence[MappingChoice] = (),
    at: datetime,
) -> Connector:
    """Make a connector with its feed and mappings.

    Raises UnableToConnect where the source is taken or ours, or a detail is wrong. Events that
    the source has sent before and that wait for these mappings are taken at once.
    """
    if source in RESERVED:
        raise UnableToConnect(_("The source %(source)r is ours.") % {"source": source}, "source")
    if Connector.objects.filter(source=source).exists():
        raise UnableToConnect(
            _("There is a connector for the source %(source)r already.") % {"source": source},
            "source",
        )
    connector = Connector(kind=kind, source=source)
    with transaction.atomic():
        _apply(connector, details)
        map_states(connector=connector, choices=mappings, at=at)
    return connector


def update_connector(*, connector: Connector, details: ConnectorDetails) -> Connector:
    """Change the details; source and kind stay as they were."""
    with transaction.atomic():
        _apply(connector, details)
    return connector


def _apply(connector: Connector, details: ConnectorDetails) -> None:
    connector.name = details.name.strip()
    connector.timezone = details.timezone
    connector.agent_field = details.agent_field.strip()
    connector.default_channel = details.default_channel.strip()
    connector.columns = {role: text.strip() for role, text in details.columns.items() if text.strip()}  # fmt: skip
    connector.date_order = details.date_order
    connector.max_delay_minutes = details.max_delay_minutes
    connector.is_active = details.is_active
    unknown = sorted(set(connector.columns) - set(connector.reader.roles))
    if unknown:
        raise UnableToConnect(
            _("%(kind)s has no columns to choose for: %(names)s.")
            % {"kind": connector.get_kind_display(), "names": ", ".join(unknown)},
            "columns",
        )
    if connector.reader.is_local and not connector.timezone:
        raise UnableToConnect(
            _("Choose the time zone of this source's clock: its times may come without an offset."),
            "timezone",
        )
    feed, _made = EventFeed.objects.get_or_create(source=connector.source)
    connector.feed = feed
    feed.silence_limit_seconds = details.silence_limit_seconds
    try:
        connector.full_clean(exclude=["feed"])
        feed.full_clean()
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise UnableToConnect(str(messages[0]), name) from error
    feed.save(update_fields=["silence_limit_seconds"])
    connector.save()


def delete_connector(*, connector: Connector) -> None:
    """Remove a connector and its mappings. Its events, its feed and what waits stay."""
    connector.delete()


def make_secret(*, connector: Connector, at: datetime) -> str:
    """Make a new secret for the address and return it, this once; the one before opens nothing."""
    text = secrets.token_urlsafe(SECRET_BYTES)
    connector.secret_sha256 = secret_hash(text)
    connector.secret_made_at = at
    connector.save(update_fields=["secret_sha256", "secret_made_at"])
    return text


def secret_hash(text: str) -> str:
    """What is kept of a secret. It is random, so that a slow hash would protect nothing more."""
    return hashlib.sha256(text.encode()).hexdigest()


def set_signing_token(*, connector: Connector, token: str) -> None:
    """Keep the token that verifies signatures; empty: requests need not be signed.

    It is kept as it is, because a signature can only be verified with it, and never shown again.
    """
    if token and not connector.reader.signs:
        raise UnableToConnect(
            _("%(kind)s does not sign its requests.") % {"kind": connector.get_kind_display()},
            "signing_token",
        )
    if token and not SHORTEST_TOKEN <= len(token) <= 200:
        raise UnableToConnect(
            _("Expected a token of 16 to 200 characters, as the account shows it."),
            "signing_token",
        )
    connector.signing_token = token
    connector.save(update_fields=["signing_token"])


def map_states(
    *,
    connector: Connector,
    choices: Sequence[MappingChoice],
    at: datetime,
    taken_by_id: int | None = None,
) -> int:
    """Say what states mean, also anew, and take the events that waited for it; return how many.

    Raises UnableToConnect where an activity has no code.
    """
    with transaction.atomic():
        for choice in choices:
            _map(connector, choice)
        if not choices:
            return 0
        return replay_states(connector=connector, at=at, taken_by_id=taken_by_id)


def _map(connector: Connector, choice: MappingChoice) -> None:
    state, reason = choice.state.strip(), choice.reason.strip()
    is_activity = choice.meaning == StateMeaning.ACTIVITY
    if not state:
        raise UnableToConnect(_("Name the state as the source writes it."), "state")
    if is_activity is (choice.activity_code is None):
        raise UnableToConnect(
            _("Choose an activity code for %(state)s, or another meaning.") % {"state": state},
            "activity_code",
        )
    wanted: dict[str, Any] = {"meaning": choice.meaning, "activity_code": choice.activity_code}
    same = StateMapping.objects.filter(
        connector=connector, state__iexact=state, reason__iexact=reason
    )
    if not same.update(**wanted):
        StateMapping.objects.create(connector=connector, state=state, reason=reason, **wanted)


def unmap_state(*, mapping: StateMapping) -> None:
    """Forget what a state means: from now on its events wait. Those that were taken stay."""
    mapping.delete()
