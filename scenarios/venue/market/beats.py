"""The news of one market that come on beats: candles, diffs, partial books, tickers, marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ....actors.matching.values import LevelChanged
from ....runtime import Millis
from ..agenda import Agenda, Ticket
from .depth import DepthLog
from .intervals import close_time, open_of
from .records import Bar, Diff, Kline
from .topics import Beat, Topic, next_beat

KLINE_BEAT: Final = 2_000  # ms between two pushes of an open candle
SECOND_BEAT: Final = 1_000  # of the interval 1s
TICKER_BEAT: Final = 1_000


class DiffBeat(Beat[Diff]):
    """The changes of a book, every so many ms; they are gathered while somebody listens."""

    def __init__(
        self, agenda: Agenda, period: int, symbol: str, update_id: Callable[[], int]
    ) -> None:
        super().__init__(agenda, period, self._take)
        self._symbol = symbol
        self._update_id = update_id
        self._log: DepthLog | None = None

    def note(self, event: LevelChanged) -> None:
        """A level changed."""
        if self._log is not None:
            self._log.note(event)
            if self._ticket is None:
                self.stir()

    def _take(self) -> Diff | None:
        if self._log is None:
            return None
        return self._log.take(self._update_id(), self._agenda.now)

    def _begin(self) -> None:
        self._log = DepthLog(self._symbol, self._update_id())

    def _end(self) -> None:
        super()._end()
        self._log = None


class KlineBeat(Topic[Kline]):
    """A candle of one interval: on each beat after a trade, and once when it has ended.

    bar_at: the candle that began then; None: nothing is known of it.
    """

    def __init__(
        self,
        agenda: Agenda,
        symbol: str,
        interval: str,
        bar_at: Callable[[str, Millis], Bar | None],
        period: int = KLINE_BEAT,
    ) -> None:
        super().__init__()
        self._agenda = agenda
        self._symbol = symbol
        self._interval = interval
        self._bar_at = bar_at
        self._period = SECOND_BEAT if interval == "1s" else period
        self._opened = Millis(0)
        self._ends = Millis(0)  # the first ms after the candle
        self._beat: Ticket | None = None
        self._end_ticket: Ticket | None = None

    def stir(self) -> None:
        """Something traded: there is a beat to come."""
        if self._beat is None and self:
            due = next_beat(self._agenda.now, self._period)
            self._beat = self._agenda.at(due, self._on_beat)

    def _begin(self) -> None:
        now = self._agenda.now
        self._opened = open_of(self._interval, now)
        self._ends = Millis(close_time(self._interval, self._opened) + 1)
        self._end_ticket = self._agenda.at(self._ends, self._on_end)

    def _end(self) -> None:
        for ticket in (self._beat, self._end_ticket):
            if ticket is not None:
                ticket.cancel()
        self._beat = self._end_ticket = None

    def _on_beat(self) -> None:
        self._beat = None
        if self._agenda.now < self._ends:  # else the candle's end says it all
            self._push(self._opened, is_closed=False)

    def _on_end(self) -> None:
        ended, self._opened = self._opened, self._ends
        self._ends = Millis(close_time(self._interval, self._opened) + 1)
        self._end_ticket = self._agenda.at(self._ends, self._on_end)
        self._push(ended, is_closed=True)

    def _push(self, opened: Millis, *, is_closed: bool) -> None:
        bar = self._bar_at(self._interval, opened)
        if bar is not None:
            closes = close_time(self._interval, opened)
            now = self._agenda.now
            self.tell(Kline(self._symbol, self._interval, bar, closes, is_closed, now))
