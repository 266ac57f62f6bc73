"""The core's sentences, marked for translation: cores know no gettext."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from scheduling.core.findings import TEXTS, Finding

# A test compares these with the core's own tables.
FINDING_TEXTS = (
    gettext_noop("Nothing is required in this week; every hour worked would be idle."),
    gettext_noop("%(hours).1f hours are required of skill %(skill)s and nobody has it."),
    gettext_noop(
        "Skill %(skill)s asks in %(intervals)d intervals for more people than could be there under any legal schedule; %(hours).1f hours stay uncovered whatever is planned."
    ),
    gettext_noop(
        "%(required).0f hours are required, and contracts allow at most %(available).0f paid hours."
    ),
    gettext_noop("No skill of this agent is asked for this week."),
    gettext_noop("Shift %(shift)s can start on no day of this week."),
    gettext_noop(
        "At most %(possible)d days can be worked and the contract asks for %(least)d. Smallest relaxation: %(least)d days a week become %(possible)d, or open %(missing)d more days."
    ),
    gettext_noop(
        "At most %(possible).1f paid hours are possible and the contract asks for %(least).1f. Smallest relaxation: lower the least weekly hours to %(possible).1f."
    ),
    gettext_noop(
        "The fewest days that the contract allows already pay %(possible).1f hours, above its most of %(most).1f. Smallest relaxation: raise the most weekly hours to %(possible).1f."
    ),
    gettext_noop(
        "No number of shifts gives paid hours between %(least).1f and %(most).1f; the nearest is %(possible).1f. Smallest relaxation: allow %(possible).1f."
    ),
    gettext_noop(
        "Days off, time off and availability leave no legal week. Smallest relaxation: open %(days)s."
    ),
    gettext_noop(
        "No legal week keeps all starts within %(minutes)d minutes. Smallest relaxation: allow %(needed)d minutes."
    ),
    gettext_noop(
        "No legal week keeps %(minutes)d minutes of rest between shifts. Smallest relaxation: allow %(needed)d minutes."
    ),
    gettext_noop(
        "No legal week keeps to %(limit)d days in a row. Smallest relaxation: allow %(needed)d."
    ),
    gettext_noop(
        "Locked shifts and time off already count %(days)d days and %(hours).1f hours, more than the contract allows. Smallest relaxation: unlock one of them."
    ),
    gettext_noop(
        "The rotation makes %(days)s days of work, and no shift may lie there. Smallest relaxation: open these days, or leave them out of the rotation."
    ),
    gettext_noop(
        "Week %(week)d: rotation and locked shifts make %(days)d days of work and the contract allows %(most)d. Smallest relaxation: allow %(days)d days a week."
    ),
    gettext_noop(
        "Week %(week)d: at most %(possible)d days can be worked and the contract asks for %(least)d. Smallest relaxation: ask for %(possible)d, or open %(missing)d more days."
    ),
    gettext_noop(
        "Week %(week)d: the contract asks for %(least)d days off together and at most %(possible)d can stand together. Smallest relaxation: ask for %(possible)d."
    ),
    gettext_noop(
        "Rotation and locked shifts make %(needed)d days in a row and the contract allows %(limit)d. Smallest relaxation: allow %(needed)d."
    ),
    gettext_noop(
        "Work on %(needed)d of the four weekends up to week %(week)d cannot be avoided and the contract allows %(most)d. Smallest relaxation: allow %(needed)d of four."
    ),
    gettext_noop(
        "The period of account asks for %(least).1f paid hours in these weeks and the weeks allow %(possible).1f. Smallest relaxation: ask for %(possible).1f."
    ),
    gettext_noop(
        "The weeks ask for %(needed).1f paid hours and the period of account leaves %(most).1f. Smallest relaxation: allow %(needed).1f in the period."
    ),
    gettext_noop(
        "These weeks reach into %(periods)d periods of account; the solver keeps their hours together, not each by itself. Solve each period's weeks apart to keep both."
    ),
    gettext_noop(
        "All shifts of the contract are split, and this person has not agreed to split shifts. Smallest relaxation: a consent, or one shift template of one piece."
    ),
    gettext_noop(
        "All shifts of the contract are split: its %(needed)d days a week need as many split shifts, and it allows %(most)d. Smallest relaxation: allow %(needed)d split shifts a week."
    ),
    gettext_noop(
        "No schedule can keep the wishes for %(days)s: rotation, time off or locked shifts decide there."
    ),
    gettext_noop(
        "Skill %(skill)s has a hard minimum of %(least)d people where at most %(possible)d could be there, in %(intervals)d intervals. Smallest relaxation: a minimum of %(possible)d there, or %(missing)d more people."
    ),
    gettext_noop(
        "No legal week exists, and no single rule is the cause: days, hours, rest and availability clash together. Open more days first."
    ),
    gettext_noop("A legal week exists, but no desk is free for it at the site."),
    gettext_noop(
        "Week %(week)d: %(least)d days in the office are agreed and %(possible)d of the shifts lie in the hours of the office. Smallest relaxation: %(possible)d days in the office that week."
    ),
    gettext_noop(
        "Week %(week)d: %(least)d days in the office are agreed and a desk is free on %(possible)d. Smallest relaxation: %(possible)d days in the office that week, or one more desk."
    ),
    gettext_noop(
        "%(date)s is meant for the office and no desk is free for the whole shift. Smallest relaxation: one more desk, or home on that day."
    ),
    gettext_noop(
        "%(date)s is meant for the office, and the office is closed during part of the shift. Smallest relaxation: home on that day, or longer hours of the office."
    ),
    gettext_noop(
        "%(activity)s: its attendants never work at the same time for %(minutes)d minutes in its window. Smallest relaxation: shorten it to %(possible)d minutes."
    ),
    gettext_noop(
        "%(activity)s: its attendants work at no common time in its window. Smallest relaxation: allow %(date)s, %(time)s."
    ),
    gettext_noop(
        "%(activity)s: no time suits all attendants. Smallest relaxation: without %(agent)s, or change their shift."
    ),
    gettext_noop(
        "%(activity)s: no meeting room is free when its attendants are. Smallest relaxation: one more room, for example on %(date)s at %(time)s."
    ),
    gettext_noop(
        "%(activity)s: its attendants are never in the office together in its window. Smallest relaxation: hold it from home, or one more day in the office."
    ),
    gettext_noop(
        "%(activity)s: an attendant has no shift in this schedule. Smallest relaxation: hold it without them."
    ),
    gettext_noop(
        "%(hours).1f hours of deferred work of skill %(skill)s are not done by their due time. Smallest relaxation: as many hours more of people with the skill between %(date)s and %(last_date)s, or a later due time."
    ),
)
MARK_TEXTS = (
    gettext_noop("Overlaps another shift of the same person."),
    gettext_noop(
        "Only %(hours).1f h of rest before this shift; the contract asks for %(least).1f h."
    ),
    gettext_noop("%(days)d days in the week of %(week)s; the contract allows %(most)d."),
    gettext_noop("%(days)d days in the week of %(week)s; the contract asks for %(least)d."),
    gettext_noop("%(hours).1f paid hours in the week of %(week)s; the contract allows %(most).1f."),
    gettext_noop(
        "%(hours).1f paid hours in the week of %(week)s; the contract asks for %(least).1f."
    ),
    gettext_noop("Day %(days)d in a row; the contract allows %(most)d."),
    gettext_noop("Lies in granted time off."),
    gettext_noop("Lies outside the hours in which this person can work."),
    gettext_noop("A shift of %(hours).1f h is none of the contract's."),
    gettext_noop("Starts outside the hours in which the contract's shifts start."),
    gettext_noop("Serves a queue whose skill this person does not have."),
    gettext_noop(
        "At most %(days)d days off together in the week of %(week)s; the contract asks for %(least)d."
    ),
    gettext_noop(
        "Work on %(weekends)d of the four weekends up to %(weekend)s; the contract allows %(most)d."
    ),
    gettext_noop("%(splits)d split shifts in the week of %(week)s; the contract allows %(most)d."),
    gettext_noop("A split shift, to which this person has not agreed."),
    gettext_noop("The rotation makes this a day off."),
    gettext_noop("The rotation makes %(day)s a day of work."),
    gettext_noop(
        "Starts vary by %(hours).1f h in the week of %(week)s; at most %(most).1f h are allowed."
    ),
    gettext_noop(
        "%(hours).1f paid hours; the period of account leaves at most %(most).1f for these days."
    ),
    gettext_noop(
        "%(hours).1f paid hours; the period of account asks for %(least).1f on these days."
    ),
    gettext_noop("No desk is free at the site for the whole shift."),
)


def finding_text(finding: Finding) -> str:
    """The finding's sentence in the reader's language."""
    return _(TEXTS[finding.code]) % finding.values
