"""What is found when the venue's side is read: after a start, a cut line, and every so often."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from benthic.actors.exchange.errors import Unsettled
from benthic.actors.exchange.gate import GetGate
from benthic.actors.exchange.messages import FetchFills, FetchHoldings, FetchOpenOrders
from benthic.actors.market.holding import Holding
from benthic.actors.orders.messages import (
    CancelOrder,
    OrderFilled,
    StrayOrderFound,
)
from benthic.actors.orders.model import Order

from .scripted import BID, BUY, FENCE, PATIENCE, Venue, World, a_fill, run

ZERO = Decimal(0)
NOTHING_SPENT = {"USDT": (Decimal(1000), ZERO)}
HELD = {"USDT": (Decimal("799.8"), Decimal("200.2"))}
BOUGHT = {"BTC": (Decimal(2), ZERO), "USDT": (Decimal("799.8"), ZERO)}
GATE = "/unit/gate"
SWEEP = 60_000  # ms


def holding(asset: str, free: str, locked: str = "0") -> Holding:
    return Holding(asset, Decimal(free), Decimal(locked))


def holding_venue(*holdings: Holding) -> Venue:
    venue = Venue()
    venue.holdings = holdings
    return venue


async def obstacles(world: World) -> list[str]:
    """What keeps the gate closed."""
    return [each.what for each in await world.system.lookup(GATE).ask(GetGate())]


# -- orders


def test_an_end_of_which_no_event_came_is_found_by_the_sweep() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))  # B3
        await world.pass_time(SWEEP + 1_000)

        assert await world.balances() == BOUGHT

    run(story, "rest")


def test_a_fill_in_part_of_which_no_event_came_is_found_by_the_sweep() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "open", a_fill(order.client_id, amount="0.5"))
        await world.pass_time(SWEEP + 1_000)
        assert (await world.open_orders())[0].filled == Decimal("0.5")
        await world.pass_time(3 * SWEEP)

    assert len(run(story, "rest").told(OrderFilled)) == 1


def test_nothing_is_swept_while_nothing_is_live() -> None:
    async def story(world: World) -> None:
        await world.place(BUY)
        before = len(world.venue.asked)
        await world.pass_time(10 * SWEEP)
        assert len(world.venue.asked) == before

    run(story, "fill")


def test_an_order_that_the_venue_lost_while_the_bot_ran_ends_past_the_fence() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        del world.venue.orders[order.client_id]  # C6
        await world.pass_time(SWEEP + FENCE - 1_000)
        assert await world.balances() == HELD
        await world.pass_time(10_000)

        assert await world.balances() == NOTHING_SPENT

    run(story, "rest")


def test_all_is_read_again_after_every_time_that_the_line_came_up() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        await world.change_line("away", 1)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        assert await world.balances() == HELD
        world.venue.asked.clear()
        await world.change_line("up", 2)

        assert await world.balances() == BOUGHT
        kinds = [type(each) for each in world.venue.asked]
        assert kinds == [FetchOpenOrders, FetchFills, FetchHoldings]
        await world.change_line("away", 2)
        await world.change_line("up", 3)
        assert [type(each) for each in world.venue.asked] == kinds * 2

    run(story, "rest")


def test_a_pass_that_finds_the_venue_away_is_tried_again_until_it_is_through() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.is_away = True
        await world.change_line("away", 1)
        await world.change_line("up", 2)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        await world.pass_time(300_000)
        assert "orders" in await obstacles(world)
        assert len(world.venue.asked) < 20  # R9: ever more seldom
        world.venue.is_away = False
        await world.pass_time(2 * PATIENCE.cap)

        assert await world.balances() == BOUGHT
        assert await obstacles(world) == []

    run(story, "rest", gate=GATE)


def test_trades_are_read_to_the_end_and_each_is_booked_once() -> None:
    async def story(world: World) -> None:
        order = await world.place(replace(BID, amount=Decimal(8)))
        await world.crash_desk()
        fills = [a_fill(order.client_id, amount="0.01", trade_id=f"t-{n}") for n in range(700)]
        for fill in fills:
            world.venue.end(order.client_id, "open", fill)
        await world.crash_desk()  # C8
        assert (await world.open_orders())[0].filled == Decimal(7)
        await world.change_line("up", 2)
        assert (await world.open_orders())[0].filled == Decimal(7)

    assert len(run(story, "rest").told(OrderFilled)) == 700  # F4


def test_a_cancel_that_is_refused_is_not_sent_again() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "cancelled")
        after = await world.desk.ask(CancelOrder(order.id))
        assert after.status == "cancelled"  # C9: one refusal, one look-up
        assert len(world.venue.queries) == 1

    run(story, "rest")


def test_recovering_again_and_again_changes_nothing_more() -> None:
    async def story(world: World) -> None:
        await world.place(BID)
        for _ in range(3):
            await world.crash_desk()  # C1, C2, C5
            assert await world.balances() == HELD
        commits = len(list(world.disk.memory.commits("main")))
        await world.crash_desk()
        assert len(list(world.disk.memory.commits("main"))) == commits  # P4

    run(story, "rest")


async def lose_a_cancel(world: World, order: Order) -> None:
    """Cancel an order; the venue does it, and the answer is lost."""
    world.venue.errors.append(Unsettled("cancel", "cut line"))
    assert (await world.desk.ask(CancelOrder(order.id))).is_live
    world.venue.end(order.client_id, "cancelled")


def test_a_list_that_is_older_than_a_cancel_does_not_say_how_the_order_stands() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.read_delay = 500
        await world.pass_time(SWEEP + 100)  # it is on its way, and the order is in it
        await lose_a_cancel(world, order)
        await world.pass_time(3_000)

        assert await world.balances() == NOTHING_SPENT  # B15, A16

    run(story, "rest")


def test_a_look_up_that_is_older_than_a_cancel_does_not_say_how_the_order_stands() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.delay = 1_500
        await world.pass_time(PATIENCE.first + 100)  # it is on its way, and finds the order open
        assert len(world.venue.queries) == 1
        world.venue.delay = 0
        await lose_a_cancel(world, order)
        await world.pass_time(5_000)

        assert await world.balances() == NOTHING_SPENT

    run(story, "rest unheard")


def test_an_order_is_looked_up_by_one_request_at_a_time() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.delay = 9_000
        await world.pass_time(PATIENCE.first + 100)
        await lose_a_cancel(world, order)
        await world.pass_time(5_000)
        assert len(world.venue.queries) == 1
        world.venue.delay = 0
        await world.pass_time(10_000)

        assert len(world.venue.queries) == 2
        assert await world.balances() == NOTHING_SPENT

    run(story, "rest unheard")


def test_a_list_that_is_older_than_the_end_of_an_order_finds_no_stray() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.read_delay = 500
        await world.pass_time(SWEEP + 100)
        await world.desk.ask(CancelOrder(order.id))
        await world.pass_time(1_000)

    assert not run(story, "rest").told(StrayOrderFound)


def test_an_order_that_ended_here_and_still_rests_there_is_an_alarm() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        report = world.venue.orders[order.client_id]
        await world.desk.ask(CancelOrder(order.id))
        await world.pass_time(1_000)
        world.venue.foreign.append(report)
        await world.change_line("up", 2)

    (found,) = run(story, "rest").told(StrayOrderFound)  # O1
    assert found.order.epoch == 1
