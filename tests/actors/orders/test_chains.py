"""Promises of chains: what a parent fills sets its children free, exactly and once (G1, A24)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market import Side
from benthic.actors.orders import chains, lifecycle, revising
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import Trigger
from benthic.actors.orders.sending import submit_of

from .planned import MARKET, NOW, a_chain, an_order, filled, stepped, with_plan

STEP = Fraction(MARKET.amount_step)
parts = st.lists(st.integers(1, 400), min_size=1, max_size=8)


def an_entry(amount: str = "1", filled: str = "0", **more: Any) -> Order:
    return an_order("entry", side="buy", amount=amount, price="100", filled=filled, **more)


def a_child(amount: str = "1", whole: str = "1", **more: Any) -> Order:
    chain = a_chain(
        amount, whole, **{key: more.pop(key) for key in ("release", "takes_fees") if key in more}
    )
    return an_order("child", amount=amount, price="110", status="chained", chain=chain, **more)


@given(fills=parts, share=st.integers(50, 1_500), fee_rate=st.sampled_from((0, 1, 10)))
def test_however_a_parent_fills_the_child_is_for_its_share_of_all_of_it(
    fills: list[int], share: int, fee_rate: int
) -> None:
    whole = Decimal(sum(fills)) / 1_000
    entry, child = (
        an_entry(str(whole)),
        a_child(str(Decimal(share) / 1_000), str(whole), takes_fees=True),
    )
    total = fees = Fraction(0)
    for part in fills:
        before, amount = entry, Decimal(part) / 1_000
        fee = amount * fee_rate / 1_000
        entry = filled(entry, str(amount), str(fee), "BTC")
        total, fees = total + Fraction(amount), fees + Fraction(fee)
        was, child = child, chains.released(child, before, entry, MARKET, NOW)

        due = Fraction(share, 1_000) * total / Fraction(whole) - fees
        if child.status == "chained":
            assert due < 2 * max(Fraction(MARKET.min_amount), Fraction(MARKET.min_cost) / 110)
        elif child.is_live:
            assert due - STEP < Fraction(child.amount) <= max(due, Fraction(was.amount))
            assert was.status == "chained" or child.amount >= was.amount
    assert child.status in {"due", "cancelled"}


@given(
    fills=st.lists(st.tuples(st.integers(1, 300), st.sampled_from(("BTC", "BNB"))), min_size=1),
    release=st.sampled_from(("fill", "end")),
)
def test_fees_in_base_currency_come_off_whatever_other_fees_come_in_between(
    fills: list[tuple[int, str]], release: str
) -> None:
    whole = Decimal(sum(part for part, _ in fills)) / 1_000
    entry = an_entry(str(whole))
    child = a_child(str(whole), str(whole), takes_fees=True, release=release)
    paid = Fraction(0)
    for part, asset in fills:
        before, amount = entry, Decimal(part) / 1_000
        entry = filled(entry, str(amount), str(amount / 100), asset)
        paid += Fraction(amount) / 100 if asset == "BTC" else 0
        child = chains.released(child, before, entry, MARKET, NOW)

    due = Fraction(whole) - paid
    if child.is_live:
        assert due - len(fills) * STEP < Fraction(child.amount) < due + len(fills) * STEP
    if child.is_live and len({asset for _, asset in fills}) == 1:
        assert due - STEP < Fraction(child.amount) <= due


def test_what_is_below_the_minimum_waits_for_more() -> None:
    entry, child = an_entry(), a_child()
    part = filled(entry, "0.004")

    waiting = chains.released(child, entry, part, MARKET, NOW)
    free = chains.released(waiting, part, filled(part, "0.01"), MARKET, NOW)

    assert waiting is child
    assert (free.status, free.amount) == ("due", Decimal("0.014"))


def test_a_parent_that_ends_unfilled_ends_its_children_and_theirs() -> None:
    entry, child = an_entry(), a_child()
    grandchild = with_plan(
        replace(child, id="grandchild"), chain=replace(a_chain(), parent="child")
    )
    ended = lifecycle.cancelled(entry, "asked to", NOW)

    orders = stepped((entry, child, grandchild), entry, ended)

    assert {order.status for order in orders.values()} == {"cancelled"}
    assert "ended with 0 filled" in orders["child"].evidence


def test_a_parent_that_ends_with_less_than_the_minimum_ends_its_child_with_that_reason() -> None:
    entry, child = an_entry(), a_child()
    part = filled(entry, "0.004")

    orders = stepped((part, child), part, lifecycle.cancelled(part, "asked to", NOW))

    assert orders["child"].status == "cancelled"
    assert orders["child"].evidence == "entry ended with 0.004 filled: nothing to send for that"


def test_one_that_waits_for_the_end_is_free_then_for_what_was_filled() -> None:
    entry, child = an_entry(), a_child(release="end")
    part = filled(entry, "0.4")

    assert chains.released(child, entry, part, MARKET, NOW) is child

    ended = lifecycle.cancelled(part, "asked to", NOW)
    free = chains.released(child, part, ended, MARKET, NOW)

    assert (free.status, free.amount) == ("due", Decimal("0.4"))


def test_a_fill_that_is_told_after_the_end_is_followed_as_well() -> None:
    """A18: the cancel was heard first."""
    entry, child = an_entry(), a_child(release="end")
    part = filled(entry, "0.4")
    ended = lifecycle.cancelled(part, "asked to", NOW)
    free = chains.released(child, part, ended, MARKET, NOW)

    after = chains.released(free, ended, filled(ended, "0.1"), MARKET, NOW)

    assert after.amount == Decimal("0.5")


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, "due"),
        ({"trigger": Trigger(Decimal(120), "above")}, "inactive"),
        ({"kind": "stop_loss", "stop": "90", "keeper": "desk"}, "inactive"),
        ({"kind": "stop_loss", "stop": "90"}, "due"),
    ],
)
def test_what_is_free_waits_for_its_price_where_it_has_one_here(
    more: dict[str, Any], status: str
) -> None:
    entry = an_entry()

    assert chains.released(a_child(**more), entry, filled(entry, "1"), MARKET, NOW).status == status


def test_what_was_taken_off_a_child_stays_off_when_it_grows() -> None:
    entry, child = an_entry(), a_child()
    part = filled(entry, "0.5")
    free = chains.released(child, entry, part, MARKET, NOW)
    less = revising.lessened(free, Decimal("0.2"), "its mate has filled", NOW)

    after = chains.released(less, part, filled(part, "0.5"), MARKET, NOW)

    assert after.amount == Decimal("0.8")


def test_what_was_taken_off_a_chained_order_is_not_set_free() -> None:
    entry = an_entry()
    less = revising.lessened(a_child(), Decimal("0.2"), "its mate has filled", NOW)

    after = chains.released(less, entry, filled(entry, "0.5"), MARKET, NOW)

    assert after.amount == Decimal("0.3")


def test_a_chained_order_that_is_edited_is_for_its_share_of_that() -> None:
    entry = an_entry()
    edited = revising.edited(a_child(), "edited", NOW, amount=Decimal("0.4"))

    after = chains.released(edited, entry, filled(entry, "0.5"), MARKET, NOW)

    assert after.amount == Decimal("0.2")


def test_the_share_of_a_child_that_is_over_passes_to_another_that_does_the_same() -> None:
    """G6: what the entry fills from now on has a take profit still."""
    entry = an_entry(filled="0.5")
    one = with_plan(an_order("one", amount="0.25", price="110"), chain=a_chain("0.5"))
    two = with_plan(an_order("two", amount="0.25", price="120"), chain=a_chain("0.5"))
    orders = stepped((entry, one, two), one, filled(one, "0.25"))

    later = stepped(orders.values(), entry, filled(entry, "0.5"))

    assert revising.target(later["two"])[0] == Decimal("0.75")


def test_where_nobody_would_follow_what_it_fills_an_entry_is_ended() -> None:
    entry = an_entry(filled="0.5")
    last = with_plan(an_order("last", amount="0.5", price="110"), chain=a_chain())

    orders = stepped((entry, last), last, filled(last, "0.5"))

    wish = orders["entry"].wish
    assert wish is not None
    assert (wish.then, wish.reason) == ("end", "last has ended, which was to follow it")


def test_a_child_that_a_user_ends_leaves_its_parent_alone() -> None:
    entry = an_entry(filled="0.5")
    last = with_plan(
        an_order("last", amount="0.5", price="110", status="inactive"), chain=a_chain()
    )

    orders = stepped((entry, last), last, revising.ended(last, "cancelled as asked", NOW))

    assert orders["entry"] is entry


prices = st.decimals("1", "1000", places=2)


@given(side=st.sampled_from(("buy", "sell")), price=prices, mark=prices)
def test_a_limit_is_pulled_to_within_half_a_percent_and_never_beyond(
    side: Side, price: Decimal, mark: Decimal
) -> None:
    after = chains.outdated_limit_price(side, price, mark, MARKET.price_step)

    bound = Fraction(mark) * (Fraction(1005, 1000) if side == "buy" else Fraction(995, 1000))
    deep = price > bound if side == "buy" else price < bound
    if not deep:
        assert after == price
    else:
        assert abs(Fraction(after) - bound) < Fraction(MARKET.price_step)
        assert after <= bound if side == "buy" else after >= bound


@pytest.mark.parametrize(
    ("side", "stop", "mark", "forced"),
    [("sell", "100", "99", "market"), ("sell", "100", "101", ""), ("buy", "100", "101", "market")],
)
def test_a_stop_whose_price_was_passed_before_it_was_free_goes_at_market(
    side: Side, stop: str, mark: str, forced: str
) -> None:
    order = an_order("child", "stop_loss", side=side, stop=stop, status="due", chain=a_chain())

    after = chains.at_mark(order, Decimal(mark), MARKET)

    assert after.plan is not None
    assert after.plan.forced == forced


def test_a_stop_whose_price_was_passed_keeps_within_its_limit() -> None:
    order = an_order(
        "child", "stop_limit", side="buy", price="101", stop="100", status="due", chain=a_chain()
    )

    submit = submit_of(chains.at_mark(order, Decimal("100.5"), MARKET), NOW)

    assert (submit.kind, submit.price, submit.stop) == ("limit", Decimal(101), None)


def test_what_a_fill_sets_free_is_looked_at_where_it_traded() -> None:
    entry = an_order("entry", side="buy", amount="1", price="100")
    stop = an_order("stop", "stop_loss", stop="97", amount="1", chain=a_chain(), status="chained")
    deep = an_order("deep", amount="1", price="90", chain=a_chain(), status="chained")

    at_96 = replace(filled(entry, "1"), cost=Decimal("96.50"))

    orders = stepped((entry, stop, deep), entry, at_96)

    assert orders["stop"].plan is not None
    assert orders["stop"].plan.forced == "market"
    assert orders["deep"].price == Decimal("96.02")  # half a percent below, on the step


def test_a_chained_limit_that_the_market_has_left_behind_is_pulled_back() -> None:
    order = an_order("child", price="90", status="due", chain=a_chain())

    assert chains.at_mark(order, Decimal(100), MARKET).price == Decimal("99.5")
    assert chains.at_mark(order, Decimal(90), MARKET) is order
