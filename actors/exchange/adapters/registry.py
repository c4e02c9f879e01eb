"""Which adapter serves an exchange: the entry points of `benthic.exchanges`, else the general one.

Any distribution may register an adapter; its entry point names a subclass of `Adapter` under ccxt's
name of the exchange. Ours stand in the same list. Of two for one exchange, one that is not ours
counts: whoever installs it wants it.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from ....runtime import UsageError
from ...ccxt_trio.errors import UnknownExchange
from ...ccxt_trio.loading import REST, names
from .adapter import Adapter

GROUP: Final = "benthic.exchanges"
OURS: Final = "benthic"


class BrokenAdapter(UsageError):
    """An installed distribution registers an adapter that cannot be used."""

    def __init__(self, name: str, distribution: str, problem: str) -> None:
        super().__init__(
            f"the adapter of {name}, from the distribution {distribution}, {problem}: "
            "repair or uninstall it"
        )
        self.name = name
        self.distribution = distribution
        self.problem = problem


def adapter_for(name: str, points: Iterable[EntryPoint] | None = None) -> Adapter:
    """The adapter of an exchange of ccxt's. Raises UnknownExchange, BrokenAdapter.

    points: what is registered; what is installed where None.
    """
    known = names(REST)
    if name not in known:
        raise UnknownExchange(name, close=tuple(get_close_matches(name, known, n=2)))
    chosen = registered(points).get(name)
    return Adapter(name) if chosen is None else _loaded(chosen)(name)


def registered(points: Iterable[EntryPoint] | None = None) -> dict[str, EntryPoint]:
    """What is registered, by ccxt's name; none of it is imported. Raises BrokenAdapter."""
    found = dict[str, EntryPoint]()
    for point in entry_points(group=GROUP) if points is None else points:
        other = found.get(point.name)
        if other is None or origin(other) == OURS:
            found[point.name] = point
        elif origin(point) not in {OURS, origin(other)}:
            problem = f"stands beside one from {origin(other)}"
            raise BrokenAdapter(point.name, origin(point), problem)
    return found


def origin(point: EntryPoint) -> str:
    """The distribution that an entry point comes from."""
    return "of this process" if point.dist is None else point.dist.name


def _loaded(point: EntryPoint) -> type[Adapter]:
    try:
        found: object = point.load()
    except (ImportError, AttributeError, SyntaxError, TypeError, ValueError) as error:
        problem = f"does not load ({type(error).__name__}: {error})"
        raise BrokenAdapter(point.name, origin(point), problem) from error
    if not (isinstance(found, type) and issubclass(found, Adapter)):
        problem = f"is no subclass of Adapter ({point.value})"
        raise BrokenAdapter(point.name, origin(point), problem)
    return found
