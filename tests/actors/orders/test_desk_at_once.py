"""Promises of the order desk where much is under way at a time: nothing waits that need not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest
import trio
from msgspec.structs import replace

from benthic.actors.orders.messages import CancelOrder, OrderChanged, OrderFilled
from benthic.actors.orders.model import Order
from benthic.runtime import AskTimeout

from .scripted import BID, BUY, PATIENCE, World, a_fill, run

BOUGHT = {"BTC": (Decimal(2), Decimal(0)), "USDT": (Decimal("799.8"), Decimal(0))}
HELD = {"USDT": (Decimal("799.8"), Decimal("200.2"))}
NOTHING_SPENT = {"USDT": (Decimal(1000), Decimal(0))}
SMALL = replace(BID, amount=Decimal("0.1"))


async def timed(world: World, step: Callable[[], Awaitable[object]]) -> int:
    """How many ms a step takes."""
    began = await world.now()
    await step()
    return await world.now() - began


async def soon(world: World, wanted: int) -> list[Order]:
    """The open orders once there are so many."""
    for _ in range(1_000):
        orders = await world.open_orders()
        if len(orders) >= wanted:
            return list(orders)
        await trio.sleep(0.001)
    pytest.fail("waited in vain")


def test_many_orders_are_under_way_at_a_time() -> None:
    async def story(world: World) -> None:
        world.venue.delay = 1_000

        async def place_all() -> None:
            async with trio.open_nursery() as nursery:
                for _ in range(20):
                    nursery.start_soon(world.place, SMALL)

        assert await timed(world, place_all) < 1_500  # one after the other it would be 20,000
        assert len(await world.open_orders()) == 20

    run(story)  # an order rests where nothing else is said


def test_a_cancel_does_not_wait_for_the_creates_of_others() -> None:
    async def story(world: World) -> None:
        resting = await world.place(SMALL)
        world.venue.delay = 2_000
        async with trio.open_nursery() as nursery:
            for _ in range(20):
                nursery.start_soon(world.place, SMALL)
            await trio.sleep(0.001)
            world.venue.delay = 0
            took = await timed(world, lambda: world.desk.ask(CancelOrder(resting.id)))
            assert took < 100

    run(story)  # an order rests where nothing else is said


def test_a_cancel_waits_for_the_create_of_its_own_order_and_for_nothing_else() -> None:
    async def story(world: World) -> None:
        world.venue.delay = 500
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.place, BID)
            (order,) = await soon(world, 1)
            after = await world.desk.ask(CancelOrder(order.id))

        assert after.status == "cancelled"
        assert await world.balances() == NOTHING_SPENT
        assert world.venue.cancels == [500]

    changes = [each.order.status for each in run(story, "rest").told(OrderChanged)]
    assert changes == ["accepted", "cancelled"]


def test_a_cancel_of_an_order_that_filled_as_it_was_placed_answers_with_the_filled_order() -> None:
    async def story(world: World) -> None:
        world.venue.delay = 500
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.place, BUY)
            (order,) = await soon(world, 1)
            after = await world.desk.ask(CancelOrder(order.id))

        assert after.status == "filled"
        assert await world.balances() == BOUGHT

    run(story, "fill")


def test_a_cancel_overtakes_a_look_up_that_is_under_way() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)  # its answer was lost
        world.venue.delay = 3_000
        await world.pass_time(PATIENCE.first + 100)  # it is being looked up
        assert len(world.venue.queries) == 1
        world.venue.delay = 10
        after = await world.desk.ask(CancelOrder(order.id))
        assert (after.status, await world.balances()) == ("cancelled", NOTHING_SPENT)

        await world.pass_time(60_000)  # the look-up comes back, and says that it is open
        assert await world.open_orders() == ()
        assert await world.balances() == NOTHING_SPENT

    run(story, "rest unheard")


def test_two_cancels_of_one_order_are_one_request_and_one_answer() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.delay = 200
        answers = list[Order]()

        async def cancel() -> None:
            answers.append(await world.desk.ask(CancelOrder(order.id)))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(cancel)
            nursery.start_soon(cancel)
        assert [answer.status for answer in answers] == ["cancelled", "cancelled"]
        assert world.venue.queries == []

    run(story, "rest")


def test_an_event_before_the_answer_is_adopted_and_the_answer_adds_nothing() -> None:
    async def story(world: World) -> None:
        world.venue.delay = 1_000
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.place, BUY)
            (order,) = await soon(world, 1)
            await world.hear(world.venue.orders[order.client_id])  # A6
            assert await world.balances() == BOUGHT
            await world.report(a_fill(order.client_id, amount="2"))  # B1
        assert await world.balances() == BOUGHT

    world = run(story, "fill")
    assert [each.order.status for each in world.told(OrderChanged)] == ["filled"]
    assert len(world.told(OrderFilled)) == 1  # F4


def test_an_event_settles_an_order_whose_answer_never_comes() -> None:
    async def story(world: World) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.place, BID)
            (order,) = await soon(world, 1)
            await world.hear(world.venue.orders[order.client_id])
            assert (await world.open_orders())[0].status == "accepted"
            await world.pass_time(PATIENCE.answer + 1)  # the answer is given up
        assert (await world.open_orders())[0].status == "accepted"
        assert await world.balances() == HELD

    run(story, "rest unheard")


def test_an_answer_without_an_event_is_enough() -> None:
    async def story(world: World) -> None:
        assert (await world.place(BID)).status == "accepted"  # A7
        await world.pass_time(600_000)
        assert (await world.open_orders())[0].status == "accepted"

    run(story, "rest")


def test_an_answer_after_its_deadline_belongs_to_nobody() -> None:
    async def story(world: World) -> None:
        world.venue.delay = PATIENCE.answer + 500
        order = await world.place(BUY)
        assert order.status == "unknown"
        world.venue.delay = 0
        await world.pass_time(500)  # A5: here it comes
        assert (await world.open_orders())[0].status == "unknown"
        await world.pass_time(PATIENCE.cap)

        assert await world.balances() == BOUGHT
        assert len(world.venue.submitted) == 1

    run(story, "fill")


def test_a_cancel_waits_for_one_commit_at_most_however_many_creates_wait() -> None:
    async def story(world: World) -> None:
        resting = await world.place(SMALL)
        world.disk.delay = 100
        async with trio.open_nursery() as nursery:
            for _ in range(20):  # two seconds of commits, and as many again for the answers
                nursery.start_soon(world.place, SMALL)
            await trio.sleep(0.001)
            took = await timed(world, lambda: world.desk.ask(CancelOrder(resting.id)))
            assert took <= 300  # the commit under way, one create, and its own

    run(story)  # an order rests where nothing else is said


def test_an_order_that_nobody_waits_for_any_more_is_not_sent() -> None:
    async def story(world: World) -> None:
        world.disk.delay = 100
        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(world.place, SMALL)
            await trio.sleep(0.001)
            with pytest.raises(AskTimeout):
                await world.desk.ask(SMALL, timeout=200)
        await world.pass_time(2_000)

        assert len(world.venue.submitted) == 3
        assert len(await world.open_orders()) == 3

    run(story)  # an order rests where nothing else is said


def test_an_answer_that_adds_nothing_to_an_event_leaves_nothing_in_doubt() -> None:
    async def story(world: World) -> None:
        world.venue.delay = 1_000
        async with trio.open_nursery() as nursery:
            nursery.start_soon(world.place, BID)
            (order,) = await soon(world, 1)
            await world.hear(world.venue.orders[order.client_id])  # A6
        await world.pass_time(30_000)

        assert (await world.open_orders())[0].status == "accepted"
        assert world.venue.queries == []

    run(story, "rest")


def test_a_cancel_that_is_refused_is_answered_by_a_look_up_that_was_made_after_it() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.delay = 3_000
        await world.pass_time(PATIENCE.first + 100)  # a look-up is under way, and finds it open
        world.venue.end(order.client_id, "cancelled")
        world.venue.delay = 0
        after = await world.desk.ask(CancelOrder(order.id))

        assert after.status == "cancelled"  # C9
        assert len(world.venue.queries) == 2

    run(story, "rest unheard")
