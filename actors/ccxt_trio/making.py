"""Exchange classes for trio, made of ccxt's own: the one place where such a class comes to be.

A made class has the exchange first, then copies of what names asyncio (`rebinding`), then `OnTrio`,
then ccxt's base: whatever an exchange does its own way, it goes on doing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .base import OnTrio
from .ground import Ground
from .loading import PRO, REST, exchange_class, names
from .rebinding import twin
from .upstream import BaseExchange

SERVED: Final[frozenset[str]] = frozenset(
    name for kind in OnTrio.__mro__[: OnTrio.__mro__.index(BaseExchange)] for name in vars(kind)
)


def open_exchange(name: str, ground: Ground, config: Mapping[str, Any] | None = None) -> Any:
    """An exchange of ccxt's that stands on `ground`; `close` it in the end.

    config: as ccxt takes it. The result is used as ccxt's manual says of `ccxt.pro`, and of
    `ccxt.async_support` where ccxt has no WebSockets for it. Raises UnknownExchange.
    """
    kind: Any = trio_class(name)
    exchange: Any = kind.__new__(kind)
    exchange._ground = ground  # noqa: SLF001 - before the constructor, which draws ids
    exchange.__init__({} if config is None else dict(config))
    return exchange


def trio_class(name: str) -> type[Any]:
    """A class of the exchange for trio, with WebSockets where ccxt has them; a new one each time.

    ccxt writes into the class of whatever is opened, so no two share one.
    """
    package = PRO if name in names(PRO) else REST
    return made_of(exchange_class(package, name))


def made_of(kind: type[Any]) -> type[Any]:
    """The class for trio that is made of one of ccxt's."""
    line = [each for each in kind.__mro__ if each not in BaseExchange.__mro__]
    bases = [made for each in line if (made := twin(each, served=frozenset())) is not None]
    beneath = twin(BaseExchange, served=SERVED)
    if not bases or bases[0].__mro__[1] is not kind:
        bases.insert(0, kind)
    bases.append(OnTrio)
    if beneath is not None:
        bases.append(beneath)
    return type(kind.__name__, tuple(bases), {"__module__": __name__})
