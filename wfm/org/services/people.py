"""Invite people, let them in, and keep roles."""

import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wfm.org.access import access_of
from wfm.org.models import Agent, Client, Invitation, Role, RoleGrant, Team, User
from wfm.org.services.roles import UnableToSaveRole, validate_permissions
from wfm.org.tenancy import system_tenant

_TOKEN_BYTES = 32
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|[^@\s]+@localhost")


class UnableToInvite(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The invitation cannot be sent."""


class UnableToAccept(ValueError):  # noqa: N818 - domain errors are named for what failed
    """The invitation cannot be accepted."""


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Invitee:
    """Who is invited, as what, and for which part of the work."""

    email: str
    role: Role
    display_name: str = ""
    client: Client | None = None
    team: Team | None = None
    agent: Agent | None = None


@transaction.atomic
def invite_user(*, invitee: Invitee, invited_by: User, at: datetime, accept_url: str) -> Invitation:
    """Write the invitation and mail its link, which works once and for some days.

    `accept_url` holds `TOKEN` where the token goes. An earlier open invitation to the same address
    stops working. Nobody can hand out a permission that they do not hold.
    """
    address = invitee.email.strip().lower()
    _check_invitation(address, role=invitee.role, invited_by=invited_by, client=invitee.client)
    Invitation.objects.filter(email=address, accepted_at=None, expires_at__gt=at).update(
        expires_at=at
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation = Invitation.objects.create(
        email=address,
        display_name=invitee.display_name,
        role=invitee.role,
        client=invitee.client,
        team=invitee.team,
        agent=invitee.agent,
        token_sha256=_hash(token),
        invited_by=invited_by,
        expires_at=at + timedelta(hours=settings.INVITATION_VALID_HOURS),
    )
    context = {"invitation": invitation, "url": accept_url.replace("TOKEN", token)}
    transaction.on_commit(
        lambda: send_mail(
            subject=_("Your invitation to workforce management"),
            message=render_to_string("org/invitation_email.txt", context),
            from_email=None,
            recipient_list=[address],
        )
    )
    return invitation


def _check_invitation(address: str, *, role: Role, invited_by: User, client: Client | None) -> None:
    if not _ADDRESS.fullmatch(address):
        raise UnableToInvite(
            _("{value!r} is no e-mail address; write it like name@example.com.").format(
                value=address
            )
        )
    if User.objects.filter(email=address).exists():
        raise UnableToInvite(
            _("{email} has an account already; give it another role instead.").format(email=address)
        )
    missing = sorted(set(role.permissions) - access_of(invited_by).permissions)
    if missing:
        raise UnableToInvite(
            _("The role {role} may do what you may not ({names}); ask an administrator.").format(
                role=role, names=", ".join(missing)
            )
        )
    if not role.is_internal and client is None:
        raise UnableToInvite(
            _("The role {role} is for a client's people: choose the client.").format(role=role)
        )


def find_invitation(*, token: str, at: datetime) -> Invitation:
    """Return the invitation that this token opens; it must be neither used nor expired."""
    found = (
        Invitation.objects.select_related("role", "client", "team", "agent", "invited_by")
        .filter(token_sha256=_hash(token))
        .first()
    )
    if found is None:
        raise UnableToAccept(_("This invitation does not exist. Ask for a new one."))
    if found.accepted_at is not None:
        raise UnableToAccept(
            _("This invitation has been used. Log in, or reset your password if you forgot it.")
        )
    if found.expires_at <= at:
        raise UnableToAccept(_("This invitation has expired. Ask for a new one."))
    return found


def accept_invitation(*, token: str, display_name: str, password: str, at: datetime) -> User:
    """Create the account with its role and use the invitation up.

    Of two people with the same link the first wins: the row is claimed by a conditional update.
    """
    with system_tenant():
        invitation = find_invitation(token=token, at=at)
        claimed = Invitation.objects.filter(
            pk=invitation.pk, accepted_at=None, expires_at__gt=at
        ).update(accepted_at=at)
        if not claimed:
            raise UnableToAccept(
                _("This invitation has been used. Log in, or reset your password if you forgot it.")
            )
        if User.objects.filter(email=invitation.email).exists():
            raise UnableToAccept(
                _("{email} has an account already. Log in.").format(email=invitation.email)
            )
        user = User(
            email=invitation.email, display_name=display_name.strip(), agent=invitation.agent
        )
        validate_password(password, user)
        user.set_password(password)
        user.save()
        RoleGrant.objects.create(
            user=user, role=invitation.role, client=invitation.client, team=invitation.team
        )
        Invitation.objects.filter(pk=invitation.pk).update(accepted_by=user)
    return user


@transaction.atomic
def save_role(
    *,
    role: Role | None,
    name: str,
    permissions: Iterable[str],
    saved_by: User,
    is_internal: bool = True,
) -> Role:
    """Create a role or change one; built-in roles stay as they are."""
    wanted = validate_permissions(list(permissions))
    _check_role(role, wanted, saved_by)
    if role is None:
        return Role.objects.create(
            key=_free_key(name), name=name, permissions=wanted, is_internal=is_internal
        )
    role.name, role.permissions, role.is_internal = name, wanted, is_internal
    role.save(update_fields=["name", "permissions", "is_internal"])
    return role


def _check_role(role: Role | None, wanted: list[str], saved_by: User) -> None:
    if role is not None and role.is_builtin:
        raise UnableToSaveRole(
            _(
                "{role} is built in and refreshed at each upgrade; copy it and change the copy."
            ).format(role=role)
        )
    held = access_of(saved_by).permissions
    before = set(role.permissions) if role else set()
    missing = sorted((set(wanted) - before) - held)
    if missing:
        raise UnableToSaveRole(
            _("You cannot give what you do not hold: {names}.").format(names=", ".join(missing))
        )


def _free_key(name: str) -> str:
    stem = slugify(name)[:40] or f"role-{secrets.token_hex(3)}"
    key, number = stem, 2
    while Role.objects.filter(key=key).exists():
        key, number = f"{stem}-{number}", number + 1
    return key
