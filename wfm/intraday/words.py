"""How values of alerts are told: each kind has its own unit."""

from django.utils.translation import gettext as _

from adherence.models import Alert, AlertKind
from wfm.web import formats

SHARES = {
    AlertKind.SERVICE_AT_RISK,
    AlertKind.UNDERSTAFFED,
    AlertKind.ABOVE_FORECAST,
    AlertKind.BELOW_FORECAST,
    AlertKind.TEAM_ADHERENCE,
}


def value_words(kind: str, value: float) -> str:
    """Return a value of a kind with its unit."""
    if kind in SHARES:
        return formats.percent(value, 0)
    if kind == AlertKind.BACKLOG_BREACH:
        return formats.duration(max(value, 0.0) * 3600.0)
    if kind == AlertKind.FEED_SILENT:
        return formats.duration(max(value, 0.0) * 60.0)
    return formats.number(value, 0)


def what_words(alert: Alert) -> str:
    """Return one sentence: what is wrong, with its figures."""
    value, detail = value_words(alert.kind, alert.value), alert.detail
    if alert.kind == AlertKind.SERVICE_AT_RISK:
        return _("The next hour is expected at %(level)s, the goal is %(goal)s.") % {
            "level": formats.percent(detail.get("level"), 0),
            "goal": formats.percent(detail.get("goal"), 0),
        }
    if alert.kind == AlertKind.UNDERSTAFFED:
        return _("%(present)s of %(required)s required people are there.") % {
            "present": formats.number(detail.get("present"), 0),
            "required": formats.number(detail.get("required"), 1),
        }
    if alert.kind in {AlertKind.ABOVE_FORECAST, AlertKind.BELOW_FORECAST}:
        return _("In the last hour %(actual)s came, %(forecast)s were forecast.") % {
            "actual": formats.number(detail.get("actual"), 0),
            "forecast": formats.number(detail.get("forecast"), 0),
        }
    sentences = {
        AlertKind.BACKLOG_BREACH: _("In %(value)s work that is due will not be done in time."),
        AlertKind.TEAM_ADHERENCE: _("%(value)s of the people planned now do what is planned."),
        AlertKind.SOLE_HOLDER_ABSENT: _(
            "The only holder of the skill who is planned is not there."
        ),
        AlertKind.FEED_SILENT: _("Silent for %(value)s beyond its limit."),
    }
    return sentences[AlertKind(alert.kind)] % {"value": value}


def unit_words() -> dict[str, str]:
    """Return what the threshold of each kind is counted in."""
    return {
        AlertKind.SERVICE_AT_RISK: _(
            "share by which the next hour misses its goal: 0.05 is 5 points"
        ),
        AlertKind.UNDERSTAFFED: _("share of the required people who are not there: 0.15 is 15 %"),
        AlertKind.ABOVE_FORECAST: _("share above the forecast of the last hour: 0.2 is 20 %"),
        AlertKind.BELOW_FORECAST: _("share below the forecast of the last hour: 0.2 is 20 %"),
        AlertKind.BACKLOG_BREACH: _("hours until work due is not done in time"),
        AlertKind.TEAM_ADHERENCE: _("share of the people planned now in adherence: 0.8 is 80 %"),
        AlertKind.SOLE_HOLDER_ABSENT: _("1: the sole holder is missing"),
        AlertKind.FEED_SILENT: _("minutes of silence beyond the feed's own limit"),
    }
