"""Promises of the order desk while all is well, and where the venue or the journal says no."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from benthic.actors.exchange.messages import FillReported, OrderRejected
from benthic.actors.orders.ids import client_id_of
from benthic.actors.orders.messages import (
    CancelOrder,
    FillUnmatched,
    NoSuchOrder,
    NotDurable,
    OrderChanged,
    OrderFilled,
    PlaceOrder,
    Unplaceable,
)
from benthic.actors.portfolio.messages import InsufficientFunds

from .scripted import BID, BUY, PRICE, Say, Turn, World, a_fill, run

ZERO = Decimal(0)
NOTHING_SPENT = {"USDT": (Decimal(1000), Decimal(0))}
BID_RESTS = {"USDT": (Decimal("799.8"), Decimal("200.2"))}


def test_a_market_order_that_fills_at_once_is_paid_and_journalled() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)

        assert (order.status, order.filled, order.cost, order.fee) == (
            "filled",
            Decimal(2),
            Decimal(200),
            Decimal("0.2"),
        )
        assert await world.balances() == {
            "BTC": (Decimal(2), ZERO),
            "USDT": (Decimal("799.8"), ZERO),
        }

    world = run(story, "fill")
    deposit, intent, end = world.disk.memory.commits("main")
    assert [line.account for line in deposit.entries] == ["venue", "available"]
    assert [order.status for order in (*intent.orders, *end.orders)] == ["intent", "filled"]
    assert [type(event) for event in world.heard] == [OrderChanged, OrderFilled]


def test_the_intent_is_durable_before_the_venue_hears_of_the_order() -> None:
    async def story(world: World) -> None:
        world.disk.commits_left = 0
        with pytest.raises(NotDurable, match=r"no room left on the disk.*make room"):
            await world.place(BUY)

        assert world.venue.submitted == []  # O3, K3
        assert await world.balances() == NOTHING_SPENT

    run(story, "fill")


def test_a_refused_order_releases_its_reservation_once() -> None:
    async def story(world: World) -> None:
        for _ in range(2):
            with pytest.raises(OrderRejected, match="says the venue"):
                await world.place(BUY)

        assert await world.balances() == NOTHING_SPENT  # F3, A9

    world = run(story, "reject", "reject")
    statuses = [o.status for commit in world.disk.memory.commits("main") for o in commit.orders]
    assert statuses == ["intent", "refused", "intent", "refused"]


def test_an_order_that_the_account_cannot_pay_is_refused_before_anything_is_written() -> None:
    async def story(world: World) -> None:
        with pytest.raises(InsufficientFunds, match=r"needs 1001\.00000 USDT but 1000"):
            await world.place(replace(BUY, amount=Decimal(10)))

        assert await world.balances() == NOTHING_SPENT

    assert len(list(run(story).disk.memory.commits("main"))) == 1


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (replace(BUY, amount=Decimal("0.001")), "LOT_SIZE"),
        (replace(BUY, amount=Decimal("0.09")), "MIN_NOTIONAL"),
        (replace(BUY, amount=Decimal(-2)), "amount -2 is not above 0"),
        (replace(BUY, amount=Decimal("NaN")), "amount NaN is not above 0"),
        (replace(BUY, reference=None), "a market order needs `reference`"),
        (replace(BUY, price=PRICE), "a market order needs `reference`"),
        (replace(BID, price=None), "a limit order needs `price`"),
        (replace(BID, price=Decimal("0.5")), "PRICE_FILTER"),
        (replace(BUY, symbol="BTC/EUR"), "this desk trades BTC/USDT"),
        (replace(BUY, side="hold"), "'hold' 'market' is no order"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_an_order_that_breaks_a_rule_is_refused_with_the_rule(
    order: PlaceOrder, reason: str
) -> None:
    async def story(world: World) -> None:
        with pytest.raises(Unplaceable, match=reason):
            await world.place(order)

        assert world.venue.submitted == []  # A10

    run(story)


def test_amount_and_price_are_moved_to_their_steps_and_never_to_worse() -> None:
    async def story(world: World) -> None:
        off_step = replace(BID, amount=Decimal("2.019"), price=Decimal("100.9"))
        order = await world.place(off_step)

        assert (order.amount, order.price) == (Decimal("2.01"), PRICE)

    run(story, "rest")


def test_a_resting_order_fills_in_parts_and_each_report_counts_once() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        assert await world.balances() == BID_RESTS
        first = a_fill(order.client_id, amount="0.5", trade_id="t-1")
        second = a_fill(order.client_id, amount="1.5", trade_id="t-2")
        await world.report(first)
        assert await world.balances() == {
            "BTC": (Decimal("0.5"), ZERO),
            "USDT": (Decimal("799.8"), Decimal("150.15")),
        }
        for fill in (first, second, first, second):  # F4, B1, B2
            await world.report(fill)

        assert await world.balances() == {
            "BTC": (Decimal(2), ZERO),
            "USDT": (Decimal("799.8"), ZERO),
        }
        assert await world.open_orders() == ()

    world = run(story, "rest")
    assert not [event for event in world.heard if isinstance(event, FillUnmatched)]
    filled = [event.fill.trade_id for event in world.heard if isinstance(event, OrderFilled)]
    assert filled == ["t-1", "t-2"]


def test_a_cancel_releases_what_has_not_filled() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        fill = a_fill(order.client_id, amount="0.5")
        world.venue.end(order.client_id, "open", fill)  # its report is still on the way
        after = await world.desk.ask(CancelOrder(order.id))

        assert (after.status, after.filled, after.held) == ("cancelled", Decimal("0.5"), ZERO)
        await world.report(fill)
        assert await world.balances() == {
            "BTC": (Decimal("0.5"), ZERO),
            "USDT": (Decimal("949.95"), ZERO),
        }

    run(story, "rest")


def test_a_trade_that_is_reported_after_the_cancel_is_booked_once() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        await world.desk.ask(CancelOrder(order.id))
        late = a_fill(order.client_id, amount="0.5")
        await world.report(late)
        await world.report(late)

        assert await world.balances() == {  # A18
            "BTC": (Decimal("0.5"), ZERO),
            "USDT": (Decimal("949.95"), ZERO),
        }

    run(story, "rest")


def test_a_cancel_that_comes_too_late_finds_out_how_the_order_ended() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        after = await world.desk.ask(CancelOrder(order.id))

        assert after.status == "filled"  # A17, C9: one refusal, one look-up
        assert len(world.venue.queries) == 1

    run(story, "rest")


def test_a_cancel_without_an_answer_leaves_the_order_live_until_it_is_known() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.is_away = True
        after = await world.desk.ask(CancelOrder(order.id))
        assert (after.status, await world.balances()) == ("accepted", BID_RESTS)  # A16, O6

        world.venue.is_away = False
        world.venue.end(order.client_id, "cancelled")
        await world.pass_time(60_000)

        assert await world.balances() == NOTHING_SPENT

    run(story, "rest")


def test_cancelling_what_is_not_open_is_refused() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)
        with pytest.raises(NoSuchOrder, match="it has ended, or was never placed here"):
            await world.desk.ask(CancelOrder(order.id))

    run(story, "fill")


def test_a_fill_event_before_the_answer_of_the_order_counts_once() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)
        await world.report(a_fill(order.client_id, amount="2"))  # A6: the same trade again

        assert await world.balances() == {
            "BTC": (Decimal(2), ZERO),
            "USDT": (Decimal("799.8"), ZERO),
        }

    run(story, "fill")


@pytest.mark.parametrize("amount", ["0.5", "3"], ids=["foreign order", "too much"])
def test_a_trade_that_does_not_fit_is_said_aloud_and_not_booked(amount: str) -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        stranger = client_id_of("00000000-0000-8000-8000-000000000000")
        client_id = stranger if amount == "0.5" else order.client_id
        await world.report(a_fill(client_id, amount=amount))

        assert await world.balances() == BID_RESTS  # A27, F5

    assert [e for e in run(story, "rest").heard if isinstance(e, FillUnmatched)] != []


def test_open_orders_are_listed_oldest_first() -> None:
    async def story(world: World) -> None:
        placed = [await world.place(replace(BID, price=Decimal(price))) for price in (99, 98, 97)]
        await world.report(a_fill(placed[0].client_id, amount="1"))

        assert [order.id for order in await world.open_orders()] == [o.id for o in placed]

    run(story, "rest", "rest", "rest")


def test_ids_are_never_used_twice_even_across_restarts() -> None:
    seen: list[str] = []

    async def story(world: World) -> None:
        for _ in range(3):
            for _ in range(2):
                with pytest.raises(OrderRejected):
                    await world.place(BUY)
            await world.crash_desk()
        seen.extend(world.venue.submitted)

    six: list[Turn] = ["reject"] * 6
    run(story, *six)
    assert len(set(seen)) == 6  # O7
    assert {len(client_id) for client_id in seen} == {35}


def test_what_the_connector_says_of_nobody_is_no_crash() -> None:
    async def story(world: World) -> None:
        for _ in range(5):
            await world.connector.ask(Say(FillReported(a_fill("bn-nobody", amount="1"))))

        assert await world.balances() == NOTHING_SPENT

    run(story)
