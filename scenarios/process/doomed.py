"""A store that takes its process along, by SIGKILL, at a named instant of a commit.

It is the store of `benthic run` in all else: the same actor, the same thread, the same disk.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence

import attrs

from ...actors.orders.journal import Load
from ...storage.order_store import Answer, OrderStore, Request
from ...storage.store import Store
from .points import POINTS, Phase, Point


@attrs.define
class Doom:
    """When a process is to die.

    last: told the name of the instant, just before; read: how many accounts were read back.
    """

    last: Callable[[str], None]
    read: Callable[[int], None] | None = None
    _point: Point | None = None
    _left: int = 0  # such requests that still pass, the one that is struck included

    def arm(self, point: str, at: int = 1) -> None:
        """Die at the so-manieth instant of this name from now on; empty: at none."""
        self._point, self._left = POINTS[point] if point else None, at

    def look(self, requests: Sequence[Request], phase: Phase) -> None:
        """The requests are about to be made durable, or just were."""
        loads = sum(isinstance(request, Load) for request in requests)
        if loads and phase == "after" and self.read is not None:
            self.read(loads)
        point = self._point
        if point is None or point.phase != phase:
            return
        self._left -= sum(map(point.is_met_by, requests))
        if self._left <= 0:
            self.last(point.name)
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedStore(Store):
    """The store of `benthic run`, with a doom that is looked at around every transaction."""

    def __init__(self, doom: Doom, order_store: OrderStore) -> None:
        super().__init__(order_store)
        self._doom = doom

    def _carry_out(self, requests: list[Request]) -> list[Answer]:
        self._doom.look(requests, "before")
        answers = super()._carry_out(requests)
        self._doom.look(requests, "after")
        return answers
