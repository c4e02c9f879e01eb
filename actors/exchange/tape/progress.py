"""How reading tells how far it is. What a terminal makes of it is not decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called with what is done and what there is in total, in units of the file (bytes or rows)."""


def unseen(done: int, total: int) -> None:
    """Tells nobody."""
