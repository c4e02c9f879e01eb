"""A series of candles against the venue's own, by streams, polls and answers of any age (D3)."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.messages import FetchCandles
from benthic.actors.feeds import CandleEnded, GapFound
from benthic.actors.feeds.candle_series import PATIENCE, CandleSeries
from benthic.actors.market import Candle, TimeFrame
from benthic.runtime import Millis, Tell

from .told_feed import MINUTE, START, SYMBOL, a_candle

FRAME = TimeFrame.parse("1m")

STEPS = st.lists(
    st.one_of(
        st.sampled_from(["close", "close", "stream", "fetch", "restart"]),
        st.tuples(st.sampled_from(["poll", "fetch"]), st.integers(0, 4)),
    ),
    max_size=80,
)


class Line:
    """A venue that closes candles, and two ways on which they come, late, doubled or not at all."""

    def __init__(self) -> None:
        self.series = CandleSeries(SYMBOL, FRAME)
        self.closed = [a_candle(number) for number in range(900, 1_000)]
        self.heard: list[Candle] = []
        self.gaps: list[GapFound] = []
        self.now = START
        self.fetch()

    def close(self) -> None:
        self.closed.append(a_candle(900 + len(self.closed)))
        self.now = Millis(self.now + MINUTE)

    def stream(self) -> None:
        """The newest; whatever closed since the last time was lost."""
        self.take(self.series.reported(self.closed[-1], now=self.now))

    def poll(self, old: int) -> None:
        for candle in self.closed[: len(self.closed) - old][-3:]:
            self.take(self.series.reported(candle, now=self.now))

    def restart(self) -> None:
        self.series.fall_behind()

    def fetch(self, old: int = 0) -> None:
        asked = self.series.question(self.now)
        if asked is None:
            return
        since = asked.since or 0
        answer = [each for each in self.closed[: len(self.closed) - old] if each.at >= since]
        limit = asked.limit if asked.since is None else min(asked.limit, 4)
        page = answer[-limit:] if asked.since is None else answer[:limit]
        asked = FetchCandles(SYMBOL, "1m", limit, asked.since)
        self.take(self.series.past(page, asked=asked, now=self.now))

    def take(self, events: Sequence[Tell]) -> None:
        for event in events:
            if isinstance(event, CandleEnded):
                self.heard.append(event.candle)
            elif isinstance(event, GapFound):
                self.gaps.append(event)


@settings(max_examples=200)
@given(STEPS)
def test_subscribers_hear_exactly_the_sequence_of_the_venue(
    steps: list[str | tuple[str, int]],
) -> None:
    line = Line()
    for step in steps:
        name, *old = (step,) if isinstance(step, str) else step
        getattr(line, name)(*old)
    line.close()
    line.stream()
    for _ in range(len(line.closed) + PATIENCE):
        line.fetch()

    assert not line.series.is_behind
    given_up = {at for gap in line.gaps for at in range(gap.after + MINUTE, gap.until, MINUTE)}
    assert line.heard == [each for each in line.closed[100:] if each.at not in given_up]
    if sum(isinstance(step, tuple) and step[0] == "fetch" for step in steps) < PATIENCE:
        assert line.gaps == []  # only answers that are old, again and again, lack any
    ring = line.series.ring.snapshot(3_000)[:, 0].tolist()
    assert ring == [each.at for each in line.closed if each.at not in given_up]
