"""Promises of an order's life: the table is the law, and fills count once, in any order."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.exchange.messages import OrderReport, VenueStatus
from benthic.actors.market.fill import Fill
from benthic.actors.market.side import Side
from benthic.actors.orders import lifecycle
from benthic.actors.orders.lifecycle import TRANSITIONS, Change, ImpossibleChange
from benthic.actors.orders.model import LIVE, OUT, Order, Status
from benthic.actors.orders.plan import Plan, Revision
from benthic.runtime.clock import Millis

STATUSES: tuple[Status, ...] = get_args(Status)
CHANGES: tuple[Change, ...] = get_args(Change)
NOW = Millis(9)
VENUE: tuple[VenueStatus, ...] = get_args(VenueStatus)


def an_order(status: Status = "intent", side: Side = "buy", amount: str = "10") -> Order:
    """An order of 10 at 100; a test names only what it is about."""
    held = Decimal(1001) if side == "buy" else Decimal(amount)
    return Order(
        "o-1",
        "bn-1",
        "BTC/USDT",
        side,
        "limit",
        Decimal(amount),
        Decimal(100),
        status,
        "USDT" if side == "buy" else "BTC",
        held if status in OUT else Decimal(0),
        Decimal(0),
        Decimal(0),
        Decimal(0),
        "",
        Millis(0),
        Millis(0),
    )


def a_fill(trade_id: str, amount: str = "1", fee: str = "0.1", fee_asset: str = "USDT") -> Fill:
    return Fill(
        trade_id,
        "bn-1",
        "BTC/USDT",
        "buy",
        Decimal(100),
        Decimal(amount),
        Decimal(fee),
        fee_asset,
        Millis(5),
    )


def a_report(status: VenueStatus, *fills: Fill) -> OrderReport:
    ten, at = Decimal(10), Millis(7)
    return OrderReport(
        "bn-1", "v-1", "BTC/USDT", "buy", "limit", ten, Decimal(100), status, fills, at, at
    )


def freed(order: Order, change: Change) -> Order:
    """What `chains` makes of an order whose parent has filled, or `triggers` at its price."""
    return replace(order, status=lifecycle.following(order, change), changed_at=NOW)


def withdrawn(order: Order, then: Literal["send", "hold"]) -> Order:
    wish = Revision(then, order.amount, order.price, None, "edited")
    planned = replace(order, plan=Plan(revision=wish))
    return lifecycle.withdrawn(planned, "it is off the book", NOW, "bn-2")


ACTIONS: dict[Change, Callable[[Order], Order]] = {
    "free": lambda order: freed(order, "free"),
    "trigger": lambda order: freed(order, "trigger"),
    "send": lambda order: lifecycle.sent(order, order.held_asset, Decimal(1001), NOW),
    "send again": lambda order: withdrawn(order, "send"),
    "hold back": lambda order: (
        withdrawn(order, "hold") if order.is_out else freed(order, "hold back")
    ),
    "accept": lambda order: lifecycle.accepted(order, "v-1", NOW),
    "lose": lambda order: lifecycle.lost(order, "no answer", NOW),
    "refuse": lambda order: lifecycle.refused(order, "the venue said no", NOW),
    "cancel": lambda order: lifecycle.cancelled(order, "asked to", NOW),
    "fill a part": lambda order: lifecycle.filled(order, (a_fill("1"),), "v-1", NOW),
    "fill": lambda order: lifecycle.filled(order, (a_fill("1", "10"),), "v-1", NOW),
}


@pytest.mark.parametrize(("status", "change"), list(product(STATUSES, CHANGES)))
def test_only_the_changes_of_the_table_happen(status: Status, change: Change) -> None:
    expected = TRANSITIONS.get((status, change))
    if expected is None:
        with pytest.raises(ImpossibleChange, match="compare it with the venue"):
            ACTIONS[change](an_order(status))
        return

    after = ACTIONS[change](an_order(status))

    assert after.status == expected
    assert after.changed_at == NOW
    assert (after.held == 0) == (after.status not in OUT)


@pytest.mark.parametrize("status", sorted(LIVE))
@pytest.mark.parametrize("change", CHANGES)
def test_no_change_leads_from_an_end_back_to_life(status: Status, change: Change) -> None:
    ends: list[Status] = [end for end in STATUSES if end not in LIVE]

    assert [end for end in ends if TRANSITIONS.get((end, change)) == status] == []


def test_silence_never_ends_an_order() -> None:
    assert {after for (_, change), after in TRANSITIONS.items() if change == "lose"} == {"unknown"}


fills = st.integers(1, 8).map(lambda n: [a_fill(str(number)) for number in range(n)])


@given(trades=fills, data=st.data())
def test_reports_may_repeat_overlap_and_come_in_any_order(
    trades: list[Fill], data: st.DataObject
) -> None:
    def replay(reports: list[tuple[Fill, ...]]) -> tuple[Order, set[str]]:
        def report(seen: tuple[Order, set[str]], fills: tuple[Fill, ...]) -> tuple[Order, set[str]]:
            order, known = seen
            fresh = lifecycle.news(fills, known)
            if fresh:
                order = lifecycle.filled(order, fresh, "v-1", NOW)
            return order, known | {fill.trade_id for fill in fresh}

        nothing: tuple[Order, set[str]] = (an_order("accepted"), set())
        return reduce(report, reports, nothing)

    single: list[tuple[Fill, ...]] = [(fill,) for fill in trades + trades]
    shuffled = data.draw(st.permutations(single))
    cut = data.draw(st.integers(0, len(trades)))

    assert replay(shuffled) == replay([tuple(trades)])
    assert replay([tuple(trades[:cut]), tuple(trades)]) == replay([tuple(trades)])


@given(
    side=st.sampled_from(("buy", "sell")),
    trades=st.lists(
        st.tuples(
            st.decimals("0.1", "1", places=4),
            st.decimals("1", "200", places=2),
            st.decimals("-0.01", "0.5", places=5),
            st.sampled_from(("BTC", "USDT", "BNB")),
        ),
        min_size=1,
        max_size=10,
    ),
)
def test_totals_are_the_sums_of_the_fills_and_what_is_held_never_grows(
    side: Side, trades: list[tuple[Decimal, Decimal, Decimal, str]]
) -> None:
    order = an_order("accepted", side)
    for number, (amount, price, fee, asset) in enumerate(trades):
        fill = Fill(str(number), "bn-1", "BTC/USDT", side, price, amount, fee, asset, NOW)
        after = lifecycle.filled(order, (fill,), "", NOW)

        worth = Fraction(amount) * (Fraction(price) if side == "buy" else 1)
        paid = worth + (Fraction(fee) if asset == order.held_asset else 0)
        left = max(Fraction(order.held) - paid, Fraction(0))
        assert Fraction(after.held) == (0 if after.status == "filled" else left)
        assert after.held <= order.held
        assert after.filled > order.filled
        order = after

    assert Fraction(order.filled) == sum(Fraction(amount) for amount, *_ in trades)
    assert Fraction(order.cost) == sum(Fraction(a) * Fraction(p) for a, p, *_ in trades)
    assert (order.status == "filled") == (order.filled == order.amount)


def test_more_than_was_ordered_is_an_error_and_is_not_cut_off() -> None:
    order = an_order("accepted")

    with pytest.raises(ImpossibleChange, match=r"fill 0\.5 more than was ordered"):
        lifecycle.filled(order, (a_fill("1", "10.5"),), "v-1", NOW)


def test_a_trade_reported_after_the_cancel_still_counts() -> None:
    order = lifecycle.cancelled(an_order("accepted"), "asked to", NOW)

    late = lifecycle.filled(order, (a_fill("1"),), "v-1", NOW)

    assert (late.status, late.filled, late.held) == ("cancelled", Decimal(1), Decimal(0))
    assert late.evidence == "asked to"


@pytest.mark.parametrize("status", ["intent", "unknown"])
def test_an_order_that_never_was_ends_refused(status: Status) -> None:
    assert lifecycle.gone(an_order(status), "none there", NOW).status == "refused"


def test_an_order_that_the_venue_lost_ends_cancelled_with_the_evidence() -> None:
    after = lifecycle.gone(an_order("accepted"), "asked twice, none there", NOW)

    assert (after.status, after.evidence) == ("cancelled", "asked twice, none there")


@given(
    status=st.sampled_from(sorted(OUT)),
    venue=st.sampled_from(VENUE),
    trades=fills,
    known=st.integers(0, 8),
)
def test_a_report_brings_the_order_to_where_the_venue_has_it(
    status: Status, venue: VenueStatus, trades: list[Fill], known: int
) -> None:
    order = replace(an_order(status), amount=Decimal(len(trades)))
    if known and status != "intent":
        seen = tuple(trades[: min(known, len(trades) - 1)])
        order = lifecycle.filled(order, seen, "v-1", NOW) if seen else order
    have = {fill.trade_id for fill in trades[: int(order.filled)]}
    report = a_report(venue, *(trades if venue == "filled" else trades[:-1]))

    after = lifecycle.reported(order, report, lifecycle.news(report.fills, have), NOW)

    expected = {"open": "accepted", "filled": "filled", "cancelled": "cancelled"}[venue]
    assert after.status == expected
    assert after.filled == len(report.fills)
    assert (after.held == 0) == (expected != "accepted")


def test_a_report_without_news_changes_nothing_at_all() -> None:
    order = an_order("accepted")

    assert lifecycle.reported(order, a_report("open"), (), NOW) is order
