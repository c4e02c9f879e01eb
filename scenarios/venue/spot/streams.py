"""The market streams of spot: what flows under which name, for as long as somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import msgspec

from ....actors.matching.markets import Market
from ..hub import Hub
from ..market.intervals import DAY, FRAMES, HOUR
from ..market.records import Ticker
from ..market.series import MarketData
from ..market.topics import Listening, Topic
from ..offer import Heard
from . import market_shapes as shapes
from .desk import SpotDesk

T = TypeVar("T")
WINDOWS: Final[Mapping[str, int]] = MappingProxyType({"1h": HOUR, "4h": 4 * HOUR, "1d": DAY})
PARTIAL: Final[Mapping[str, int]] = MappingProxyType({"depth5": 5, "depth10": 10, "depth20": 20})
TICKERS: Final = (
    ("ticker", "24hrTicker"),
    ("miniTicker", "24hrMiniTicker"),
    *((f"ticker_{window}", f"{window}Ticker") for window in WINDOWS),
)
FAST: Final = "@100ms"
FAST_BEAT: Final = 100  # ms
SLOW_BEAT: Final = 1_000  # ms


class MarketStreams:
    """Feeds the hub from the market data; the `source` of a `Hub`."""

    def __init__(self, desk: SpotDesk, hub: Hub) -> None:
        self._desk = desk
        self._hub = hub
        self._flowing: dict[str, Listening] = {}

    def begin(self, stream: str) -> None:
        """Let a stream flow; a name that says nothing stays silent, as at the venue."""
        if stream.startswith("!"):
            self._begin_all(stream)
            return
        name, _, kind = stream.partition("@")
        symbol = name.upper()
        if name == name.lower() and symbol in self._desk.feeds:
            listening = self._listen(stream, kind, self._desk.feeds[symbol])
            if listening is not None:
                self._flowing[stream] = listening

    def end(self, stream: str) -> None:
        """Nobody hears it any more."""
        listening = self._flowing.pop(stream, None)
        if listening is not None:
            listening.stop()

    def _listen(self, stream: str, kind: str, feed: MarketData) -> Listening | None:
        news = feed.news
        plain, fast = kind.removesuffix(FAST), kind.endswith(FAST)
        beat = FAST_BEAT if fast else SLOW_BEAT
        if plain == "depth":
            return self._each(stream, "depthUpdate", feed, news.diff(beat), shapes.depth_event)
        if plain in PARTIAL:
            topic = news.depth(PARTIAL[plain], beat)
            return self._each(stream, "depth", feed, topic, shapes.book)
        if kind == "bookTicker":
            return self._each(stream, "bookTicker", feed, news.top, shapes.top_event)
        return self._listen_trade(stream, kind, feed) or self._listen_window(stream, kind, feed)

    def _listen_trade(self, stream: str, kind: str, feed: MarketData) -> Listening | None:
        news, agenda = feed.news, self._hub.agenda
        if kind == "trade":
            return self._each(
                stream, "trade", feed, news.trade,
                lambda trade, market: shapes.trade_event(trade, market, agenda.now),
            )  # fmt: skip
        if kind == "aggTrade":
            return self._each(
                stream, "aggTrade", feed, news.agg_trade,
                lambda trade, market: shapes.agg_trade_event(trade, market, agenda.now),
            )  # fmt: skip
        if kind == "avgPrice":
            return self._each(
                stream, "avgPrice", feed, news.average_price(),
                lambda mean, market: shapes.average_event(mean, market, agenda.now),
            )  # fmt: skip
        return None

    def _listen_window(self, stream: str, kind: str, feed: MarketData) -> Listening | None:
        news = feed.news
        if kind.startswith("kline_") and kind[len("kline_") :] in FRAMES:
            topic = news.kline(kind[len("kline_") :])
            return self._each(stream, "kline", feed, topic, shapes.kline_event)
        if kind == "ticker":
            return self._each(stream, "24hrTicker", feed, news.ticker(), shapes.ticker_event)
        if kind == "miniTicker":
            return self._each(stream, "24hrMiniTicker", feed, news.ticker(), shapes.mini_event)
        window = kind.removeprefix("ticker_")
        if window != kind and window in WINDOWS:
            span = WINDOWS[window]

            def of_window(day: Ticker, market: Market) -> shapes.Shown:
                return shapes.window_event(feed.window(span) or day, market, window)

            return self._each(stream, f"{window}Ticker", feed, news.ticker(), of_window)
        return None

    def _each(
        self,
        stream: str,
        kind: str,
        feed: MarketData,
        topic: Topic[T],
        show: Callable[[T, Market], shapes.Shown],
    ) -> Listening:
        """Push each piece of news under a name."""
        hub, symbol = self._hub, feed.symbol

        def tell(news: T) -> None:
            text = msgspec.json.encode(show(news, feed.market)).decode()
            hub.push(stream, kind, symbol, text)

        return topic.listen(tell)

    def _begin_all(self, stream: str) -> None:
        """A stream that tells of all markets at once."""
        name = stream.removesuffix("@arr")
        feeds, hub = self._desk.feeds, self._hub
        show: Callable[[Ticker, Market], shapes.Shown]
        if name == "!ticker":
            kind, show = "24hrTicker", shapes.ticker_event
        elif name == "!miniTicker":
            kind, show = "24hrMiniTicker", shapes.mini_event
        elif name.removeprefix("!ticker_") in WINDOWS:
            window = name.removeprefix("!ticker_")
            kind, show = f"{window}Ticker", self._window_shape(window)
        else:
            return

        def tell(tickers: list[Ticker]) -> None:
            shown = [show(each, feeds[each.symbol].market) for each in tickers]
            hub.push(stream, kind, "", msgspec.json.encode(shown).decode())

        self._flowing[stream] = feeds.tickers().listen(tell)

    def _window_shape(self, window: str) -> Callable[[Ticker, Market], shapes.Shown]:
        feeds, span = self._desk.feeds, WINDOWS[window]

        def of_window(day: Ticker, market: Market) -> shapes.Shown:
            return shapes.window_event(feeds[day.symbol].window(span) or day, market, window)

        return of_window


def names(symbols: Iterable[str]) -> Iterator[Heard]:
    """Every stream of these markets, and what is pushed on it."""
    for symbol in symbols:
        low = symbol.lower()
        for fast in ("", FAST):
            yield Heard(f"{low}@depth{fast}", "depthUpdate", symbol)
            for partial in PARTIAL:
                yield Heard(f"{low}@{partial}{fast}", "depth", symbol)
        for kind in ("bookTicker", "trade", "aggTrade", "avgPrice"):
            yield Heard(f"{low}@{kind}", kind, symbol)
        for interval in FRAMES:
            yield Heard(f"{low}@kline_{interval}", "kline", symbol)
        for kind, event in TICKERS:
            yield Heard(f"{low}@{kind}", event, symbol)
    for kind, event in TICKERS:
        yield Heard(f"!{kind}@arr", event)
