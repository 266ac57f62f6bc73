"""Which shifts a contract allows."""

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wfm.org.access import access_of
from wfm.org.models import ActivityCode, EmploymentContract
from wfm.org.models.base import audited

MOST_PIECES = 3
LONGEST_DAY_MINUTES = 960


class ShiftTemplateQuerySet(models.QuerySet["ShiftTemplate"]):
    """Shift templates."""

    def visible_to(self, principal: object) -> "ShiftTemplateQuerySet":
        """Return the templates for our own people."""
        return self if access_of(principal).is_internal else self.none()


@audited()
class ShiftTemplate(models.Model):
    """Shifts of flexible start and length. Minutes count on the wall clock of the agent's site.

    A start may lie at up to 1,439 and the shift may pass midnight. A split shift names its pieces and
    the gaps that may stand between them; its length is then that of the pieces together.
    """

    employment_contract = models.ForeignKey(
        EmploymentContract, on_delete=models.CASCADE, related_name="shift_templates"
    )
    name = models.CharField(_("name"), max_length=80)
    earliest_start_minute = models.PositiveSmallIntegerField(_("earliest start"))
    latest_start_minute = models.PositiveSmallIntegerField(_("latest start"))
    start_step_minutes = models.PositiveSmallIntegerField(_("start every, minutes"), default=30)
    length_min_minutes = models.PositiveSmallIntegerField(_("shortest, minutes"))
    length_max_minutes = models.PositiveSmallIntegerField(_("longest, minutes"))
    length_step_minutes = models.PositiveSmallIntegerField(_("length step, minutes"), default=30)
    weekdays = models.CharField(_("weekdays (0 = Monday)"), max_length=7, default="0123456")
    piece_minutes = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("pieces of a split shift, minutes each"),
        size=MOST_PIECES,
        default=list,
        blank=True,
        help_text=_("For example 240, 240. Empty: one piece."),
    )
    gap_minutes = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("unpaid gaps between the pieces, minutes"),
        default=list,
        blank=True,
        help_text=_("Each length that the gap may have, for example 120, 150, 180."),
    )
    allowance = models.DecimalField(
        _("allowance for each such shift"), max_digits=9, decimal_places=2, default=0
    )
    is_active = models.BooleanField(_("active"), default=True)

    objects = ShiftTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("shift template")
        verbose_name_plural = _("shift templates")
        constraints = [
            models.UniqueConstraint(
                fields=["employment_contract", "name"], name="scheduling_shifttemplate_once"
            ),
            models.CheckConstraint(
                condition=Q(earliest_start_minute__lte=F("latest_start_minute"))
                & Q(latest_start_minute__lt=1440),
                name="scheduling_shifttemplate_starts_ordered",
            ),
            models.CheckConstraint(
                condition=Q(length_min_minutes__lte=F("length_max_minutes"))
                & Q(length_min_minutes__gt=0)
                & Q(length_max_minutes__lte=960),
                name="scheduling_shifttemplate_lengths_ordered",
            ),
            models.CheckConstraint(
                condition=Q(start_step_minutes__gt=0) & Q(length_step_minutes__gt=0),
                name="scheduling_shifttemplate_steps_positive",
            ),
            models.CheckConstraint(
                condition=Q(piece_minutes__len=0, gap_minutes__len=0)
                | Q(piece_minutes__len__gte=2, gap_minutes__len__gte=1),
                name="scheduling_shifttemplate_split_complete",
                violation_error_message=_(
                    "A split shift needs two or more pieces and at least one gap; any other shift neither."
                ),
            ),
            models.CheckConstraint(
                condition=Q(allowance__gte=0), name="scheduling_shifttemplate_allowance_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employment_contract}: {self.name}"

    @property
    def is_split(self) -> bool:
        """Two or more pieces around unpaid gaps."""
        return bool(self.piece_minutes)

    @property
    def spans_minutes(self) -> list[int]:
        """Minutes from the start to the end that a shift may last, gaps included."""
        if self.is_split:
            together, gaps = sum(self.piece_minutes), len(self.piece_minutes) - 1
            return [together + gap * gaps for gap in self.gap_minutes]
        return list(
            range(self.length_min_minutes, self.length_max_minutes + 1, self.length_step_minutes)
        )

    def clean(self) -> None:
        """Refuse pieces that are off the grid, that do not add up, or that last longer than a day."""
        if not self.is_split:
            return
        numbers = [*self.piece_minutes, *self.gap_minutes]
        if any(minutes <= 0 or minutes % 15 for minutes in numbers):
            raise ValidationError(_("Pieces and gaps are multiples of 15 minutes above 0."))
        together = sum(self.piece_minutes)
        if (self.length_min_minutes, self.length_max_minutes) != (together, together):
            raise ValidationError(
                _(
                    "The pieces last %(minutes)d minutes together; write that as shortest and longest."
                )
                % {"minutes": together}
            )
        longest = together + max(self.gap_minutes, default=0) * (len(self.piece_minutes) - 1)
        if longest > LONGEST_DAY_MINUTES:
            raise ValidationError(
                _(
                    "With its gaps the shift would last %(minutes)d minutes; at most %(most)d fit a day."
                )
                % {"minutes": longest, "most": LONGEST_DAY_MINUTES}
            )


@audited()
class BreakRule(models.Model):
    """A break or lunch that shifts of some length have, in a window after the shift's start."""

    template = models.ForeignKey(ShiftTemplate, on_delete=models.CASCADE, related_name="breaks")
    activity_code = models.ForeignKey(ActivityCode, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    earliest_minute = models.PositiveSmallIntegerField(_("earliest, minutes after the start"))
    latest_minute = models.PositiveSmallIntegerField(_("latest, minutes after the start"))
    from_length_minutes = models.PositiveSmallIntegerField(_("for shifts from, minutes"), default=0)
    is_paid = models.BooleanField(_("paid"), default=True)
    piece = models.PositiveSmallIntegerField(
        _("piece of a split shift"),
        default=0,
        help_text=_("0 is the first; the window counts from the start of the piece."),
    )

    class Meta:
        verbose_name = _("break rule")
        verbose_name_plural = _("break rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(earliest_minute__lte=F("latest_minute")) & Q(minutes__gt=0),
                name="scheduling_breakrule_window_ordered",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_code} {self.minutes} min"
