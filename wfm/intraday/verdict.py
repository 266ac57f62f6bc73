"""What the share of contingency days says."""

from django.utils.translation import gettext as _

from wfm.web import formats

RARE, OFTEN = 0.05, 0.2
"""Once a month and less is what playbooks are for; every fifth day and more is the plan's own fault."""


def verdict(share: float | None) -> str:
    """Return one sentence."""
    if share is None:
        return _("No day counts yet.")
    words = {"share": formats.percent(share, 0)}
    if share >= OFTEN:
        return (
            _(
                "Planning is broken: on %(share)s of the days a playbook had to help. What happens that often "
                "belongs into forecast, requirement or schedule."
            )
            % words
        )
    if share > RARE:
        return (
            _("On %(share)s of the days a playbook had to help: look at what they have in common.")
            % words
        )
    return _("On %(share)s of the days a playbook had to help: the plan carries.") % words


def tone(share: float | None) -> str:
    """Return the tone that goes with it."""
    if share is None:
        return ""
    return "under" if share >= OFTEN else "warn" if share > RARE else "goal"
