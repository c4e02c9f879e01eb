"""The instants at which a process can be told to die, named by what is just then made durable.

Each is a pair of a phase and of what a request to the order store holds. `before`: the disk does
not have it yet; `after`: it has, and whoever asked has not heard of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal

import attrs

from ...actors.orders.journal import Commit, Load
from ...actors.orders.model import Status
from ...storage.order_store import Request

Phase = Literal["before", "after"]


def _with(status: Status) -> Callable[[Request], bool]:
    """Whether a commit holds an order that stands so."""
    return lambda request: (
        isinstance(request, Commit) and any(order.status == status for order in request.orders)
    )


def _fills(request: Request) -> bool:
    return isinstance(request, Commit) and bool(request.fills)


HOLDS: Final[Mapping[str, Callable[[Request], bool]]] = MappingProxyType(
    {
        "intent": _with("intent"),
        "acceptance": _with("accepted"),
        "doubt": _with("unknown"),
        "fill": _fills,
        "cancel": _with("cancelled"),
        "load": lambda request: isinstance(request, Load),
        "commit": lambda request: isinstance(request, Commit),
    }
)
"""What a request holds, by the word for it in the name of a point."""

PHASES: Final[tuple[Phase, ...]] = ("before", "after")


@attrs.frozen
class Point:
    """One instant."""

    phase: Phase
    what: str  # a key of HOLDS

    @property
    def name(self) -> str:
        """As it is written: `before_fill`."""
        return f"{self.phase}_{self.what}"

    def is_met_by(self, request: Request) -> bool:
        """Whether a request is one at which to die."""
        return HOLDS[self.what](request)


POINTS: Final[Mapping[str, Point]] = MappingProxyType(
    {point.name: point for what in HOLDS for phase in PHASES for point in (Point(phase, what),)}
)
"""All of them by name."""
