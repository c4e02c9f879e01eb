"""All frames of one symbol: those that the venue tells, and those that are built.

The first frame is the base. A higher one that the venue does not have is built from it; one that
it has is built as well and compared, and the venue's word stands: it is what everybody else sees,
and what is fetched after an outage. Where the venue has no candles at all, the base is built from
trades; a candle of which trades may be missing is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from ...runtime import Millis, Tell
from ..market.candle import Candle
from ..market.timeframe import TimeFrame
from ..market.trade import Trade
from .aggregation import CandleBuilder
from .candle_series import CandleSeries
from .closed_candles import CandleClosed, CandleRevised
from .higher_frames import Built, FrameBuilder, FramesDoNotFit, fits
from .messages import CandleEnded, FeedCaughtUp
from .ring import CAPACITY

LATE: Final = 2_000  # ms that trades of a candle that has ended are waited for


class CandleFrames:
    """The series of every frame, the base first."""

    def __init__(
        self, symbol: str, frames: Sequence[TimeFrame], *, capacity: int = CAPACITY
    ) -> None:
        self.base: Final = CandleSeries(symbol, frames[0], capacity=capacity)
        self.series: Final = {self.base.name: self.base}
        self._builders: dict[str, FrameBuilder] = {}
        for frame in frames[1:]:
            series = CandleSeries(symbol, frame, capacity=capacity)
            self.series[series.name] = series
            if fits(self.base.frame, frame):
                self._builders[series.name] = FrameBuilder(self.base.frame, frame)
        self.by_trades: CandleBuilder | None = None
        self._whole_from = Millis(0)  # candles that began before may lack trades
        self._is_primed = False

    def build(self, name: str) -> None:
        """Build a higher frame: the venue has none. Raises FramesDoNotFit."""
        series = self.series[name]
        if name not in self._builders:
            raise FramesDoNotFit(self.base.frame, series.frame)
        series.build()
        if self._is_primed:
            self._prime(name)

    def build_all(self) -> None:
        """Build all higher frames: who tells the base tells nothing else. Raises FramesDoNotFit."""
        for name in self.series:
            if name != self.base.name:
                self.build(name)

    def build_from_trades(self) -> None:
        """Build the base: the venue has none."""
        self.by_trades = CandleBuilder(self.base.frame)
        self.base.build()

    # -- the base has moved on

    def prime(self) -> None:
        """The base knows its past: higher frames are built from it, of which nobody is told."""
        if not self._is_primed:
            self._is_primed = True
            for name in self._builders:
                self._prime(name)

    def raise_up(self, events: Iterable[Tell]) -> Sequence[Tell]:
        """What higher frames tell, now that the base has told this."""
        told: list[Tell] = []
        for event in events:
            if isinstance(event, CandleEnded):
                told += self.rise(event.candle)
            elif isinstance(event, FeedCaughtUp):
                self.prime()
        return told

    def rise(self, candle: Candle) -> Sequence[Tell]:
        """What higher frames tell, now that the base has closed this candle."""
        told: list[Tell] = []
        for name, builder in self._builders.items():
            series = self.series[name]
            for ended in builder.add(candle):
                if not isinstance(ended, Built):
                    continue
                if series.is_built:
                    told += series.take(ended.candle)
                else:
                    series.compare(ended.candle)
            if series.is_built:
                series.forming = builder.forming
        return told

    # -- trades

    def traded(self, trades: Iterable[Trade]) -> Sequence[Tell]:
        """What the base tells by these trades, where it is built from them."""
        if self.by_trades is None:
            return ()
        told: list[Tell] = []
        for trade in trades:
            if not self._whole_from:  # when the first candle began that lacks nothing
                self._whole_from = self.base.frame.close_of(self.base.frame.open_of(trade.at))
            for event in self.by_trades.add(trade):
                told += self._built(event)
        self._form()
        return told

    def passed(self, now: Millis) -> Sequence[Tell]:
        """What the base tells by the clock, where it is built from trades."""
        if self.by_trades is None:
            return ()
        told: list[Tell] = []
        for event in self.by_trades.close_until(Millis(now - LATE)):
            told += self._built(event)
        self._form()
        return told

    def lacks_trades(self, until: Millis) -> None:
        """Trades of before are missing: candles that began before the next one are not told."""
        frame = self.base.frame
        self._whole_from = max(self._whole_from, frame.close_of(frame.open_of(until)))

    # -- inside

    def _built(self, event: CandleClosed | CandleRevised) -> Sequence[Tell]:
        if isinstance(event, CandleRevised):
            is_told = event.was.at >= self._whole_from
            return self.base.correct(event.was, event.now) if is_told else ()
        return self.base.take(event.candle) if event.candle.at >= self._whole_from else ()

    def _form(self) -> None:
        forming = None if self.by_trades is None else self.by_trades.forming
        is_whole = forming is not None and forming.at >= self._whole_from
        self.base.forming = forming if is_whole else None

    def _prime(self, name: str) -> None:
        series = self.series[name]
        builder = self._builders[name] = FrameBuilder(self.base.frame, series.frame)
        for row in self.base.ring.snapshot(self.base.ring.capacity).tolist():
            for ended in builder.add(Candle(Millis(int(row[0])), *row[1:])):
                if isinstance(ended, Built) and series.is_built:
                    series.take(ended.candle)
                elif isinstance(ended, Built):
                    series.compare(ended.candle)
        if series.is_built:
            series.forming = builder.forming
