"""The desk against a naive model: whatever happens, it ends where the venue's own list says.

A machine draws a story, step by step; when it is drawn it is told to a desk in virtual time. In
the end the venue is there, the disk has room and time passes; then the money must be what the
trades at the venue make of the deposit, in fractions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from benthic.actors.market import Fill, Side
from benthic.actors.orders.messages import CancelOrder, PlaceOrder
from benthic.runtime import AskError, Refusal

from .scripted import Turn, World, a_fill, run

Step = Callable[[World], Awaitable[None]]

AT_ONCE: tuple[Turn, ...] = ("fill", "reject", "fill unheard", "never arrives", "fill twice")
RESTING: tuple[Turn, ...] = ("rest", "rest unheard", "fill", "reject", "never arrives")
amounts = st.sampled_from(["0.5", "1", "2", "3.33"])
sides = st.sampled_from(("buy", "sell"))
places = st.integers(0, 5)
delays = st.sampled_from([0, 5, 3_000, 12_000])  # ms; 12 s are past the deadline


class DeskMachine(RuleBasedStateMachine):
    """Collects the steps of a story and the turns that the venue takes in it."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[Turn] = []
        self.steps: list[Step] = []

    @rule(side=sides, amount=amounts, turn=st.sampled_from(AT_ONCE))
    def place_market(self, side: Side, amount: str, turn: Turn) -> None:
        order = PlaceOrder("BTC/USDT", side, "market", Decimal(amount), None, Decimal(100))
        self.steps.append(lambda world: place(world, order, turn))

    @rule(side=sides, amount=amounts, turn=st.sampled_from(RESTING))
    def place_limit(self, side: Side, amount: str, turn: Turn) -> None:
        order = PlaceOrder("BTC/USDT", side, "limit", Decimal(amount), Decimal(100))
        self.steps.append(lambda world: place(world, order, turn))

    @rule(place=places, share=st.sampled_from(["0.25", "0.5", "1"]), heard=st.integers(0, 2))
    def fill(self, place: int, share: str, heard: int) -> None:
        self.steps.append(lambda world: fill_some(world, place, Decimal(share), heard))

    @rule(place=places)
    def cancel(self, place: int) -> None:
        self.steps.append(lambda world: cancel(world, place))

    @rule()
    def lose_at_the_venue(self) -> None:
        """An admin cancels the oldest order, and no event says so (A26)."""
        self.steps.append(end_oldest)

    @rule(seconds=st.sampled_from([1, 20, 300]))
    def wait(self, seconds: int) -> None:
        self.steps.append(lambda world: world.pass_time(1_000 * seconds))

    @rule(side=sides, amount=amounts, turn=st.sampled_from(RESTING), delay=delays)
    def place_and_go_on(self, side: Side, amount: str, turn: Turn, delay: int) -> None:
        """Place an order whose answer takes its time, and do not wait for it."""
        order = PlaceOrder("BTC/USDT", side, "limit", Decimal(amount), Decimal(100))

        async def go_on(world: World) -> None:
            world.venue.delay = delay
            world.nursery.start_soon(place, world, order, turn)
            await world.pass_time(1)

        self.steps.append(go_on)

    @rule(place=places)
    def cancel_and_go_on(self, place: int) -> None:
        async def go_on(world: World) -> None:
            world.nursery.start_soon(cancel, world, place)
            await world.pass_time(1)

        self.steps.append(go_on)

    @rule(place=st.integers(0, 30))
    def hear(self, place: int) -> None:
        """The stream tells how an order stands, or how it stood (B2, B15)."""

        async def hear(world: World) -> None:
            if place < len(world.venue.told):
                await world.hear(world.venue.told[-1 - place])

        self.steps.append(hear)

    @rule()
    def cut_the_line(self) -> None:
        async def cut(world: World) -> None:
            await world.change_line("away", world.venue.line.count)
            await world.change_line("up", world.venue.line.count + 1)

        self.steps.append(cut)

    @rule()
    def crash(self) -> None:
        self.steps.append(World.crash_desk)

    @rule(is_away=st.booleans())
    def go_away_or_come_back(self, *, is_away: bool) -> None:
        async def go(world: World) -> None:
            world.venue.is_away = is_away

        self.steps.append(go)

    @rule(commits=st.sampled_from([0, 1, 2, 100]))
    def leave_room_on_the_disk(self, commits: int) -> None:
        async def leave(world: World) -> None:
            world.disk.commits_left = commits

        self.steps.append(leave)

    def teardown(self) -> None:
        async def story(world: World) -> None:
            for step in self.steps:
                await step(world)
                await world.balances()  # P1 and F3 hold at each step
            await come_to_rest(world)
            await check_against_the_venue(world)

        if self.steps:
            run(story)


async def place(world: World, order: PlaceOrder, turn: Turn) -> None:
    world.venue.turns.clear()
    world.venue.turns.append(turn)
    with suppress(AskError, Refusal):  # whoever asked is told; the venue's list says what is true
        await world.place(order)


async def fill_some(world: World, place: int, share: Decimal, heard: int) -> None:
    """Let a resting order fill in part, and have it reported `heard` times."""
    resting = [report for report in world.venue.orders.values() if report.status == "open"]
    if place >= len(resting):
        return
    report = resting[place]
    rest = report.amount - sum(fill.amount for fill in report.fills)
    amount = rest if share == 1 else (rest * share).quantize(Decimal("0.01"))
    if not amount:
        return
    trade_id = f"{report.venue_id}-{len(report.fills)}"
    fill = a_fill(report.client_id, amount=str(amount), trade_id=trade_id, side=report.side)
    world.venue.end(report.client_id, "filled" if amount == rest else "open", fill)
    for _ in range(heard):
        await world.report(fill)


async def cancel(world: World, place: int) -> None:
    live = await world.open_orders()
    if place < len(live):
        with suppress(AskError, Refusal):
            await world.desk.ask(CancelOrder(live[place].id))


async def end_oldest(world: World) -> None:
    for report in world.venue.orders.values():
        if report.status == "open":
            world.venue.end(report.client_id, "cancelled")
            return


async def come_to_rest(world: World) -> None:
    """The faults are over; a restart makes the desk look at all that is open."""
    world.venue.delay = 0
    await world.pass_time(60_000)  # whoever still waits hears
    world.venue.is_away = False
    world.disk.commits_left = 1_000
    await world.crash_desk()
    await world.pass_time(600_000)


async def check_against_the_venue(world: World) -> None:
    money = {"USDT": Fraction(1000), "BTC": Fraction(0)}
    for fill in trades_of(world):
        sign = 1 if fill.side == "buy" else -1
        money["BTC"] += sign * Fraction(fill.amount)
        money["USDT"] -= sign * Fraction(fill.amount) * Fraction(fill.price) + Fraction(fill.fee)
    balances = await world.balances()
    owned = {asset: Fraction(sum(parts)) for asset, parts in balances.items()}
    resting = {r.client_id for r in world.venue.orders.values() if r.status == "open"}

    assert owned | {"BTC": owned.get("BTC", Fraction(0))} == money  # F7: each trade once
    assert {order.client_id for order in await world.open_orders()} == resting  # O1
    assert len(set(world.venue.submitted)) == len(world.venue.submitted)  # O2, O7


def trades_of(world: World) -> list[Fill]:
    return [fill for report in world.venue.orders.values() for fill in report.fills]


TestDesk = DeskMachine.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=25)
