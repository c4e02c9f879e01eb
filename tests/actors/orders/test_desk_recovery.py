"""Promises of the order desk where it does not know: lost answers, crashes and full disks."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from msgspec.structs import replace

from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.journal import Commit, JournalMemory
from benthic.actors.orders.messages import (
    CancelOrder,
    FillUnmatched,
    NotReconciled,
    NotStored,
    OrderChanged,
    VenueSilent,
)
from benthic.actors.portfolio.model import Balance
from benthic.runtime import Millis

from .scripted import BID, BUY, FENCE, PATIENCE, Turn, World, a_fill, run

NOTHING_SPENT = {"USDT": (Decimal(1000), Decimal(0))}
BOUGHT = {"BTC": (Decimal(2), Decimal(0)), "USDT": (Decimal("799.8"), Decimal(0))}
HELD = {"USDT": (Decimal("799.8"), Decimal("200.2"))}
HOUR = 3_600_000


def test_an_order_without_an_answer_is_unknown_and_keeps_its_reservation() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)

        assert order.status == "unknown"
        assert "did not answer within 10000 ms" in order.evidence
        assert await world.balances() == HELD

    run(story, "never arrives")


@pytest.mark.parametrize(
    ("turn", "after"), [("fill unheard", "filled"), ("rest unheard", "accepted")]
)
def test_an_order_whose_answer_was_lost_is_found_at_the_venue(turn: Turn, after: str) -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        await world.pass_time(PATIENCE.first)

        assert await world.balances() == (BOUGHT if after == "filled" else HELD)
        assert world.venue.submitted == [order.client_id]  # A2, O2: looked up, never sent again
        assert len(world.venue.queries) == 1

    changes = [e.order.status for e in run(story, turn).heard if isinstance(e, OrderChanged)]
    assert changes == ["unknown", after]


def test_an_order_that_never_arrived_is_given_up_only_past_the_fence_and_asked_twice() -> None:
    async def story(world: World) -> None:
        await world.place(BUY)
        await world.pass_time(FENCE)
        assert await world.balances() == HELD  # A1, A14, O5: silence alone proves nothing

        await world.pass_time(PATIENCE.spacing)

        assert await world.balances() == NOTHING_SPENT
        first, second = world.venue.queries[-2:]
        assert second - first == PATIENCE.spacing

    world = run(story, "never arrives")
    (*_, last) = world.disk.memory.commits("main")
    assert last.orders[0].status == "refused"
    assert "the venue knew of no bn-" in last.orders[0].evidence


def test_an_order_that_turns_up_late_is_not_given_up() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)
        await world.pass_time(FENCE)  # asked once past the fence: nothing there yet
        (late,) = world.venue.on_the_way
        world.venue.take(late, fills=(a_fill(order.client_id, amount="2"),), at=Millis(0))
        await world.pass_time(PATIENCE.spacing)

        assert await world.balances() == BOUGHT

    run(story, "never arrives")


def test_a_duplicate_is_evidence_that_the_order_exists() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)
        assert order.status == "unknown"  # A12
        await world.pass_time(PATIENCE.first)

        assert await world.balances() == BOUGHT

    run(story, "fill twice")


def test_nothing_new_is_sent_to_a_venue_that_is_silent() -> None:
    async def story(world: World) -> None:
        world.venue.is_away = True
        await world.place(BID)
        with pytest.raises(VenueSilent, match="the venue is silent and 1 orders are in doubt"):
            await world.place(BID)
        world.venue.is_away = False
        await world.pass_time(PATIENCE.first)

        assert (await world.place(BID)).status == "accepted"

    run(story, "rest unheard", "rest")


def test_a_silent_venue_does_not_keep_the_desk_from_answering() -> None:
    async def story(world: World) -> None:
        placed = [await world.place(replace(BID, price=Decimal(50 + n))) for n in range(8)]
        world.venue.is_away = True
        await world.crash_desk()
        for _ in range(30):
            asked = await world.now()
            assert await world.open_orders() == tuple(placed)
            assert await world.now() - asked <= PATIENCE.answer  # one look-up at a time
            await world.pass_time(7_000)

    run(story, *repeat_rest(8))


def test_a_venue_that_is_away_is_asked_ever_more_seldom_and_nothing_is_concluded() -> None:
    async def story(world: World) -> None:
        world.venue.is_away = True
        await world.place(BUY)
        await world.pass_time(HOUR)
        asked = world.venue.queries
        assert await world.balances() == HELD  # E1, R9

        gaps = [later - earlier for earlier, later in pairwise(asked)]
        assert gaps == sorted(gaps)
        assert max(gaps) == PATIENCE.cap + PATIENCE.answer
        world.venue.is_away = False
        await world.pass_time(2 * PATIENCE.cap)

        assert await world.balances() == BOUGHT

    run(story, "fill unheard")


def test_a_full_disk_after_the_fill_leaves_the_order_live_until_there_is_room() -> None:
    async def story(world: World) -> None:
        world.disk.commits_left = 1  # for the intent
        order = await world.place(BUY)
        assert (order.status, await world.balances()) == ("intent", HELD)  # K3

        await world.pass_time(HOUR)
        assert {event.reason for event in world.told(NotStored)} == {"no room left on the disk"}
        world.disk.commits_left = 10
        await world.pass_time(2 * PATIENCE.cap)

        assert await world.balances() == BOUGHT

    run(story, "fill")


def test_a_full_disk_after_a_refusal_holds_the_reservation_until_there_is_room() -> None:
    async def story(world: World) -> None:
        world.disk.commits_left = 1
        order = await world.place(BUY)
        assert (order.status, await world.balances()) == ("intent", HELD)

        world.disk.commits_left = 10
        await world.pass_time(HOUR)

        assert await world.balances() == NOTHING_SPENT

    run(story, "reject")


def test_a_desk_that_crashed_comes_back_with_the_same_orders() -> None:
    async def story(world: World) -> None:
        placed = [await world.place(replace(BID, price=Decimal(price))) for price in (99, 98)]
        before = await world.balances()
        await world.crash_desk()

        assert await world.open_orders() == tuple(placed)  # H1, P1
        assert await world.balances() == before

    run(story, "rest", "rest")


def test_what_filled_while_the_desk_was_down_is_found_when_it_is_back() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        await world.crash_desk()
        assert await world.balances() == BOUGHT

        await world.report(a_fill(order.client_id, amount="2"))  # B4: delivered again
        assert await world.balances() == BOUGHT

        assert (await world.place(BID)).status == "accepted"  # nothing is in doubt any more

    assert not [e for e in run(story, "rest", "rest").heard if isinstance(e, FillUnmatched)]


def test_new_orders_wait_for_the_old_ones_and_cancels_do_not() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.is_away = True
        await world.crash_desk()
        with pytest.raises(NotReconciled, match="1 orders of before the restart"):
            await world.place(BID)  # R4
        after = await world.desk.ask(CancelOrder(order.id))
        assert after == order

        world.venue.is_away = False
        await world.pass_time(PATIENCE.cap)

        assert (await world.place(BID)).status == "accepted"

    run(story, "rest", "rest")


def test_an_order_that_the_venue_lost_ends_cancelled_past_the_fence() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        del world.venue.orders[order.client_id]
        await world.crash_desk()
        await world.pass_time(FENCE - 1_000)
        assert await world.balances() == HELD

        await world.pass_time(PATIENCE.spacing + 1_000)

        assert await world.balances() == NOTHING_SPENT  # C6

    run(story, "rest")


def test_a_report_of_less_than_it_says_is_asked_for_again() -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "filled")  # its trades are not listed yet
        await world.crash_desk()
        assert (await world.open_orders())[0].status == "accepted"

        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        await world.pass_time(PATIENCE.cap)

        assert await world.balances() == BOUGHT  # A15

    run(story, "rest unheard")


def test_a_fill_that_the_account_cannot_have_paid_stops_the_unit() -> None:
    async def story(world: World) -> None:
        order = await world.place(BUY)
        dear = a_fill(order.client_id, amount="2", price=Decimal(700))
        world.venue.take(world.venue.on_the_way[0], fills=(dear,), at=Millis(0))
        await world.pass_time(HOUR)

    with pytest.raises(ExceptionGroup) as failure:
        run(story, "never arrives")
    assert "filled for more than the account owns" in _causes(failure.value)  # F2, F8


def test_other_patience_waits_longer() -> None:
    async def story(world: World) -> None:
        await world.place(BUY)
        await world.pass_time(HOUR)

        assert await world.balances() == HELD

    run(story, "never arrives", patience=Patience(fence=Millis(10 * HOUR)))


def test_orders_of_a_pair_that_is_traded_no_more_are_not_forgotten() -> None:
    memory = JournalMemory()
    order = run(_place_bid, "rest").disk.memory.load("main").orders[0]
    balance = Balance("USDT", Decimal(0), order.held)
    memory.append(Commit("main", (replace(order, symbol="ETH/USDT"),), (), (), (balance,)))

    with pytest.raises(ExceptionGroup) as failure:
        run(_place_bid, memory=memory)
    assert "has live orders of ETH/USDT" in _causes(failure.value)  # C14


async def _place_bid(world: World) -> None:
    await world.place(BID)


def repeat_rest(count: int) -> list[Turn]:
    return ["rest"] * count


def _causes(error: BaseException | None) -> str:
    """Everything that an error says, its causes and its members."""
    if error is None:
        return ""
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return "\n".join([str(error), _causes(error.__cause__), *map(_causes, inner)])
