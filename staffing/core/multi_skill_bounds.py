"""What several queues need apart, and what they would need if everybody could do everything."""

import numpy as np

from staffing.core.definitions import Model
from staffing.core.goals import Goals
from staffing.core.kernels import FloatArray
from staffing.core.multi_skill import GoalKind, MultiSkillDay, SkillQueue, UnableToSplit
from staffing.core.requirement import agents_or_inf
from staffing.core.traffic import Traffic
from staffing.core.transient import LivePath, required_transient
from staffing.core.transient_path import CONTINUES, OPENS_EMPTY


def separate_agents(day: MultiSkillDay) -> FloatArray:
    """Return queue x interval: the fewest agents of its own that keep each queue's goal."""
    return np.array(
        [
            _agents(day, queue, Traffic(queue.erlangs, queue.aht_seconds, queue.patience_seconds))
            for queue in day.queues
        ]
    )


def pooled_agents(day: MultiSkillDay) -> FloatArray:
    """Return the agents per interval who keep every goal if each can do every queue.

    All queues are one, first come, first served, with the handle time of their mix; so each of
    their goals has to be met by that one queue.
    """
    traffic = mixed(day)
    needed = [_agents(day, queue, traffic) for queue in day.queues]
    together = np.sum([queue.min_agents for queue in day.queues], axis=0)
    most = np.max([queue.min_agents for queue in day.queues], axis=0)
    return np.asarray(np.maximum(np.max(needed, axis=0), np.minimum(most, together)))


def mixed(day: MultiSkillDay) -> Traffic:
    """Return all queues as one: loads add up, handle time and hang-ups are those of the mix."""
    rates = np.array([queue.arrival_rate for queue in day.queues])
    erlangs = day.erlangs.sum(axis=0)
    offered = rates.sum(axis=0)
    known = offered > 0.0
    aht = np.divide(erlangs, offered, out=np.ones(offered.shape), where=known)
    leave = np.nan_to_num(np.array([1.0 / queue.patience_seconds for queue in day.queues]))
    weights = np.divide(rates, offered, out=np.ones(rates.shape) / len(rates), where=known)
    mean_leave = (weights * leave).sum(axis=0)
    if not leave.any():
        return Traffic(erlangs, aht, np.full(erlangs.shape, np.nan))
    # Where only the patient ones call, all but endless patience keeps to one model.
    return Traffic(erlangs, aht, 1.0 / np.maximum(mean_leave, 1e-9))


def _agents(day: MultiSkillDay, queue: SkillQueue, traffic: Traffic) -> FloatArray:
    """Return the fewest agents who keep the queue's goal for the traffic, along the day."""
    begins = np.full(traffic.erlangs.size, CONTINUES)
    begins[0] = OPENS_EMPTY
    goals = Goals.same(
        traffic.erlangs.size, definition=queue.definition, short_seconds=queue.short_seconds
    )
    goals.level[:] = queue.limit(GoalKind.LEVEL)
    goals.max_asa_seconds[:] = queue.limit(GoalKind.ASA)
    goals.max_abandonment_rate[:] = queue.limit(GoalKind.ABANDONMENT)
    goals.max_occupancy_rate[:] = queue.limit(GoalKind.OCCUPANCY)
    goals.threshold_seconds[:] = np.where(np.isnan(goals.level), np.nan, queue.threshold_seconds)
    goals.min_agents[:] = queue.min_agents
    path = LivePath(traffic, day.interval_seconds, begins)
    try:
        steady = agents_or_inf(model=path.model, traffic=traffic, goals=goals)
    except ValueError as error:
        msg = f"“{queue.name}” cannot be staffed: {error}"
        raise UnableToSplit(msg) from error
    agents = steady
    if np.isfinite(steady).all():
        agents = required_transient(path, goals=goals, guess=steady)
    if np.isinf(agents).any():
        msg = (
            f"No number of agents meets the goal of “{queue.name}” at"
            f" {traffic.erlangs.max():.1f} erlang; set another level or threshold."
        )
        raise UnableToSplit(msg)
    return np.asarray(np.maximum(agents, _least(path.model, traffic)))


def _least(model: Model, traffic: Traffic) -> FloatArray:
    """Return the agents without whom nobody is ever answered, or the queue grows for ever."""
    if model is Model.C:
        return np.where(traffic.erlangs > 0.0, np.floor(traffic.erlangs) + 1.0, 0.0)
    return np.where(traffic.erlangs > 0.0, 1.0, 0.0)
