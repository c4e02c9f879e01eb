"""The rate budget of an address: who goes first, and what waits (A25, L1, L2, L3, R9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
import trio

from benthic.actors.exchange.bans import MemoryBans, RecallBans
from benthic.actors.exchange.budget import Admit, BarTold, GetBar, Limit, RateBudget, UsageTold
from benthic.actors.exchange.errors import Barred
from benthic.actors.exchange.rate_budget import Limits, Urgency, Window
from benthic.runtime import Child, Millis, Supervisor, System, run_virtual

MINUTE = Millis(60_000)
LONG = Millis(600_000)
HUNDRED = Limits(weights=(Window(MINUTE, 100),), orders=(Window(Millis(10_000), 3),))


def play(body: Callable[[System], Awaitable[None]]) -> None:
    tree = Supervisor(
        "bot",
        [
            Child("bans", MemoryBans),
            Child("budget", lambda: RateBudget("binance", "binance/live", bans="bans")),
        ],
    )
    run_virtual(tree, body)


def test_cancels_go_before_protective_orders_these_before_entries_and_reads_are_last() -> None:
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(HUNDRED))
        await budget.ask(Admit("cancel", LONG, cost=98))  # nothing is left
        went = list[str]()

        async def wait(urgency: Urgency) -> None:
            await budget.ask(Admit(urgency, LONG, cost=60), timeout=LONG)
            went.append(urgency)

        async with trio.open_nursery() as nursery:
            for urgency in ("read", "entry", "cancel", "protective"):
                nursery.start_soon(wait, urgency)
                await trio.sleep(0.01)
        assert went == ["cancel", "protective", "entry", "read"]

    play(body)


def test_those_of_one_urgency_go_in_the_order_in_which_they_came() -> None:
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(HUNDRED))
        went = list[int]()

        async def wait(number: int) -> None:
            await budget.ask(Admit("read", LONG, cost=50), timeout=LONG)
            went.append(number)

        async with trio.open_nursery() as nursery:
            for number in range(8):
                nursery.start_soon(wait, number)
                await trio.sleep(0.01)
        assert went == list(range(8))
        assert system.clock.now() >= 7 * MINUTE  # one of 50 fits into the 75 of a minute

    play(body)


def test_orders_are_counted_by_account_and_do_not_hold_up_reads() -> None:  # A25
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(HUNDRED))
        for _ in range(3):
            await budget.ask(Admit("entry", LONG, orders=1, account="ann"))
        with trio.move_on_after(1) as scope:
            await budget.ask(Admit("entry", LONG, orders=1, account="ann"))
        assert scope.cancelled_caught
        with trio.fail_after(0.1):
            await budget.ask(Admit("entry", LONG, orders=1, account="bob"))
            await budget.ask(Admit("read", LONG))
            await budget.ask(Admit("cancel", LONG, account="ann"))

    play(body)


def test_who_would_wait_too_long_is_refused_at_its_deadline() -> None:
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(HUNDRED))
        await budget.ask(Admit("cancel", LONG, cost=98))
        with pytest.raises(Barred):
            await budget.ask(Admit("read", Millis(5_000), cost=10))
        assert system.clock.now() == 5_000

    play(body)


def test_while_the_address_is_barred_nobody_goes_and_it_is_remembered() -> None:  # L1, L2
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        until = Millis(system.clock.now() + 30_000)
        budget.tell(BarTold(until, "asked too much"))
        bar = await budget.ask(GetBar())
        assert bar is not None
        with pytest.raises(Barred) as caught:
            await budget.ask(Admit("cancel", Millis(10_000)))
        assert caught.value.until == until
        assert system.clock.now() == 0  # at once: it cannot go before its deadline
        await budget.ask(Admit("cancel", LONG), timeout=LONG)
        assert system.clock.now() == 30_000
        bans = system.lookup("/bot/bans")
        assert await bans.ask(RecallBans(Millis(0))) == (bar,)
        assert await bans.ask(RecallBans(Millis(30_000))) == ()

    play(body)


def test_what_others_behind_the_address_use_is_counted() -> None:  # L3
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(HUNDRED))
        await budget.ask(Admit("read", LONG, cost=10))
        budget.tell(UsageTold(MINUTE, 0.74))
        with trio.fail_after(0.1):
            await budget.ask(Admit("read", LONG, cost=1))
        with pytest.raises(Barred):
            await budget.ask(Admit("read", Millis(50_000), cost=1), timeout=LONG)

    play(body)


def test_websockets_are_dialled_within_a_limit_of_their_own() -> None:  # M7
    async def body(system: System) -> None:
        budget = system.lookup("/bot/budget")
        budget.tell(Limit(Limits(connects=(Window(MINUTE, 2),))))
        for _ in range(2):
            await budget.ask(Admit("read", LONG, kind="connect"))
        await budget.ask(Admit("read", LONG))
        await budget.ask(Admit("read", LONG, kind="connect"), timeout=LONG)
        assert system.clock.now() == MINUTE

    play(body)
