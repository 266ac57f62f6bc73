"""The states of a chat queue in which an agent has a free place."""

from staffing.core.birth_death import Chain, served_rate
from wfm.compiled import compiled


@compiled
def free_states(chain: Chain) -> tuple[float, float]:
    """Return the weight of the last state with a free place among all such, and the busy share.

    B(j) = A B(j - 1) / (r(j) + A B(j - 1)) as in Erlang B, with the chain's own rates.
    """
    blocking, busy = 1.0, 0.0
    for chats in range(1, chain.agents * chain.concurrency):
        inflow = chain.arrival_rate * blocking
        blocking = inflow / (served_rate(chats, chain) + inflow)
        busy += (min(chats, chain.agents) / chain.agents - busy) * blocking
    return blocking, busy
