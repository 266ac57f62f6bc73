"""Words for rules, causes and changes; the cores know no gettext."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

RULES = {
    "most_days": _("most days a week"),
    "least_days": _("least days a week"),
    "most_hours": _("most hours a week"),
    "least_hours": _("least hours a week"),
    "period_hours": _("hours of the period"),
    "days_in_row": _("days in a row"),
    "days_off_together": _("days off together"),
    "rest": _("rest between shifts"),
    "start_band": _("starts close together in a week"),
    "weekends": _("weekends in four weeks"),
    "split_shifts": _("split shifts a week"),
    "start_grid": _("grid of starts"),
    "start_hours": _("hours of starts"),
    "break_windows": _("windows of breaks"),
    "pattern_days": _("weekdays of shifts"),
    "hours": _("hours in which somebody can work"),
    "days_off": _("days off and time off"),
    "day_off": _("day off"),
    "consent": _("consent to split shifts"),
    "must_work": _("working days of a rotation"),
    "office_quota": _("office days a week"),
    "office_days": _("team's office days"),
    "seats": _("desks"),
    "skill": _("skill"),
    "lock": _("locked shift"),
    "window": _("window of an activity"),
    "several": _("several rules together"),
}
STEPS = {
    "most_days": _("one day more a week"),
    "least_days": _("one day less a week"),
    "most_hours": _("one step of paid time more a week"),
    "least_hours": _("one step of paid time less a week"),
    "period_hours": _("one step of paid time wider"),
    "days_in_row": _("one day more in a row"),
    "days_off_together": _("one day less together"),
    "rest": _("one start step less of rest"),
    "start_band": _("one start step wider"),
    "weekends": _("one weekend more in four weeks"),
    "split_shifts": _("one split shift more a week"),
    "start_grid": _("starts on half the grid"),
    "start_hours": _("one start step earlier and later"),
    "break_windows": _("15 minutes earlier and later"),
    "pattern_days": _("every weekday"),
    "hours": _("one start step earlier and later"),
    "days_off": _("the first closed day of each week open"),
    "consent": _("without consent"),
    "must_work": _("without rotations"),
    "office_quota": _("one office day less or more"),
    "office_days": _("any day in the office"),
    "seats": _("one desk more"),
    "skill": _("one more person trained"),
}
CAUSES = {
    "not_short": _("The interval is not short."),
    "headcount": _("Everybody who has the skill together is too few."),
    "skill": _("People could be there, but they lack the skill."),
    "rule": _("Rules keep too many of those with the skill away."),
    "improvable": _("People would save money by being there: plan again."),
    "capacity": _("It could be covered, but the paid hours save more elsewhere."),
}
AWAY = {
    "serves_other": _("serves other work then"),
    "on_break": _("is on a break or between pieces"),
    "no_skill": _("lacks the skill"),
    "rule": _("is kept away by a rule"),
    "would_save": _("would save money there"),
    "better_elsewhere": _("saves more at other times"),
    "could": _("could be there; not priced"),
}
CHANGES = {
    "break_moved": _("breaks moved"),
    "start_moved": _("start moved"),
    "shift_changed": _("other shift"),
    "day_added": _("day added"),
    "day_cancelled": _("day cancelled"),
    "activity_moved": _("activity moved"),
}
OFFERS = {
    "start_earlier": _("start earlier"),
    "end_later": _("end later"),
    "extra_shift": _("extra shift"),
    "start_later": _("start later"),
    "end_earlier": _("end earlier"),
    "day_off": _("day off"),
}
