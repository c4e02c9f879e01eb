"""The rate limit: in turn, no faster than allowed, no slower either; in virtual time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import trio
import trio.testing

from benthic.actors.ccxt_trio.throttle import TrioThrottler

LEAKY = {"refillRate": 1 / 50, "capacity": 1, "cost": 1, "algorithm": "leakyBucket"}
ROLLING = {"algorithm": "rollingWindow", "windowSize": 1000.0, "rateLimit": 100, "cost": 1}


def in_virtual_time(body: Callable[[], Awaitable[None]]) -> None:
    trio.run(body, clock=trio.testing.MockClock(autojump_threshold=0))


async def times(config: dict[str, Any], costs: list[float | None]) -> list[tuple[int, int]]:
    """(number, ms) of each request as it was let go, all asked for at once."""
    throttle = TrioThrottler(config)
    began = trio.current_time()
    gone = list[tuple[int, int]]()

    async def ask(number: int, cost: float | None) -> None:
        await throttle(cost)
        gone.append((number, round((trio.current_time() - began) * 1000)))

    async with trio.open_nursery() as nursery:
        for number, cost in enumerate(costs):
            nursery.start_soon(ask, number, cost)
            await trio.testing.wait_all_tasks_blocked()
    return gone


def test_a_leaky_bucket_lets_them_go_in_turn_at_its_rate() -> None:
    async def body() -> None:
        gone = await times(LEAKY, [1] * 41)

        assert [number for number, _ in gone] == list(range(41))
        assert gone[0][1] == 0
        assert {after[1] - before[1] for before, after in pairwise(gone)} == {50}

    in_virtual_time(body)


def test_what_costs_more_holds_up_those_behind_it() -> None:
    async def body() -> None:
        assert await times(LEAKY, [5, None, 1]) == [(0, 0), (1, 250), (2, 300)]

    in_virtual_time(body)


def test_a_rolling_window_fills_up_at_once_and_then_waits_for_its_end() -> None:
    async def body() -> None:
        gone = [at for _, at in await times(ROLLING, [1] * 25)]

        assert gone == [0] * 10 + [1000] * 10 + [2000] * 5

    in_virtual_time(body)


def test_who_is_cancelled_in_line_uses_nothing_up() -> None:
    async def body() -> None:
        throttle = TrioThrottler(LEAKY)
        began = trio.current_time()
        await throttle(4)
        with trio.move_on_after(0.01) as scope:
            await throttle(100)
        await throttle()

        assert scope.cancelled_caught
        assert round((trio.current_time() - began) * 1000) == 200

    in_virtual_time(body)
