"""What the simulated venue promises about orders, ids, refusals and memory."""

from decimal import Decimal

import msgspec
import pytest

from benthic.actors.market.candle import Candle
from benthic.actors.market.errors import OrderRejected
from benthic.actors.market.fees import Fees
from benthic.actors.market.instrument import Instrument
from benthic.actors.market.side import Kind, Side
from benthic.actors.market.symbol import Symbol
from benthic.actors.matching.venue import SimulatedVenue
from benthic.runtime.clock import Millis
from benthic.runtime.errors import UsageError

PAIR = "BTC/USDT"
MINUTE = 60_000


class Wish(msgspec.Struct):
    """An order on its way to the venue; a test names only what it is about."""

    client_id: str = "bn-1"
    symbol: str = PAIR
    side: Side = "buy"
    kind: Kind = "market"
    amount: Decimal = Decimal(2)
    price: Decimal | None = None


def a_limit(client_id: str, side: Side, price: str, amount: str = "2") -> Wish:
    return Wish(client_id, side=side, kind="limit", amount=Decimal(amount), price=Decimal(price))


def an_instrument(symbol: str = PAIR) -> Instrument:
    return Instrument(
        Symbol.parse(symbol),
        Decimal("0.001"),
        Decimal("0.1"),
        Decimal("0.01"),
        Decimal(10),
        Fees(Decimal("0.0005"), Decimal("0.001")),
    )


def a_venue(funds: dict[str, str] | None = None, history: int = 100) -> SimulatedVenue:
    money = None if funds is None else {asset: Decimal(text) for asset, text in funds.items()}
    return SimulatedVenue(
        [an_instrument(), an_instrument("ETH/USDT")], funds=money, history=history
    )


def a_candle(minute: int, opened: float, high: float, low: float, closed: float) -> Candle:
    return Candle(Millis(minute * MINUTE), opened, high, low, closed, 1.0)


def test_a_market_order_fills_at_once_at_the_market_as_taker() -> None:
    report = a_venue().submit(Wish(), 100.04, Millis(7))

    (fill,) = report.fills
    assert report.status == "filled"
    assert (fill.price, fill.amount) == (Decimal("100.0"), Decimal(2))
    assert (fill.fee, fill.fee_asset) == (Decimal("0.2"), "USDT")
    assert (report.created_at, fill.at) == (7, 7)


def test_a_market_order_before_the_first_trade_has_no_price() -> None:
    with pytest.raises(OrderRejected) as caught:
        a_venue().submit(Wish(), None, Millis(7))

    assert caught.value.reason == "NO_MARKET"


@pytest.mark.parametrize(("side", "limit"), [("buy", "100.1"), ("buy", "100"), ("sell", "99.9")])
def test_a_limit_that_the_market_meets_fills_at_the_market_as_taker(side: Side, limit: str) -> None:
    report = a_venue().submit(a_limit("bn-1", side, limit), 100.0, Millis(7))

    assert report.status == "filled"
    assert report.fills[0].price == 100
    assert report.fills[0].fee == Decimal("0.2")


def test_a_limit_away_from_the_market_rests_and_fills_as_maker() -> None:
    venue = a_venue()

    report = venue.submit(a_limit("bn-1", "buy", "95"), 100.0, Millis(0))
    assert (report.status, report.fills) == ("open", ())
    assert venue.match(PAIR, a_candle(0, 100, 101, 95.1, 100), Millis(MINUTE)) == []
    (fill,) = venue.match(PAIR, a_candle(1, 100, 101, 95, 100), Millis(2 * MINUTE))

    assert (fill.price, fill.fee, fill.at) == (Decimal(95), Decimal("0.095"), 2 * MINUTE)
    assert venue.open_orders(PAIR) == ()
    ended = venue.query("bn-1", PAIR)
    assert ended is not None
    assert (ended.status, ended.fills, ended.created_at) == ("filled", (fill,), 0)


def test_a_limit_without_any_market_rests() -> None:
    venue = a_venue()

    assert venue.submit(a_limit("bn-1", "buy", "95"), None, Millis(0)).status == "open"


def test_an_order_that_a_gap_jumps_over_fills_at_the_better_open() -> None:
    venue = a_venue()
    venue.submit(a_limit("bid", "buy", "95"), 100.0, Millis(0))
    venue.submit(a_limit("ask", "sell", "105"), 100.0, Millis(0))

    (bought,) = venue.match(PAIR, a_candle(0, 90.04, 91, 89, 90), Millis(MINUTE))
    (sold,) = venue.match(PAIR, a_candle(1, 110.06, 111, 109, 110), Millis(2 * MINUTE))

    assert (bought.client_id, bought.price) == ("bid", Decimal("90.0"))
    assert (sold.client_id, sold.price) == ("ask", Decimal("110.1"))


def test_no_order_trades_in_a_bar_that_began_before_it_came() -> None:
    venue = a_venue()
    venue.submit(a_limit("late", "buy", "95"), 100.0, Millis(1))

    assert venue.match(PAIR, a_candle(0, 100, 101, 90, 100), Millis(MINUTE)) == []
    assert len(venue.match(PAIR, a_candle(1, 100, 101, 90, 100), Millis(2 * MINUTE))) == 1


def test_a_bar_that_comes_again_changes_nothing() -> None:
    venue = a_venue()
    venue.submit(a_limit("bid", "buy", "95"), 100.0, Millis(0))
    quiet, wild = a_candle(0, 100, 101, 99, 100), a_candle(0, 100, 101, 90, 100)

    assert venue.match(PAIR, quiet, Millis(MINUTE)) == []
    assert venue.match(PAIR, wild, Millis(MINUTE)) == []
    assert venue.matched(PAIR) == MINUTE


def test_a_venue_without_resting_orders_wants_no_bars() -> None:
    venue = a_venue()
    assert venue.matched(PAIR) is None

    venue.submit(a_limit("bid", "buy", "95"), 100.0, Millis(5 * MINUTE))
    assert venue.matched(PAIR) == 5 * MINUTE
    assert venue.matched("ETH/USDT") is None

    venue.cancel("bid", PAIR, Millis(6 * MINUTE))
    assert venue.matched(PAIR) is None


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (Wish(symbol="DOGE/USDT"), "UNKNOWN_SYMBOL"),
        (Wish(amount=Decimal("1.0001")), "LOT_SIZE"),
        (Wish(amount=Decimal(0)), "LOT_SIZE"),
        (Wish(amount=Decimal("0.05")), "MIN_NOTIONAL"),
        (a_limit("bn-1", "buy", "95.05"), "PRICE_FILTER"),
        (a_limit("bn-1", "buy", "-1"), "PRICE_FILTER"),
        (Wish(price=Decimal(100)), "PRICE_FILTER"),
        (Wish(kind="limit"), "PRICE_FILTER"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refused_order_leaves_nothing_behind(wish: Wish, reason: str) -> None:
    venue = a_venue({"USDT": "1000"})

    with pytest.raises(OrderRejected) as caught:
        venue.submit(wish, 100.0, Millis(7))

    assert caught.value.reason == reason  # A10
    assert caught.value.client_id == "bn-1"
    assert venue.query("bn-1", PAIR) is None
    assert venue.open_orders(PAIR) == ()
    assert venue.funds is not None
    assert venue.funds.free("USDT") == 1000


def test_a_second_order_with_an_open_client_id_is_refused_as_duplicate() -> None:
    venue = a_venue()
    venue.submit(a_limit("bn-1", "buy", "95"), 100.0, Millis(0))

    for again in (a_limit("bn-1", "sell", "105"), Wish(symbol="ETH/USDT")):
        with pytest.raises(OrderRejected) as caught:
            venue.submit(again, 100.0, Millis(1))
        assert caught.value.reason == "DUPLICATE_ORDER"  # A12

    assert len(venue.open_orders(PAIR)) == 1


def test_a_client_id_may_come_again_after_its_order_has_ended() -> None:
    venue = a_venue()

    reports = [venue.submit(Wish(), 100.0, Millis(7)) for _ in range(3)]

    assert len({report.venue_id for report in reports}) == 3  # A13: as the real one, O7 is ours
    assert len({report.fills[0].trade_id for report in reports}) == 3
    assert venue.query("bn-1", PAIR) == reports[-1]


def test_ids_come_from_time_and_client_id_and_not_from_a_counter() -> None:
    first, second = a_venue(), a_venue()
    first.submit(Wish("other"), 100.0, Millis(6))

    one = first.submit(Wish("bn-1"), 100.0, Millis(7))
    two = second.submit(Wish("bn-1"), 100.0, Millis(7))
    later = second.submit(Wish("bn-1"), 100.0, Millis(8))

    assert one == two
    assert later.venue_id != two.venue_id
    assert later.fills[0].trade_id != two.fills[0].trade_id


def test_a_cancelled_order_is_off_the_book_and_remembered() -> None:
    venue = a_venue({"USDT": "1000"})
    venue.submit(a_limit("bn-1", "buy", "95"), 100.0, Millis(0))

    report = venue.cancel("bn-1", PAIR, Millis(9))

    assert (report.status, report.created_at, report.changed_at) == ("cancelled", 0, 9)
    assert venue.query("bn-1", PAIR) == report
    assert venue.match(PAIR, a_candle(0, 100, 101, 90, 100), Millis(MINUTE)) == []
    assert venue.funds is not None
    assert venue.funds.free("USDT") == 1000


@pytest.mark.parametrize(("client_id", "symbol"), [("bn-2", PAIR), ("bn-1", "ETH/USDT")])
def test_a_cancel_of_what_is_not_open_is_refused(client_id: str, symbol: str) -> None:
    venue = a_venue()
    venue.submit(a_limit("bn-1", "buy", "95"), 100.0, Millis(0))

    with pytest.raises(OrderRejected) as caught:
        venue.cancel(client_id, symbol, Millis(9))

    assert caught.value.reason == "UNKNOWN_ORDER"  # A17
    assert venue.query(client_id, symbol) is None
    assert len(venue.open_orders(PAIR)) == 1


def test_an_account_that_cannot_pay_is_refused_and_keeps_its_funds() -> None:
    venue = a_venue({"USDT": "200", "BTC": "1.999"})
    assert venue.funds is not None

    for wish in (Wish(), a_limit("bn-1", "buy", "100"), Wish(side="sell")):
        with pytest.raises(OrderRejected) as caught:
            venue.submit(wish, 100.0, Millis(0))
        assert caught.value.reason == "INSUFFICIENT_BALANCE"  # A9: cost 200 and fee 0.2

    assert venue.funds.free("USDT") == Decimal(200)
    assert venue.funds.free("BTC") == Decimal("1.999")


def test_a_resting_order_holds_its_cost_with_the_higher_fee() -> None:
    venue = a_venue({"USDT": "1000"})
    venue.submit(a_limit("bn-1", "buy", "95"), 100.0, Millis(0))
    assert venue.funds is not None

    assert venue.funds.held("USDT") == Decimal("190.19")
    assert venue.funds.free("USDT") == Decimal("809.81")
    assert venue.funds.total("USDT") == 1000


def test_a_venue_forgets_closed_orders_beyond_its_history_but_no_open_one() -> None:
    venue = a_venue(history=2)
    venue.submit(a_limit("open", "buy", "95"), 100.0, Millis(0))
    for number in range(3):
        venue.submit(Wish(f"bn-{number}"), 100.0, Millis(number))

    assert venue.query("bn-0", PAIR) is None  # A15
    assert venue.query("bn-1", PAIR) is not None
    assert venue.query("open", PAIR) is not None


def test_a_venue_forgets_by_the_last_end_of_a_client_id() -> None:
    venue = a_venue(history=2)
    for client_id in ("again", "once", "again", "new"):
        venue.submit(Wish(client_id), 100.0, Millis(0))

    assert venue.query("once", PAIR) is None
    assert venue.query("again", PAIR) is not None


def test_a_venue_without_memory_is_refused() -> None:
    with pytest.raises(UsageError, match="history 0"):
        a_venue(history=0)
