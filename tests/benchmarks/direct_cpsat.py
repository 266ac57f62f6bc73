"""The peer: the textbook model, one boolean per employee, day and shift, given whole to CP-SAT.

Breaks stand in the middle of their windows; with break booleans it is larger still and finds nothing.
"""

from ortools.sat.python import cp_model

from scheduling.core.pricing import agent_classes


def solve_directly(data, *, seconds, seed=1):
    """Cost and bound after so many seconds; None where no schedule was found."""
    model = cp_model.CpModel()
    classes = agent_classes(data)
    staffed = {}
    for group in classes:
        for _member in group.members:
            _one_agent(model, group.model, staffed)
    (skill,) = data.required_agents
    cost = []
    for slot, need in enumerate(data.required_agents[skill].astype(int).tolist()):
        picks = staffed.get(slot, [])
        short = model.new_int_var(0, need, "")
        idle = model.new_int_var(0, len(picks), "")
        model.add(sum(picks) + short - idle == need)
        cost += [int(data.under_cost[skill]) * short, int(data.over_cost) * idle]
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    solver.parameters.random_seed = seed
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (solver.objective_value if found else None), solver.best_objective_bound


def _one_agent(model, tours, staffed):
    days, paid, starts = [], [], []
    for day in range(tours.horizon.days):
        picks = []
        for number, shape in enumerate(tours.shapes):
            middle = tuple((rule.earliest + rule.latest) // 2 for rule in shape.breaks)
            for place in range(tours.legal.shape[2]):
                if not tours.legal[number, day, place]:
                    continue
                pick = model.new_bool_var("")
                picks.append(pick)
                start = int(tours.start_table[day, place])
                paid.append(shape.paid_minutes * pick)
                starts.append((pick, tours.horizon.wall_minutes[start]))
                for slot in shape.working_slots(start=start, breaks=middle):
                    staffed.setdefault(int(slot), []).append(pick)
        model.add_at_most_one(picks)
        days += picks
    low, high = tours.contract.days_per_week
    model.add_linear_constraint(sum(days), low, high)
    low, high = tours.contract.paid_minutes_per_week
    model.add_linear_constraint(sum(paid), low, high)
    first = model.new_int_var(0, 1440, "")
    for pick, minute in starts:
        model.add(first <= minute).only_enforce_if(pick)
        model.add(first >= minute - tours.contract.start_band_minutes).only_enforce_if(pick)
