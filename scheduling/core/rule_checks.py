"""Input check of what reaches over days and weeks: rotations, days off, weekends, periods, consents, minimums.

Beside `checks`, which tries relaxations on whole tours: here each rule is judged by itself, so that a finding
names the week and the smallest change that mends it.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np

from scheduling.core.data import AgentRules, ContractRules, ScheduleData
from scheduling.core.findings import Finding, Severity

WEEK_DAYS = 7
WINDOW = 4
SATURDAY = 5


def check_rules(data: ScheduleData) -> list[Finding]:
    """Findings about people and skills, in the order of the data."""
    found: list[Finding] = []
    for agent in data.agents:
        contract = data.contracts[agent.contract]
        found += _of_days(agent, contract, data)
        found += _weekends(agent, contract, data)
        found += _run(agent, contract, data)
        found += _period(agent, contract, data)
        found += _splits(agent, contract)
        found += _wishes(agent)
    return [*found, *_minimums(data)]


def _error(agent: AgentRules, code: str, **values: object) -> Finding:
    return Finding(code=code, severity=Severity.ERROR, subject=agent.key, values=values)


def _days_text(days: list[int]) -> str:
    return ", ".join(f"day {day + 1}" for day in days)


# -- days of a week --------------------------------------------------------------------------------


def _forced(agent: AgentRules) -> set[int]:
    """Days that are worked whatever is planned."""
    return {shift.day for shift in agent.fixed} | set(agent.must_work)


def _open(agent: AgentRules, days: int) -> set[int]:
    return {day for day in range(days) if agent.spans[day]} | {s.day for s in agent.fixed}


def _bits(days: set[int], week: int) -> int:
    return sum(1 << day - WEEK_DAYS * week for day in days if day // WEEK_DAYS == week)


def _limits_of_week(agent: AgentRules, contract: ContractRules, week: int) -> tuple[int, int]:
    granted = agent.credited_days[week] if week < len(agent.credited_days) else 0
    low, high = contract.days_per_week
    return max(0, low - granted), max(0, high - granted)


@lru_cache(maxsize=4096)
def _most_together(open_days: int, forced: int, low: int, high: int, length: int, rule: int) -> int:
    """Most days off that can stand together, up to the rule; -1 where no set of days is legal.

    A week with fewer days off than the rule asks for has to keep all of them together, and counts as
    keeping the rule.
    """
    best = -1
    for days in range(1 << length):
        if days & forced != forced or days & ~open_days or not low <= days.bit_count() <= high:
            continue
        off = f"{days:0{length}b}".split("1")
        together = max(len(run) for run in off)
        best = max(best, rule if together >= min(rule, length - days.bit_count()) else together)
    return best


def _of_days(agent: AgentRules, contract: ContractRules, data: ScheduleData) -> Iterator[Finding]:
    forced, open_days = _forced(agent), _open(agent, data.horizon.days)
    closed = sorted(forced - open_days)
    if closed:
        yield _error(agent, "rotation_closed", days=_days_text(closed))
    for week in range(data.weeks):
        low, high = _limits_of_week(agent, contract, week)
        length = min(WEEK_DAYS, data.horizon.days - WEEK_DAYS * week)
        must, may = _bits(forced & open_days, week), _bits(open_days, week)
        if must.bit_count() > high:
            yield _error(
                agent, "rotation_too_many_days", week=week + 1, days=must.bit_count(), most=high
            )
        elif may.bit_count() < low:
            missing = low - may.bit_count()
            yield _error(
                agent,
                "week_too_few_days",
                week=week + 1,
                possible=may.bit_count(),
                least=low,
                missing=missing,
            )
        else:
            rule = contract.consecutive_days_off
            together = _most_together(may, must, low, high, length, rule)
            if together < rule:
                yield _error(
                    agent, "days_off_together", week=week + 1, least=rule, possible=together
                )


def _run(agent: AgentRules, contract: ContractRules, data: ScheduleData) -> Iterator[Finding]:
    """Days in a row that rotation and locked shifts make by themselves."""
    forced = _forced(agent)
    run, longest = agent.previous_run_days, 0
    for day in range(data.horizon.days):
        run = run + 1 if day in forced else 0
        longest = max(longest, run)
    if longest > contract.max_consecutive_days:
        yield _error(agent, "rotation_run", needed=longest, limit=contract.max_consecutive_days)


def _weekends(agent: AgentRules, contract: ContractRules, data: ScheduleData) -> Iterator[Finding]:
    """Weekends that are worked whatever is planned: by the rotation, or for want of other days."""
    most = contract.max_weekends_in_4_weeks
    if most is None:
        return
    forced, open_days = _forced(agent), _open(agent, data.horizon.days)
    at_weekend = {
        day
        for day in range(data.horizon.days)
        if (data.first_weekday + day) % WEEK_DAYS >= SATURDAY
    }
    worked = list(agent.previous_weekends)
    before = len(worked)
    for week in range(data.weeks):
        low, _high = _limits_of_week(agent, contract, week)
        weekdays = _bits(open_days - at_weekend, week).bit_count()
        worked.append(bool(_bits(forced & at_weekend, week)) or weekdays < low)
    for last in range(before, len(worked)):
        needed = sum(worked[max(0, last - WINDOW + 1) : last + 1])
        if worked[last] and needed > most:
            yield _error(agent, "weekends", week=last - before + 1, needed=needed, most=most)
            return


# -- hours, consents, wishes -----------------------------------------------------------------------


def _period(agent: AgentRules, contract: ContractRules, data: ScheduleData) -> Iterator[Finding]:
    """Hours of the period that the weeks' own limits cannot give."""
    if contract.paid_minutes_per_period is None:
        return
    least, most = contract.paid_minutes_per_period
    low, high = contract.paid_minutes_per_week
    granted = sum(agent.credited_minutes)
    possible = max(granted, high * data.weeks)
    needed = max(granted, low * data.weeks)
    if possible < least:
        yield _error(agent, "period_too_much", possible=possible / 60, least=least / 60)
    if needed > most:
        yield _error(agent, "period_too_little", needed=needed / 60, most=most / 60)


def _splits(agent: AgentRules, contract: ContractRules) -> Iterator[Finding]:
    whole = [p for p in contract.patterns if len(p.piece_minutes) == 1]
    split = [p for p in contract.patterns if len(p.piece_minutes) > 1]
    if not split or any(p.key not in agent.excluded_patterns for p in whole):
        return
    if all(p.key in agent.excluded_patterns for p in split):
        yield _error(agent, "no_consent")
        return
    low = contract.days_per_week[0]
    most = contract.max_split_shifts_per_week
    if most is not None and most < low:
        yield _error(agent, "splits_needed", needed=low, most=most)


def _wishes(agent: AgentRules) -> Iterator[Finding]:
    """Wishes that no legal schedule can keep."""
    forced = _forced(agent)
    lost = sorted(
        {
            wish.day
            for wish in agent.wishes
            if 0 <= wish.day < len(agent.spans)
            and (not agent.spans[wish.day] if wish.works else wish.day in forced)
        }
    )
    if lost:
        values: dict[str, object] = {"days": _days_text(lost)}
        yield Finding(code="wish_lost", severity=Severity.INFO, subject=agent.key, values=values)


def _minimums(data: ScheduleData) -> Iterator[Finding]:
    """Hard minimums above the people who could be there."""
    for skill, row in data.minimum_agents.items():
        if not row.any():
            continue
        change = np.zeros(data.horizon.slots + 1)
        for agent in data.agents:
            if skill in agent.skills:
                for first, last in _stretches(agent):
                    change[first] += 1
                    change[last] -= 1
        possible = np.cumsum(change)[:-1]
        short = (row > possible) & data.counted_slots
        if short.any():
            worst = int(np.argmax(np.where(short, row - possible, 0.0)))
            values: dict[str, object] = {
                "skill": skill,
                "intervals": int(short.sum()),
                "least": int(row[worst]),
                "possible": int(possible[worst]),
                "missing": int(row[worst] - possible[worst]),
            }
            yield Finding(
                code="minimum_too_high", severity=Severity.WARNING, subject=skill, values=values
            )


def _stretches(agent: AgentRules) -> list[tuple[int, int]]:
    """Slots in which the agent may work, each once: the spans of neighbouring days overlap at night."""
    spans = sorted(
        [
            *(span for day in agent.spans for span in day),
            *((shift.start_slot, shift.end_slot) for shift in agent.fixed),
        ]
    )
    merged: list[tuple[int, int]] = []
    for first, last in spans:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    assert all(before[1] < after[0] for before, after in pairwise(merged))
    return merged
