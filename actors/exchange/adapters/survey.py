"""What all exchanges of the installed ccxt can do, one at a time: for a table, and for a choice."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import attrs

from ...ccxt_trio.loading import REST, names
from ..settings import VenueSettings
from .capabilities import Capabilities
from .configuration import plain_exchange
from .registry import adapter_for, origin, registered


@attrs.frozen
class Surveyed:
    """One exchange. adapter: the class that serves it, origin: the distribution it comes from."""

    name: str
    title: str  # as it calls itself
    capabilities: Capabilities
    adapter: str
    origin: str
    is_adapted: bool  # there is an adapter for this exchange, not only the general one


def survey() -> Iterator[Surveyed]:
    """All exchanges, by name; each is imported when it is its turn, and no request is sent."""
    points = registered()
    for name in names(REST):
        yield _surveyed(name, points)


def surveyed(name: str) -> Surveyed:
    """One exchange. Raises UnknownExchange, BrokenAdapter."""
    return _surveyed(name, registered())


def _surveyed(name: str, points: dict[str, EntryPoint]) -> Surveyed:
    adapter = adapter_for(name, points.values())
    exchange = plain_exchange(name, adapter.config(VenueSettings(name=name)))
    point = points.get(name)
    return Surveyed(
        name=name,
        title=str(exchange.name),
        capabilities=adapter.capabilities(exchange),
        adapter=type(adapter).__name__,
        origin="" if point is None else origin(point),
        is_adapted=point is not None,
    )
