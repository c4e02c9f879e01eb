"""Which orders a desk must look up at the venue, and when.

Each order in doubt has a time of its own. While the venue is silent they do not matter: then one
look-up at a time finds out whether it is back: more of them would tell no more.
"""

from __future__ import annotations

from heapq import heappop, heappush

from ...runtime import Millis
from .evidence import Doubt, Patience, delay, overdue_at, pause, tried


class Doubts:
    """The orders in doubt, by client id, and whether the venue is heard."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._doubts: dict[str, Doubt] = {}
        self._first: dict[str, Doubt] = {}  # as each began: a cancel begins the doubt, not the wait
        self._ends: list[tuple[Millis, str]] = []  # a heap: when each is overdue; settled ones too
        self._dues: list[tuple[Millis, str]] = []  # a heap; holds past dues of an order as well
        self._due: dict[str, Millis] = {}  # the due of each order that counts
        self._silences = 0  # looks in a row without an answer
        self._silent_at = Millis(0)  # when the last of them had waited long enough
        self._next_try = Millis(0)  # while the venue is silent

    def __len__(self) -> int:
        return len(self._doubts)

    @property
    def is_silent(self) -> bool:
        """Whether the venue left the last request unanswered, and is still asked about it."""
        return self._silences > 0 and bool(self._doubts)

    def get(self, client_id: str) -> Doubt | None:
        """What is known of an order; None: it is in no doubt."""
        return self._doubts.get(client_id)

    def add(self, client_id: str, doubt: Doubt, at: Millis) -> None:
        """Look an order up once it is time."""
        due = Millis(at + delay(doubt, self._patience, at))
        self._doubts[client_id] = doubt
        self._begin(client_id, doubt)
        self._due[client_id] = due
        heappush(self._dues, (due, client_id))

    def add_more(self, client_id: str, at: Millis) -> None:
        """Look an order up later than the last time."""
        doubt = self._doubts.get(client_id)
        self.add(client_id, Doubt(at) if doubt is None else tried(doubt), at)

    def take(self, client_id: str) -> None:
        """A look-up of an order is under way: it is not due until that is back."""
        self._due.pop(client_id, None)

    def put_back(self, client_id: str, at: Millis) -> None:
        """The look-up brought nothing: the order is due as soon as the venue is tried again."""
        if client_id in self._doubts:
            self._due[client_id] = at
            heappush(self._dues, (at, client_id))

    def hurry(self, client_id: str, at: Millis) -> None:
        """Look an order up at once."""
        self._begin(client_id, self._doubts.setdefault(client_id, Doubt(at)))
        self.put_back(client_id, at)

    def overdue(self, at: Millis) -> int:
        """How many orders have been in doubt for too long, whatever was asked meanwhile (R4)."""
        return sum(overdue_at(doubt, self._patience) <= at for doubt in self._first.values())

    def next_overdue(self, at: Millis) -> Millis | None:
        """When one more will have been in doubt for too long; None: all have been, or none is."""
        ends = self._ends
        while ends and (ends[0][0] <= at or ends[0][1] not in self._first):
            heappop(ends)
        return ends[0][0] if ends else None

    def settle(self, client_id: str) -> None:
        """Where the order stands is known."""
        if self._doubts.pop(client_id, None) is not None:
            self._due.pop(client_id, None)
            self._first.pop(client_id, None)
        if not self._doubts:
            self._silences = 0  # nothing is left to ask it

    def heard(self) -> None:
        """The venue has answered."""
        self._silences = 0

    def unheard(self, asked: Millis, at: Millis) -> None:
        """The venue has not answered what it was asked at `asked`.

        Of all that is under way when it falls silent, only the first counts: the others tell no
        more than that one did.
        """
        if self._silences and asked < self._silent_at:
            return
        self._silent_at = at
        self._next_try = Millis(at + pause(self._silences, self._patience))
        self._silences += 1

    def next(self) -> tuple[Millis, str] | None:
        """When to look up which order; None where none is in doubt."""
        dues = self._dues
        while dues and self._due.get(dues[0][1]) != dues[0][0]:
            heappop(dues)
        if not dues:
            return None
        due, client_id = dues[0]
        return max(due, self._next_try) if self._silences else due, client_id

    def _begin(self, client_id: str, doubt: Doubt) -> None:
        """The wait for an order begins, unless it has."""
        if client_id not in self._first:
            self._first[client_id] = doubt
            heappush(self._ends, (overdue_at(doubt, self._patience), client_id))
