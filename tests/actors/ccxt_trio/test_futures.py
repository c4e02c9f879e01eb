"""Futures of ccxt's on trio: settled once, awaited by many, raced."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from benthic.actors.ccxt_trio.futures import TrioFuture
from benthic.actors.ccxt_trio.upstream import errors

from .standing import run


def test_all_who_wait_get_the_result_and_a_cancelled_one_disturbs_nobody() -> None:
    async def body() -> None:
        future = TrioFuture()
        got = list[int]()

        async def wait() -> None:
            got.append(await future)

        async with trio.open_nursery() as nursery:
            with trio.CancelScope() as scope:
                scope.cancel()
                await future
            for _ in range(3):
                nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            future.resolve(7)
            future.resolve(8)

        assert scope.cancelled_caught
        assert got == [7, 7, 7]

    run(body)


def test_a_rejection_is_raised_as_it_is_and_what_is_no_error_becomes_one() -> None:
    async def body() -> None:
        future, odd = TrioFuture(), TrioFuture()
        future.reject(errors.BadSymbol("no such symbol"))
        odd.reject({"code": -1121})

        with pytest.raises(errors.BadSymbol):
            await future
        with pytest.raises(errors.NetworkError, match="-1121"):
            await odd

    run(body)


def test_a_race_ends_with_the_first_and_forgets_the_others() -> None:
    slow, fast = TrioFuture(), TrioFuture()
    race = TrioFuture.race([slow, fast, fast])
    fast.resolve("first")
    slow.reject(ValueError("late"))

    assert race.result() == "first"
    assert TrioFuture.race([slow]).exception() is slow.exception()
    assert isinstance(TrioFuture.race([]).exception(), errors.ArgumentsRequired)


def test_a_cancelled_future_says_that_this_side_closed() -> None:
    future = TrioFuture()
    race = TrioFuture.race([future])

    assert future.cancel()
    assert not future.cancel()
    assert race.cancelled()
    with pytest.raises(errors.ExchangeClosedByUser):
        future.result()


def test_a_callback_that_was_removed_is_not_called() -> None:
    future = TrioFuture()
    heard = list[str]()
    future.add_done_callback(lambda _: heard.append("kept"))

    def unwanted(_: TrioFuture) -> None:
        heard.append("unwanted")

    future.add_done_callback(unwanted)
    assert future.remove_done_callback(unwanted) == 1
    future.resolve()
    future.add_done_callback(lambda _: heard.append("late"))

    assert heard == ["kept", "late"]
