"""The recorder beside a feed that says what it is told: what it keeps, and what it calls missed."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any, Final

import trio

from benthic.actors.exchange.archive.depth import Depth
from benthic.actors.exchange.messages import (
    FetchCandles,
    FetchTrades,
    GetLine,
    GetVenueClock,
    Line,
    Topic,
    TradesReported,
    VenueClock,
)
from benthic.actors.feeds import (
    BookChanged,
    BookView,
    FeedStarted,
    Follow,
    GetBook,
    Intake,
    SymbolFeed,
    TickerChanged,
    TradesHeard,
    TradesMissed,
)
from benthic.actors.market.book import Book, Level
from benthic.actors.market.ticker import Ticker
from benthic.actors.market.timeframe import TimeFrame
from benthic.actors.market.trade import Trade
from benthic.cli.data.recorder import Missed, Recorder, TakeHeard
from benthic.runtime import Actor, Child, Millis, Supervisor, System, Tell, on, run_virtual

PAIR: Final = "BTC/USDT"
START: Final = Millis(1_767_225_600_000)


class Say(Tell):
    """What a feed is to publish."""

    def __init__(self, event: object) -> None:
        self.event = event


class Mouth(Actor):
    """A feed that says what it is told, and knows one book; a line without any past."""

    def __init__(self) -> None:
        self._book: Book | None = None

    @on(Say)
    def say(self, message: Say) -> None:
        self.publish(message.event)

    @on(Book)
    def know(self, book: Book) -> None:
        self._book = book
        self.publish(BookChanged(PAIR, "valid", book.bids[0], book.asks[0], book.sequence))

    @on(GetBook)
    def book(self, _: GetBook) -> BookView:
        return BookView("valid", self._book, None, self.now)

    @on(FetchCandles, FetchTrades)
    def past(self, _: object) -> tuple[()]:
        return ()

    @on(GetVenueClock)
    def clock(self, _: GetVenueClock) -> VenueClock:
        return VenueClock(self.now - self.elapsed)

    @on(GetLine)
    def line(self, _: GetLine) -> Line:
        return Line("up", self.now)


def a_trade(number: int) -> Trade:
    price = Decimal(100 + number)
    return Trade(str(number), PAIR, "buy", price, Decimal(1), Millis(START + number))


def heard_of(source: str, topic: Topic, *parts: Child, **more: Any) -> Supervisor:
    """A mouth, and a recorder that hears this feed."""
    make = partial(Recorder, {PAIR: source}, [topic], depth=5, **{"since": Millis(0), **more})
    return Supervisor("bot", [Child("mouth", Mouth), *parts, Child("recorder", make)])


def test_what_nobody_takes_is_bounded_and_what_is_lost_is_counted() -> None:
    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        for number in range(25):
            mouth.tell(Say(TradesHeard(PAIR, (a_trade(number),))))
        await mouth.ask(GetLine())
        heard = await recorder.ask(TakeHeard())
        after = await recorder.ask(TakeHeard())

        assert heard.lost == 15
        assert [row for _, row in heard.rows] == [a_trade(number) for number in range(15, 25)]
        assert (after.rows, after.lost) == ((), 0)

    run_virtual(heard_of("mouth", "trades", bound=10), body)


def test_trades_of_before_are_not_kept_nor_named_as_missed() -> None:
    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        mouth.tell(Say(TradesMissed(PAIR, Millis(START), Millis(START + 5), "of before")))
        mouth.tell(Say(TradesHeard(PAIR, tuple(map(a_trade, range(5, 12))))))
        await mouth.ask(GetLine())
        heard = await recorder.ask(TakeHeard())

        assert [row for _, row in heard.rows] == [a_trade(number) for number in (9, 10, 11)]
        assert heard.missed == {}

    run_virtual(heard_of("mouth", "trades", since=Millis(START + 9)), body)


def test_trades_that_a_venue_does_not_tell_when_asked_are_missed() -> None:
    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        numbers = (1, 2, 6, 7, 9)
        for number in numbers:
            mouth.tell(Say(TradesReported(PAIR, (a_trade(number),))))
        await trio.sleep(300)
        heard = await recorder.ask(TakeHeard())

        assert [row for _, row in heard.rows] == [a_trade(number) for number in numbers]
        assert list(heard.missed) == [("trades", PAIR, "")]
        assert heard.missed["trades", PAIR, ""] == Missed(
            Millis(START + 2), Millis(START + 9), "the venue does not tell 3", times=2
        )

    follow = Follow(subjects=frozenset({"trades"}), trade_ids="consecutive")
    feed = partial(
        SymbolFeed,
        PAIR,
        [TimeFrame(1, "m")],
        connector="mouth",
        intake=Intake.WATCHED,
        follow=follow,
    )
    run_virtual(heard_of("feed", "trades", Child("feed", feed)), body, start=START)


def test_a_feed_that_begins_anew_may_have_missed_trades() -> None:
    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        mouth.tell(Say(FeedStarted(PAIR)))  # nothing was heard that could go on
        mouth.tell(Say(TradesHeard(PAIR, (a_trade(7),))))
        mouth.tell(Say(FeedStarted(PAIR)))
        await mouth.ask(GetLine())
        heard = await recorder.ask(TakeHeard())

        assert heard.missed["trades", PAIR, ""].after == START + 7
        assert heard.missed["trades", PAIR, ""].times == 1

    run_virtual(heard_of("mouth", "trades"), body)


def test_a_venue_that_repeats_a_ticker_is_written_down_once() -> None:
    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        for at in (1, 2, 3, 2):
            mouth.tell(Say(TickerChanged(Ticker(PAIR, Millis(at), last=Decimal(100)))))
        await mouth.ask(GetLine())
        rows = (await recorder.ask(TakeHeard())).rows

        assert [row.at for _, row in rows if isinstance(row, Ticker)] == [1, 2, 3]

    run_virtual(heard_of("mouth", "ticker"), body)


def test_a_book_is_written_down_once_by_its_number_or_else_by_its_time() -> None:
    level = (Level(Decimal(100), Decimal(1)),)
    above = tuple(Level(Decimal(101 + number), Decimal(1)) for number in range(9))

    async def body(system: System) -> None:
        mouth, recorder = system.lookup("/bot/mouth"), system.lookup("/bot/recorder")
        for at, sequence in ((1, 7), (2, 7), (3, 8), (2, 6), (10, None), (11, None)):
            mouth.tell(Book(PAIR, level, above, Millis(at), sequence))
            await trio.sleep(1)
        rows = (await recorder.ask(TakeHeard())).rows

        shown = [row for _, row in rows if isinstance(row, Depth)]
        assert [row.last_id for row in shown] == [7, 8, 10, 11]
        assert {len(row.asks) for row in shown} == {5}

    run_virtual(heard_of("mouth", "book"), body)
