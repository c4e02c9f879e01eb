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
from ...actors.orders.model import Order, Status
from ...storage.order_store import Request

Phase = Literal["before", "after"]

PRICE_CAME: Final = "its price has come"  # the evidence of what a desk has waited for


def _any(holds: Callable[[Order], bool]) -> Callable[[Request], bool]:
    """Whether a commit holds such an order."""
    return lambda request: isinstance(request, Commit) and any(map(holds, request.orders))


def _with(status: Status) -> Callable[[Request], bool]:
    """Whether it holds one that stands so."""
    return _any(lambda order: order.status == status)


def _fills(request: Request) -> bool:
    return isinstance(request, Commit) and bool(request.fills)


def _sets_free(request: Request) -> bool:
    """Whether what has filled sets others free."""
    return _fills(request) and _any(_is_free)(request)


def _is_free(order: Order) -> bool:
    is_child = order.plan is not None and order.plan.chain is not None
    return is_child and order.status in {"inactive", "due"}


def _is_child(order: Order) -> bool:
    return order.status == "intent" and order.plan is not None and order.plan.chain is not None


def _is_renewed(order: Order) -> bool:
    return order.status == "intent" and order.plan is not None and order.plan.lives > 0


HOLDS: Final[Mapping[str, Callable[[Request], bool]]] = MappingProxyType(
    {
        "intent": _with("intent"),
        "acceptance": _with("accepted"),
        "doubt": _with("unknown"),
        "fill": _fills,
        "cancel": _with("cancelled"),
        "batch": _with("chained"),
        "release": _sets_free,
        "child": _any(_is_child),
        "trigger": _any(lambda order: order.status == "due" and order.evidence == PRICE_CAME),
        "wish": _any(lambda order: order.wish is not None),
        "renewal": _any(_is_renewed),
        "load": lambda request: isinstance(request, Load),
        "commit": lambda request: isinstance(request, Commit),
    }
)
"""What a request holds, by the word for it in the name of a point.

Of orders that belong together: `batch` is one taken in, or one that still waits for its parent;
`release` a fill that sets others free; `child` one of those that is about to be sent; `trigger` one
whose price has come; `wish` one that shall become another; `renewal` one that is about to be sent
under another name.
"""

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
