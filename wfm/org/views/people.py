"""People: list, one person, invitations."""

from datetime import date

from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from wfm.org.access import access_of
from wfm.org.access_views import require
from wfm.org.forms import AcceptInvitationForm, InvitationForm
from wfm.org.models import Agent, AgentAssignment, AgentSkill, Invitation, User
from wfm.org.services import people as services
from wfm.org.tabs import settings_tabs
from wfm.org.tenancy import system_tenant
from wfm.web.scope import page_scope

ROWS_PER_PAGE = 100


@require("people.view")
def people(request: HttpRequest) -> HttpResponse:
    """List the people who are scheduled, and those who log in."""
    scope = page_scope(request, fields=("site", "team"))
    today = localdate()
    agents = Agent.objects.visible_to(request.user).active().order_by("sort_key")
    assigned = AgentAssignment.objects.effective_on(today)
    if scope.team:
        agents = agents.filter(assignments__in=assigned.filter(team=scope.team))
    elif scope.site:
        agents = agents.filter(assignments__in=assigned.filter(team__site=scope.site))
    wanted = request.GET.get("q", "").strip()
    if wanted:
        agents = agents.filter(
            Q(name__icontains=wanted)
            | Q(employee_number__icontains=wanted)
            | Q(sort_key__icontains=wanted)
        )
    page = Paginator(_with_details(agents, today), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    may_invite = access_of(request.user).can("people.invite")
    context = settings_tabs(request, "people") | {
        "page": page,
        "wanted": wanted,
        "users": User.objects.filter(is_active=True)
        .prefetch_related("role_grants__role", "role_grants__client", "role_grants__team")
        .order_by("display_name")
        if may_invite
        else None,
        "invitations": _open_invitations() if may_invite else None,
        "may_invite": may_invite,
    }
    return render(request, "org/people.html", context)


def _with_details(agents: QuerySet[Agent], today: date) -> QuerySet[Agent]:
    return agents.prefetch_related(
        Prefetch(
            "assignments",
            AgentAssignment.objects.effective_on(today).select_related(
                "team__site", "employment_contract"
            ),
            to_attr="current_assignments",
        ),
        Prefetch(
            "agent_skills",
            AgentSkill.objects.filter(starts_on__lte=today)
            .filter(Q(ends_on=None) | Q(ends_on__gt=today))
            .select_related("skill")
            .order_by("skill__name"),
            to_attr="current_skills",
        ),
    )


def _open_invitations() -> QuerySet[Invitation]:
    return (
        Invitation.objects.filter(accepted_at=None, expires_at__gt=now())
        .select_related("role", "client", "team", "invited_by")
        .order_by("-created_at")
    )


@require("people.view")
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One agent: team, contract, skills, through time."""
    agent = get_object_or_404(Agent.objects.visible_to(request.user), pk=pk)
    context = {
        "agent": agent,
        "assignments": agent.assignments.select_related(
            "team__site", "employment_contract"
        ).order_by("-starts_on"),
        "skills": agent.agent_skills.select_related("skill").order_by("skill__name", "-starts_on"),
        "source_keys": agent.source_keys.all(),
    }
    return render(request, "org/person.html", context)


@require("people.invite")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    user = request.user
    assert isinstance(user, User)
    form = InvitationForm(request.POST or None, person=user)
    if request.method == "POST" and form.is_valid():
        accept_url = request.build_absolute_uri(reverse("invitation-accept", args=["TOKEN"]))
        try:
            invitation = services.invite_user(
                invitee=services.Invitee(**form.cleaned_data),
                invited_by=user,
                at=now(),
                accept_url=accept_url,
            )
        except services.UnableToInvite as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("An invitation is on its way to {email}.").format(email=invitation.email),
            )
            return redirect("people")
    return render(request, "org/invite.html", {"form": form})


@sensitive_post_parameters("password", "password_again")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: choose a name and a password, then be logged in."""
    try:
        with system_tenant():  # nobody is logged in yet; the token is the proof
            invitation = services.find_invitation(token=token, at=now())
    except services.UnableToAccept as error:
        return render(request, "org/invitation_closed.html", {"reason": str(error)}, status=410)
    form = AcceptInvitationForm(
        request.POST or None, initial={"display_name": invitation.display_name}
    )
    if request.method == "POST" and form.is_valid():
        try:
            user = services.accept_invitation(
                token=token,
                display_name=form.cleaned_data["display_name"],
                password=form.cleaned_data["password"],
                at=now(),
            )
        except services.UnableToAccept as error:
            return render(request, "org/invitation_closed.html", {"reason": str(error)}, status=410)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return redirect("today")
    return render(request, "org/accept.html", {"form": form, "invitation": invitation})
