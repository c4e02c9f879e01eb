"""Which trades are missing between others, by their ids; pure.

Only ids that count up by one tell it, and a file does not say whether its venue's do: they are
taken to where most follow one another.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import attrs
import numpy as np

Numbers: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

SHARE: Final = 0.5  # of the steps from one id to the next: that many are of one, at least


@attrs.frozen
class IdHole:
    """Ids that nobody has. after, before: those on either side, which are there."""

    after: int
    before: int

    @property
    def missing(self) -> int:
        """How many they are."""
        return self.before - self.after - 1

    def __str__(self) -> str:
        first, last = self.after + 1, self.before - 1
        return f"trade {first}" if first == last else f"trades {first} to {last}"


def id_holes(ids: Numbers) -> list[IdHole] | None:
    """Where ids are missing, lowest first, in whichever order they come.

    None: they do not count up by one.

    >>> id_holes(np.array([3, 4, 5, 9, 10]))
    [IdHole(after=5, before=9)]
    >>> id_holes(np.array([30, 40, 57]))
    """
    known = np.unique(ids)
    steps = np.diff(known)
    if not len(steps) or np.count_nonzero(steps == 1) < SHARE * len(steps):
        return None
    return [IdHole(int(known[index]), int(known[index + 1])) for index in np.flatnonzero(steps > 1)]
