"""The market streams of futures: what flows under which name, for as long as somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from ....actors.matching.markets import Market
from ..hub import Hub
from ..market.records import Book, BookTop, Liquidation, Mark, Ticker
from ..market.series import MarketData
from ..market.topics import Listening, Topic
from ..offer import Heard
from . import stream_shapes as show
from .desk import FuturesDesk
from .product import Product, pair_of
from .public import INTERVALS
from .shapes import Shape

T = TypeVar("T")
SPEEDS: Final[Mapping[str, int]] = MappingProxyType(
    {"": 250, "100ms": 100, "250ms": 250, "500ms": 500}
)
LEVELS: Final[Mapping[str, int]] = MappingProxyType({"depth5": 5, "depth10": 10, "depth20": 20})
MARK_BEATS: Final[Mapping[str, int]] = MappingProxyType({"": 3_000, "1s": 1_000, "3s": 3_000})
TICKERS: Final = (("ticker", "24hrTicker"), ("miniTicker", "24hrMiniTicker"))
CONTINUOUS: Final = "_perpetual"
MINI_BEAT: Final = 500  # ms
TICKER_BEAT: Final = 2_000  # ms, of one market
ALL_BEAT: Final = 1_000  # ms, of all markets at once


class MarketStreams:
    """Feeds the hub from the market data; the `source` of a `Hub`."""

    def __init__(self, desk: FuturesDesk, hub: Hub) -> None:
        self._desk = desk
        self._hub = hub
        self._product = desk.product
        self._flowing: dict[str, list[Listening]] = {}

    def begin(self, stream: str) -> None:
        """Let a stream flow; a name that says nothing stays silent, as at the venue."""
        if stream.startswith("!"):
            found = self._begin_all(stream)
        else:
            name, _, kind = stream.partition("@")
            found = self._begin_one(stream, name, kind) if name == name.lower() else []
        if found:
            self._flowing[stream] = found

    def end(self, stream: str) -> None:
        """Nobody hears it any more."""
        for listening in self._flowing.pop(stream, ()):
            listening.stop()

    # -- one market

    def _begin_one(self, stream: str, name: str, kind: str) -> list[Listening]:
        feed = self._feed(name.upper())
        if feed is None:
            return self._begin_pair(stream, name, kind)
        plain, _, speed = kind.partition("@")
        for listen in (self._trades, self._book, self._windows, self._marks):
            listening = listen(stream, plain, speed, feed)
            if listening is not None:
                return [listening]
        return []

    def _trades(self, stream: str, kind: str, _: str, feed: MarketData) -> Listening | None:
        agenda, product, news = self._hub.agenda, self._product, feed.news
        if kind == "trade":
            return self._each(
                stream, "trade", feed, news.trade,
                lambda of, market: show.trade(of, market, agenda.now),
            )  # fmt: skip
        if kind == "aggTrade":
            return self._each(
                stream, "aggTrade", feed, news.agg_trade,
                lambda of, market: show.agg_trade(of, market, product, agenda.now),
            )  # fmt: skip
        if kind == "forceOrder":
            return self._each(stream, kind, feed, news.liquidation, self._forced)
        return None

    def _book(self, stream: str, kind: str, speed: str, feed: MarketData) -> Listening | None:
        product, news = self._product, feed.news
        if kind == "bookTicker":
            return self._each(stream, kind, feed, news.top, self._top)
        if speed not in SPEEDS:
            return None
        if kind == "depth":
            return self._each(
                stream, "depthUpdate", feed, news.diff(SPEEDS[speed]),
                lambda of, market: show.depth(of, market, product),
            )  # fmt: skip
        if kind in LEVELS:
            topic = news.depth(LEVELS[kind], SPEEDS[speed])
            return self._each(stream, "depthUpdate", feed, topic, self._partial(feed))
        return None

    def _windows(self, stream: str, kind: str, _: str, feed: MarketData) -> Listening | None:
        product, news = self._product, feed.news
        if kind.startswith("kline_") and kind[len("kline_") :] in INTERVALS:
            topic = news.kline(kind[len("kline_") :])
            return self._each(stream, "kline", feed, topic, show.kline)
        if kind == "ticker":
            return self._each(
                stream, "24hrTicker", feed, news.ticker(TICKER_BEAT),
                lambda of, market: show.ticker(of, market, product),
            )  # fmt: skip
        if kind == "miniTicker":
            return self._each(
                stream, "24hrMiniTicker", feed, news.ticker(MINI_BEAT),
                lambda of, market: show.mini_ticker(of, market, product),
            )  # fmt: skip
        return None

    def _marks(self, stream: str, kind: str, speed: str, feed: MarketData) -> Listening | None:
        if kind != "markPrice" or speed not in MARK_BEATS:
            return None
        topic = feed.news.mark(MARK_BEATS[speed])
        return self._each(stream, "markPriceUpdate", feed, topic, self._mark)

    # -- a pair

    def _begin_pair(self, stream: str, name: str, kind: str) -> list[Listening]:
        feed = self._of_pair(name.removesuffix(CONTINUOUS).upper())
        if feed is None:
            return []
        plain, _, speed = kind.partition("@")
        interval = plain.removeprefix("continuousKline_")
        if name.endswith(CONTINUOUS) and interval != plain and interval in INTERVALS:
            topic = feed.news.kline(interval)
            kind = "continuous_kline"
            return [self._each(stream, kind, feed, topic, show.continuous_kline)]
        if speed not in MARK_BEATS or not self._product.is_inverse:
            return []
        marks, agenda = feed.news.mark(MARK_BEATS[speed]), self._hub.agenda
        if plain == "indexPrice":
            return [
                self._each(
                    stream, "indexPriceUpdate", feed, marks,
                    lambda of, market: show.index_price(of, market, agenda.now),
                )
            ]  # fmt: skip
        if plain == "markPrice":
            return [
                self._each(
                    stream, "markPriceUpdate", feed, marks,
                    lambda of, market: [self._mark(of, market)],
                )
            ]  # fmt: skip
        return []

    # -- all markets

    def _begin_all(self, stream: str) -> list[Listening]:
        name, _, speed = stream.removeprefix("!").partition("@")
        feeds = self._desk.feeds
        if name == "forceOrder":
            return [
                self._each(stream, name, feed, feed.news.liquidation, self._forced)
                for feed in feeds
            ]
        if name == "bookTicker":
            return [self._each(stream, name, feed, feed.news.top, self._top) for feed in feeds]
        if name == "markPrice":
            beat = MARK_BEATS.get(speed.removeprefix("arr").removeprefix("@"))
            return [] if beat is None else [feeds.marks(beat).listen(self._all_marks(stream))]
        if name in {"ticker", "miniTicker"}:
            return [feeds.tickers(ALL_BEAT).listen(self._all_tickers(stream, name))]
        return []

    def _all_marks(self, stream: str) -> Callable[[list[Mark]], None]:
        def tell(marks: list[Mark]) -> None:
            shown = [self._mark(each, self._desk.market(each.symbol)) for each in marks]
            self._push(stream, "markPriceUpdate", "", shown)

        return tell

    def _all_tickers(self, stream: str, name: str) -> Callable[[list[Ticker]], None]:
        write = show.ticker if name == "ticker" else show.mini_ticker
        kind = "24hrTicker" if name == "ticker" else "24hrMiniTicker"

        def tell(tickers: list[Ticker]) -> None:
            shown = [write(each, self._desk.market(each.symbol), self._product) for each in tickers]
            self._push(stream, kind, "", shown)

        return tell

    # -- inside

    def _each(
        self,
        stream: str,
        kind: str,
        feed: MarketData,
        topic: Topic[T],
        write: Callable[[T, Market], Shape | list[Shape]],
    ) -> Listening:
        """Push each piece of news under a name."""

        def tell(news: T) -> None:
            self._push(stream, kind, feed.symbol, write(news, feed.market))

        return topic.listen(tell)

    def _push(self, stream: str, kind: str, symbol: str, shown: Shape | list[Shape]) -> None:
        self._hub.push(stream, kind, symbol, msgspec.json.encode(shown).decode())

    def _forced(self, of: Liquidation, market: Market) -> Shape:
        return show.force_order(of, market, self._product)

    def _top(self, of: BookTop, market: Market) -> Shape:
        return show.book_ticker(of, market, self._product)

    def _mark(self, of: Mark, market: Market) -> Shape:
        return show.mark_price(of, market, self._product, self._hub.agenda.now)

    def _partial(self, feed: MarketData) -> Callable[[Book, Market], Shape]:
        previous = feed.update_id

        def write(of: Book, market: Market) -> Shape:
            nonlocal previous
            shown = show.partial(of, market, self._product, previous)
            previous = of.update_id
            return shown

        return write

    def _feed(self, symbol: str) -> MarketData | None:
        return next((feed for feed in self._desk.feeds if feed.symbol == symbol), None)

    def _of_pair(self, pair: str) -> MarketData | None:
        markets = self._desk.engine.markets.values()
        found = next((each for each in markets if pair_of(each) == pair), None)
        return None if found is None else self._feed(found.symbol)


def names(markets: Iterable[Market], product: Product) -> Iterator[Heard]:
    """Every stream of these markets, and what is pushed on it."""
    known = list(markets)
    for market in known:
        yield from _names_of(market.symbol, market.symbol.lower())
        yield from _names_of_pair(market, product)
    symbols = ["", *(market.symbol for market in known)]
    for symbol in symbols:
        for kind in ("forceOrder", "bookTicker"):
            yield from (Heard(f"!{kind}{arr}", kind, symbol) for arr in ("", "@arr"))
    for kind, event in TICKERS:
        yield from (Heard(f"!{kind}{arr}", event) for arr in ("", "@arr"))
    for speed in MARK_BEATS:
        yield Heard(_at("!markPrice", "arr", speed), "markPriceUpdate")
    yield Heard("!markPrice", "markPriceUpdate")


def _names_of(symbol: str, low: str) -> Iterator[Heard]:
    for kind in ("trade", "aggTrade", "forceOrder", "bookTicker"):
        yield Heard(f"{low}@{kind}", kind, symbol)
    for kind in ("depth", *LEVELS):
        for speed in SPEEDS:
            yield Heard(_at(low, kind, speed), "depthUpdate", symbol)
    for interval in INTERVALS:
        yield Heard(f"{low}@kline_{interval}", "kline", symbol)
    for kind, event in TICKERS:
        yield Heard(f"{low}@{kind}", event, symbol)
    for speed in MARK_BEATS:
        yield Heard(_at(low, "markPrice", speed), "markPriceUpdate", symbol)


def _names_of_pair(market: Market, product: Product) -> Iterator[Heard]:
    pair, symbol = pair_of(market).lower(), market.symbol
    for interval in INTERVALS:
        stream = f"{pair}{CONTINUOUS}@continuousKline_{interval}"
        yield Heard(stream, "continuous_kline", symbol)
    if product.is_inverse:
        for speed in MARK_BEATS:
            yield Heard(_at(pair, "indexPrice", speed), "indexPriceUpdate", symbol)
            yield Heard(_at(pair, "markPrice", speed), "markPriceUpdate", symbol)


def _at(*parts: str) -> str:
    return "@".join(filter(None, parts))
