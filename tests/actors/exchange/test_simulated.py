"""The connector to the simulated venue: what an order meets, when, and in which order."""

from decimal import Decimal

import pytest

from benthic.actors.exchange.messages import (
    Accepted,
    Cancel,
    Cancelled,
    OrderRejected,
    OrderReport,
    Query,
    Submit,
)
from benthic.runtime import Schedule, System, run_virtual

from .trading import (
    DIP,
    MINUTE,
    PAIR,
    STILL,
    Plan,
    Request,
    a_bot,
    a_tape,
    a_venue,
    answers_in,
    fills_in,
    limit,
    market,
    play,
    traded,
)


def test_a_market_order_fills_at_the_close_that_gave_the_signal() -> None:
    bars = [STILL, (100.0, 103.0, 99.0, 102.5), (102.5, 104.0, 101.0, 103.0)]

    diary = traded(bars, {2: [market("bn-1")]})

    (answer,) = answers_in(diary)
    assert isinstance(answer, Accepted)
    assert answer.fills[0].price == Decimal("102.5")
    assert answer.at == answer.fills[0].at == 2 * MINUTE
    assert fills_in(diary) == []  # what fills at once is in the answer and nowhere else


def test_an_order_before_the_first_close_finds_no_market() -> None:
    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        with pytest.raises(OrderRejected, match="NO_MARKET"):
            await line.ask(market("bn-1"))
        assert (await line.ask(limit("bn-2", "95"))).fills == ()

    run_virtual(a_bot(a_venue(), a_tape([STILL])), body)


@pytest.mark.parametrize("schedule", Schedule)
def test_a_resting_order_fills_before_the_feed_has_the_candle(schedule: Schedule) -> None:
    bars = [STILL, STILL, STILL, DIP, STILL]

    diary = traded(bars, {1: [limit("bn-1", "95")]}, schedule=schedule)

    (fill,) = fills_in(diary)
    assert (fill.price, fill.at) == (Decimal(95), 4 * MINUTE)
    at_four = [what for when, what in diary if when == 4 * MINUTE]
    assert at_four == [fill, 100.0]


def test_orders_are_met_in_each_of_several_bars_in_a_row() -> None:
    bars = [STILL, (100.0, 100.0, 98.0, 99.0), (99.0, 99.0, 96.0, 97.0), (97.0, 97.0, 94.0, 95.0)]

    diary = traded(bars, {1: [limit(f"bn-{price}", price) for price in ("95", "97", "98")]})

    assert [(fill.client_id, fill.at // MINUTE) for fill in fills_in(diary)] == [
        ("bn-98", 2),
        ("bn-97", 3),
        ("bn-95", 4),
    ]


def test_a_resting_order_costs_no_turn_in_bars_that_pass_it_by() -> None:
    bars = [STILL] * 5_000 + [DIP]

    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        for client_id, price in (("far", "1"), ("near", "95")):
            await line.ask(limit(client_id, price))
        before = line.statistics().handled
        await play(system, a_tape(bars))
        assert line.statistics().handled == before + 2  # one look at the horizon, one fill

    run_virtual(a_bot(a_venue(), a_tape(bars)), body)


def test_a_query_tells_how_an_order_stands_with_all_its_fills() -> None:
    bars = [STILL, STILL, DIP, STILL]
    asked: list[Request] = [Query("bn-1", PAIR)]

    diary = traded(bars, {1: [*asked, limit("bn-1", "95"), *asked], 3: asked})

    unknown, accepted, resting, filled = answers_in(diary)
    assert unknown is None
    assert isinstance(accepted, Accepted)
    assert isinstance(resting, OrderReport)
    assert isinstance(filled, OrderReport)
    assert (resting.status, resting.fills) == ("open", ())
    assert filled.venue_id == resting.venue_id == accepted.venue_id
    assert (filled.status, list(filled.fills)) == ("filled", fills_in(diary))  # F5
    assert (filled.created_at, filled.changed_at) == (MINUTE, 3 * MINUTE)


def test_a_second_order_of_the_same_id_is_refused_as_duplicate() -> None:
    diary = traded([STILL, STILL], {1: [limit("bn-1", "95"), limit("bn-1", "95")]})

    _, refusal = answers_in(diary)
    assert refusal == "order bn-1: DUPLICATE_ORDER: an open order has this id"  # A12


def test_a_refused_order_leaves_the_line_alive() -> None:
    diary = traded([STILL, STILL], {1: [limit("bn-1", "95.05"), limit("bn-1", "95")]})

    refusal, accepted = answers_in(diary)
    assert str(refusal).startswith("order bn-1: PRICE_FILTER: ")  # A10
    assert isinstance(accepted, Accepted)


def test_what_is_not_traded_here_is_refused_by_name() -> None:
    async def body(system: System) -> None:
        line = system.lookup("/bot/line")
        with pytest.raises(OrderRejected, match="UNKNOWN_SYMBOL: X/Y is not traded"):
            await line.ask(Submit("bn-1", "X/Y", "buy", "market", Decimal(1), None))
        with pytest.raises(OrderRejected, match="UNKNOWN_ORDER"):
            await line.ask(Cancel("bn-1", "X/Y"))
        assert await line.ask(Query("bn-1", "X/Y")) is None

    run_virtual(a_bot(a_venue(), a_tape([STILL])), body)


@pytest.mark.parametrize("schedule", Schedule)
def test_a_bar_that_ends_with_the_cancel_comes_first(schedule: Schedule) -> None:
    bars = [STILL, STILL, DIP, STILL]
    plan: Plan = {
        1: [limit("met", "95"), limit("missed", "85")],
        3: [Cancel("met", PAIR), Cancel("missed", PAIR), Query("met", PAIR)],
    }

    diary = traded(bars, plan, schedule=schedule)

    _, _, refusal, cancelled, report = answers_in(diary)
    assert str(refusal).startswith("order met: UNKNOWN_ORDER")  # A17: ask what became of it
    assert isinstance(cancelled, Cancelled)
    assert (cancelled.report.status, cancelled.at) == ("cancelled", 3 * MINUTE)
    assert isinstance(report, OrderReport)
    assert report.status == "filled"


def test_an_order_whose_cancel_was_heard_never_trades() -> None:
    bars = [STILL, STILL, DIP, STILL]

    diary = traded(bars, {1: [limit("bn-1", "95")], 2: [Cancel("bn-1", PAIR)]})

    assert fills_in(diary) == []
