"""People who log in, their roles and the scope of each role."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from wfm.org.access import SYSTEM, Access, access_of
from wfm.org.models.base import TimeZoneField, audited


class UserManager(BaseUserManager["User"]):
    """Creates people by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create one person; without a password nobody can log in as them yet."""
        if not email:
            msg = "A person needs an e-mail address; it is their login name."
            raise ValueError(msg)
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail without regard to case."""
        return self.get(email=(username or "").lower())


class Theme(models.TextChoices):
    """Light, dark or as the device says."""

    SYSTEM = "SYSTEM", _("As the device")
    LIGHT = "LIGHT", _("Light")
    DARK = "DARK", _("Dark")


@audited(exclude=["password", "last_login"])
class User(AbstractUser):
    """A person who logs in with an e-mail address."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    display_name = models.CharField(_("name"), max_length=120)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    timezone = TimeZoneField(_("time zone"), blank=True)
    agent = models.OneToOneField(
        "org.Agent",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="user",
        verbose_name=_("agent"),
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.display_name or self.email

    @cached_property
    def access(self) -> Access:
        """What this person may do and see: the union of their role grants.

        A grant without client or team has no limit there. A grant that names a team only sees that
        team's people and all clients; one that names a client only that client's queues.
        """
        if self.is_superuser:
            return Access(
                permissions=SYSTEM.permissions,
                is_internal=True,
                client_ids=None,
                team_ids=None,
                agent_id=self.agent_id,
            )
        grants = list(self.role_grants.select_related("role"))
        internal = [grant for grant in grants if grant.role.is_internal]
        return Access(
            permissions=frozenset(name for grant in grants for name in grant.role.permissions),
            is_internal=bool(internal),
            client_ids=_union([grant.client_id for grant in grants], grants),
            team_ids=_union([grant.team_id for grant in internal], internal),
            agent_id=self.agent_id,
        )


def _union(ids: list[int | None], grants: list["RoleGrant"]) -> frozenset[int] | None:
    if grants and None in ids:
        return None
    return frozenset(pk for pk in ids if pk is not None)


class RoleQuerySet(models.QuerySet["Role"]):
    """Roles."""

    def visible_to(self, principal: object) -> "RoleQuerySet":
        """Return the roles for those who may see roles or people."""
        access = access_of(principal)
        return self if access.can("role.view") or access.can("people.view") else self.none()


@audited()
class Role(models.Model):
    """A named set of permissions. Built-in ones are refreshed at each upgrade."""

    key = models.SlugField(_("key"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_builtin = models.BooleanField(_("built in"), default=False)
    is_internal = models.BooleanField(
        _("our own people"),
        default=True,
        help_text=_("Off for a client's people: they never see agents."),
    )
    permissions = ArrayField(
        models.CharField(max_length=40), default=list, blank=True, verbose_name=_("permissions")
    )

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")

    def __str__(self) -> str:
        return self.name


@audited()
class RoleGrant(models.Model):
    """A role held by a person, everywhere or for one client or one team."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="grants")
    client = models.ForeignKey("org.Client", on_delete=models.CASCADE, null=True, blank=True)
    team = models.ForeignKey("org.Team", on_delete=models.CASCADE, null=True, blank=True)

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "client", "team"],
                nulls_distinct=False,
                name="org_rolegrant_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


@audited(exclude=["token_sha256"])
class Invitation(models.Model):
    """A single-use invitation by e-mail. Only the token's hash is kept."""

    email = models.EmailField(_("e-mail address"))
    display_name = models.CharField(_("name"), max_length=120, blank=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT)
    client = models.ForeignKey("org.Client", on_delete=models.CASCADE, null=True, blank=True)
    team = models.ForeignKey("org.Team", on_delete=models.CASCADE, null=True, blank=True)
    agent = models.ForeignKey("org.Agent", on_delete=models.CASCADE, null=True, blank=True)
    token_sha256 = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sent_invitations")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="accepted_invitations"
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email
