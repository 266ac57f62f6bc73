"""How an agent is reached while they work."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wfm.org.access import agent_filter
from wfm.org.models import Agent
from wfm.org.models.base import audited


class AgentContactQuerySet(models.QuerySet["AgentContact"]):
    """Ways to reach agents."""

    def visible_to(self, principal: object) -> "AgentContactQuerySet":
        """Return those of agents in scope, and one's own."""
        return self.filter(agent_filter(principal, "people.view", "agent"))


@audited()
class AgentContact(models.Model):
    """Phone, e-mail and messenger of one agent; what is empty is not known."""

    agent = models.OneToOneField(
        Agent, on_delete=models.CASCADE, primary_key=True, related_name="contact"
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    messenger_url = models.URLField(
        _("messenger link"),
        blank=True,
        help_text=_("Opens a chat with the agent, for example https://chat.example/people/ann."),
    )

    objects = AgentContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact of an agent")
        verbose_name_plural = _("contacts of agents")

    def __str__(self) -> str:
        return f"{self.agent_id}"
