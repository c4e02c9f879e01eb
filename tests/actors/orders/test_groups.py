"""Promises of groups: nobody trades what another has traded, or loses its stop for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benthic.actors.market import Instrument
from benthic.actors.market.side import Side
from benthic.actors.orders import lifecycle, revising
from benthic.actors.orders.graph import Graph
from benthic.actors.orders.groups import GROUP_RULES, GroupRule, Members, reduced
from benthic.actors.orders.model import Order, Status
from benthic.actors.orders.plan import TrailingDistance, Trigger
from benthic.actors.orders.reactions import after_step
from benthic.actors.orders.shares import left_of
from benthic.runtime import Millis

from .planned import NOW, TERMS, a_chain, a_group, an_order, filled, stepped

OCO, BALANCED = a_group("oco"), a_group("balanced")


def a_stop(name: str = "stop", amount: str = "1", **more: Any) -> Order:
    given: dict[str, Any] = {"group": OCO, **more}
    return an_order(name, "stop_loss", amount, stop="90", **given)


def a_profit(name: str = "profit", amount: str = "1", **more: Any) -> Order:
    given: dict[str, Any] = {"group": OCO, **more}
    return an_order(name, amount=amount, price="110", **given)


def wish_of(order: Order) -> str:
    return "" if order.wish is None else order.wish.then


def test_the_first_of_an_oco_to_fill_ends_all_others_wherever_they_are() -> None:
    """G2."""
    profit, stop = a_profit(), a_stop()
    here, later = (
        a_stop("here", status="inactive"),
        a_stop("later", status="chained", chain=a_chain()),
    )

    orders = stepped((profit, stop, here, later), profit, filled(profit, "1"))

    assert wish_of(orders["stop"]) == "end"
    assert orders["here"].status == orders["later"].status == "cancelled"


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 300)), min_size=1, max_size=12))
def test_what_one_of_an_oco_fills_in_part_the_other_trades_no_more(
    fills: list[tuple[bool, int]],
) -> None:
    """Both rest at the venue; what is at it by mistake is taken off before it is replaced."""
    orders = {"profit": a_profit(), "stop": a_stop(status="inactive")}
    left = Fraction(1)
    for is_profit, part in fills:
        order = orders["profit" if is_profit else "stop"]
        amount = min(Decimal(part) / 1_000, left_of(order))
        if not order.is_live or not amount or wish_of(order) == "end":
            continue
        orders = stepped(orders.values(), order, filled(order, str(amount)))
        left -= Fraction(amount)

        for mate in orders.values():
            assert Fraction(left_of(mate)) <= left
    assert left >= 0


@pytest.mark.parametrize("rule", GROUP_RULES)
def test_an_order_that_the_venue_refuses_costs_its_mates_nothing(rule: str) -> None:
    group = a_group(rule)
    profit, stop = a_profit(status="intent", group=group), a_stop(group=group)

    orders = stepped((profit, stop), profit, lifecycle.refused(profit, "no", NOW))

    assert orders["stop"] is stop


@pytest.mark.parametrize("rule", GROUP_RULES)
def test_an_order_that_the_venue_takes_off_by_itself_costs_its_mates_nothing(rule: str) -> None:
    """A26: nobody has asked for that, and the stop is what is left."""
    group = a_group(rule)
    profit, stop = a_profit(group=group), a_stop(group=group)

    orders = stepped((profit, stop), profit, lifecycle.cancelled(profit, "delisted", NOW))

    assert orders["stop"] is stop


@pytest.mark.parametrize("status", ["accepted", "inactive", "due", "chained"])
def test_an_order_that_a_user_ends_ends_its_mates_of_an_oco(status: Status) -> None:
    chain = a_chain() if status == "chained" else None
    profit, stop = a_profit(status=status, chain=chain), a_stop()
    ending = revising.ended(profit, "cancelled as asked", NOW)
    if ending.is_live:
        profit, ending = ending, lifecycle.cancelled(ending, "off the book", NOW)

    orders = stepped((profit, stop), profit, ending)

    assert wish_of(orders["stop"]) == "end"


def test_a_cancel_that_the_group_wanted_itself_does_not_ring_back() -> None:
    group = a_group("balanced")
    far, near = (
        a_stop("far", "0.5", group=group, reference="100"),
        a_stop("near", "0.5", group=group, reference="91"),
    )
    profit, other = a_profit(amount="0.5", group=group), a_profit("other", "0.5", group=group)
    orders = stepped((far, near, profit, other), profit, filled(profit, "0.5"))
    assert wish_of(orders["far"]) == "end"
    ending = orders["far"]

    later = stepped(orders.values(), ending, lifecycle.cancelled(ending, "off the book", NOW))

    assert later["near"] is orders["near"]
    assert later["other"] is other


amounts = st.lists(st.integers(10, 500), min_size=1, max_size=4)


@given(stops=amounts, profits=amounts, data=st.data())
def test_both_sides_of_a_balanced_group_lose_what_one_has_traded(
    stops: list[int], profits: list[int], data: st.DataObject
) -> None:
    """The sum of each side, in fractions: before, less what traded; no step more, a dust less."""
    drawn = [a_stop(f"s{n}", str(Decimal(a) / 1000), group=BALANCED) for n, a in enumerate(stops)]
    drawn += [
        a_profit(f"p{n}", str(Decimal(a) / 1000), group=BALANCED) for n, a in enumerate(profits)
    ]
    orders = {order.id: order for order in drawn}
    sides = {"s": Fraction(sum(stops), 1000), "p": Fraction(sum(profits), 1000)}
    for _ in range(data.draw(st.integers(1, 5))):
        open_ = [each for each in orders.values() if left_of(each) > 0]
        if not open_:
            break
        order = data.draw(st.sampled_from(open_))
        part = Decimal(data.draw(st.integers(1, int(left_of(order) * 1000)))) / 1000
        orders = stepped(orders.values(), order, filled(order, str(part)))

        sides = {side: max(total - Fraction(part), Fraction(0)) for side, total in sides.items()}
        for side, total in sides.items():
            left = sum(
                (Fraction(left_of(o)) for o in orders.values() if o.id[0] == side), Fraction(0)
            )
            assert total - Fraction(12, 1000) * 4 <= left <= total
            sides[side] = left


@given(amounts=amounts, target=st.integers(0, 2000))
def test_one_side_is_made_smaller_to_the_target_and_one_order_at_most_in_part(
    amounts: list[int], target: int
) -> None:
    side = [
        a_stop(f"o{n}", str(Decimal(amount) / 1000), reference=str(90 + n))
        for n, amount in enumerate(amounts)
    ]
    wanted = Decimal(target) / 1000

    changes = {order.id: left for order, left in reduced(side, wanted)}

    total = sum((changes.get(each.id, each.amount) for each in side), Decimal(0))
    assert total == min(wanted, sum((each.amount for each in side), Decimal(0)))
    assert sum(left > 0 for left in changes.values()) <= 1
    furthest = [f"o{n}" for n in reversed(range(len(side)))]
    assert list(changes) == furthest[: len(changes)]


@pytest.mark.parametrize(
    ("side", "price", "stop"), [("sell", "110", "104.5"), ("buy", "90", "95.5")]
)
def test_stops_follow_a_take_profit_that_fills_and_no_other(
    side: Side, price: str, stop: str
) -> None:

    group = a_group("trailing_on_filled_take_profit")
    profile = TrailingDistance(Decimal("5.5"), "absolute")
    level = "90" if side == "sell" else "110"
    guard = an_order("stop", "stop_loss", "1", side=side, stop=level, group=group, profile=profile)
    one = an_order("one", amount="0.5", side=side, price=price, group=group)
    two = an_order("two", amount="0.5", side=side, price=price, group=group)

    half = stepped((guard, one, two), one, filled(one, "0.25"))
    whole = stepped((guard, one, two), one, filled(one, "0.5"))

    assert revising.target(half["stop"]) == (Decimal("0.75"), None, Decimal(level))
    assert revising.target(whole["stop"]) == (Decimal("0.5"), None, Decimal(stop))


@pytest.mark.parametrize(
    ("rule", "members", "words"),
    [
        ("oco", (a_stop(),), "no other to cancel"),
        ("oco", (a_stop(), an_order("x", side="buy", price="1")), "buys and some of it sells"),
        ("oco", (a_stop(), an_order("x", "market")), "goes at market at once"),
        ("balanced", (a_stop(), a_stop("more")), "it has no profit"),
        ("balanced", (a_profit(),), "it has no stop"),
    ],
)
def test_what_can_be_no_group_is_said_before_it_is_one(
    rule: str, members: Members, words: str
) -> None:
    assert words in GROUP_RULES[rule].check(members)


def test_what_can_be_a_group_is_one() -> None:
    software = an_order("x", "market", trigger=Trigger(Decimal(120), "above"))

    assert GROUP_RULES["oco"].check((a_stop(), software)) == ""
    assert GROUP_RULES["balanced"].check((a_stop(), a_profit(), a_profit("more"))) == ""


class HalfEach:
    """A rule of a user's: whoever fills halves the others."""

    def after(
        self, members: Members, before: Order, order: Order, at: Millis, instrument: Instrument
    ) -> Iterator[Order]:
        del before, order, instrument
        for mate in members:
            yield revising.lessened(mate, left_of(mate) / 2, "halved", at)

    def check(self, members: Members) -> str:
        return "" if len(members) < 4 else "four are too many"


def test_a_rule_of_a_users_is_followed_by_its_name() -> None:
    rules: dict[str, GroupRule] = {"half_each": HalfEach()}
    group = a_group("half_each")
    profit, stop = a_profit(group=group), a_stop(group=group)
    after = filled(profit, "0.1")

    changed: Iterable[Order] = after_step(Graph.of((after, stop)), profit, after, NOW, rules, TERMS)

    assert [revising.target(order)[0] for order in changed] == [Decimal("0.5")]
