"""What an event of ccxt's belongs to is found in few steps, however much is watched."""

from __future__ import annotations

from collections import deque
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.exchange.kept import KeptStreams, Key
from benthic.actors.exchange.recent import Recent


class Counting(dict[str, Any]):
    """Counts how often it is looked into."""

    looks = 0

    def get(self, key: str, default: Any = None) -> Any:
        Counting.looks += 1
        return super().get(key, default)


class Rows(list[Any]):
    """A list as ccxt keeps rows in."""


@attrs.define
class Exchange:
    """What ccxt keeps of its streams."""

    trades: Counting = attrs.field(factory=Counting)
    tickers: Counting = attrs.field(factory=Counting)
    orderbooks: Counting = attrs.field(factory=Counting)
    ohlcvs: Counting = attrs.field(factory=Counting)


def watching(symbols: int) -> tuple[Exchange, KeptStreams]:
    """All streams of so many symbols."""
    exchange, streams = Exchange(), KeptStreams()
    for number in range(symbols):
        symbol = f"A{number}/USDT"
        exchange.trades[symbol] = Rows([{"symbol": symbol}])
        exchange.tickers[symbol] = {"symbol": symbol}
        exchange.orderbooks[symbol] = {"symbol": symbol, "bids": [], "asks": []}
        exchange.ohlcvs[symbol] = {"1m": Rows([[1, 2, 3, 4, 5, 6]])}
        for topic, frame in (("trades", ""), ("ticker", ""), ("book", ""), ("candles", "1m")):
            streams.watched[topic, symbol, frame] = None  # type: ignore[index]  # a topic
    return exchange, streams


def results(exchange: Exchange, symbol: str) -> dict[Key, Any]:
    """What ccxt tells of a symbol, by what it is."""
    cache = exchange.ohlcvs[symbol]["1m"]
    return {
        ("trades", symbol, ""): exchange.trades[symbol],
        ("ticker", symbol, ""): exchange.tickers[symbol],
        ("book", symbol, ""): exchange.orderbooks[symbol],
        ("candles", symbol, "1m"): [symbol, "1m", cache],
    }


def test_each_result_is_of_its_own_stream() -> None:
    exchange, streams = watching(20)
    for number in range(20):
        for key, result in results(exchange, f"A{number}/USDT").items():
            assert streams.key_of(exchange, result) == key


@pytest.mark.parametrize("bare", [True, False], ids=["rows alone", "symbol, frame and rows"])
def test_candles_are_known_whether_they_name_their_symbol_or_not(bare: bool) -> None:  # noqa: FBT001
    exchange, streams = watching(3)
    cache = exchange.ohlcvs["A1/USDT"]["1m"]
    told = cache if bare else ("A1/USDT", "1m", cache)

    assert streams.key_of(exchange, told) == ("candles", "A1/USDT", "1m")


def test_what_is_not_watched_or_of_a_cache_thrown_away_belongs_to_nothing() -> None:
    exchange, streams = watching(2)
    old = exchange.trades["A0/USDT"]
    assert streams.key_of(exchange, old) is not None
    exchange.trades["A0/USDT"] = Rows([{"symbol": "A0/USDT"}])

    assert streams.key_of(exchange, old) is None
    assert streams.key_of(exchange, {"symbol": "A0/USDT", "last": "1"}) is None
    assert streams.key_of(exchange, {"A0/USDT": exchange.tickers["A0/USDT"]}) is None
    assert streams.key_of(exchange, "a listen key") is None
    del streams.watched["ticker", "A1/USDT", ""]
    assert streams.key_of(exchange, exchange.tickers["A1/USDT"]) is None


def looks_of(symbols: int) -> int:
    """How often ccxt's caches are looked into for one event of each kind, once they are known."""
    exchange, streams = watching(symbols)
    told = results(exchange, f"A{symbols - 1}/USDT").values()
    for result in told:
        streams.key_of(exchange, result)
    Counting.looks = 0
    for result in told:
        streams.key_of(exchange, result)
    return Counting.looks


def test_an_event_costs_the_same_whatever_else_is_watched() -> None:
    assert looks_of(500) == looks_of(5) <= 8


@given(st.lists(st.text(max_size=2)), st.integers(1, 5))
def test_the_newest_names_are_known_and_no_others(names: list[str], most: int) -> None:
    recent, naive = Recent(most), deque[str](maxlen=most)
    for name in names:
        assert (name in recent) == (name in naive)
        recent.add(name)
        if name not in naive:
            naive.append(name)

    assert len(recent) == len(naive)


class Name(str):
    """Counts how often names are held against each other."""

    compared = 0
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        Name.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


def test_a_name_is_looked_up_without_going_through_the_others() -> None:
    recent = Recent(2_000)
    for number in range(2_000):
        recent.add(Name(number))
    Name.compared = 0
    assert not any(Name(f"x{number}") in recent for number in range(100))

    assert Name.compared < 100
