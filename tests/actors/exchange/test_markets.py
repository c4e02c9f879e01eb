"""The shared market cache: one loads, the others wait, and whoever is gone is not waited for."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import attrs
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from benthic.actors.exchange.markets import (
    Delivered,
    Forget,
    Found,
    GaveUp,
    GetMarkets,
    Markets,
    MarketsKey,
    YourTurn,
    key_of,
)
from benthic.actors.exchange.settings import Credentials, VenueSettings
from benthic.runtime import (
    AT_ONCE,
    Actor,
    Child,
    Millis,
    Ref,
    Supervisor,
    System,
    Tell,
    on,
    run_virtual,
)
from benthic.runtime.secret import Secret

KEY = MarketsKey("binance", "live", "", "")
KEEP = Millis(1_000_000)
PATIENCE = Millis(1_001)
LONG = 10_000_000  # ms


def a_tree(*others: Child) -> Supervisor:
    markets = Child("markets", partial(Markets, KEEP, PATIENCE))
    return Supervisor("root", [markets, *others], backoff=AT_ONCE)


def delivered(ticket: int, mark: str) -> Delivered:
    return Delivered(KEY, ticket, {mark: {}}, {})


@attrs.frozen
class Plan:
    """What one who wants the markets does with the turn, should it get it."""

    begin: int  # ms
    does: Literal["loads", "gives up", "says nothing"]
    takes: int  # ms


Told = tuple[int, str]  # when, and what: a turn, or whose markets


def expected(plans: list[Plan]) -> list[Told | None]:
    """The naive model: turns go round in the order of asking until one loads."""
    told: list[Told | None] = [None] * len(plans)
    order = sorted(range(len(plans)), key=lambda each: plans[each].begin)
    free = 0  # when the turn is free again
    for place, each in enumerate(order):
        at = max(free, plans[each].begin)
        told[each] = (at, "turn")
        plan = plans[each]
        is_in_time = plan.takes < PATIENCE and plan.does != "says nothing"
        free = at + (plan.takes if is_in_time else PATIENCE)
        if is_in_time and plan.does == "loads":
            for later in order[place + 1 :]:
                told[later] = (max(free, plans[later].begin), f"{each}")
            break
    return told


def happened(plans: list[Plan]) -> list[Told | None]:
    told: list[Told | None] = [None] * len(plans)

    async def body(system: System) -> None:
        markets = system.lookup("/root/markets")

        async def one(number: int, plan: Plan) -> None:
            await trio.sleep(plan.begin / 1000)
            answer = await markets.ask(GetMarkets(KEY, f"task-{number}"), timeout=LONG)
            at = system.clock.now()
            if isinstance(answer, Found):
                told[number] = (at, next(iter(answer.markets)))
                return
            told[number] = (at, "turn")
            assert answer.until == at + PATIENCE
            await trio.sleep(plan.takes / 1000)
            if plan.does == "loads":
                markets.tell(delivered(answer.ticket, str(number)))
            elif plan.does == "gives up":
                markets.tell(GaveUp(KEY, answer.ticket, "away"))

        async with trio.open_nursery() as nursery:
            for number, plan in enumerate(plans):
                nursery.start_soon(one, number, plan)

    run_virtual(a_tree(), body)
    return told


plans = st.lists(
    st.builds(
        Plan,
        begin=st.integers(0, 30).map(
            lambda each: each * 100
        ),  # so that no two things fall together
        does=st.sampled_from(["loads", "gives up", "says nothing"]),
        takes=st.integers(0, 20).map(lambda each: each * 100 + 3),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda plan: plan.begin,
)


@settings(max_examples=150)
@given(plans)
def test_turns_go_round_until_one_loads_and_all_others_get_what_it_loaded(
    chosen: list[Plan],
) -> None:
    assert happened(chosen) == expected(chosen)


def test_a_delivery_after_its_time_is_not_heard() -> None:
    async def body(system: System) -> None:
        markets = system.lookup("/root/markets")
        first = await markets.ask(GetMarkets(KEY, "a"))
        await trio.sleep(2)
        second = await markets.ask(GetMarkets(KEY, "b"))
        assert isinstance(first, YourTurn)
        assert isinstance(second, YourTurn)

        markets.tell(delivered(first.ticket, "late"))
        markets.tell(delivered(second.ticket, "now"))
        found = await markets.ask(GetMarkets(KEY, "c"))

        assert isinstance(found, Found)
        assert list(found.markets) == ["now"]

    run_virtual(a_tree(), body)


def test_what_is_kept_too_long_or_forgotten_is_loaded_again() -> None:
    async def body(system: System) -> None:
        markets = system.lookup("/root/markets")
        for _ in range(2):
            turn = await markets.ask(GetMarkets(KEY, "a"))
            assert isinstance(turn, YourTurn)
            markets.tell(delivered(turn.ticket, "x"))
            await trio.sleep((KEEP - 1) / 1000)
            assert isinstance(await markets.ask(GetMarkets(KEY, "b")), Found)
            await trio.sleep(0.001)
        turn = await markets.ask(GetMarkets(KEY, "a"))
        assert isinstance(turn, YourTurn)
        markets.tell(delivered(turn.ticket, "x"))
        markets.tell(Forget(KEY))
        assert isinstance(await markets.ask(GetMarkets(KEY, "b")), YourTurn)

    run_virtual(a_tree(), body)


class Fall(Tell):
    pass


class Loader(Actor):
    """Takes a turn when it starts, and then does what it is told."""

    def on_start(self) -> None:
        self.spawn(self.take, self.lookup("markets"), self.path)

    async def take(self, markets: Ref, path: str) -> None:
        await markets.ask(GetMarkets(KEY, path), timeout=LONG)

    @on(Fall)
    def fall(self, message: Fall) -> None:
        raise RuntimeError(f"as it was told: {message}")


def handed_over(end: Any) -> int:
    """When the next in line gets the turn of a loader that ends so, ms."""

    async def body(system: System) -> int:
        markets, loader = system.lookup("/root/markets"), system.lookup("/root/loader")
        await trio.sleep(0.1)

        async def next_one() -> None:
            answer = await markets.ask(GetMarkets(KEY, "next"), timeout=LONG)
            assert isinstance(answer, YourTurn)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(next_one)
            await trio.sleep(0.1)
            end(loader)
        return system.clock.now()

    return run_virtual(a_tree(Child("loader", Loader)), body)


def test_the_turn_of_a_loader_that_is_gone_goes_to_the_next_at_once() -> None:
    assert handed_over(lambda loader: loader.stop()) == 200


def test_a_loader_that_starts_anew_gets_a_new_turn_with_a_new_deadline() -> None:
    assert handed_over(lambda loader: loader.tell(Fall())) == 200 + PATIENCE


def test_markets_are_shared_by_venue_sandbox_urls_and_account_without_showing_a_key() -> None:
    def settings_of(name: str = "binance", key: str = "", **more: Any) -> VenueSettings:
        credentials = Credentials(Secret(key), Secret("s")) if key else None
        return VenueSettings(name=name, credentials=credentials, **more)

    keys = {
        key_of(each)
        for each in (
            settings_of(),
            settings_of("bybit"),
            settings_of(sandbox="testnet"),
            settings_of(urls={"api": "http://a"}),
            settings_of(key="AKEY"),
            settings_of(key="BKEY"),
        )
    }

    assert len(keys) == 6
    assert key_of(settings_of(key="AKEY")) in keys
    assert "KEY" not in repr(keys)  # S1
