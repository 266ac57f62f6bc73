"""Codes of national calendars: `CC[-SUB][,…]`, such as GB, US-NY or DE-BY,AT."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

CODE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,5})?")


def split_codes(codes: str) -> tuple[str, ...]:
    """The codes of a list; raises ValueError with a sentence on the first that is none."""
    found = tuple(code.strip().upper() for code in codes.split(",") if code.strip())
    if not found:
        raise ValueError(_("Expected a country such as GB or US-NY, got nothing."))
    for code in found:
        _check_code(code)
    return found


def _check_code(code: str) -> None:
    import holidays  # noqa: PLC0415 - half a second that only calendars need

    country, _dash, subdivision = code.partition("-")
    known = holidays.list_supported_countries(include_aliases=True)
    if not CODE.fullmatch(code) or country not in known:
        raise ValueError(
            _(
                "%(code)r is no country of the national calendars; expected CC or CC-SUB such as "
                "GB or US-NY."
            )
            % {"code": code}
        )
    if subdivision and subdivision not in known[country]:
        raise ValueError(
            _("%(country)s has no subdivision %(subdivision)r; there are: %(choices)s.")
            % {
                "country": country,
                "subdivision": subdivision,
                "choices": ", ".join(known[country]) or "-",
            }
        )


def validate_codes(value: str) -> None:
    """Refuse what names no calendar; nothing is allowed."""
    try:
        if value.strip():
            split_codes(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error
