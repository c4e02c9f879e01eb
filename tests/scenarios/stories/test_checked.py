"""The checker is proven: a desk that is wrong after a death is found out, by the stories alone.

No invariant looks on here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from benthic.actors.exchange.adapters.adapter import Adapter
from benthic.actors.exchange.messages import Submit
from benthic.actors.orders import chains
from benthic.actors.orders.clerk import Clerk
from benthic.actors.orders.model import Order
from benthic.actors.orders.register import OrderRegister
from benthic.scenarios.planted import Bug
from benthic.scenarios.stories import Telling, find_story, read_deaths, tell
from benthic.storage import tables

Change = Callable[[Any, Order], Order]


def _comes_back(change: Change) -> Callable[[Any], Any]:
    """A clerk that takes some orders for something else once it has read them back."""

    def planted(right: Any) -> Any:
        async def open_account(self: Any, portfolio: Any, journal: Any) -> Any:
            snapshot = await right(self, portfolio, journal)
            if not snapshot.orders:
                return snapshot
            orders = tuple(change(self, order) for order in snapshot.orders)
            self.orders = OrderRegister(orders, snapshot.trades, snapshot.ended)
            return replace(snapshot, orders=orders)

        return open_account

    return planted


def _sends_children_twice(right: Any) -> Any:
    """What bounds a risk goes out once more, under another name."""

    async def submit(self: Any, exchange: Any, order: Submit) -> Any:
        if order.purpose == "protective":
            await right(self, exchange, replace(order, client_id=f"{order.client_id[:-1]}x"))
        return await right(self, exchange, order)

    return submit


def _waits_for_nobody(_: Any, order: Order) -> Order:
    """What waits for its parent is forgotten to wait."""
    plan = order.plan
    if plan is None or order.status != "chained":
        return order
    return replace(order, plan=replace(plan, chain=None))


def _is_of_no_group(_: Any, order: Order) -> Order:
    return order if order.plan is None else replace(order, plan=replace(order.plan, group=None))


def _reads_without_groups(right: Any) -> Any:
    def read_live(txn: Any, handles: Any, head: Any) -> tuple[Order, ...]:
        return tuple(_is_of_no_group(None, order) for order in right(txn, handles, head))

    return read_live


def _loses_the_youngest(right: Any) -> Any:
    def read_live(txn: Any, handles: Any, head: Any) -> tuple[Order, ...]:
        orders: tuple[Order, ...] = right(txn, handles, head)
        return orders[:-1]

    return read_live


def _frees_all_of_it(right: Any) -> Any:
    """A child is set free for all that it will ever be, whatever its parent has filled."""

    def amount_for(chain: Any, parent: Order, instrument: Any) -> Any:
        return chain.amount if parent.filled else right(chain, parent, instrument)

    return amount_for


def bug(name: str, owner: Any, part: str, wrong: Callable[[Any], Any]) -> Bug:
    return Bug(name=name, words=name, codes=(), owner=owner, part=part, wrong=wrong)


WRONG: tuple[tuple[Bug, str, str, str], ...] = (
    (
        bug("sends_children_twice", Adapter, "submit", _sends_children_twice),
        "both_rest_and_stopped_out",
        "4:after",
        "in no book",
    ),
    (
        bug("forgets_a_child", Clerk, "open", _comes_back(_waits_for_nobody)),
        "bought_at_a_limit_and_gained",
        "3:after",
        "stop is chained, and should be cancelled",
    ),
    (
        bug("forgets_a_group", Clerk, "open", _comes_back(_is_of_no_group)),
        "both_rest_and_gained",
        "7:after",
        "stop is accepted, and should be cancelled",
    ),
    (
        bug("reads_orders_back_without_their_group", tables, "read_live", _reads_without_groups),
        "bought_and_held",
        "4:after",
        "came back as another",
    ),
    (
        bug("loses_an_order_of_the_store", tables, "read_live", _loses_the_youngest),
        "bought_and_held",
        "4:before",
        "came back absent",
    ),
    (
        bug("closes_more_than_was_bought", chains, "amount_for", _frees_all_of_it),
        "entry_taken_back_after_a_part",
        "5:after",
        "are offered at a time, of which 0.04 are left",
    ),
)


def told(name: str, at: str) -> Telling:
    (deaths,) = read_deaths(at)
    return tell(find_story(name), deaths, checkers=())


@pytest.mark.parametrize(
    ("wrong", "name", "at", "words"), WRONG, ids=[each[0].name for each in WRONG]
)
def test_a_wrong_desk_is_found_out_by_the_stories_alone(
    wrong: Bug, name: str, at: str, words: str
) -> None:
    with wrong.planted():
        telling = told(name, at)

    assert any(words in problem for problem in telling.problems), telling.problems


@pytest.mark.parametrize(("name", "at"), sorted({(each[1], each[2]) for each in WRONG}))
def test_the_right_desk_is_not(name: str, at: str) -> None:
    assert told(name, at).problems == ()
