"""The full rules as the venue of one account: what each kind of order does on bars, in decimals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from math import inf, nan

import pytest

from benthic.actors.exchange.messages import Submit
from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.fill import Fill
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.path_venue import PathVenue
from benthic.actors.matching.quanta import VenueRules
from benthic.actors.matching.venue import SimulatedVenue
from benthic.runtime import Millis, UsageError

PAIR = "BTC/USDT"
MINUTE = 60_000
NOW = Millis(MINUTE)
FREE = Fees(Decimal(0), Decimal(0))
DOWN = (100.0, 100.0, 85.0, 90.0)  # open, high, low, close
UP = (100.0, 115.0, 100.0, 110.0)


def instrument(fees: Fees = FREE, min_cost: str = "0") -> Instrument:
    tenth = Decimal("0.1")
    return Instrument(Symbol.parse(PAIR), tenth, tenth, tenth, Decimal(min_cost), fees)


def a_venue(
    funds: Mapping[str, str] | None = None, *, fees: Fees = FREE, rules: VenueRules = VenueRules()
) -> PathVenue:
    held = {asset: Decimal(amount) for asset, amount in (funds or {}).items()}
    return PathVenue([instrument(fees)], funds=None if funds is None else held, rules=rules)


def order(
    client_id: str,
    side: Side,
    kind: Kind,
    *,
    price: str | None = None,
    stop: str | None = None,
    trail: str | None = None,
    amount: str = "1",
    **more: object,
) -> Submit:
    prices = {
        name: None if text is None else Decimal(text)
        for name, text in (("price", price), ("stop", stop), ("trail", trail))
    }
    return Submit(client_id, PAIR, side, kind, Decimal(amount), **prices, **more)  # type: ignore[arg-type]  # by their names


def bar(
    venue: PathVenue,
    minute: int,
    prices: tuple[float, float, float, float],
    volume: float = 1.0,
) -> list[Fill]:
    """The bar that ends at this minute."""
    begun = Millis((minute - 1) * MINUTE)
    return venue.match(PAIR, Candle(begun, *prices, volume), Millis(minute * MINUTE))


def free(venue: PathVenue, asset: str) -> Decimal:
    holdings = venue.holdings()
    assert holdings is not None
    return next(each.free for each in holdings if each.asset == asset)


@pytest.mark.parametrize(
    ("wanted", "prices", "traded"),
    [
        (order("a", "sell", "stop_loss", stop="95"), DOWN, "95"),
        (order("a", "sell", "stop_loss", stop="95"), (92.0, 93.0, 90.0, 91.0), "92"),
        (order("a", "buy", "stop_loss", stop="105"), UP, "105"),
        (order("a", "sell", "take_profit", stop="105"), UP, "105"),
        (order("a", "buy", "take_profit", stop="95"), DOWN, "95"),
        (order("a", "sell", "stop_limit", stop="95", price="94"), DOWN, "95"),
        (order("a", "buy", "stop_limit", stop="105", price="106"), UP, "105"),
        (order("a", "sell", "take_profit_limit", stop="105", price="104"), UP, "105"),
        (order("a", "sell", "trailing_stop", trail="0.05"), (100.0, 110.0, 100.0, 101.0), "104.5"),
        (order("a", "sell", "trailing_stop", trail="0.05", stop="120"), UP, None),
        (order("a", "buy", "trailing_stop", trail="0.1"), (100.0, 100.0, 90.0, 99.5), "99"),
        (order("a", "sell", "stop_loss", stop="80"), DOWN, None),
    ],
    ids=[
        "stop-loss sell at its stop",
        "stop-loss sell at an open beyond it",
        "stop-loss buy",
        "take-profit sell",
        "take-profit buy",
        "stop-limit sell",
        "stop-limit buy",
        "take-profit-limit",
        "trailing sell from the high of the bar",
        "trailing sell that is not active yet",
        "trailing buy from the low of the bar",
        "not reached",
    ],
)
def test_a_stop_trades_where_the_way_of_the_bar_meets_it(
    wanted: Submit, prices: tuple[float, float, float, float], traded: str | None
) -> None:
    venue = a_venue()
    assert venue.submit(wanted, 100.0, NOW).status == "open"

    fills = bar(venue, 2, prices)

    assert [fill.price for fill in fills] == ([] if traded is None else [Decimal(traded)])
    report = venue.query("a", PAIR)
    assert report is not None
    assert (report.triggered_at is not None) is (traded is not None)


def test_a_stop_limit_whose_limit_is_jumped_over_rests_at_it() -> None:
    venue = a_venue()
    venue.submit(order("a", "sell", "stop_limit", stop="95", price="94"), 100.0, NOW)

    assert bar(venue, 2, (90.0, 91.0, 88.0, 89.0)) == []
    (report,) = venue.take_reports()
    assert (report.status, report.triggered_at) == ("open", 2 * MINUTE)

    (fill,) = bar(venue, 3, (89.0, 95.0, 89.0, 94.5))
    assert (fill.price, fill.at) == (Decimal(94), 3 * MINUTE)


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (order("a", "sell", "stop_loss", stop="101"), "WOULD_TRIGGER"),
        (order("a", "buy", "limit", price="101", time_in_force="GTX"), "POST_ONLY"),
        (order("a", "buy", "limit", price="99.95"), "PRICE_FILTER"),
        (order("a", "sell", "stop_loss", stop="99.95"), "PRICE_FILTER"),
        (order("a", "buy", "market", amount="0.05"), "LOT_SIZE"),
        (order("a", "buy", "market", amount="20"), "INSUFFICIENT_BALANCE"),
        (order("a", "sell", "trailing_stop", trail="0.00005"), "REFUSED"),
        (order("a", "sell", "trailing_stop"), "REFUSED"),
        (order("a", "sell", "stop_loss"), "REFUSED"),
    ],
)
def test_what_cannot_be_is_refused_in_the_words_of_every_venue(wanted: Submit, reason: str) -> None:
    venue = a_venue({"USDT": "1000", "BTC": "5"})

    with pytest.raises(OrderRejected) as caught:
        venue.submit(wanted, 100.0, NOW)

    assert caught.value.reason == reason
    assert venue.open_orders(PAIR) == ()
    assert free(venue, "USDT") == 1000


def test_an_order_for_now_only_is_over_when_it_met_nothing() -> None:
    venue = a_venue()

    for force in ("IOC", "FOK"):
        wanted = order(force, "buy", "limit", price="95", time_in_force=force)
        report = venue.submit(wanted, 100.0, NOW)
        assert (report.status, report.fills) == ("cancelled", ())
    taken = venue.submit(order("c", "buy", "limit", price="105", time_in_force="FOK"), 100.0, NOW)
    assert taken.fills[0].price == 100
    assert not venue.has_news  # whoever asked was told


def test_slippage_is_paid_by_whoever_takes_and_never_beyond_a_limit() -> None:
    venue = a_venue(rules=VenueRules(slippage=Decimal("0.01")))

    assert venue.submit(order("a", "buy", "market"), 100.0, NOW).fills[0].price == 101
    limited = venue.submit(order("b", "buy", "limit", price="100.5"), 100.0, NOW)
    assert limited.fills[0].price == Decimal("100.5")
    venue.submit(order("c", "buy", "limit", price="95"), 100.0, NOW)
    assert [fill.price for fill in bar(venue, 2, DOWN)] == [95]


def test_fees_and_rebates_are_in_the_quote_and_held_with_what_a_buy_may_cost() -> None:
    fees = Fees(Decimal("-0.001"), Decimal("0.002"))
    venue = a_venue({"USDT": "200.4"}, fees=fees)

    taken = venue.submit(order("a", "buy", "market"), 100.0, NOW)
    assert (taken.fills[0].fee, taken.fills[0].fee_asset) == (Decimal("0.2"), "USDT")
    venue.submit(order("b", "buy", "limit", price="95"), 100.0, NOW)
    assert free(venue, "USDT") == Decimal("100.2") - Decimal(95) * Decimal("1.002")

    (made,) = bar(venue, 2, DOWN)
    assert made.fee == Decimal("-0.095")
    assert free(venue, "USDT") == Decimal("100.2") - 95 + Decimal("0.095")
    assert free(venue, "BTC") == 2


@pytest.mark.parametrize(("prices", "first"), [(DOWN, "stop"), (UP, "profit")])
def test_of_a_pair_only_one_trades_and_the_other_ends_by_it(
    prices: tuple[float, float, float, float], first: str
) -> None:
    venue = a_venue({"BTC": "1"})
    legs = (
        order("profit", "sell", "limit", price="110"),
        order("stop", "sell", "stop_loss", stop="90"),
    )

    reports = venue.submit_pair("pair", legs, 100.0, NOW)
    assert [(each.client_id, each.status, each.pair) for each in reports] == [
        ("profit", "open", "pair"),
        ("stop", "open", "pair"),
    ]
    assert free(venue, "BTC") == 0  # held once for both

    (fill,) = bar(venue, 2, prices)
    assert fill.client_id == first
    ended = {report.client_id: report for report in venue.take_reports()}
    (other,) = {"profit", "stop"} - {first}
    assert ended[other].status == "cancelled"
    assert ended[other].cause == "the other leg of its pair was first"
    assert venue.open_orders(PAIR) == ()
    assert venue.nearest(PAIR) == (None, None)


def test_the_cancel_of_a_leg_ends_its_pair() -> None:
    venue = a_venue({"BTC": "1"})
    legs = (
        order("profit", "sell", "limit", price="110"),
        order("stop", "sell", "stop_loss", stop="90"),
    )
    venue.submit_pair("pair", legs, 100.0, NOW)

    assert venue.cancel("profit", PAIR, NOW).status == "cancelled"

    assert [each.client_id for each in venue.take_reports()] == ["stop"]
    assert free(venue, "BTC") == 1


def test_a_pair_that_is_none_is_refused_as_a_whole() -> None:
    venue = a_venue({"BTC": "1"})
    legs = (
        order("one", "sell", "limit", price="110"),
        order("other", "sell", "limit", price="120"),
    )

    with pytest.raises(OrderRejected, match="order pair: REFUSED: BAD_COMBINATION"):
        venue.submit_pair("pair", legs, 100.0, NOW)
    assert venue.open_orders(PAIR) == ()


def test_an_order_waits_for_the_next_bar_where_it_came_into_this_one() -> None:
    venue = a_venue()
    late = Millis(MINUTE + 1)  # after the second bar began
    venue.submit(order("limit", "buy", "limit", price="95"), 100.0, late)
    venue.submit(order("stop", "sell", "stop_loss", stop="95"), 100.0, late)

    assert bar(venue, 2, DOWN) == []

    fills = bar(venue, 3, (90.0, 91.0, 89.0, 90.0))
    assert {(fill.client_id, fill.price) for fill in fills} == {
        ("limit", Decimal(90)),
        ("stop", Decimal(90)),
    }


def test_a_stop_that_cannot_be_paid_any_more_ends_with_its_reason() -> None:
    venue = a_venue({"USDT": "100"})
    venue.submit(order("a", "buy", "stop_loss", stop="105", amount="0.9"), 100.0, NOW)

    assert bar(venue, 2, (120.0, 121.0, 119.0, 120.0)) == []

    (report,) = venue.take_reports()
    assert report.status == "cancelled"
    assert report.cause == "refused as it was triggered: INSUFFICIENT_BALANCE"
    assert free(venue, "USDT") == 100


def test_orders_that_rest_have_a_share_of_the_volume_and_the_rest_waits() -> None:
    venue = a_venue({"USDT": "1000"}, rules=VenueRules(share=Decimal("0.5")))
    venue.submit(order("high", "buy", "limit", price="95", amount="2"), 100.0, NOW)
    venue.submit(order("low", "buy", "limit", price="90", amount="3"), 100.0, NOW)

    traded = [
        [(fill.client_id, fill.amount) for fill in bar(venue, minute, DOWN, volume)]
        for minute, volume in ((2, 3.0), (3, 0.1), (4, 5.0), (5, 100.0))
    ]

    assert traded == [
        [("high", Decimal("1.5"))],
        [],
        [("high", Decimal("0.5")), ("low", Decimal(2))],
        [("low", Decimal(1))],
    ]
    assert free(venue, "BTC") == 5
    assert free(venue, "USDT") == 1000 - 2 * 95 - 3 * 90
    assert venue.open_orders(PAIR) == ()


def test_a_part_filled_order_goes_on_at_the_next_venue() -> None:
    first = a_venue(rules=VenueRules(share=Decimal(1)))
    first.submit(order("a", "buy", "limit", price="95", amount="2"), 100.0, NOW)
    first.trade(PAIR, Decimal(94), NOW, Decimal("0.5"))
    (before,) = first.open_orders(PAIR)

    second = a_venue()
    second.lay_out([before])
    second.trade(PAIR, Decimal(94), NOW)

    (fill,) = second.take_fills()
    assert (fill.amount, fill.trade_id) == (Decimal("1.5"), f"{NOW}-a-2")
    report = second.query("a", PAIR)
    assert report is not None
    assert (report.status, len(report.fills)) == ("filled", 2)


def test_latency_lets_an_order_meet_the_market_of_later() -> None:
    venue = a_venue(rules=VenueRules(latency=Millis(500)))
    taken = venue.submit(order("a", "buy", "market"), 100.0, NOW)
    assert (taken.status, taken.fills) == ("open", ())

    venue.trade(PAIR, Decimal(103), Millis(NOW + 400))
    venue.trade(PAIR, Decimal(104), Millis(NOW + 600))

    (fill,) = venue.take_fills()
    assert fill.price == 103  # what the market was at when the order arrived


def test_a_venue_goes_on_with_the_orders_of_one_before() -> None:
    first = a_venue({"BTC": "3"})
    first.submit(order("lone", "sell", "limit", price="120"), 100.0, NOW)
    first.submit(order("trails", "sell", "trailing_stop", trail="0.05"), 100.0, NOW)
    legs = (
        order("profit", "sell", "limit", price="110"),
        order("stop", "sell", "stop_loss", stop="90"),
    )
    first.submit_pair("pair", legs, 100.0, NOW)
    before = first.open_orders(PAIR)

    second = a_venue({"BTC": "3"})
    second.lay_out(before)

    assert second.open_orders(PAIR) == before
    assert not second.has_news
    second.trade(PAIR, Decimal(100), NOW)
    second.trade(PAIR, Decimal(89), NOW)
    assert {fill.client_id for fill in second.take_fills()} == {"trails", "stop"}
    assert [each.client_id for each in second.open_orders(PAIR)] == ["lone"]
    trades = {fill.trade_id for fill in second.fills(PAIR, NOW)}
    assert trades == {f"{NOW}-trails-1", f"{NOW}-stop-1"}  # ids go on, and never repeat


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (instrument(Fees(Decimal("0.0000000001"), Decimal(0))), "finer than 10\\^-8"),
        (
            Instrument(
                Symbol.parse(PAIR),
                Decimal("1e-12"),
                Decimal("1e-12"),
                Decimal(0),
                Decimal(0),
                FREE,
            ),
            "take coarser steps",
        ),
    ],
)
def test_a_market_that_cannot_be_counted_is_refused_at_once(broken: Instrument, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        PathVenue([broken])


@pytest.mark.parametrize(
    "prices", [(nan, 100.0, 85.0, 90.0), (100.0, inf, 85.0, 90.0), (100.0, 90.0, 95.0, 85.0)]
)
@pytest.mark.parametrize("make", [a_venue, lambda: SimulatedVenue([instrument()])])
def test_a_bar_that_cannot_be_is_refused_by_name_and_changes_nothing(
    make: Callable[[], PathVenue | SimulatedVenue], prices: tuple[float, float, float, float]
) -> None:
    venue = make()
    venue.submit(order("a", "buy", "limit", price="90"), 100.0, NOW)

    with pytest.raises(UsageError, match=r"BTC/USDT: the bar of 60000 cannot be, (open|high|low)"):
        venue.match(PAIR, Candle(NOW, *prices, 1.0), Millis(2 * MINUTE))

    assert [each.price for each in venue.match(PAIR, Candle(NOW, *DOWN, 1.0), Millis(2 * MINUTE))]
