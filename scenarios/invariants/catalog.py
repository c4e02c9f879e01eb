"""All invariants by code: those that are checked in a world, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import attrs

from ..world import Checker
from .conduct import (
    check_r2,
    check_r3,
    check_r4,
    check_r5,
    check_r8,
    check_r9,
    check_s1,
)
from .funds import (
    check_f1,
    check_f2,
    check_f3,
    check_f4,
    check_f5,
    check_f6,
    check_f7,
    check_f8,
)
from .graphs import check_g1, check_g3, check_g4, check_g5, check_g6
from .groups import check_g2
from .limits import check_o9
from .orders import (
    check_o1,
    check_o2,
    check_o3,
    check_o4,
    check_o5,
    check_o6,
    check_o7,
    check_o8,
)
from .persistence import check_p1, check_p2, check_p3, check_p4
from .restarts import check_r1


@attrs.frozen
class Invariant:
    """One that is checked."""

    code: str
    check: Checker

    @property
    def words(self) -> str:
        """What holds."""
        return (self.check.__doc__ or "").partition("\n")[0]


INVARIANTS: Final = (
    Invariant("F1", check_f1),
    Invariant("F2", check_f2),
    Invariant("F3", check_f3),
    Invariant("F4", check_f4),
    Invariant("F5", check_f5),
    Invariant("F6", check_f6),
    Invariant("F7", check_f7),
    Invariant("F8", check_f8),
    Invariant("O1", check_o1),
    Invariant("O2", check_o2),
    Invariant("O3", check_o3),
    Invariant("O4", check_o4),
    Invariant("O5", check_o5),
    Invariant("O6", check_o6),
    Invariant("O7", check_o7),
    Invariant("O8", check_o8),
    Invariant("O9", check_o9),
    Invariant("G1", check_g1),
    Invariant("G2", check_g2),
    Invariant("G3", check_g3),
    Invariant("G4", check_g4),
    Invariant("G5", check_g5),
    Invariant("G6", check_g6),
    Invariant("P1", check_p1),
    Invariant("P2", check_p2),
    Invariant("P3", check_p3),
    Invariant("P4", check_p4),
    Invariant("R1", check_r1),
    Invariant("R2", check_r2),
    Invariant("R3", check_r3),
    Invariant("R4", check_r4),
    Invariant("R5", check_r5),
    Invariant("R8", check_r8),
    Invariant("R9", check_r9),
    Invariant("S1", check_s1),
)

CHECKERS: Final[tuple[Checker, ...]] = tuple(each.check for each in INVARIANTS)

NOT_YET: Final[Mapping[str, str]] = MappingProxyType(
    {
        "P5": "store_file_damaged spoils a store, and says itself what must come of it",
        "P6": "a run is too short for a file to grow",
        "R6": "a lint of the source, in tests/test_architecture.py",
        "R7": "cancelled_at_every_checkpoint cancels, and all the others are looked at meanwhile",
        "R10": "it compares contexts, not one run; tests of the bot do that",
        "D1": "books are not part of a whole bot yet",
        "D2": "staleness is held by the tests of actors.feeds",
        "D3": "candles are held by the tests of actors.feeds",
        "D4": "numbers at the boundary are held by the tests of the connector",
        "S2": "there are no signals between bots",
        "S3": "nothing of a bot in a world listens",
        "S4": "a lint of the source",
        "S5": "the key of a world's bot cannot withdraw; tests of the bot refuse one that can",
        "S6": "no path comes from outside in a world",
    }
)
"""Codes that no world can break yet, each with the reason."""
