"""Promises of the desk for orders that belong together: all of a batch is kept, or none of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from benthic.actors.orders.drafts import Draft, EditOrder, PlaceOrders
from benthic.actors.orders.messages import (
    CancelOrder,
    NoSuchOrder,
    NotDurable,
    OrderChanged,
    Unplaceable,
)

from .scripted import World, run

ENTRY = {"side": "buy", "kind": "limit", "price": Decimal(100)}
EXIT = {"side": "sell", "kind": "limit", "price": Decimal(120), "after": "entry"}


def a_draft(name: str, **fields: Any) -> Draft:
    """One order of 2."""
    return Draft(name=name, symbol="BTC/USDT", amount=Decimal(2), **fields)


BATCH = PlaceOrders((a_draft("entry", **ENTRY), a_draft("exit", **EXIT)))


def test_a_batch_is_durable_in_one_commit_before_any_of_it_is_sent() -> None:
    async def story(world: World) -> None:
        entry, child = await world.desk.ask(BATCH)
        assert (entry.status, child.status) == ("due", "chained")
        await world.pass_time(1_000)
        assert world.venue.submitted == [entry.client_id]
        assert [order.status for order in await world.open_orders()] == ["accepted", "chained"]

    world = run(story, "rest")
    _, batch, intent, *_ = world.disk.memory.commits("main")
    assert [order.status for order in batch.orders] == ["due", "chained"]
    assert [order.status for order in intent.orders] == ["intent"]


def test_only_what_is_sent_reserves_anything() -> None:
    async def story(world: World) -> None:
        orders = await world.desk.ask(BATCH)
        assert [order.held for order in orders] == [0, 0]
        await world.pass_time(1_000)

        assert await world.balances() == {"USDT": (Decimal("799.8"), Decimal("200.2"))}  # F3

    run(story, "rest")


def test_a_fill_frees_its_child_in_the_same_commit() -> None:
    async def story(world: World) -> None:
        await world.desk.ask(BATCH)
        await world.pass_time(1_000)

    world = run(story, "fill")
    filled = next(each for each in world.disk.memory.commits("main") if each.fills)
    assert [order.status for order in filled.orders] == ["filled", "due"]  # G1, C3


def test_nothing_of_a_batch_that_cannot_be_kept_is_known() -> None:
    async def story(world: World) -> None:
        world.disk.commits_left = 0
        with pytest.raises(NotDurable):
            await world.desk.ask(BATCH)

        assert await world.open_orders() == ()

    run(story, "rest")


def test_a_parent_that_is_cancelled_takes_its_child_along() -> None:
    async def story(world: World) -> None:
        entry, child = await world.desk.ask(BATCH)
        await world.desk.ask(CancelOrder(entry.id))

        assert await world.open_orders() == ()
        ended = [each.order for each in world.told(OrderChanged) if each.order.id == child.id]
        assert ended[-1].status == "cancelled"

    run(story, "rest")


def test_an_order_that_waits_for_a_price_is_refused_where_nobody_tells_of_one() -> None:
    stop = a_draft("stop", side="sell", kind="stop_loss", stop=Decimal(90))

    async def story(world: World) -> None:
        with pytest.raises(Unplaceable, match="this desk has no feed: give it one"):
            await world.desk.ask(PlaceOrders((stop,)))

        assert await world.open_orders() == ()

    run(story, "rest")


def test_an_order_that_is_not_there_is_not_edited() -> None:
    async def story(world: World) -> None:
        with pytest.raises(NoSuchOrder):
            await world.desk.ask(EditOrder("nobody", amount=Decimal(1)))

    run(story, "rest")
