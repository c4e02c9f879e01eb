"""Who comes first in a book, and who keeps waiting."""

from decimal import Decimal

from benthic.actors.market.report import OrderReport
from benthic.actors.market.side import Side
from benthic.actors.matching.bars import Bar
from benthic.actors.matching.book import RestingBook
from benthic.runtime.clock import Millis


def resting(book: RestingBook, name: str, side: Side, limit: str, at: int = 0) -> OrderReport:
    moment = Millis(at)
    price = Decimal(limit)
    order = OrderReport(
        name, f"v-{name}", "BTC/USDT", side, "limit", Decimal(1), price, "open", (), moment, moment
    )
    book.add(order, price)
    return order


def a_bar(opened: str, high: str, low: str, closed: str) -> Bar:
    return Bar(Decimal(opened), Decimal(high), Decimal(low), Decimal(closed) >= Decimal(opened))


def taken(book: RestingBook, bar: Bar, opened: int = 0) -> list[tuple[str, str]]:
    return [(order.client_id, str(price)) for order, price in book.take(bar, Millis(opened))]


def test_the_best_price_comes_first_and_then_the_oldest() -> None:
    book = RestingBook()
    for name, limit in (("b", "95"), ("c", "97"), ("d", "95"), ("a", "97")):
        resting(book, name, "buy", limit)

    assert [order.client_id for order in book] == ["c", "a", "b", "d"]
    assert taken(book, a_bar("100", "100", "90", "100")) == [
        ("c", "97"),
        ("a", "97"),
        ("b", "95"),
        ("d", "95"),
    ]
    assert len(book) == 0


def test_a_rising_bar_meets_buys_first_and_a_falling_one_sells() -> None:
    for bar, first in (
        (a_bar("100", "110", "90", "101"), "bid"),
        (a_bar("100", "110", "90", "99"), "ask"),
    ):
        book = RestingBook()
        resting(book, "ask", "sell", "105")
        resting(book, "bid", "buy", "95")

        assert taken(book, bar)[0][0] == first


def test_orders_that_the_open_jumped_over_trade_at_the_open_before_all_others() -> None:
    book = RestingBook()
    resting(book, "reached", "buy", "85")
    resting(book, "jumped", "buy", "95")
    resting(book, "far", "buy", "79")

    assert taken(book, a_bar("90", "91", "80", "90")) == [("jumped", "90"), ("reached", "85")]
    assert [order.client_id for order in book] == ["far"]


def test_an_order_younger_than_the_bar_keeps_its_place_and_waits() -> None:
    book = RestingBook()
    resting(book, "young", "buy", "95", at=61)
    resting(book, "old", "buy", "95", at=60)

    assert taken(book, a_bar("100", "100", "90", "100"), opened=60) == [("old", "95")]
    assert [order.client_id for order in book] == ["young"]
    assert taken(book, a_bar("100", "100", "90", "100"), opened=120) == [("young", "95")]


def test_an_order_that_is_taken_off_is_not_met_any_more() -> None:
    book = RestingBook()
    order = resting(book, "gone", "sell", "105")
    resting(book, "here", "sell", "105")

    book.remove(order)
    book.remove(order)

    assert taken(book, a_bar("100", "110", "90", "100")) == [("here", "105")]
