"""What must hold whatever strikes: one checker for each code, run after every committed event.

A checker takes a world and gives what does not hold there. It decides from the store's commits as
acknowledged, from the wire as the exchange sees it, and from the exchange itself, never from what
an actor says of itself alone. The codes are those of :doc:`faults`.
"""

from __future__ import annotations

from ..world.findings import Violation
from .catalog import CHECKERS, INVARIANTS, NOT_YET, Invariant

__all__ = ["CHECKERS", "INVARIANTS", "NOT_YET", "Invariant", "Violation"]
