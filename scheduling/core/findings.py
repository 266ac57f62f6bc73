"""What to mend before a solve: findings with the person, the rule and the smallest relaxation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


TEXTS: Mapping[str, str] = {
    "no_requirement": "Nothing is required in this week; every hour worked would be idle.",
    "skill_without_agent": "%(hours).1f hours are required of skill %(skill)s and nobody has it.",
    "more_than_people": (
        "Skill %(skill)s asks in %(intervals)d intervals for more people than could be there under "
        "any legal schedule; %(hours).1f hours stay uncovered whatever is planned."
    ),
    "hours_missing": (
        "%(required).0f hours are required, and contracts allow at most %(available).0f paid hours."
    ),
    "agent_without_skill": "No skill of this agent is asked for this week.",
    "shift_never_fits": "Shift %(shift)s can start on no day of this week.",
    "too_few_days": (
        "At most %(possible)d days can be worked and the contract asks for %(least)d. Smallest "
        "relaxation: %(least)d days a week become %(possible)d, or open %(missing)d more days."
    ),
    "too_few_minutes": (
        "At most %(possible).1f paid hours are possible and the contract asks for %(least).1f. "
        "Smallest relaxation: lower the least weekly hours to %(possible).1f."
    ),
    "too_many_minutes": (
        "The fewest days that the contract allows already pay %(possible).1f hours, above its most "
        "of %(most).1f. Smallest relaxation: raise the most weekly hours to %(possible).1f."
    ),
    "hours_between": (
        "No number of shifts gives paid hours between %(least).1f and %(most).1f; the nearest is "
        "%(possible).1f. Smallest relaxation: allow %(possible).1f."
    ),
    "days_closed": (
        "Days off, time off and availability leave no legal week. Smallest relaxation: open %(days)s."
    ),
    "start_band": (
        "No legal week keeps all starts within %(minutes)d minutes. Smallest relaxation: allow "
        "%(needed)d minutes."
    ),
    "rest": (
        "No legal week keeps %(minutes)d minutes of rest between shifts. Smallest relaxation: allow "
        "%(needed)d minutes."
    ),
    "consecutive_days": (
        "No legal week keeps to %(limit)d days in a row. Smallest relaxation: allow %(needed)d."
    ),
    "fixed_too_much": (
        "Locked shifts and time off already count %(days)d days and %(hours).1f hours, more than the "
        "contract allows. Smallest relaxation: unlock one of them."
    ),
    "rotation_closed": (
        "The rotation makes %(days)s days of work, and no shift may lie there. Smallest relaxation: "
        "open these days, or leave them out of the rotation."
    ),
    "rotation_too_many_days": (
        "Week %(week)d: rotation and locked shifts make %(days)d days of work and the contract "
        "allows %(most)d. Smallest relaxation: allow %(days)d days a week."
    ),
    "week_too_few_days": (
        "Week %(week)d: at most %(possible)d days can be worked and the contract asks for "
        "%(least)d. Smallest relaxation: ask for %(possible)d, or open %(missing)d more days."
    ),
    "days_off_together": (
        "Week %(week)d: the contract asks for %(least)d days off together and at most %(possible)d "
        "can stand together. Smallest relaxation: ask for %(possible)d."
    ),
    "rotation_run": (
        "Rotation and locked shifts make %(needed)d days in a row and the contract allows "
        "%(limit)d. Smallest relaxation: allow %(needed)d."
    ),
    "weekends": (
        "Work on %(needed)d of the four weekends up to week %(week)d cannot be avoided and the "
        "contract allows %(most)d. Smallest relaxation: allow %(needed)d of four."
    ),
    "period_too_much": (
        "The period of account asks for %(least).1f paid hours in these weeks and the weeks allow "
        "%(possible).1f. Smallest relaxation: ask for %(possible).1f."
    ),
    "period_too_little": (
        "The weeks ask for %(needed).1f paid hours and the period of account leaves %(most).1f. "
        "Smallest relaxation: allow %(needed).1f in the period."
    ),
    "periods_together": (
        "These weeks reach into %(periods)d periods of account; the solver keeps their hours "
        "together, not each by itself. Solve each period's weeks apart to keep both."
    ),
    "no_consent": (
        "All shifts of the contract are split, and this person has not agreed to split shifts. "
        "Smallest relaxation: a consent, or one shift template of one piece."
    ),
    "splits_needed": (
        "All shifts of the contract are split: its %(needed)d days a week need as many split shifts, "
        "and it allows %(most)d. Smallest relaxation: allow %(needed)d split shifts a week."
    ),
    "wish_lost": (
        "No schedule can keep the wishes for %(days)s: rotation, time off or locked shifts decide there."
    ),
    "minimum_too_high": (
        "Skill %(skill)s has a hard minimum of %(least)d people where at most %(possible)d could be "
        "there, in %(intervals)d intervals. Smallest relaxation: a minimum of %(possible)d there, or "
        "%(missing)d more people."
    ),
    "several_rules": (
        "No legal week exists, and no single rule is the cause: days, hours, rest and availability "
        "clash together. Open more days first."
    ),
    "no_seat": "A legal week exists, but no desk is free for it at the site.",
    "office_days_few": (
        "Week %(week)d: %(least)d days in the office are agreed and %(possible)d of the shifts lie in the "
        "hours of the office. Smallest relaxation: %(possible)d days in the office that week."
    ),
    "office_days_desk": (
        "Week %(week)d: %(least)d days in the office are agreed and a desk is free on %(possible)d. "
        "Smallest relaxation: %(possible)d days in the office that week, or one more desk."
    ),
    "office_day_desk": (
        "%(date)s is meant for the office and no desk is free for the whole shift. Smallest "
        "relaxation: one more desk, or home on that day."
    ),
    "office_day_closed": (
        "%(date)s is meant for the office, and the office is closed during part of the shift. "
        "Smallest relaxation: home on that day, or longer hours of the office."
    ),
    "activity_apart": (
        "%(activity)s: its attendants never work at the same time for %(minutes)d minutes in its "
        "window. Smallest relaxation: shorten it to %(possible)d minutes."
    ),
    "activity_window": (
        "%(activity)s: its attendants work at no common time in its window. Smallest relaxation: "
        "allow %(date)s, %(time)s."
    ),
    "activity_attendant": (
        "%(activity)s: no time suits all attendants. Smallest relaxation: without %(agent)s, or "
        "change their shift."
    ),
    "activity_room": (
        "%(activity)s: no meeting room is free when its attendants are. Smallest relaxation: one "
        "more room, for example on %(date)s at %(time)s."
    ),
    "activity_office": (
        "%(activity)s: its attendants are never in the office together in its window. Smallest "
        "relaxation: hold it from home, or one more day in the office."
    ),
    "activity_nobody": (
        "%(activity)s: an attendant has no shift in this schedule. Smallest relaxation: hold it "
        "without them."
    ),
    "deferred_late": (
        "%(hours).1f hours of deferred work of skill %(skill)s are not done by their due time. "
        "Smallest relaxation: as many hours more of people with the skill between %(date)s and "
        "%(last_date)s, or a later due time."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to know before the solve; the text is `TEXTS[code] % values`."""

    code: str
    severity: Severity
    subject: str = ""
    """Key of the agent or skill it is about; empty for the whole week."""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The English sentence."""
        return TEXTS[self.code] % self.values
