"""Update ids of a book, and the changes between two of them.

Every change of a level is one update. Whoever wants diffs opens a `DepthLog`, which gathers what
changed from then on; a book that nobody follows only counts.
"""

from __future__ import annotations

from ....actors.matching.values import LevelChanged
from ....runtime import Millis
from .records import Diff


class DepthLog:
    """The levels that changed since the last diff was taken."""

    def __init__(self, symbol: str, update_id: int) -> None:
        self._symbol = symbol
        self._previous = update_id
        self._bids: dict[int, int] = {}
        self._asks: dict[int, int] = {}

    def note(self, event: LevelChanged) -> None:
        """A level changed; the update id moved by one."""
        (self._bids if event.side == "buy" else self._asks)[event.price] = event.amount

    def take(self, update_id: int, at: Millis) -> Diff | None:
        """What changed since the last time; None where nothing did.

        update_id: of the book now.
        """
        if update_id == self._previous:
            return None
        diff = Diff(
            self._symbol,
            self._previous + 1,
            update_id,
            self._previous,
            sorted(self._bids.items(), reverse=True),
            sorted(self._asks.items()),
            at,
        )
        self._previous = update_id
        self._bids.clear()
        self._asks.clear()
        return diff
