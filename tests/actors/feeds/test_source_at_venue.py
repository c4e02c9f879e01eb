"""A source beside the real connector at a simulated exchange whose streams fail (M4, M5, E3)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import attrs
import pytest
import trio

from benthic.actors.exchange.messages import (
    BookReported,
    CandleReported,
    FormingReported,
    TickerReported,
    TradesReported,
)
from benthic.actors.feeds.market_source import MarketSource
from benthic.actors.feeds.source_messages import (
    GetSources,
    SourceChanged,
    SourcedTopic,
    TopicSource,
)
from benthic.runtime import Actor, Child, Millis, VirtualClock, on
from benthic.scenarios.venue.config import START, MarketPlan

from ..exchange.connecting import MINUTE, SYMBOL, Desk, a_venue, connected, played, struck

TOPICS: tuple[SourcedTopic, ...] = ("ticker", "trades", "diffs", "candles")
KINDS = (TickerReported, TradesReported, BookReported, CandleReported, FormingReported)


@attrs.define
class Heard:
    """What a feed would have, by stream or by poll, and how the ways changed."""

    reports: list[tuple[Millis, object]] = attrs.field(factory=list[tuple[Millis, object]])
    changes: list[tuple[Millis, SourceChanged]] = attrs.field(
        factory=list[tuple[Millis, SourceChanged]]
    )

    def trade_ids(self) -> list[int]:
        """Each once, however often it was told."""
        told = [each for _, each in self.reports if isinstance(each, TradesReported)]
        return sorted({int(trade.trade_id) for report in told for trade in report.trades})

    def longest_gap(self, kind: type, until: Millis) -> int:
        """How long nothing of a kind came, from the first on; ms."""
        times = [at for at, report in self.reports if isinstance(report, kind)]
        return max(after - before for before, after in pairwise([*times, until]))


class Feed(Actor):
    """Writes down what the connector says and what it is told."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def on_start(self) -> None:
        for kind in KINDS:
            self.subscribe(self.lookup("line"), kind)
        self.subscribe(None, SourceChanged)

    @on(*KINDS)
    def report(self, report: object) -> None:
        self._heard.reports.append((self.now, report))

    @on(SourceChanged)
    def changed(self, message: SourceChanged) -> None:
        self._heard.changes.append((self.now, message))


def sourced(heard: Heard) -> tuple[Child, ...]:
    """A feed and its source."""
    return (
        Child("feed", lambda: Feed(heard)),
        Child(
            "source",
            lambda: MarketSource(
                SYMBOL,
                topics=TOPICS,
                frames=("1m",),
                connector="line",
                feed="feed",
                budget="budget",
            ),
        ),
    )


async def ways(desk: Desk) -> dict[SourcedTopic, TopicSource]:
    found = await desk.system.lookup("/bot/source").ask(GetSources())
    return {each.topic: each for each in found}


def test_all_topics_come_by_streams_where_nothing_fails() -> None:
    async def body(clock: VirtualClock) -> None:
        heard = Heard()
        venue = a_venue(markets=(MarketPlan(pair=SYMBOL),))
        async with connected(clock, venue, children=sourced(heard)) as desk:
            await desk.until("up")
            await trio.sleep(60)
            found = await ways(desk)
            assert {topic: each.way for topic, each in found.items()} == dict.fromkeys(
                TOPICS, "stream"
            )
            polls = sum(each.polls for each in found.values())
            await trio.sleep(600)
            found = await ways(desk)
            assert sum(each.polls for each in found.values()) - polls <= 10
            assert desk.restarts() == 0

    played(body)


FAULTS: list[tuple[str, Mapping[str, Any]]] = [
    ("M4", {"verb": "mute"}),
    ("M5", {"verb": "half_open"}),
    ("E3", {"verb": "reset"}),
]


@pytest.mark.parametrize(("code", "verb"), FAULTS, ids=[code for code, _ in FAULTS])
def test_polls_bring_what_a_broken_stream_does_not(code: str, verb: Mapping[str, Any]) -> None:
    async def body(clock: VirtualClock) -> None:
        heard = Heard()
        when = {"stream": "*icker*", "since": "120s", "nth": 1}
        plan = struck({"fault": code, **verb, "when": when})
        venue = a_venue(markets=(MarketPlan(pair=SYMBOL),))
        async with connected(clock, venue, plan=plan, children=sourced(heard)) as desk:
            await desk.until("up")
            await trio.sleep(600)
            found = await ways(desk)
            assert {each.way for each in found.values()} == {"stream"}
            ids = heard.trade_ids()
            assert ids == list(range(ids[0], ids[-1] + 1))  # none is missing
            assert heard.longest_gap(TickerReported, clock.now()) <= 30_000  # 10 s is usual
            polled = {c.topic for at, c in heard.changes if c.way == "poll" and at > START + MINUTE}
            assert polled == {"ticker"}
            assert desk.restarts() == 0
            assert desk.is_well_behaved()

    played(body)
