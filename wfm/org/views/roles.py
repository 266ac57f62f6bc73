"""Roles: what each may do, as a matrix of objects and actions."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from wfm.org.access import ACTION_LABELS, OBJECT_LABELS, PERMISSION_ACTIONS, access_of
from wfm.org.access_views import require
from wfm.org.forms import RoleForm
from wfm.org.models import Role, User
from wfm.org.services.people import save_role
from wfm.org.services.roles import UnableToSaveRole
from wfm.org.tabs import settings_tabs


@require("role.view")
def roles(request: HttpRequest) -> HttpResponse:
    """List the roles with how many people hold each."""
    found = (
        Role.objects.visible_to(request.user)
        .annotate(holders=Count("grants__user", distinct=True))
        .order_by("-is_builtin", "name")
    )
    context = settings_tabs(request, "roles") | {
        "roles": found,
        "may_edit": access_of(request.user).can("role.edit"),
    }
    return render(request, "org/roles.html", context)


@require("role.view")
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show one role's matrix; save it, or a copy of it as a new role."""
    user = request.user
    assert isinstance(user, User)
    role = get_object_or_404(Role.objects.visible_to(user), pk=pk) if pk else None
    may_edit = access_of(user).can("role.edit")
    form = RoleForm(request.POST or None, initial=_initial(request, role))
    if request.method == "POST" and may_edit and form.is_valid():
        as_copy = role is not None and (role.is_builtin or "copy" in request.POST)
        try:
            saved = save_role(role=None if as_copy else role, saved_by=user, **form.cleaned_data)
        except UnableToSaveRole as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The role {role} is saved.").format(role=saved))
            return redirect("role", saved.pk)
    chosen = set(form["permissions"].value() or [])
    held = access_of(user).permissions
    context = {
        "role": role,
        "form": form,
        "may_edit": may_edit,
        "matrix": _matrix(chosen, held | chosen),
        "actions": [ACTION_LABELS[action] for action in ACTION_LABELS],
    }
    return render(request, "org/role.html", context)


def _initial(request: HttpRequest, role: Role | None) -> dict[str, Any]:
    if role is None:
        return {"is_internal": True, "permissions": []}
    return {
        "name": role.name,
        "is_internal": role.is_internal,
        "permissions": role.permissions,
    }


def _matrix(chosen: set[str], offered: set[str] | frozenset[str]) -> list[dict[str, Any]]:
    """Return a row per object and a cell per action; a cell without a permission is empty."""
    rows = []
    for name, actions in PERMISSION_ACTIONS.items():
        cells = [
            {
                "permission": f"{name}.{action}",
                "label": f"{OBJECT_LABELS[name]}: {ACTION_LABELS[action]}",
                "is_chosen": f"{name}.{action}" in chosen,
                "is_offered": f"{name}.{action}" in offered,
            }
            if action in actions
            else None
            for action in ACTION_LABELS
        ]
        rows.append({"label": OBJECT_LABELS[name], "cells": cells})
    return rows
