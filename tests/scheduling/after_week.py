"""A planned week that was not solved here: shifts of the contract's pattern, short at the end of the day."""

from datetime import timedelta

from scheduling.models import ShiftActivity
from tests.factories import org
from tests.factories import scheduling as make
from wfm.org.tenancy import system_tenant


def with_lunch(**fields):
    """A shift with its lunch from four hours on, as the contract's pattern has it."""
    shift = make.make_shift(**fields)
    codes = make.make_codes()
    start = shift.starts_at + timedelta(hours=4)
    ShiftActivity.objects.filter(shift=shift).delete()
    for code, first, last in (
        ("work", shift.starts_at, start),
        ("lunch", start, start + timedelta(minutes=30)),
        ("work", start + timedelta(minutes=30), shift.ends_at),
    ):
        ShiftActivity.objects.create(
            shift=shift,
            activity_code=codes[code],
            queue=fields["queue"] if code == "work" else None,
            starts_at=first,
            ends_at=last,
        )
    shift.paid_minutes = 480
    shift.save(update_fields=["paid_minutes"])
    return shift


def planned_week():
    """Six people on five days in a draft, a requirement of five; starts at 7, 8 and 9 o'clock."""
    with system_tenant():
        make.make_codes()
        skill = org.make_skill(name="Claims")
        queue = org.make_queue(name="Claims line", skill=skill)
        requirement = make.make_requirement(queue=queue, people=5.0)
        contract = make.make_contract()
        team = org.make_team(name="Claims team")
        names = ("Ada Day", "Ben Early", "Cleo Late", "Dan Night", "Eve Short", "Fay Long")
        agents = [
            org.make_agent(name=n, team=team, employment_contract=contract, skills=[skill])
            for n in names
        ]
        version = make.make_version(requirement_run=requirement)
        for day in range(5):
            for number, agent in enumerate(agents):
                start = make.at(day, 7 + number % 3)
                with_lunch(
                    version=version,
                    agent=agent,
                    starts_at=start,
                    ends_at=start + timedelta(minutes=510),
                    queue=queue,
                )
        planner = org.make_user("planner")
        stranger = org.make_user("client", client=queue.client)
    return type(
        "Made",
        (),
        {"queue": queue, "agents": agents, "version": version, "planner": planner,
         "stranger": stranger, "skill": skill, "team": team},
    )()  # fmt: skip
