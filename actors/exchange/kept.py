"""Which of the streams that are watched an event of ccxt's belongs to.

What an event is shows in which of ccxt's caches it is, whatever a venue names its channels. Rows
and books name their symbol, and tell where to look; a list that names none is looked for once and
known by its identity from then on. So an event costs the same whatever else is watched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from .messages import Topic

Key: TypeAlias = tuple[Topic, str, str]  # topic, symbol, frame

LONGEST: Final = 3  # of what ccxt tells of candles: symbol, frame and rows


class KeptStreams:
    """The streams that are watched, and where ccxt keeps what they bring."""

    def __init__(self) -> None:
        self.watched: dict[Key, None] = {}  # in the order in which they were
        self._places: dict[int, Key] = {}  # by the identity of what ccxt keeps

    def key_of(self, exchange: Any, result: Any) -> Key | None:
        """The stream that brought a result; None: none that is watched."""
        for key in _guesses(result):
            if key in self.watched and _is_of(exchange, key, result):
                return key
        if not _is_lasting(result):
            return None
        known = self._places.get(id(result))
        if known is not None and _is_of(exchange, known, result):
            return known
        for key in self.watched:
            if _is_of(exchange, key, result):
                self._remember(result, key)
                return key
        return None

    def _remember(self, result: Any, key: Key) -> None:
        if len(self._places) >= 2 * len(self.watched):
            self._places.clear()  # of caches that ccxt has thrown away
        self._places[id(result)] = key


def _guesses(result: Any) -> Iterator[Key]:
    """What it may be by the names that it bears."""
    if isinstance(result, Mapping):
        symbol = result.get("symbol")
        if isinstance(symbol, str):
            if "fundingRate" in result:
                yield "funding", symbol, ""
            else:
                yield ("book" if "bids" in result else "ticker"), symbol, ""
    elif isinstance(result, (list, tuple)) and 1 < len(result) <= LONGEST:
        symbol, frame = result[0], result[1]
        if isinstance(symbol, str) and isinstance(frame, str):
            yield "candles", symbol, frame
    if isinstance(result, list) and result and isinstance(result[-1], Mapping):
        symbol = result[-1].get("symbol")
        if isinstance(symbol, str) and "contracts" in result[-1]:
            yield "liquidations", symbol, ""


def _is_lasting(result: Any) -> bool:
    """Whether ccxt keeps it from one message to the next: a list of rows, or a book."""
    return isinstance(result, list) or (isinstance(result, Mapping) and "bids" in result)


def _is_of(exchange: Any, key: Key, result: Any) -> bool:
    """Whether it is what ccxt keeps of a stream, or holds it."""
    topic, symbol, frame = key
    if topic == "trades":
        kept = exchange.trades.get(symbol)
    elif topic == "ticker":
        kept = exchange.tickers.get(symbol)
    elif topic == "book":
        kept = exchange.orderbooks.get(symbol)
    elif topic == "candles":
        kept = exchange.ohlcvs.get(symbol, {}).get(frame)
        if kept is not None and kept is not result:
            return _holds(result, kept)
    else:
        return key in _guesses(result)  # ccxt keeps these here or there, or not at all
    return kept is not None and kept is result


def _holds(result: Any, cache: Any) -> bool:
    """Whether it is one of ccxt's (symbol, frame, rows), with these rows."""
    return (
        isinstance(result, (list, tuple))
        and len(result) <= LONGEST
        and any(each is cache for each in result)
    )
