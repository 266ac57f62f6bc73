"""Legal tours found so far, from which everything that recombines them begins."""

import numpy as np

from scheduling.core.dayroster.data import (
    OFF,
    BoolArray,
    FloatArray,
    IntArray,
    Roster,
    RosterData,
    Tour,
)


class Pool:
    """Tours with their owners, the cost of their wishes, and what they cost at given prices."""

    def __init__(self, data: RosterData) -> None:
        self.data = data
        self._places: dict[tuple[int, bytes], int] = {}
        self._tours = np.empty((256, data.days), dtype=np.int16)
        self._owners = np.empty(256, dtype=np.int64)
        self._costs = np.empty(256, dtype=np.int64)
        self._priced = np.empty(256)
        self._cover = np.zeros(data.required.shape)

    def add(self, owner: int, tour: Tour) -> int:
        """Keep a tour and return its place, the old one if it is known."""
        key = (owner, tour.tobytes())
        place = self._places.get(key)
        if place is not None:
            return place
        place = len(self._places)
        if place == len(self._owners):
            self._tours = np.concatenate((self._tours, np.empty_like(self._tours)))
            self._owners = np.concatenate((self._owners, np.empty_like(self._owners)))
            self._costs = np.concatenate((self._costs, np.empty_like(self._costs)))
            self._priced = np.concatenate((self._priced, np.empty_like(self._priced)))
        self._tours[place] = tour
        self._owners[place] = owner
        self._costs[place] = self.data.tour_cost(owner, tour)
        self._places[key] = place
        self._priced[place] = self._costs[place] - self._worth(tour[None, :])[0]
        return place

    @property
    def tours(self) -> Roster:
        """All tours, one a row."""
        return self._tours[: len(self._places)]

    @property
    def owners(self) -> IntArray:
        """Whose they are."""
        return self._owners[: len(self._places)]

    @property
    def costs(self) -> IntArray:
        """Costs of their wishes."""
        return self._costs[: len(self._places)]

    def set_prices(self, cover: FloatArray) -> None:
        """Rank all tours by what they cost at these prices of cover."""
        self._cover = cover
        self._priced[: len(self._places)] = self.costs - self._worth(self.tours)

    def most_promising(self, most: int, among: BoolArray | None = None) -> IntArray:
        """Return the places of tours that cost least beyond the cheapest of the same owner."""
        priced, owners = self._priced[: len(self._places)], self.owners
        least = np.full(len(self.data.employees), np.inf)
        np.minimum.at(least, owners, priced)
        excess = priced - least[owners]
        places = np.arange(len(owners)) if among is None else np.flatnonzero(among)
        if len(places) <= most:
            return places
        return np.sort(places[np.argpartition(excess[places], most)[:most]])

    def _worth(self, tours: Roster) -> FloatArray:
        rows, days = np.nonzero(tours != OFF)
        worth = self._cover[days, tours[rows, days]]
        return np.bincount(rows, weights=worth, minlength=len(tours)).astype(np.float64)
