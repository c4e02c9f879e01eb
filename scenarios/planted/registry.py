"""All bugs that can be planted, by name."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from .bug import Bug, NoSuchBug
from .disk import OF_DISK
from .graph import OF_GRAPH
from .line import OF_LINE
from .money import OF_MONEY
from .orders import OF_ORDERS
from .settling import OF_SETTLING
from .turns import OF_TURNS

BUGS: Final[tuple[Bug, ...]] = (
    *OF_MONEY,
    *OF_ORDERS,
    *OF_SETTLING,
    *OF_GRAPH,
    *OF_TURNS,
    *OF_DISK,
    *OF_LINE,
)


def find_bug(name: str) -> Bug:
    """The bug of this name. Raises NoSuchBug."""
    for bug in BUGS:
        if bug.name == name:
            return bug
    raise NoSuchBug(name, tuple(bug.name for bug in BUGS))


def planting(name: str) -> AbstractContextManager[None]:
    """The bug of this name is in the product inside of this; of no name: none. Raises NoSuchBug."""
    return find_bug(name).planted() if name else nullcontext()
