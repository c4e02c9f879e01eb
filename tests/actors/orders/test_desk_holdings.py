"""What the account has, held against the books; and the gate that waits for it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from benthic.actors.exchange.errors import Unsettled
from benthic.actors.exchange.gate import GateClosed, GateOpened, GetGate
from benthic.actors.market.holding import Holding
from benthic.actors.orders.evidence import Patience
from benthic.actors.orders.messages import (
    CancelOrder,
    DriftFound,
    FillUnmatched,
    NotAdmitted,
)
from benthic.actors.orders.opening import FromVenue
from benthic.actors.portfolio.messages import GetBalances, InsufficientFunds
from benthic.actors.portfolio.model import Entry
from benthic.runtime import Millis

from .scripted import BID, BUY, PATIENCE, Venue, World, a_fill, run

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


def test_what_nothing_explains_is_booked_as_external_and_said_aloud() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        world.venue.holdings = (holding("USDT", "1250.5"), holding("BTC", "1"))  # B9
        await world.change_line("up", 2)
        assert await obstacles(world) == ["balances"]  # C10
        with pytest.raises(NotAdmitted, match=r"1250\.5 USDT at the venue, 1000 in the books"):
            await world.place(BUY)
        await world.pass_time(10_000)

        assert await world.balances() == {
            "BTC": (Decimal(1), ZERO),
            "USDT": (Decimal("1250.5"), ZERO),
        }
        assert await obstacles(world) == []

    world = run(story, venue=venue, gate=GATE)
    drifts = {e.difference.asset: (e.difference.amount, e.booked) for e in world.told(DriftFound)}
    assert drifts == {"BTC": (1, 1), "USDT": (Decimal("250.5"), Decimal("250.5"))}  # F8
    entries = [line for commit in world.disk.memory.commits("main") for line in commit.entries]
    assert Entry("USDT", "external", Decimal("-250.5")) in entries


def test_a_sweep_does_not_end_the_search_for_what_explains_a_difference() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        await world.place(BID)
        await world.pass_time(SWEEP - 1_000)
        world.venue.holdings = (holding("USDT", "1100"),)
        await world.change_line("up", 2)
        assert await obstacles(world) == ["balances"]
        await world.pass_time(20_000)  # the sweep comes between two looks at the holdings

        assert await obstacles(world) == []
        assert await world.balances() == {"USDT": (Decimal("899.8"), Decimal("200.2"))}

    world = run(story, "rest", venue=venue, gate=GATE)
    assert [each.booked for each in world.told(DriftFound)] == [100]


def test_a_difference_that_an_order_of_unknown_outcome_explains_is_not_booked() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        await world.place(BUY)  # filled there, and the answer is lost
        world.venue.holdings = (holding("USDT", "799.8"), holding("BTC", "2"))
        await world.pass_time(60_000)

        assert await world.balances() == BOUGHT
        await world.change_line("up", 2)
        assert await obstacles(world) == []

    assert not run(story, "fill unheard", venue=venue, gate=GATE).told(DriftFound)


def test_a_difference_is_not_booked_while_an_outcome_is_unknown() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        world.venue.errors.append(Unsettled("create", "cut line"))
        await world.place(BUY)
        world.venue.holdings = (holding("USDT", "799.8"), holding("BTC", "2"))
        await world.change_line("up", 2)
        await world.pass_time(3_600_000)
        assert await world.balances() == HELD
        assert len(world.venue.asked) < 300  # R9

    world = run(story, venue=venue, gate=GATE, patience=Patience(fence=None))
    assert not world.told(DriftFound)


def test_a_trade_that_only_the_list_knows_explains_a_difference() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.end(order.client_id, "filled", a_fill(order.client_id, amount="2"))
        world.venue.holdings = (holding("USDT", "799.8"), holding("BTC", "2"))
        await world.change_line("up", 2)
        await world.pass_time(20_000)
        assert await world.balances() == BOUGHT

    assert not run(story, "rest", venue=venue, gate=GATE).told(DriftFound)


def test_a_loss_of_what_is_reserved_cannot_be_booked_and_keeps_the_gate_closed() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        await world.place(BID)
        world.venue.holdings = (holding("USDT", "100"),)
        await world.change_line("up", 2)
        await world.pass_time(10_000)

        assert await world.balances() == {"USDT": (ZERO, Decimal("200.2"))}
        assert await obstacles(world) == ["balances"]

    world = run(story, "rest", venue=venue, gate=GATE)
    assert world.told(DriftFound)[0].booked == Decimal("-799.8")


def test_a_foreign_trade_is_said_aloud_and_its_money_booked_as_external() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        world.venue.holdings = (holding("USDT", "899.9"), holding("BTC", "1"))
        world.venue.trades.append(a_fill("web_1", amount="1", trade_id="m-1"))
        await world.change_line("up", 2)
        await world.pass_time(20_000)
        await world.change_line("up", 3)

        assert await world.balances() == {
            "BTC": (Decimal(1), ZERO),
            "USDT": (Decimal("899.9"), ZERO),
        }

    world = run(story, venue=venue, gate=GATE)
    assert [each.fill.trade_id for each in world.told(FillUnmatched)] == ["m-1"]
    assert len(world.told(DriftFound)) == 2


def test_what_others_lock_is_not_offered() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        world.venue.holdings = (holding("USDT", "150", "850"),)  # A27
        await world.change_line("up", 2)
        portfolio = world.system.lookup("/unit/account/portfolio")
        (offered,) = await portfolio.ask(GetBalances())
        assert offered.available == 150
        with pytest.raises(InsufficientFunds, match=r"needs 200\.2.* but 150 is available"):
            await world.place(BID)
        assert await world.balances() == NOTHING_SPENT  # the books are as they were

        world.venue.holdings = (holding("USDT", "1000"),)
        await world.change_line("up", 3)
        assert (await world.place(BID)).status == "accepted"

    assert not run(story, "rest", venue=venue, gate=GATE).told(DriftFound)


def test_a_first_start_opens_the_ledger_from_what_the_venue_holds() -> None:
    venue = holding_venue(holding("USDT", "500", "20"), holding("BTC", "0.3"), holding("DOGE", "9"))

    async def story(world: World) -> None:
        assert await world.balances() == {
            "BTC": (Decimal("0.3"), ZERO),
            "USDT": (Decimal(520), ZERO),
        }
        assert await obstacles(world) == []
        await world.crash_desk()
        assert (await world.balances())["USDT"] == (Decimal(520), ZERO)

    world = run(story, venue=venue, gate=GATE, opening=FromVenue())
    assert not world.told(DriftFound)
    entries = [line for commit in world.disk.memory.commits("main") for line in commit.entries]
    assert {line.account for line in entries} == {"venue", "available"}
    assert sum(line.delta for line in entries) == 0  # F1


# -- the gate


def test_entries_wait_for_the_gate_and_cancels_and_protection_do_not() -> None:
    venue = holding_venue(holding("USDT", "1000"))

    async def story(world: World) -> None:
        order = await world.place(BID)
        world.venue.holdings = (holding("USDT", "990"),)
        await world.change_line("up", 2)
        with pytest.raises(NotAdmitted, match="no entry order is taken now: balances: "):
            await world.place(BID)
        protective = await world.place(replace(BID, purpose="protective"))
        assert protective.status == "accepted"
        assert (await world.desk.ask(CancelOrder(order.id))).status == "cancelled"

        await world.change_line("away", 2)
        with pytest.raises(NotAdmitted, match="no protective order is taken now: line: it is away"):
            await world.place(replace(BID, purpose="protective"))

    run(story, "rest", "rest", venue=venue, gate=GATE)


def test_the_gate_closes_with_the_line_and_opens_once_all_is_reconciled() -> None:
    async def story(world: World) -> None:
        assert await obstacles(world) == []
        await world.change_line("barred", 1)
        assert await obstacles(world) == ["line"]
        await world.change_line("up", 2)
        assert await obstacles(world) == []

    world = run(story, gate=GATE)
    assert [type(e) for e in world.heard if isinstance(e, (GateOpened, GateClosed))][
        -1
    ] is GateOpened


def test_an_order_of_unknown_outcome_past_the_fence_closes_the_gate() -> None:
    async def story(world: World) -> None:
        world.venue.is_away = True
        await world.place(BID)
        await world.pass_time(10 * PATIENCE.cap)
        assert await obstacles(world) == ["doubts"]  # R4
        world.venue.is_away = False
        await world.pass_time(2 * PATIENCE.cap)
        assert await obstacles(world) == []

    run(story, "rest unheard", gate=GATE)


def test_a_desk_that_died_closes_the_gate_until_it_knows_again() -> None:
    async def story(world: World) -> None:
        await world.place(BID)
        world.venue.is_away = True
        await world.crash_desk()
        assert "orders" in await obstacles(world)
        world.venue.is_away = False
        await world.pass_time(2 * PATIENCE.cap)
        assert await obstacles(world) == []

    run(story, "rest", gate=GATE, patience=Patience(cap=Millis(10_000)))
