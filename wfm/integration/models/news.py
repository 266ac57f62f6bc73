"""News and policies for people at work, and links to what is written down elsewhere."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models.base import audited


class NewsKind(models.TextChoices):
    """News passes; a policy stays in force."""

    NEWS = "NEWS", _("news")
    POLICY = "POLICY", _("policy")


class Audience(models.TextChoices):
    """Whom an entry is for."""

    EVERYONE = "EVERYONE", _("everyone")
    SITE = "SITE", _("a site")
    TEAM = "TEAM", _("a team")
    QUEUE = "QUEUE", _("a queue's people")


class NewsEntryQuerySet(models.QuerySet["NewsEntry"]):
    """News and policies."""

    def visible_to(self, principal: object) -> "NewsEntryQuerySet":
        """Return all for those who write them; others ask `queries.news.news_for`."""
        access = access_of(principal)
        if not access.is_internal or not access.can("news.edit"):
            return self.none()
        found = self
        if access.client_ids is not None:
            found = found.filter(Q(queue=None) | Q(queue__client__in=access.client_ids))
        if access.team_ids is not None:
            found = found.filter(Q(team=None) | Q(team__in=access.team_ids))
        return found

    def current(self, *, at: datetime) -> "NewsEntryQuerySet":
        """Return those shown at that moment."""
        return self.filter(starts_at__lte=at).filter(Q(ends_at=None) | Q(ends_at__gt=at))


@audited(exclude=["announced_number"])
class NewsEntry(models.Model):
    """What is told to whom, from when until when. Its words are in its versions.

    `current` is the version shown; `asks_from_number` the oldest version whose acknowledgement
    still counts: a change that matters asks everybody again, a mended typing error nobody.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=NewsKind, default=NewsKind.NEWS)
    audience = models.CharField(
        _("for"), max_length=10, choices=Audience, default=Audience.EVERYONE
    )
    site = models.ForeignKey(
        "org.Site", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("site")
    )
    team = models.ForeignKey(
        "org.Team", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("team")
    )
    queue = models.ForeignKey(
        "org.Queue", on_delete=models.CASCADE, null=True, blank=True, verbose_name=_("queue")
    )
    starts_at = models.DateTimeField(_("shown from"))
    ends_at = models.DateTimeField(_("shown until"), null=True, blank=True)
    needs_acknowledgement = models.BooleanField(_("ask for acknowledgement"), default=False)
    number = models.PositiveIntegerField(_("version"), default=1)
    asks_from_number = models.PositiveIntegerField(_("asks since version"), default=1)
    announced_number = models.PositiveIntegerField(_("announced version"), default=0)
    reminded_at = models.DateTimeField(_("last reminder"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = NewsEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("news or policy")
        verbose_name_plural = _("news and policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="integration_newsentry_ends_after_start",
                violation_error_message=_("It must be shown from a time before its end."),
            ),
            models.CheckConstraint(
                condition=Q(audience="EVERYONE", site=None, team=None, queue=None)
                | Q(audience="SITE", site__isnull=False, team=None, queue=None)
                | Q(audience="TEAM", site=None, team__isnull=False, queue=None)
                | Q(audience="QUEUE", site=None, team=None, queue__isnull=False),
                name="integration_newsentry_audience_named",
                violation_error_message=_("Name the one site, team or queue that it is for."),
            ),
            models.CheckConstraint(
                condition=Q(asks_from_number__lte=F("number")),
                name="integration_newsentry_asks_for_a_version",
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="integration_newsentry_starts")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class NewsVersion(models.Model):
    """The words of an entry, as they were at one time. Never changed; a change adds the next."""

    entry = models.ForeignKey(NewsEntry, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    link_title = models.CharField(_("title of the link"), max_length=200, blank=True)
    link_url = models.URLField(_("link"), max_length=500, blank=True)
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(
        "org.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("version of news")
        verbose_name_plural = _("versions of news")
        constraints = [
            models.UniqueConstraint(fields=["entry", "number"], name="integration_newsversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class NewsAcknowledgement(models.Model):
    """A person has read a version and says so, at a time that the server saw."""

    version = models.ForeignKey(
        NewsVersion, on_delete=models.CASCADE, related_name="acknowledgements"
    )
    user = models.ForeignKey("org.User", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(_("acknowledged"))

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "user"], name="integration_newsacknowledgement_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.version}"


class KnowledgeLinkQuerySet(models.QuerySet["KnowledgeLink"]):
    """Links to knowledge."""

    def visible_to(self, principal: object) -> "KnowledgeLinkQuerySet":
        """Return the links for our own people, of queues in scope."""
        access = access_of(principal)
        if not access.is_internal:
            return self.none()
        if access.client_ids is None:
            return self
        return self.filter(Q(queue=None) | Q(queue__client__in=access.client_ids))


@audited()
class KnowledgeLink(models.Model):
    """Where something is written down that helps at an activity or with a queue's work."""

    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("link"), max_length=500)
    activity_code = models.ForeignKey(
        "org.ActivityCode",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="knowledge_links",
        verbose_name=_("activity"),
    )
    queue = models.ForeignKey(
        "org.Queue",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="knowledge_links",
        verbose_name=_("queue"),
    )
    place = models.PositiveSmallIntegerField(_("place in the list"), default=1)

    objects = KnowledgeLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link to knowledge")
        verbose_name_plural = _("links to knowledge")
        constraints = [
            models.CheckConstraint(
                condition=Q(activity_code__isnull=False) | Q(queue__isnull=False),
                name="integration_knowledgelink_of_something",
                violation_error_message=_("Choose an activity, a queue or both."),
            )
        ]

    def __str__(self) -> str:
        return self.title
