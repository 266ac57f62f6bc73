"""The peer: one boolean per employee, day and shift, given whole to CP-SAT."""

from ortools.sat.python import cp_model


def solve_directly(data, *, seconds, seed=1, workers=2):
    """Penalty and bound after so many seconds; penalty None where no roster was found."""
    model = cp_model.CpModel()
    works = {
        (person, day, shift): model.new_bool_var("")
        for person, employee in enumerate(data.employees)
        for day in range(data.days)
        for shift in range(len(data.shifts))
        if day not in employee.days_off and employee.most_of_shift[shift] > 0
    }
    for person, employee in enumerate(data.employees):
        _one_employee(model, data, employee, person, works)
    penalty = int(data.wish_base.sum())
    penalty += sum(int(data.wish_cost[key]) * pick for key, pick in works.items())
    for day in range(data.days):
        for shift in range(len(data.shifts)):
            need = int(data.required[day, shift])
            picks = [
                works[person, day, shift]
                for person in range(len(data.employees))
                if (person, day, shift) in works
            ]
            short = model.new_int_var(0, max(0, need), "")
            idle = model.new_int_var(0, len(picks) + max(0, -need), "")
            model.add(sum(picks) + short - idle == need)
            penalty += int(data.under_cost[day, shift]) * short
            penalty += int(data.over_cost[day, shift]) * idle
    model.minimize(penalty)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    status = solver.solve(model)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return (round(solver.objective_value) if found else None), solver.best_objective_bound


def _one_employee(model, data, employee, person, works):
    on_day = []
    for day in range(data.days):
        picks = [
            works[key]
            for shift in range(len(data.shifts))
            if (key := (person, day, shift)) in works
        ]
        worked = model.new_bool_var("")
        model.add(sum(picks) == worked)
        on_day.append(worked)
    mine = {key[1:]: pick for key, pick in works.items() if key[0] == person}
    minutes = sum(data.shifts[shift].minutes * pick for (_, shift), pick in mine.items())
    model.add_linear_constraint(minutes, employee.least_minutes, employee.most_minutes)
    for shift, most in enumerate(employee.most_of_shift):
        model.add(sum(pick for (_, kind), pick in mine.items() if kind == shift) <= most)
        for day in range(data.days - 1):
            for after in data.shifts[shift].banned_next:
                if (day, shift) in mine and (day + 1, after) in mine:
                    model.add_bool_or(~mine[day, shift], ~mine[day + 1, after])
    for first in range(data.days - employee.most_days_running):
        model.add(
            sum(on_day[first : first + employee.most_days_running + 1])
            <= employee.most_days_running
        )
    for size in range(1, employee.least_days_running):
        _forbid_inner_run(model, on_day, size, lambda worked: worked)
    for size in range(1, employee.least_days_off):
        _forbid_inner_run(model, on_day, size, lambda worked: ~worked)
    weekends = []
    for week in range(data.days // 7):
        weekend = model.new_bool_var("")
        model.add_max_equality(weekend, on_day[week * 7 + 5 : week * 7 + 7])
        weekends.append(weekend)
    model.add(sum(weekends) <= employee.most_weekends)


def _forbid_inner_run(model, on_day, size, kind):
    for first in range(1, len(on_day) - size):
        inside = [~kind(on_day[day]) for day in range(first, first + size)]
        model.add_bool_or(kind(on_day[first - 1]), *inside, kind(on_day[first + size]))
