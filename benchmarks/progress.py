"""How measurements and sweeps tell how far they are. What is made of it is not decided here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Watch: TypeAlias = Callable[[int, int], None]
"""Told what is done and what there is in total."""


def unwatched(done: int, total: int) -> None:
    """Tells nobody."""
