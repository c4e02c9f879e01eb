"""The disk of a real process, as far as anybody can fill one without touching the host's.

The kernel lets the process write nothing beyond the first pages of any file (RLIMIT_FSIZE), so that
LMDB's writes fail in earnest, with the system's own words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from ..world.armed import FaultList
from ..world.places import caller
from .child import Child
from .unlike import Unlike

HEADS: Final = 8_192  # bytes: LMDB's two head pages, and nothing of what they tell


class RealDisk(Unlike):
    """Full, until `mend`. life: the one that goes on; None where it is down."""

    def __init__(
        self,
        faults: FaultList,
        life: Callable[[], Child | None],
        strike: Callable[[str, str], None],
    ) -> None:
        self._faults = faults
        self._life = life
        self._strike = strike

    def fill(self) -> None:
        """No room for another page (K3)."""
        if self._faults.arm("K3", "disk: full", caller()) and (life := self._life()) is not None:
            life.limit_files(HEADS)
            self._strike("K3", "the disk is full")

    def mend(self) -> None:
        """All is well again."""
        if (life := self._life()) is not None:
            life.limit_files(math.inf)
