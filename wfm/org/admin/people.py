"""Agents, teams, skills and employment contracts."""

from django.contrib import admin

from wfm.org.admin.base import OrgAdmin
from wfm.org.models import (
    Agent,
    AgentAssignment,
    AgentSkill,
    AgentSourceKey,
    EmploymentContract,
    Skill,
    Team,
)


class PeopleAdmin(OrgAdmin):
    """Rows about people."""

    view_permission = "people.view"
    edit_permission = "people.edit"


@admin.register(Team)
class TeamAdmin(OrgAdmin):
    """Teams."""

    list_display = ["name", "site", "is_active"]
    list_filter = ["site", "is_active"]
    search_fields = ["name"]
    autocomplete_fields = ["site"]
    list_select_related = ["site"]


@admin.register(Skill)
class SkillAdmin(OrgAdmin):
    """Skills."""

    list_display = ["name", "key"]
    search_fields = ["name", "key"]
    prepopulated_fields = {"key": ["name"]}


@admin.register(EmploymentContract)
class EmploymentContractAdmin(OrgAdmin):
    """What binds an agent."""

    list_display = [
        "name",
        "weekly_minutes_min",
        "weekly_minutes_max",
        "days_per_week_max",
        "min_rest_minutes",
        "hourly_cost",
    ]
    search_fields = ["name"]


class AgentAssignmentInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """Team and contract of one agent through time."""

    model = AgentAssignment
    extra = 0
    autocomplete_fields = ["team", "employment_contract"]


class AgentSkillInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """Skills of one agent through time."""

    model = AgentSkill
    extra = 0
    autocomplete_fields = ["skill"]


class AgentSourceKeyInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs only
    """What event sources call one agent."""

    model = AgentSourceKey
    extra = 0


@admin.register(Agent)
class AgentAdmin(PeopleAdmin):
    """Agents with team, contract and skills."""

    list_display = ["name", "employee_number", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "employee_number", "sort_key"]
    ordering = ["sort_key"]
    inlines = [AgentAssignmentInline, AgentSkillInline, AgentSourceKeyInline]


@admin.register(AgentAssignment)
class AgentAssignmentAdmin(PeopleAdmin):
    """Teams and contracts of all agents."""

    list_display = ["agent", "team", "employment_contract", "work_mode", "starts_on", "ends_on"]
    list_filter = ["team", "employment_contract", "work_mode"]
    search_fields = ["agent__name", "agent__employee_number"]
    date_hierarchy = "starts_on"
    autocomplete_fields = ["agent", "team", "employment_contract"]
    list_select_related = ["agent", "team", "employment_contract"]


@admin.register(AgentSkill)
class AgentSkillAdmin(PeopleAdmin):
    """Skills of all agents."""

    list_display = ["agent", "skill", "starts_on", "ends_on"]
    list_filter = ["skill"]
    search_fields = ["agent__name", "agent__employee_number"]
    autocomplete_fields = ["agent", "skill"]
    list_select_related = ["agent", "skill"]


@admin.register(AgentSourceKey)
class AgentSourceKeyAdmin(PeopleAdmin):
    """Keys of agents in event sources."""

    list_display = ["agent", "source", "key"]
    list_filter = ["source"]
    search_fields = ["agent__name", "key"]
    autocomplete_fields = ["agent"]
    list_select_related = ["agent"]
