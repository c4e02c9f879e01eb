"""What the sweep of deaths would find of orders that belong together: each is planted and told."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from benthic.actors.market.side import Side
from benthic.actors.orders.drafts import PlaceOrders
from benthic.actors.orders.journal import Commit
from benthic.actors.orders.model import Order
from benthic.actors.orders.plan import NO_PLAN
from benthic.benchmarks.deaths.check import Look
from benthic.benchmarks.deaths.held import Held, held
from benthic.benchmarks.deaths.mix import Mix
from benthic.benchmarks.graph_family import Family
from benthic.runtime import Millis
from benthic.scenarios.world import Books, Told, TrueOrder
from benthic.scenarios.world.batches import guarded

WHOLE = Fraction(1)


@attrs.define
class There:
    """An exchange with these orders."""

    known: list[TrueOrder]
    price: Fraction | None = Fraction(100)

    def orders(self) -> list[TrueOrder]:
        return self.known

    def open_orders(self) -> list[TrueOrder]:
        return [each for each in self.known if each.is_open]


class Home:
    """A bot whose entry has filled, whose stop rests and whose take profit waits its turn."""

    def __init__(self) -> None:
        entry = {"kind": "limit", "price": "100"}
        drafts, groups = guarded("buy", "0.2", stop="98", take_profit="104", entry=entry)
        self.family = Family(PlaceOrders(drafts, groups), Decimal(100))
        self.told: list[Told] = []
        self.family.settle()
        self.family.fill(self.family.entry, WHOLE)
        self.family.settle()
        self.books = Books()
        self.commit(*(named(each) for each in self.family.orders.values()))
        self.there = There([true(self.entry, "filled"), true(self.stop)])

    def commit(self, *orders: Order) -> None:
        self.books.take(Commit("main", orders, (), (), ()))

    def order(self, place: int) -> Order:
        return list(self.books.orders.values())[place]

    @property
    def entry(self) -> Order:
        return self.order(0)

    @property
    def stop(self) -> Order:
        return self.order(1)

    @property
    def profit(self) -> Order:
        return self.order(2)

    @property
    def look(self) -> Look:
        return Look(self.books, self.told, self.there)

    def found(self, acks: Sequence[Order] = ()) -> list[str]:
        look = self.look
        known = {each.id: each for each in acks}
        return [*look.in_motion(), *look.doubled(), *look.lost(known)]


def named(order: Order) -> Order:
    return replace(order, client_id=f"bn-{order.client_id}")


def true(order: Order, status: str = "new") -> TrueOrder:
    plan = order.plan or NO_PLAN
    return TrueOrder(
        client_id=order.client_id,
        number=1,
        symbol="BTCUSDT",
        side=order.side,
        status=status,
        amount=Fraction(order.amount),
        price=Fraction(order.price or 0),
        filled=Fraction(order.filled),
        cost=Fraction(0),
        created_at=Millis(1),
        stop=Fraction(plan.stop or 0),
    )


@pytest.fixture
def home() -> Home:
    return Home()


def test_a_guarded_position_is_in_order(home: Home) -> None:
    assert [each.status for each in home.books.orders.values()] == [
        "filled",
        "accepted",
        "inactive",
    ]
    assert home.found([home.entry, home.stop, home.profit]) == []


def test_what_was_open_as_it_died_is_counted(home: Home) -> None:
    assert held(home.books) == Held(positions=1, stops=1, profits=1, groups=1, triggers=1)


def test_a_child_that_rests_twice_is_doubled(home: Home) -> None:
    home.there.known.append(true(home.stop))

    assert f"doubled: {home.stop.client_id} is at the exchange 2 times" in home.found()


def test_a_child_that_rests_under_an_earlier_name_as_well_is_doubled(home: Home) -> None:
    before = home.stop
    home.commit(replace(before, client_id="bn-anew"))
    home.there.known.append(true(home.stop))

    names = f"bn-anew and {before.client_id}"
    assert f"doubled: {before.id} rests at the exchange as {names}" in home.found()


def test_a_child_that_is_not_at_the_exchange_is_missed(home: Home) -> None:
    home.there.known.pop()

    assert f"{home.stop.client_id} is accepted here, and not open at the exchange" in home.found()


def test_a_child_that_nobody_has_in_a_book_is_told(home: Home) -> None:
    home.there.known.append(attrs.evolve(true(home.stop), client_id="bn-nobody"))

    found = home.found()
    assert "bn-nobody is open at the exchange, and no order here is out under that name" in found
    assert "lost: bn-nobody is at the exchange, and the store knows nothing of it" in found


@pytest.mark.parametrize(
    ("doctored", "words"),
    [
        ({"stop": Fraction(97)}, "stop 98 here, 97 at the exchange"),
        ({"amount": Fraction(1, 10)}, "amount 0.2 here, 0.1 at the exchange"),
        ({"price": Fraction(98)}, "price 0 here, 98 at the exchange"),
        ({"side": "buy"}, "side sell here, buy at the exchange"),
    ],
)
def test_a_child_that_rests_otherwise_than_the_store_says_is_told(
    home: Home, doctored: Any, words: str
) -> None:
    home.there.known[1] = attrs.evolve(home.there.known[1], **doctored)

    assert home.found() == [f"{home.stop.client_id}: {words}"]


def test_a_child_that_still_waits_for_a_parent_that_has_filled_is_lost(home: Home) -> None:
    home.commit(replace(home.profit, status="chained"))

    assert home.found() == [
        f"lost: {home.profit.client_id} waits for {home.entry.client_id}, which is filled"
    ]


def test_a_child_that_is_not_set_free_for_a_part_is_lost(home: Home) -> None:
    part = replace(home.entry, status="accepted", filled=Decimal("0.1"))
    home.commit(part, replace(home.profit, status="chained"))
    home.there.known[0] = true(home.entry, "partial")

    assert (
        f"lost: {home.profit.client_id} is still chained, and to be sent for 0.1 of what "
        f"{home.entry.client_id} has filled" in home.found()
    )


@pytest.mark.parametrize(
    ("doctored", "words"),
    [
        ({"trigger": None}, "waits for nothing"),
        ({"shelved_for": "o-999"}, "made way for o-999, which is over"),
    ],
)
def test_a_child_that_nobody_watches_for_is_lost(home: Home, doctored: Any, words: str) -> None:
    home.commit(replace(home.profit, plan=replace(home.profit.plan or NO_PLAN, **doctored)))

    assert home.found() == [f"lost: {home.profit.client_id} is inactive, and {words}"]


def test_a_child_whose_price_is_there_and_that_waits_on_is_told(home: Home) -> None:
    home.there.price = Fraction(105)

    assert home.found() == [f"{home.profit.client_id} waits for 104.00, and 105.00 is there"]


def test_a_position_whose_stop_is_gone_is_told_unless_somebody_wanted_that(home: Home) -> None:
    home.commit(
        replace(home.stop, status="cancelled", held=Decimal(0), evidence="off the book"),
        replace(home.profit, status="cancelled", evidence="nobody knows why"),
    )
    home.there.known[1] = true(home.stop, "cancelled")

    assert home.found() == [f"lost: 0.2 of {home.entry.client_id} is held, and 0 of it has a stop"]
    fields = {"order": home.entry.id}
    home.told.append(Told(at=Millis(1), life=1, level="error", event="unguarded", fields=fields))
    assert home.found() == []


def test_a_child_that_ended_without_a_reason_is_lost(home: Home) -> None:
    home.commit(replace(home.profit, status="cancelled", evidence=""))

    assert f"lost: {home.profit.client_id} is cancelled, and nothing says why" in home.found()


def test_a_child_that_is_due_and_of_which_nobody_says_why_is_told(home: Home) -> None:
    home.commit(replace(home.profit, status="due"))

    why = f"{home.profit.client_id} is due, and nobody says in life 1 why it waits"
    assert home.found() == [why]
    fields = {"order": home.profit.id}
    told = Told(at=Millis(1), life=1, level="warning", event="order held up", fields=fields)
    home.told.append(told)
    assert home.found() == []


def test_more_sold_than_was_bought_is_told(home: Home) -> None:
    home.commit(
        replace(home.stop, status="filled", filled=Decimal("0.2")),
        replace(home.profit, status="filled", filled=Decimal("0.2")),
    )

    found = home.found()
    over = "doubled: 0.2 more than 0.200 was closed of what"
    assert f"{over} {home.entry.client_id} had opened" in found
    names = f"{home.stop.client_id} and {home.profit.client_id}"
    assert f"doubled: {names} have filled, of which one ends the other" in found


def test_a_child_that_was_answered_and_is_gone_is_lost(home: Home) -> None:
    gone = replace(home.stop, id="o-9", client_id="bn-gone", status="chained")

    assert home.found([gone]) == [
        "lost: bn-gone was told of as chained, and the store knows nothing of it"
    ]


def test_an_order_that_goes_on_under_another_name_is_not_taken_for_lost(home: Home) -> None:
    before = home.stop
    home.there.known[1] = true(before, "cancelled")
    home.commit(replace(before, client_id="bn-anew"))
    home.there.known.append(true(home.stop))

    assert home.found([before]) == []


def test_an_order_that_went_back_under_its_own_name_is_lost(home: Home) -> None:
    before = home.stop
    home.commit(replace(before, status="due"))

    assert f"lost: {before.client_id} was told of as accepted, is due" in home.found([before])


@given(st.integers(0, 2**32), st.sampled_from(["buy", "sell"]))
def test_what_is_placed_at_a_bot_that_is_to_die_is_taken_by_a_desk(seed: int, side: Side) -> None:
    mix = Mix(Random(seed), Fraction(60_000), Millis(1))  # noqa: S311 - chance that can be had again
    drafts, groups = mix.any(side)
    names = {draft.name for draft in drafts}

    assert len(names) == len(drafts)
    assert all(draft.after in {"", *names} for draft in drafts)
    assert {draft.group for draft in drafts} <= {"", *(group.name for group in groups)}
    for parent in names:
        for group in {draft.group for draft in drafts if draft.after == parent and draft.group}:
            whole = next(draft.amount for draft in drafts if draft.name == parent)
            ends = [draft for draft in drafts if draft.group == group]
            stop = sum(draft.amount for draft in ends if draft.name.startswith("stop"))
            profit = sum(draft.amount for draft in ends if draft.name.startswith("profit"))
            assert stop == profit == whole
