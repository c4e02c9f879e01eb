"""What the account's stream tells, in whatever order, however often, of whomever."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations

import pytest
from msgspec.structs import replace

from benthic.actors.exchange.messages import FillReported, HoldingsReported, OrderReport
from benthic.actors.market import Fill
from benthic.actors.market.holding import Holding
from benthic.actors.orders.ids import client_id_of, epoch_of
from benthic.actors.orders.journal import Commit, JournalMemory
from benthic.actors.orders.messages import (
    CancelOrder,
    FillUnmatched,
    ForeignOrderSeen,
    ListForeignOrders,
    OrderFilled,
    StrayOrderFound,
)
from benthic.actors.portfolio.model import Balance
from benthic.runtime import Millis

from .scripted import BID, PRICE, Say, World, a_fill, run

ZERO = Decimal(0)
HELD = {"USDT": (Decimal("799.8"), Decimal("200.2"))}
BOUGHT = {"BTC": (Decimal(2), ZERO), "USDT": (Decimal("799.8"), ZERO)}
HALF = {"BTC": (Decimal("0.5"), ZERO), "USDT": (Decimal("949.95"), ZERO)}


def a_report(client_id: str, venue_id: str = "v-x", amount: str = "1") -> OrderReport:
    """An open order of somebody."""
    return OrderReport(
        *(client_id, venue_id, "BTC/USDT", "buy", "limit", Decimal(amount), PRICE, "open", ()),
        *(Millis(0), Millis(0)),
    )


async def tell(world: World, *events: object) -> None:
    for event in events:
        await world.connector.ask(Say(event))
    await world.system.settle()


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_reports_in_any_order_and_again_lead_to_the_same_books(order: tuple[int, ...]) -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        first = a_fill(placed.client_id, amount="0.5", trade_id="t-1")
        second = a_fill(placed.client_id, amount="1.5", trade_id="t-2")
        part = world.venue.end(placed.client_id, "open", first)
        whole = world.venue.end(placed.client_id, "filled", second)
        steps: list[list[OrderReport | Fill]] = [[part], [whole], [first, second]]
        for place in (*order, *order):  # B1, B2
            for event in steps[place]:
                if isinstance(event, OrderReport):
                    await world.hear(event)
                else:
                    await world.report(event)

        assert await world.balances() == BOUGHT
        assert await world.open_orders() == ()

    world = run(story, "rest")
    assert sorted(e.fill.trade_id for e in world.told(OrderFilled)) == ["t-1", "t-2"]  # F4
    assert not world.told(FillUnmatched)


def test_a_cancelled_order_keeps_what_pays_for_trades_that_are_still_to_be_told() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        late = a_fill(placed.client_id, amount="0.5")
        full = world.venue.end(placed.client_id, "cancelled", late)
        await world.hear(replace(full, fills=(), filled=Decimal("0.5")))  # A18
        assert await world.balances() == HELD

        await world.report(late)
        await world.pass_time(60_000)
        assert await world.balances() == HALF
        await world.report(late)
        assert await world.balances() == HALF

    run(story, "rest")


@pytest.mark.parametrize("cause", ["EXPIRED_IN_MATCH", "cancelled by the venue"])
def test_an_end_that_the_venue_chose_is_adopted_with_its_cause(cause: str) -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        part = a_fill(placed.client_id, amount="0.5")
        ended = world.venue.end(placed.client_id, "cancelled", part)
        await world.hear(replace(ended, filled=Decimal("0.5"), cause=cause))  # A24, A26

        assert await world.balances() == HALF

    world = run(story, "rest")
    (*_, last) = world.disk.memory.commits("main")
    assert last.orders[0].status == "cancelled"
    assert cause in last.orders[0].evidence


def test_an_old_report_of_an_order_that_has_ended_changes_nothing() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        open_still = world.venue.orders[placed.client_id]
        await world.desk.ask(CancelOrder(placed.id))
        await world.hear(open_still)  # B2, B15

        assert await world.open_orders() == ()
        assert await world.balances() == {"USDT": (Decimal(1000), ZERO)}

    world = run(story, "rest")
    assert not world.told(StrayOrderFound)


def test_trades_that_are_delivered_again_after_a_restart_change_nothing() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        fill = a_fill(placed.client_id, amount="2")
        world.venue.end(placed.client_id, "filled", fill)
        await world.report(fill)
        await world.crash_desk()
        await world.report(fill)  # B4
        await world.hear(world.venue.orders[placed.client_id])

        assert await world.balances() == BOUGHT

    world = run(story, "rest")
    assert not world.told(FillUnmatched)
    assert not world.told(ForeignOrderSeen)


def test_a_late_trade_of_an_order_that_ended_before_the_restart_is_booked_once() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        await world.desk.ask(CancelOrder(placed.id))
        await world.crash_desk()
        late = a_fill(placed.client_id, amount="0.5")
        await world.report(late)  # A18, and the desk was somebody else then
        await world.report(late)

        assert await world.balances() == HALF

    assert not run(story, "rest").told(FillUnmatched)


def test_orders_of_somebody_else_are_kept_apart_and_never_touched() -> None:
    async def story(world: World) -> None:
        by_hand = a_report("web_12", "v-1")
        await world.hear(by_hand)
        await world.hear(by_hand)
        await world.hear(a_report("", "v-2"))
        seen = await world.desk.ask(ListForeignOrders())
        assert [each.report.venue_id for each in seen] == ["v-1", "v-2"]
        await world.hear(replace(by_hand, status="cancelled"))

        assert len(await world.desk.ask(ListForeignOrders())) == 1
        assert await world.open_orders() == ()
        assert await world.balances() == {"USDT": (Decimal(1000), ZERO)}  # A27

    world = run(story)
    assert len(world.told(ForeignOrderSeen)) == 3
    assert not world.told(StrayOrderFound)


def test_an_order_with_a_name_of_an_older_life_that_is_in_no_book_is_an_alarm() -> None:
    stray = client_id_of("0000002a-0000-8001-8000-000000000009")
    assert epoch_of(stray) == 1

    async def story(world: World) -> None:
        await world.crash_desk()  # this is the second life
        world.venue.foreign.append(a_report(stray))
        await world.change_line("up", 2)
        await world.pass_time(60_000)

        (found,) = await world.desk.ask(ListForeignOrders())
        assert (found.epoch, found.is_stray) == (1, True)

    world = run(story)
    assert [each.order.report.client_id for each in world.told(StrayOrderFound)] == [stray]  # C17


def test_fees_in_a_third_asset_and_rebates_come_from_that_asset() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        rebate = replace(a_fill(placed.client_id, amount="1", trade_id="t-1"), fee=Decimal("-0.05"))
        await world.report(replace(rebate, fee_asset="BNB"))  # B10: paid to us, in BNB
        fee = replace(a_fill(placed.client_id, amount="1", trade_id="t-2"), fee=Decimal("0.02"))
        await world.report(replace(fee, fee_asset="BNB"))

        assert await world.balances() == {
            "BNB": (Decimal("0.03"), ZERO),
            "BTC": (Decimal(2), ZERO),
            "USDT": (Decimal(800), ZERO),
        }

    run(story, "rest")


@pytest.mark.parametrize("first", ["holdings", "fill"])
def test_holdings_are_a_check_and_never_added(first: str) -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        fill = a_fill(placed.client_id, amount="2")
        world.venue.end(placed.client_id, "filled", fill)
        after = (
            Holding("BTC", Decimal(2), ZERO),
            Holding("USDT", Decimal("799.8"), ZERO),
        )
        world.venue.holdings = after
        told: list[object] = [HoldingsReported(after, Millis(0)), FillReported(fill)]
        await tell(world, *(told if first == "holdings" else reversed(told)))  # B8
        await world.pass_time(10_000)

        assert await world.balances() == BOUGHT

    run(story, "rest")


def test_a_trade_without_a_client_id_is_found_by_asking_for_what_is_live() -> None:
    async def story(world: World) -> None:
        placed = await world.place(BID)
        fill = a_fill(placed.client_id, amount="2")
        world.venue.end(placed.client_id, "filled", fill)
        nameless: Fill = replace(fill, client_id="", at=Millis(10))
        await tell(world, FillReported(nameless))
        await world.pass_time(120_000)

        assert await world.balances() == BOUGHT

    run(story, "rest")


def test_a_trade_of_an_order_that_ended_long_ago_is_no_news() -> None:
    memory = JournalMemory()
    order = run(place_bid, "rest").disk.memory.load("main").orders[0]
    fills = [a_fill(f"bn-{n}", amount="2", trade_id=f"t-{n}") for n in range(1_100)]
    for fill in fills:
        ended = replace(order, id=fill.client_id, client_id=fill.client_id, held=ZERO)
        ended = replace(ended, status="filled", filled=Decimal(2))
        memory.append(Commit("main", (ended,), (fill,), (), (Balance("USDT", PRICE, ZERO),)))

    async def story(world: World) -> None:
        for fill in (fills[0], fills[50], fills[-1]):
            await world.report(fill)  # B4
        await world.report(a_fill("bn-x", amount="1", trade_id="t-x"))

    world = run(story, memory=memory)
    assert [each.fill.trade_id for each in world.told(FillUnmatched)] == ["t-x"]


async def place_bid(world: World) -> None:
    await world.place(BID)
