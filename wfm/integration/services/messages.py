"""A message of one person to others, as a notice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wfm.integration.models import Notice
from wfm.integration.services.notify import lazy_words, notify
from wfm.org.models import Agent, User

MAX_TEXT = 2000


class UnableToSendMessage(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The message reaches nobody, or has no words."""


@transaction.atomic
def send_message(
    *, sender: User, agent_ids: Iterable[int], text: str, at: datetime, url: str = ""
) -> list[Notice]:
    """Send words to agents in the sender's scope who have a login; return their notices."""
    words = text.strip()
    if not words or len(words) > MAX_TEXT:
        raise UnableToSendMessage(
            _("Write a message of 1 to %(most)d characters.") % {"most": MAX_TEXT}
        )
    agents = Agent.objects.visible_to(sender).active().filter(pk__in=list(agent_ids))
    users = User.objects.filter(agent__in=agents, is_active=True)
    user_ids = list(users.values_list("pk", flat=True))
    if not user_ids:
        raise UnableToSendMessage(
            _("None of these agents is in your teams and has a login, so nobody would read it.")
        )
    return notify(
        user_ids=user_ids,
        kind="message.sent",
        subject=lazy_words(gettext_lazy("Message from %(name)s"), name=str(sender)),
        body=words,
        url=url,
        at=at,
    )
