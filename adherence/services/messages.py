"""Messages from a lead to agents, and from the rules to people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from adherence.services.telling import tell
from wfm.org.models import Agent, User

LONGEST = 1000


class UnableToSend(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The message cannot be sent as it was asked for."""


@dataclass(frozen=True)
class Sent:
    """Whom a message reaches; who has no login cannot read it."""

    agent_ids: tuple[int, ...]
    without_login: tuple[Agent, ...]


def send_message(*, agents: Sequence[Agent], text: str, sender: User | None, at: datetime) -> Sent:
    """Send a message to agents; raises UnableToSend without words or without anyone to reach."""
    words = text.strip()
    if not words:
        raise UnableToSend(_("Write the message."))
    if len(words) > LONGEST:
        raise UnableToSend(
            _("A message has %(most)d characters at most; this one has %(count)d.")
            % {"most": LONGEST, "count": len(words)}
        )
    logins = {
        user.agent_id: user
        for user in User.objects.filter(agent__in=agents, is_active=True).order_by("pk")
    }
    reached = [agent for agent in agents if agent.pk in logins]
    if not reached:
        raise UnableToSend(
            _("%(name)s has no login and cannot read messages; use the contact card.")
            % {"name": agents[0].name}
            if agents
            else _("Choose an agent.")
        )
    with transaction.atomic():
        for agent in reached:
            user = logins[agent.pk]
            with override(user.language or None):
                subject = _("Message from %(name)s") % {"name": sender or _("your team lead")}
            tell(user_ids=[user.pk], kind="message", subject=subject, body=words, at=at)
    return Sent(
        tuple(agent.pk for agent in reached),
        tuple(agent for agent in agents if agent.pk not in logins),
    )
