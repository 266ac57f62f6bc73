"""The formula a page shows: ours by default, another one by `metric=` in the address."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from adherence.core.projections import DEFAULT, FORMULAS
from wfm import metrics


def chosen_formula(request: HttpRequest) -> str:
    """Return the metric key of the address; without one the default."""
    key = request.GET.get("metric", "") or DEFAULT
    if key not in FORMULAS:
        raise Http404(_("%(key)r is no formula of adherence.") % {"key": key})
    return key


def formula_choices() -> list[tuple[str, str]]:
    """Return every formula's key and title, the default first."""
    return [(key, title_of(key)) for key in FORMULAS]


def title_of(key: str) -> str:
    """Return what a formula is called."""
    return _(metrics.get(key).title)
