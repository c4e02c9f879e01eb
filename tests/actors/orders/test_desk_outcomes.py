"""What each way in which a request can end does to an order."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from benthic.actors.exchange.errors import (
    Barred,
    KeyTrouble,
    NotListed,
    Unsettled,
    UnsoundAnswer,
    VenueAway,
)
from benthic.actors.market.errors import OrderRejected, Reason
from benthic.actors.orders import outcomes
from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.messages import CancelOrder
from benthic.runtime import (
    ActorCrashed,
    ActorStopped,
    AskTimeout,
    MailboxFull,
    Millis,
    Refusal,
    UsageError,
)

from .scripted import BID, BUY, FENCE, PATIENCE, World, run

HELD = {"USDT": (Decimal("799.8"), Decimal("200.2"))}
NOTHING_SPENT = {"USDT": (Decimal(1000), Decimal(0))}

NOT_SENT: list[Exception] = [
    VenueAway("binance", "no route"),
    Barred("binance", "too many requests", until=Millis(99)),
    KeyTrouble("binance", "no permission"),
    NotListed("binance", "BTC/USDT"),
]
REASONS: list[Reason] = ["NOT_SENT", "CLOCK", "RATE_LIMIT", "KEY", "INSUFFICIENT_BALANCE"]
SILENT: list[Exception] = [
    Unsettled("create", "503"),  # A3
    Unsettled("create", "code -1007"),  # A4
    UnsoundAnswer("binance", "order", "cut body"),  # A8
    Refusal("whatever it is"),
    AskTimeout("/x", timeout=1),
    ActorCrashed("/x"),
    ActorStopped("/x"),
    MailboxFull("/x", bound=1),
]


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
def test_an_order_that_was_not_sent_is_refused_and_its_reservation_released(
    error: Exception,
) -> None:
    async def story(world: World) -> None:
        world.venue.errors.append(error)
        with pytest.raises(type(error)):
            await world.place(BUY)

        assert await world.balances() == NOTHING_SPENT
        assert await world.open_orders() == ()
        assert (await world.place(BID)).status == "accepted"  # nothing is in doubt

    world = run(story, "rest")
    ended = [o for c in world.disk.memory.commits("main") for o in c.orders if not o.is_live]
    assert [(order.status, order.evidence) for order in ended] == [("refused", str(error))]


@pytest.mark.parametrize("reason", REASONS)
def test_a_definite_no_releases_the_reservation_once(reason: Reason) -> None:
    async def story(world: World) -> None:
        world.venue.errors.append(OrderRejected("c", reason, "says the venue"))
        with pytest.raises(OrderRejected, match=reason):
            await world.place(BUY)

        assert await world.balances() == NOTHING_SPENT  # F3

    run(story)


@pytest.mark.parametrize("error", SILENT[:4], ids=lambda error: type(error).__name__)
def test_whatever_is_no_answer_leaves_the_outcome_unknown(error: Exception) -> None:
    async def story(world: World) -> None:
        world.venue.errors.append(error)
        order = await world.place(BUY)

        assert (order.status, order.evidence) == ("unknown", str(error))  # O5
        assert await world.balances() == HELD
        await world.pass_time(FENCE + 2_000)  # nothing was there
        assert await world.balances() == NOTHING_SPENT

    run(story)


@pytest.mark.parametrize("error", SILENT, ids=lambda error: type(error).__name__)
def test_silence_is_never_taken_for_a_no(error: Exception) -> None:
    assert outcomes.submitted(error) == "unknown"
    assert not outcomes.left_alone(error)
    assert not outcomes.was_heard(error)


def test_what_is_a_bug_is_raised_and_not_judged() -> None:
    for rule in (outcomes.submitted, outcomes.left_alone):
        with pytest.raises(UsageError):
            rule(UsageError("a bug"))


def test_on_a_venue_without_a_fence_an_unknown_order_stays_unknown() -> None:
    async def story(world: World) -> None:
        world.venue.errors.append(Unsettled("create", "cut line"))
        order = await world.place(BUY)
        await world.pass_time(3_600_000)

        assert [each.id for each in await world.open_orders()] == [order.id]
        assert await world.balances() == HELD
        assert world.venue.submitted == [order.client_id]

    run(story, patience=Patience(fence=None))


@pytest.mark.parametrize(
    "error",
    [*NOT_SENT, OrderRejected("c", "RATE_LIMIT", "later")],
    ids=lambda error: type(error).__name__,
)
def test_a_cancel_that_never_got_there_is_refused_and_the_order_is_as_it_was(
    error: Exception,
) -> None:
    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.errors.append(error)
        with pytest.raises(type(error)):
            await world.desk.ask(CancelOrder(order.id))

        assert await world.open_orders() == (order,)
        assert await world.balances() == HELD
        assert (await world.desk.ask(CancelOrder(order.id))).status == "cancelled"

    run(story, "rest")


def test_a_look_up_counts_from_when_it_was_made_and_not_from_when_it_was_answered() -> None:
    async def story(world: World) -> None:
        began = await world.now()
        world.venue.errors.append(Unsettled("create", "cut line"))
        await world.place(BUY)
        world.venue.delay = 7_000  # each look-up is seven seconds old when it is answered
        await world.pass_time(began + FENCE + 16_000 - await world.now())
        assert await world.balances() == HELD  # one made before the fence has come after it
        await world.pass_time(20_000)
        assert await world.balances() == NOTHING_SPENT

    world = run(story)
    (*_, last) = world.disk.memory.commits("main")
    first, second, sent = map(int, re.findall(r"(\d+)(?= and| ms)", last.orders[0].evidence))
    assert first - sent >= FENCE
    assert second - first >= PATIENCE.spacing
    assert {first, second} <= set(world.venue.queries)


def test_a_create_says_when_nobody_waits_for_it_any_more() -> None:  # O5
    async def story(world: World) -> None:
        began = world.system.clock.elapsed()
        order = await world.place(BUY)
        (submit,) = world.venue.on_the_way

        assert submit.until == began + PATIENCE.answer == world.system.clock.elapsed()
        assert order.status == "unknown"

    run(story, "never arrives")
