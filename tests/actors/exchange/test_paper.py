"""Paper trading: what trades by a live market, what is refused, and what consumers hear."""

from __future__ import annotations

from decimal import Decimal

import pytest
import trio

from benthic.actors.exchange.errors import VenueAway
from benthic.actors.exchange.messages import (
    BookDiffReported,
    BookReported,
    Cancel,
    CandleReported,
    FetchCandles,
    FetchForming,
    FetchHoldings,
    FetchListings,
    FetchOpenOrders,
    FetchPositions,
    FetchTicker,
    FillReported,
    FormingReported,
    FundingReported,
    GetLine,
    HoldingsReported,
    Line,
    LineChanged,
    LiquidationsReported,
    OrderRejected,
    OrderReported,
    Query,
    StreamChanged,
    Submit,
    SubmitPair,
    TradesReported,
    Unwatch,
    Watch,
)
from benthic.actors.market.book import Book, Level
from benthic.actors.market.book_diff import BookDiff
from benthic.actors.market.candle import Candle
from benthic.actors.market.fees import Fees
from benthic.actors.market.funding import Funding
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.liquidation import Liquidation
from benthic.actors.market.symbol import Symbol
from benthic.actors.market.trade import Trade
from benthic.actors.matching.path_venue import PathVenue
from benthic.actors.matching.quanta import ContractRules, VenueRules
from benthic.runtime import Millis

from .papers import SLOW, Paper, on_paper
from .trading import MINUTE, PAIR, a_full_venue, limit, market

FUNDS = {"USDT": Decimal(10_000), "BTC": Decimal(10)}


def stop(client_id: str, price: str) -> Submit:
    return Submit(client_id, PAIR, "sell", "stop_loss", Decimal(1), None, Decimal(price))


def test_a_market_order_takes_the_best_price_of_the_other_side() -> None:
    async def story(paper: Paper) -> None:
        await paper.trade("100")
        assert (await paper.line.ask(market("last"))).fills[0].price == 100
        await paper.tick("99", "101")
        assert (await paper.line.ask(market("buy"))).fills[0].price == 101
        assert (await paper.line.ask(market("sell", "sell"))).fills[0].price == 99

    on_paper(a_full_venue(FUNDS), story)


def test_a_limit_order_trades_at_its_limit_once_somebody_traded_beyond_it() -> None:
    async def story(paper: Paper) -> None:
        await paper.trade("100")
        await paper.line.ask(limit("bn-1", "95"))
        await paper.trade("96", "95")
        assert paper.fills() == []  # who knows how many waited there before
        await paper.trade("94.5")
        assert paper.fills() == [("bn-1", Decimal(95))]

    on_paper(a_full_venue(FUNDS), story)


def test_a_limit_order_trades_once_the_other_side_offers_its_limit() -> None:
    async def story(paper: Paper) -> None:
        await paper.tick("99", "101", "100")
        await paper.line.ask(limit("bn-1", "95"))
        await paper.line.ask(limit("bn-2", "105", "sell"))
        await paper.tick("94", "95")
        assert paper.fills() == [("bn-1", Decimal(95))]
        levels = (Level(Decimal(106), Decimal(1)),)
        book = Book(PAIR, levels, (Level(Decimal(107), Decimal(1)),), Millis(0))
        await paper.say(BookReported(book))
        assert paper.fills()[1:] == [("bn-2", Decimal(105))]

    on_paper(a_full_venue(FUNDS), story)


def test_a_stop_is_triggered_by_a_trade_and_takes_the_best_price() -> None:
    async def story(paper: Paper) -> None:
        await paper.trade("100")
        await paper.tick("99", "101")
        await paper.line.ask(stop("bn-1", "95"))
        await paper.tick("94", "96")
        assert paper.fills() == []  # nobody has traded there
        await paper.trade("95")
        assert paper.fills() == [("bn-1", Decimal(94))]
        (report,) = [each.report for each in paper.heard if isinstance(each, OrderReported)]
        assert (report.status, report.triggered_at) == ("filled", paper.system.clock.now())

    on_paper(a_full_venue(FUNDS), story)


def test_trades_that_come_late_move_nothing() -> None:
    async def story(paper: Paper) -> None:
        await trio.sleep(60)
        await paper.trade("100")
        await paper.line.ask(limit("bn-1", "95"))
        old = Trade("", PAIR, "sell", Decimal(90), Decimal(1), Millis(1))
        await paper.say(TradesReported(PAIR, (old,)))
        assert paper.fills() == []

    on_paper(a_full_venue(FUNDS), story)


def test_consumers_hear_what_a_live_connector_would_say_in_its_order() -> None:
    async def story(paper: Paper) -> None:
        await paper.trade("100")
        pair = SubmitPair("pair", (limit("profit", "110", "sell"), stop("loss", "95")))
        await paper.line.ask(pair)
        paper.heard.clear()
        await paper.trade("111")
        kinds = [type(each) for each in paper.heard]
        assert kinds == [FillReported, OrderReported, HoldingsReported, TradesReported]
        (ended,) = [each.report for each in paper.heard if isinstance(each, OrderReported)]
        assert (ended.client_id, ended.status) == ("loss", "cancelled")
        (told,) = [each for each in paper.heard if isinstance(each, HoldingsReported)]
        assert told.holdings == await paper.line.ask(FetchHoldings())

        candle = CandleReported(PAIR, "1m", Candle(Millis(0), 1.0, 1.0, 1.0, 1.0, 1.0))
        await paper.say(candle)
        assert paper.heard[-1] is candle

    on_paper(a_full_venue(FUNDS), story)


def test_without_a_fresh_price_an_order_is_refused_and_a_cancel_is_not() -> None:
    async def story(paper: Paper) -> None:
        with pytest.raises(OrderRejected, match="NO_MARKET: no price of BTC/USDT has come yet"):
            await paper.line.ask(limit("bn-1", "95"))
        await paper.trade("100")
        await paper.line.ask(limit("bn-1", "95"))
        await trio.sleep(31)
        with pytest.raises(OrderRejected, match=r"NO_MARKET: the last price .* is 31000 ms old"):
            await paper.line.ask(market("bn-2"))
        with pytest.raises(OrderRejected, match="NO_MARKET"):
            await paper.line.ask(SubmitPair("p", (limit("a", "110", "sell"), stop("b", "95"))))
        cancelled = await paper.line.ask(Cancel("bn-1", PAIR))
        assert cancelled.report.status == "cancelled"
        with pytest.raises(OrderRejected, match="UNKNOWN_SYMBOL"):
            await paper.line.ask(Submit("bn-3", "X/Y", "buy", "market", Decimal(1), None))

    on_paper(a_full_venue(FUNDS), story, stale=Millis(30_000))


def test_a_slow_read_of_the_market_holds_up_no_order() -> None:
    async def story(paper: Paper) -> None:
        await paper.trade("100")
        times: list[int] = []

        async def read() -> None:
            assert len(await paper.line.ask(FetchCandles(PAIR, "1m", 1))) == 1
            times.append(paper.system.clock.now())

        async with trio.open_nursery() as nursery:
            nursery.start_soon(read)
            await trio.lowlevel.checkpoint()
            await paper.line.ask(market("bn-1"))
            times.append(paper.system.clock.now())
        assert times == [0, SLOW]

    on_paper(a_full_venue(FUNDS), story)


def test_reads_of_the_market_are_the_answers_and_refusals_of_its_data() -> None:
    async def story(paper: Paper) -> None:
        assert (await paper.line.ask(FetchTicker("X/Y"))).last == 7
        forming = await paper.line.ask(FetchForming("X/Y", "1m"))
        assert forming is not None
        assert forming.at == 60_000
        with pytest.raises(VenueAway, match="on holiday"):
            await paper.line.ask(FetchListings())

    on_paper(a_full_venue(FUNDS), story)


def test_what_takes_too_long_there_is_a_venue_that_is_away() -> None:
    async def story(paper: Paper) -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(10):  # one after the other, 5 s each

                async def read() -> None:
                    try:
                        await paper.line.ask(FetchCandles(PAIR, "1m", 1), timeout=MINUTE)
                    except VenueAway:
                        refused.append(paper.system.clock.now())

                nursery.start_soon(read)
        assert refused
        assert set(refused) == {30_000}

    refused: list[int] = []
    on_paper(a_full_venue(FUNDS), story)


def test_the_line_is_that_of_the_data_and_watches_survive_it() -> None:
    async def story(paper: Paper) -> None:
        await trio.sleep(1)
        assert (await paper.line.ask(GetLine())).state == "up"
        paper.line.tell(Watch(PAIR, "candles", "5m"))
        away = Line("away", Millis(5), "no route")
        await paper.say(LineChanged(away))
        assert await paper.line.ask(GetLine()) == away
        paper.watched.clear()
        await paper.say(LineChanged(Line("up", Millis(9), count=2)))
        assert set(paper.watched) == {
            Watch(PAIR, "trades"),
            Watch(PAIR, "ticker"),
            Watch(PAIR, "candles", "5m"),
        }
        assert [each.line.state for each in paper.heard if isinstance(each, LineChanged)] == [
            "up",
            "away",
            "up",
        ]

    on_paper(a_full_venue(FUNDS), story)


def test_whatever_the_market_tells_is_told_here_and_what_is_unwatched_ends_there() -> None:
    candle = Candle(Millis(0), 1.0, 1.0, 1.0, 1.0, 1.0)
    forced = Liquidation(PAIR, "sell", Decimal(1), Decimal(1), Millis(1))
    events = (
        StreamChanged(PAIR, "diffs", "", "live"),
        BookDiffReported(PAIR, BookDiff((("1", "2"),), (), Millis(1), last=2, first=1)),
        FormingReported(PAIR, "1m", candle),
        FundingReported(Funding(PAIR, Decimal(0), Millis(1))),
        LiquidationsReported(PAIR, (forced,)),
    )

    async def story(paper: Paper) -> None:
        await trio.sleep(1)
        paper.line.tell(Watch(PAIR, "diffs"))
        await paper.say(*events)
        assert [each for each in paper.heard if isinstance(each, tuple(map(type, events)))] == [
            *events
        ]
        assert Watch(PAIR, "diffs") in paper.watched
        paper.line.tell(Unwatch(PAIR, "diffs"))
        paper.line.tell(Unwatch(PAIR, "trades"))  # by which orders trade
        await paper.say()
        await paper.line.ask(GetLine())
        await paper.data.ask(GetLine())
        assert set(paper.watched) == {Watch(PAIR, "trades"), Watch(PAIR, "ticker")}

    on_paper(a_full_venue(FUNDS), story)


def test_an_account_is_read_from_its_venue_which_outlives_the_line() -> None:
    venue = a_full_venue(FUNDS)

    async def first(paper: Paper) -> None:
        await paper.trade("100")
        await paper.line.ask(limit("bn-1", "95"))

    async def second(paper: Paper) -> None:
        (resting,) = await paper.line.ask(FetchOpenOrders(PAIR))
        assert resting == await paper.line.ask(Query("bn-1", PAIR))
        assert resting.client_id == "bn-1"

    on_paper(venue, first)
    on_paper(venue, second)


def test_a_contract_is_marked_funded_and_reported() -> None:
    perp = Symbol("BTC", "USDT", "USDT")
    name = str(perp)
    tenth = Decimal("0.1")
    fees = Fees(Decimal(0), Decimal(0))
    venue = PathVenue(
        [Instrument(perp, tenth, tenth, tenth, Decimal(0), fees)],
        funds={"USDT": Decimal(1000)},
        rules=VenueRules(contract=ContractRules(leverage=5)),
    )
    funding = Funding(name, Decimal("0.001"), Millis(0), next_at=Millis(2 * MINUTE))

    async def story(paper: Paper) -> None:
        await paper.trade("100", symbol=name)
        await paper.line.ask(Submit("bn-1", name, "buy", "market", Decimal(20), None))
        await paper.trade("110", symbol=name)
        (position,) = await paper.line.ask(FetchPositions())
        assert (position.mark, position.unrealized) == (Decimal(110), Decimal(200))
        paper.heard.clear()
        await trio.sleep(150)
        (told,) = [each for each in paper.heard if isinstance(each, HoldingsReported)]
        assert told.holdings[0].total == 1000 - Decimal("2.2")  # a thousandth of 2,200
        await paper.trade("50", symbol=name)
        (ended,) = [each.report for each in paper.heard if isinstance(each, OrderReported)]
        assert ended.cause == "liquidation"
        assert await paper.line.ask(FetchPositions()) == ()

    on_paper(venue, story, funding=funding)
