"""Rule prices and the curve of a version as jobs; only tasks import this."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
from django.utils.timezone import now
from django.utils.translation import gettext as _

from scheduling.core.data import InvalidDataError
from scheduling.core.reach import least_shortage, uncoverable
from scheduling.core.rule_prices import RulePrice, rule_prices
from scheduling.models import ScheduleVersion
from scheduling.queries.planned import PlannedVersion, planned_version
from scheduling.rule_texts import RULES
from scheduling.services.errors import UnableToEdit
from scheduling.services.reoptimise import curve_of
from scheduling.services.reoptimise_options import ReoptimiseOptions
from wfm.jobs.runner import JobContext, JobRefused
from wfm.org.models import Site, Skill
from wfm.org.tenancy import system_tenant

MOST_SLOTS = 200


def price_rules(ctx: JobContext) -> dict[str, Any]:
    """Price every rule that binds somebody of a version, and prove what cannot be covered."""
    with system_tenant():
        version = ScheduleVersion.objects.get(pk=ctx.params["version_id"])
        try:
            planned = planned_version(version)
        except (InvalidDataError, ValueError) as error:
            raise JobRefused(str(error)) from error
    prices = _start_prices(planned)
    ctx.progress(0.02, _("Counting hours that nobody can cover"))
    proven, least = uncoverable(planned.roster), least_shortage(planned.roster, prices)
    found = rule_prices(
        planned.data,
        planned.tours,
        prices,
        report=lambda share, rule: ctx.progress(
            min(0.99, share), _("Priced: %(rule)s") % {"rule": RULES.get(rule, rule)}
        ),
        cancelled=lambda: ctx.cancelled,
    )
    ctx.raise_if_cancelled()
    with system_tenant():
        subjects = _subjects(found)
    return {
        "version_id": version.pk,
        "revision": version.revision,
        "prices": [_as_json(price, subjects) for price in found],
        "short_intervals": len(proven.short_slots),
        "uncoverable_intervals": len(proven.proven),
        "uncoverable_at": [
            planned.axis.moment(int(slot)).isoformat() for slot in proven.proven[:MOST_SLOTS]
        ],
        "short_hours": round(least.short_hours, 2),
        "least_short_hours": round(least.least_hours, 2),
        "weeks": planned.data.weeks,
    }


def _start_prices(planned: PlannedVersion) -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Prices to start from: what one more person of each skill alone would save now."""
    coverage = planned.roster.coverage
    found = {}
    for number, skill in enumerate(coverage.skills):
        mask = min(
            (mask for mask in planned.roster.masks if mask >> number & 1),
            key=lambda mask: mask.bit_count(),
            default=None,
        )
        slots = len(coverage.counted)
        saved = np.zeros(slots) if mask is None else coverage.weights(mask) + coverage.over_cost
        found[skill] = np.maximum(saved, 0.0) * 0.5
    return found


def _subjects(found: tuple[RulePrice, ...]) -> dict[tuple[str, str], str]:
    """Names of the skills and sites that prices are about."""
    skills = {int(p.subject) for p in found if p.rule == "skill" and p.subject}
    sites = {int(p.subject) for p in found if p.rule == "seats" and p.subject}
    return {
        **{("skill", str(row.pk)): row.name for row in Skill.objects.filter(pk__in=skills)},
        **{("seats", str(row.pk)): row.name for row in Site.objects.filter(pk__in=sites)},
    }


def _as_json(price: RulePrice, subjects: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        "rule": price.rule,
        "subject": subjects.get((price.rule, price.subject), price.subject),
        "agents": price.agents,
        "saved_cost": round(price.saved_cost, 2),
        "least_saved": round(price.least_saved, 2),
        "most_saved": round(price.most_saved, 2),
        "short_hours_saved": round(price.short_hours_saved, 2),
        "agent_hours": round(price.agent_hours, 2),
    }


def reoptimise_version(ctx: JobContext) -> dict[str, Any]:
    """Draw the curve of changes against shortage of a version."""
    with system_tenant():
        version = ScheduleVersion.objects.get(pk=ctx.params["version_id"])
        at = datetime.fromisoformat(ctx.params["at"]) if ctx.params.get("at") else now()
        try:
            result = curve_of(
                version,
                ReoptimiseOptions.of(ctx.params),
                at=at,
                report=lambda share: ctx.progress(
                    min(0.99, share), _("Changes against recovered shortage")
                ),
                cancelled=lambda: ctx.cancelled,
            )
        except (InvalidDataError, UnableToEdit, ValueError) as error:
            raise JobRefused(str(error)) from error
    ctx.raise_if_cancelled()
    return result
