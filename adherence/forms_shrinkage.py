"""The form that hands measured shrinkage down to staffing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from adherence.core.measured_shrinkage import Cause
from adherence.services import CauseChoice, default_is_scheduled
from staffing.models import ShrinkageProfile
from wfm.org.models import ActivityCode, StateGroup


class TakeOverForm(forms.Form):
    """The head of the new profile."""

    name = forms.CharField(label=_("Name"), max_length=80)
    starts_on = forms.DateField(
        label=_("In force from"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )


class CauseForm(forms.Form):
    """What becomes of one cause."""

    is_chosen = forms.BooleanField(label=_("Take over"), required=False)
    activity_code = forms.ModelChoiceField(
        label=_("Planned as"), queryset=ActivityCode.objects.none(), required=False
    )
    is_scheduled = forms.BooleanField(label=_("Placed by the schedule"), required=False)

    def __init__(self, *args: Any, codes: Sequence[ActivityCode], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["activity_code"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = ActivityCode.objects.filter(pk__in=[code.pk for code in codes]).order_by(
            "name"
        )

    def clean(self) -> dict[str, Any]:
        """A cause that is taken over needs a code."""
        data = super().clean() or {}
        if data.get("is_chosen") and not data.get("activity_code"):
            self.add_error("activity_code", _("Choose the activity to plan it as."))
        return data

    @property
    def choice(self) -> CauseChoice | None:
        """The decision; None: left out."""
        data = self.cleaned_data
        if not data["is_chosen"]:
            return None
        return CauseChoice(activity_code=data["activity_code"], is_scheduled=data["is_scheduled"])


def cause_forms(
    causes: Sequence[Cause],
    *,
    in_force: ShrinkageProfile | None,
    data: Mapping[str, Any] | None = None,
) -> dict[Cause, CauseForm]:
    """Return a form per cause; codes that causes lack are proposed from the profile in force."""
    codes = list(ActivityCode.objects.filter(is_active=True, is_work=False).order_by("pk"))
    measured = ActivityCode.objects.in_bulk([code for _reason, code in causes if code])
    known = {code.pk: code for code in [*codes, *measured.values()]}
    absence = _absence_code(codes, in_force)
    return {
        cause: CauseForm(
            data,
            prefix=f"{cause[0].name.lower()}-{cause[1]}",
            codes=list(known.values()),
            initial={
                "is_chosen": True,
                "activity_code": cause[1] if cause[1] in known else absence,
                "is_scheduled": default_is_scheduled(cause),
            },
        )
        for cause in causes
    }


def default_choices(forms_by_cause: Mapping[Cause, CauseForm]) -> dict[Cause, CauseChoice]:
    """Return the choices as they are proposed; causes without any code stay out."""
    codes = ActivityCode.objects.in_bulk(
        {form.initial["activity_code"] for form in forms_by_cause.values()} - {None}
    )
    return {
        cause: CauseChoice(
            activity_code=codes[form.initial["activity_code"]],
            is_scheduled=form.initial["is_scheduled"],
        )
        for cause, form in forms_by_cause.items()
        if form.initial["activity_code"] in codes
    }


def _absence_code(codes: Sequence[ActivityCode], in_force: ShrinkageProfile | None) -> int | None:
    """The absence that is planned so far, else any code of absence."""
    planned = (
        {}
        if in_force is None
        else {
            rate.activity_code_id: rate.rate
            for rate in in_force.rates.all()
            if not rate.is_scheduled
        }
    )
    offline = [code for code in codes if code.state_group == StateGroup.OFFLINE]
    best = max(offline, key=lambda code: (planned.get(code.pk, 0.0), code.pk), default=None)
    return best.pk if best else None
