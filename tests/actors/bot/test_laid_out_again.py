"""What rests on paper when a bot ends lies there again, as it was, when it comes back."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from benthic.actors.bot.venue_tree import report_of
from benthic.actors.market import Fees, Instrument, Kind, Symbol
from benthic.actors.matching.path_venue import PathVenue
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import Keeper, Plan
from benthic.runtime import Millis

STEP = Decimal("0.1")
MARKET = Instrument(Symbol("BTC", "USDT"), STEP, STEP, STEP, Decimal(0), Fees(STEP, STEP))


def resting(kind: Kind, keeper: Keeper = "venue") -> Order:
    """A sell of 2 at 90 whose trigger, if it has one, is at 95; half of it has filled."""
    return Order(
        "o-1",
        "bn-1",
        "BTC/USDT",
        "sell",
        kind,
        Decimal(2),
        Decimal(90),
        "accepted",
        "BTC",
        Decimal(1),
        Decimal(1),
        Decimal(100),
        Decimal(0),
        "USDT",
        Millis(0),
        Millis(0),
        "v-1",
        plan=Plan(stop=Decimal(95), keeper=keeper),
    )


def laid_out(order: Order) -> tuple[object, ...]:
    """Kind, amount, price and trigger price of what lies at a new venue."""
    venue = PathVenue([MARKET], funds=None)
    venue.lay_out([report_of(order)])
    report = venue.query("bn-1", "BTC/USDT")
    assert report is not None
    return report.kind, report.amount, report.price, report.stop


def test_a_stop_lies_there_with_its_trigger_price_and_for_what_is_left() -> None:
    assert laid_out(resting("stop_limit")) == ("stop_limit", 1, 90, 95)


def test_a_stop_that_the_desk_has_sent_lies_there_as_the_limit_that_it_is_by_now() -> None:
    assert laid_out(resting("stop_limit", "desk")) == ("limit", 1, 90, None)


def test_a_plain_limit_lies_there_for_what_is_left() -> None:
    assert laid_out(replace(resting("limit"), plan=None)) == ("limit", 1, 90, None)
