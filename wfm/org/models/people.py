"""Agents, teams, skills and employment contracts."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of, agent_filter
from wfm.org.models.base import DateRange, audited
from wfm.org.models.contract import EmploymentContract
from wfm.org.models.place import Site


class TeamQuerySet(models.QuerySet["Team"]):
    """Teams."""

    def visible_to(self, principal: object) -> "TeamQuerySet":
        """Return the teams in scope."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        return self if access.team_ids is None else self.filter(pk__in=access.team_ids)


@audited()
class Team(models.Model):
    """People who report to one lead."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="teams")
    is_active = models.BooleanField(_("active"), default=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class SkillQuerySet(models.QuerySet["Skill"]):
    """Skills."""

    def visible_to(self, principal: object) -> "SkillQuerySet":
        """Return the skills for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class Skill(models.Model):
    """What an agent can do. A queue asks for one; a skill may serve several queues."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    key = models.SlugField(_("key"), unique=True)

    objects = SkillQuerySet.as_manager()

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")

    def __str__(self) -> str:
        return self.name


class AgentQuerySet(models.QuerySet["Agent"]):
    """Agents."""

    def visible_to(self, principal: object) -> "AgentQuerySet":
        """Return the agents of teams in scope, and oneself."""
        return self.filter(agent_filter(principal, "people.view"))

    def active(self) -> "AgentQuerySet":
        """Return those who still work here."""
        return self.filter(is_active=True)


@audited()
class Agent(models.Model):
    """A person who is scheduled. `sort_key` orders Chinese names by pinyin."""

    employee_number = models.CharField(_("employee number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    sort_key = models.CharField(_("sort key"), max_length=200, db_index=True)
    is_active = models.BooleanField(_("active"), default=True)

    objects = AgentQuerySet.as_manager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")

    def __str__(self) -> str:
        return self.name


class WorkMode(models.TextChoices):
    """Where an agent works."""

    OFFICE = "OFFICE", _("office")
    HOME = "HOME", _("home")
    HYBRID = "HYBRID", _("office and home")


class AgentAssignmentQuerySet(models.QuerySet["AgentAssignment"]):
    """Assignments."""

    def visible_to(self, principal: object) -> "AgentAssignmentQuerySet":
        """Return the assignments of agents in scope."""
        return self.filter(agent_filter(principal, "people.view", "agent"))

    def effective_on(self, day: object) -> "AgentAssignmentQuerySet":
        """Return those in force on a date."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


@audited()
class AgentAssignment(models.Model):
    """An agent's team, contract and work mode in force [starts_on, ends_on)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="assignments")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="assignments")
    employment_contract = models.ForeignKey(
        EmploymentContract, on_delete=models.PROTECT, related_name="assignments"
    )
    work_mode = models.CharField(_("work mode"), max_length=10, choices=WorkMode)
    office_days_per_week = models.PositiveSmallIntegerField(_("office days a week"), default=5)
    hourly_cost = models.DecimalField(
        _("own cost per paid hour"), max_digits=9, decimal_places=2, null=True, blank=True
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = AgentAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
                name="org_agentassignment_ends_after_start",
            ),
            ExclusionConstraint(
                name="org_agentassignment_one_at_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another assignment of this agent covers these dates."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.team}"


@audited()
class AgentSkill(models.Model):
    """A skill that an agent has, in force [starts_on, ends_on)."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="agent_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="agent_skills")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("agent's skill")
        verbose_name_plural = _("agents' skills")
        constraints = [
            ExclusionConstraint(
                name="org_agentskill_one_at_a_time",
                expressions=[
                    ("agent", RangeOperators.EQUAL),
                    ("skill", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The agent already has this skill on these dates."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.agent}: {self.skill}"


@audited()
class AgentSourceKey(models.Model):
    """What an event source calls the agent."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="source_keys")
    source = models.SlugField(_("source"))
    key = models.CharField(_("key"), max_length=120)

    class Meta:
        verbose_name = _("agent's key in a source")
        verbose_name_plural = _("agents' keys in sources")
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="org_agentsourcekey_once")
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.key}"
