"""The connector over the full rules: stops, pairs, what is reported by itself, and reads."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.errors import NotListed, NotOffered
from benthic.actors.exchange.latency import Latency
from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    Cancelled,
    FetchFills,
    FetchHoldings,
    FetchListings,
    FetchOpenOrders,
    FetchPositions,
    FetchTicker,
    FillReported,
    GetLine,
    OrderRejected,
    OrderReport,
    OrderReported,
    PairAccepted,
    Query,
    Submit,
    SubmitPair,
)
from benthic.actors.market.side import Kind, Side
from benthic.actors.matching.path_venue import PathVenue
from benthic.runtime import Millis, Schedule, System, run_virtual

from .test_simulated_properties import markets, ticks
from .trading import (
    DIP,
    INSTRUMENT,
    MINUTE,
    PAIR,
    STILL,
    Bars,
    Plan,
    Request,
    a_bot,
    a_full_venue,
    a_tape,
    a_venue,
    answers_in,
    changes_in,
    fills_in,
    limit,
    market,
    play,
    traded,
)

RISE = (100.0, 112.0, 100.0, 110.0)


def stop(client_id: str, price: str, side: Side = "sell", kind: Kind = "stop_loss") -> Submit:
    return Submit(client_id, PAIR, side, kind, Decimal(1), None, Decimal(price))


def pair(profit: str, loss: str) -> SubmitPair:
    return SubmitPair("pair", (limit("profit", profit, "sell"), stop("loss", loss)))


@pytest.mark.parametrize("schedule", Schedule)
def test_a_stop_trades_before_the_feed_has_the_candle(schedule: Schedule) -> None:
    bars = [STILL, STILL, STILL, DIP, STILL]

    diary = traded(bars, {1: [stop("bn-1", "95")]}, venue=a_full_venue(), schedule=schedule)

    (fill,) = fills_in(diary)
    assert (fill.price, fill.at) == (Decimal(95), 4 * MINUTE)
    at_four = [what for when, what in diary if when == 4 * MINUTE]
    (report,) = changes_in(diary)
    assert at_four == [fill, OrderReported(report), 100.0]
    assert (report.status, report.triggered_at) == ("filled", 4 * MINUTE)


@pytest.mark.parametrize(
    ("bars", "first", "other"),
    [([STILL, DIP], "loss", "profit"), ([STILL, RISE], "profit", "loss")],
    ids=["down", "up"],
)
def test_a_leg_that_ends_by_its_sibling_is_reported(bars: Bars, first: str, other: str) -> None:
    diary = traded(bars, {1: [pair("110", "95")]}, venue=a_full_venue())

    (accepted,) = answers_in(diary)
    assert isinstance(accepted, PairAccepted)
    assert [leg.status for leg in accepted.legs] == ["open", "open"]
    assert [fill.client_id for fill in fills_in(diary)] == [first]
    ended = {report.client_id: report for report in changes_in(diary)}
    assert (ended[other].status, ended[other].pair) == ("cancelled", "pair")


def test_the_cancel_of_one_leg_is_answered_and_the_other_reported() -> None:
    diary = traded(
        [STILL] * 3, {1: [pair("110", "95")], 2: [Cancel("loss", PAIR)]}, venue=a_full_venue()
    )

    _, cancelled = answers_in(diary)
    assert isinstance(cancelled, Cancelled)
    assert cancelled.report.client_id == "loss"
    assert [report.client_id for report in changes_in(diary)] == ["profit"]


def test_an_order_for_now_only_is_answered_as_over() -> None:
    wanted = Submit("bn-1", PAIR, "buy", "limit", Decimal(1), Decimal(95), time_in_force="IOC")

    (answer,) = answers_in(traded([STILL, STILL], {1: [wanted]}, venue=a_full_venue()))

    assert isinstance(answer, Accepted)
    assert (answer.status, answer.fills) == ("cancelled", ())


@pytest.mark.parametrize(
    "wanted",
    [
        stop("bn-1", "95"),
        pair("110", "95"),
        Submit("bn-1", PAIR, "buy", "limit", Decimal(1), Decimal(95), time_in_force="GTX"),
    ],
    ids=["stop", "pair", "post-only"],
)
def test_the_quick_rules_refuse_what_they_do_not_know(wanted: Request) -> None:
    (refusal,) = answers_in(traded([STILL, STILL], {1: [wanted]}))

    assert "NOT_OFFERED" in str(refusal)
    assert "full" in str(refusal)


def test_a_trailing_stop_costs_no_turn_in_bars_that_change_nothing_for_it() -> None:
    bars = [STILL] * 3_000 + [RISE, (110.0, 110.0, 100.0, 100.0)]

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        trails = Submit("t", PAIR, "sell", "trailing_stop", Decimal(1), None, None, Decimal("0.1"))
        await line.ask(limit("far", "1"))
        await system.replay([(MINUTE, line, Query("none", PAIR))])
        await line.ask(trails)
        before = line.statistics().handled
        await play(system, a_tape(bars))
        assert line.statistics().handled - before <= 4
        report = await line.ask(Query("t", PAIR))
        assert report is not None
        assert report.fills[0].price == Decimal("100.8")  # a tenth below 112

    run_virtual(a_bot(a_full_venue(), a_tape(bars)), body)


@pytest.mark.parametrize("away", [0, 100])
def test_an_account_is_read_as_of_now(away: int) -> None:
    venue = a_full_venue({"USDT": Decimal(1000)})
    bars = [STILL, STILL, DIP]

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        await system.replay([(MINUTE, line, Query("none", PAIR))])
        await line.ask(limit("bn-1", "95"))
        await line.ask(limit("bn-2", "80"))
        await system.replay([(4 * MINUTE, line, Query("none", PAIR))])
        (resting,) = await line.ask(FetchOpenOrders(PAIR))
        (fill,) = await line.ask(FetchFills(PAIR, Millis(0)))
        held = {each.asset: each for each in await line.ask(FetchHoldings())}
        assert (resting.client_id, fill.client_id) == ("bn-2", "bn-1")
        assert held["BTC"].free == 1
        assert held["USDT"].locked == Decimal(80) * Decimal("1.001")
        assert await line.ask(FetchPositions()) == ()
        assert await line.ask(FetchFills(PAIR, Millis(fill.at + 1))) == ()
        with pytest.raises(NotListed, match="X/Y"):
            await line.ask(FetchOpenOrders("X/Y"))

    latency = Latency(request=Millis(away), answer=Millis(away))
    run_virtual(a_bot(venue, a_tape(bars), latency=latency), body)


@pytest.mark.parametrize("venue", [a_venue(), a_full_venue()], ids=["quick", "full"])
def test_a_market_is_told_of_and_the_line_is_up(venue: PathVenue) -> None:
    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        assert (await line.ask(FetchTicker(PAIR))).last is None
        await play(system, a_tape([STILL, DIP]))
        ticker = await line.ask(FetchTicker(PAIR))
        assert (ticker.last, ticker.low, ticker.base_volume) == (
            Decimal(100),
            Decimal(90),
            Decimal(2),
        )
        assert (await line.ask(GetLine())).state == "up"
        (listing,) = await line.ask(FetchListings())
        assert (listing.instrument, listing.family) == (INSTRUMENT, "spot")
        with pytest.raises(NotOffered, match="holdings"):
            await line.ask(FetchHoldings())
        with pytest.raises(NotListed):
            await line.ask(FetchTicker("X/Y"))

    run_virtual(a_bot(venue, a_tape([STILL, DIP])), body)


kinds: st.SearchStrategy[Kind] = st.sampled_from(
    ("market", "limit", "stop_loss", "stop_limit", "take_profit", "trailing_stop")
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    plan: dict[int, list[Request]] = {}
    for number in range(draw(st.integers(1, 8))):
        kind = draw(kinds)
        first, second = (Decimal(draw(ticks)) / 10 for _ in range(2))
        side: Side = draw(st.sampled_from(("buy", "sell")))
        order = Submit(
            f"bn-{number}",
            PAIR,
            side,
            kind,
            Decimal(1),
            first if kind in {"limit", "stop_limit"} else None,
            second if kind in {"stop_loss", "stop_limit", "take_profit"} else None,
            Decimal(draw(st.integers(1, 15))) / 100 if kind == "trailing_stop" else None,
        )
        minute = draw(st.integers(1, 10))
        plan.setdefault(minute, []).append(order)
        if draw(st.integers(0, 3)) == 0:
            plan.setdefault(minute + draw(st.integers(0, 3)), []).append(
                Cancel(order.client_id, PAIR)
            )
    return plan


@settings(max_examples=60)
@given(markets(), plans(), st.integers(0, 2**32))
def test_no_schedule_and_no_short_cut_changes_what_a_trader_sees(
    bars: Bars, plan: Plan, seed: int
) -> None:
    venue = a_full_venue()
    by_hand: list[object] = []
    tape = a_tape(bars)
    for index in range(len(tape)):
        candle, now = tape.candle(index), Millis((index + 1) * MINUTE)
        by_hand += venue.match(PAIR, candle, now)  # every bar, one after the other
        for request in plan.get(index + 1, ()):
            try:
                if isinstance(request, Submit):
                    venue.submit(request, candle.close, now)
                elif isinstance(request, Cancel):
                    venue.cancel(request.client_id, PAIR, now)
            except OrderRejected:
                continue

    first = traded(bars, plan, venue=a_full_venue())

    assert fills_in(first) == by_hand  # R10
    shuffled = traded(bars, plan, venue=a_full_venue(), schedule=Schedule.SHUFFLE, seed=seed)
    assert shuffled == first


def test_what_fills_at_once_is_in_the_answer_and_nowhere_else() -> None:
    diary = traded([STILL, STILL], {1: [market("bn-1")]}, venue=a_full_venue())

    assert [what for _, what in diary if isinstance(what, FillReported | OrderReport)] == []
    assert fills_in(diary) == []
