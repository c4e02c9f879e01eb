"""The market data of all markets of one engine, and the news that tell of all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ....actors.matching.markets import Market
from ....actors.matching.values import (
    Event,
    Funded,
    LevelChanged,
    Liquidated,
    MarketChanged,
    MarkMoved,
    Traded,
)
from ....runtime import UsageError
from ..agenda import Agenda
from .past import Past
from .records import Mark, Ticker
from .series import Books, Keep, MarketData
from .topics import Beat, Listening, SteadyBeat, Topic


class UnknownMarket(UsageError):
    """There is no market of this symbol."""

    def __init__(self, symbol: str, known: Iterable[str]) -> None:
        super().__init__(f"no market {symbol!r}; there are {', '.join(sorted(known)) or 'none'}")
        self.symbol = symbol


class Feeds:
    """Hands each event of an engine to the market data of its symbol.

    past: what a market was before the venue opened; None: nothing.
    """

    def __init__(
        self,
        books: Books,
        agenda: Agenda,
        *,
        past: Callable[[Market], Past | None] = lambda _: None,
        keep: Keep | None = None,
    ) -> None:
        self._books = books
        self._agenda = agenda
        self._past = past
        self._keep = keep
        self._data: dict[str, MarketData] = {}
        self._tickers: dict[int, ChangedTickers] = {}
        self._marks: dict[int, SteadyBeat[list[Mark]]] = {}
        for symbol in books.markets:
            self.add(symbol)

    def add(self, symbol: str) -> MarketData:
        """Begin to publish a market that the engine has."""
        past = self._past(self._books.markets[symbol])
        data = MarketData(symbol, self._books, self._agenda, past=past, keep=self._keep)
        self._data[symbol] = data
        for roundup in self._tickers.values():
            roundup.follow(data)
        return data

    def __getitem__(self, symbol: str) -> MarketData:
        """The market data of a symbol; UnknownMarket where there is none."""
        try:
            return self._data[symbol]
        except KeyError:
            raise UnknownMarket(symbol, self._data) from None

    def __contains__(self, symbol: object) -> bool:
        return symbol in self._data

    def __iter__(self) -> Iterator[MarketData]:
        return iter(self._data.values())

    def take(self, events: Iterable[Event]) -> None:
        """Take in a batch of events, in their order; all of them happened before now."""
        touched: dict[str, MarketData] = {}
        for event in events:
            kind = type(event)
            if kind is LevelChanged or kind is Traded or kind is MarkMoved or kind is Funded:
                symbol: str = event.symbol  # type: ignore[union-attr]  # the kinds above have one
            elif kind is Liquidated:
                symbol = event.order.request.symbol  # type: ignore[union-attr]  # as above
            elif kind is MarketChanged:
                self._rules_changed(event.symbol)  # type: ignore[union-attr]  # as above
                continue
            else:
                continue
            data = touched.get(symbol)
            if data is None:
                data = touched[symbol] = self._data[symbol]
            data.on_event(event)
        for data in touched.values():
            data.finish()

    def tickers(self, period: int = 1_000) -> Topic[list[Ticker]]:
        """On each beat the tickers of all markets in which something traded since the last."""
        roundup = self._tickers.get(period)
        if roundup is None:
            roundup = self._tickers[period] = ChangedTickers(self._agenda, period)
            for data in self:
                roundup.follow(data)
        return roundup

    def marks(self, period: int = 3_000) -> Topic[list[Mark]]:
        """On each beat the marks of all contracts."""
        beat = self._marks.get(period)
        if beat is None:
            beat = self._marks[period] = SteadyBeat(self._agenda, period, self._all_marks)
        return beat

    def _all_marks(self) -> list[Mark] | None:
        return [mark for data in self if (mark := data.mark()) is not None] or None

    def _rules_changed(self, symbol: str) -> None:
        if symbol in self._data:
            self._data[symbol].rules_changed()
        elif symbol in self._books.markets:
            self.add(symbol)


class ChangedTickers(Beat[list[Ticker]]):
    """The tickers of those markets that traded since the last beat."""

    def __init__(self, agenda: Agenda, period: int) -> None:
        super().__init__(agenda, period, self._take)
        self._followed: list[MarketData] = []
        self._ears: list[Listening] = []
        self._changed: dict[str, MarketData] = {}

    def follow(self, data: MarketData) -> None:
        """Tell of this market too."""
        self._followed.append(data)
        if self:
            self._ears.append(data.news.trade.listen(_Ear(self, data).hear))

    def traded(self, data: MarketData) -> None:
        """Something traded there."""
        self._changed[data.symbol] = data
        self.stir()

    def _take(self) -> list[Ticker] | None:
        changed, self._changed = self._changed, {}
        return [news for data in changed.values() if (news := data.ticker()) is not None] or None

    def _begin(self) -> None:
        hear = [(data, _Ear(self, data).hear) for data in self._followed]
        self._ears = [data.news.trade.listen(ear) for data, ear in hear]

    def _end(self) -> None:
        super()._end()
        for ear in self._ears:
            ear.stop()
        self._ears.clear()
        self._changed.clear()


class _Ear:
    """Listens to one market for a roundup."""

    __slots__ = ("_data", "_roundup")

    def __init__(self, roundup: ChangedTickers, data: MarketData) -> None:
        self._roundup = roundup
        self._data = data

    def hear(self, _: Traded) -> None:
        self._roundup.traded(self._data)
