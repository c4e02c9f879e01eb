"""Writes what happened in the markets of a venue: candles and trades, as Binance dumps them.

Each market gets `SYMBOL-1m.csv` for each wanted interval, and `SYMBOL-trades.csv`; both can be read
again by the readers of tapes and of trades, and so be replayed. A candle is written when it ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from ....actors.matching.values import Traded
from ....runtime.errors import UsageError
from .feeds import Feeds
from .intervals import frame_of
from .records import Kline
from .series import MarketData
from .topics import Listening
from .turnover import turnover, turnover_digits


class Unwritable(UsageError):
    """The folder of a recording cannot be written to."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{folder}: {reason}; name another folder to record to")
        self.folder = folder


class Recorder:
    """Records all markets of some feeds while it is entered as a context.

    folder: made where it is not there; files of the same names are written anew, so that whoever
        minds looks at `paths` first.
    """

    def __init__(
        self, folder: Path, feeds: Iterable[Feeds], *, intervals: Iterable[str] = ("1m",)
    ) -> None:
        self.files: list[Path] = []  # that were written, in order of their names
        self.candles = 0
        self.trades = 0
        self._folder = folder
        self._feeds = tuple(feeds)
        self._intervals = tuple(intervals)
        for interval in self._intervals:
            frame_of(interval)  # raises for one that there is not
        self._open: list[TextIO] = []
        self._ears: list[Listening] = []

    @property
    def paths(self) -> list[Path]:
        """The files that it will write."""
        kinds = ("trades", *self._intervals)
        symbols = [data.symbol for feeds in self._feeds for data in feeds]
        return [self._folder / f"{symbol}-{kind}.csv" for symbol in symbols for kind in kinds]

    def __enter__(self) -> Self:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for feeds in self._feeds:
                for data in feeds:
                    self._record(data)
        except OSError as error:
            self.close()
            raise Unwritable(self._folder, error.strerror or str(error)) from error
        self.files.sort()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop to listen and close the files; a candle that is open is not written."""
        for ear in self._ears:
            ear.stop()
        self._ears.clear()
        for file in self._open:
            file.close()
        self._open.clear()

    def _record(self, data: MarketData) -> None:
        trades = _Trades(self, self._file(f"{data.symbol}-trades.csv"), data)
        self._ears.append(data.news.trade.listen(trades.write))
        for interval in self._intervals:
            candles = _Candles(self, self._file(f"{data.symbol}-{interval}.csv"), data)
            self._ears.append(data.news.kline(interval).listen(candles.write))

    def _file(self, name: str) -> TextIO:
        path = self._folder / name
        file = path.open("w", encoding="ascii", newline="\n")
        self._open.append(file)
        self.files.append(path)
        return file


class _Trades:
    """Writes the trades of one market."""

    def __init__(self, recorder: Recorder, file: TextIO, data: MarketData) -> None:
        self._recorder = recorder
        self._file = file
        self._data = data

    def write(self, trade: Traded) -> None:
        """One more."""
        market = self._data.market
        worth = turnover(market, trade.price, trade.amount)
        fields = (
            str(trade.trade_id),
            text(trade.price, market.price_digits),
            text(trade.amount, market.amount_digits),
            text(worth, turnover_digits(market)),
            str(trade.at),
            str(trade.is_buyer_maker),
            "True",
        )
        self._file.write(",".join(fields) + "\n")
        self._recorder.trades += 1


class _Candles:
    """Writes the candles of one market and interval."""

    def __init__(self, recorder: Recorder, file: TextIO, data: MarketData) -> None:
        self._recorder = recorder
        self._file = file
        self._data = data

    def write(self, kline: Kline) -> None:
        """One that ended."""
        if not kline.is_closed:
            return
        bar, market = kline.bar, self._data.market
        money = turnover_digits(market)
        prices = (bar.open, bar.high, bar.low, bar.close)
        fields = (
            str(bar.open_time),
            *(text(price, market.price_digits) for price in prices),
            text(bar.volume, market.amount_digits),
            str(kline.close_time),
            text(bar.turnover, money),
            str(bar.trades),
            text(bar.buy_volume, market.amount_digits),
            text(bar.buy_turnover, money),
            "0",
        )
        self._file.write(",".join(fields) + "\n")
        self._recorder.candles += 1


def text(number: int, digits: int) -> str:
    """A number of quanta as text, with all its digits.

    >>> text(-1205, 2), text(7, 0)
    ('-12.05', '7')
    """
    if not digits:
        return str(number)
    whole, rest = divmod(abs(number), 10**digits)
    return f"{'-' if number < 0 else ''}{whole}.{rest:0{digits}d}"
