"""A world in steps: what a state machine of hypothesis plays, and what it is told."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from benthic.runtime import Refusal, UsageError
from benthic.scenarios.errors import ExpectationFailed
from benthic.scenarios.testing import SteppedWorld
from benthic.scenarios.world import LIVELY, ORDER, World

LOST = {"method": "POST", "path": ORDER, "nth": 1}


class Trading(RuleBasedStateMachine):
    """A bot whose exchange loses answers and whose process dies, as hypothesis likes."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = SteppedWorld(seed=3)
        self.steps.play(lambda world: world.start_bot(mode=LIVELY))

    @rule(minutes=st.integers(1, 9))
    def time_passes(self, minutes: int) -> None:
        self.steps.sleep(minutes * 60)

    @rule(percent=st.integers(-5, 5))
    def the_market_moves(self, percent: int) -> None:
        def move(world: World) -> None:
            price = float(world.bot.oracle.price or 60_000) * (1 + percent / 100)
            world.venue.move("BTC/USDT", f"{price:.2f}")

        self.steps.look(move)

    @rule()
    def an_answer_will_be_lost(self) -> None:
        self.steps.look(
            lambda world: world.venue.strike("A2", "execute_then_drop_response", when=LOST)
        )

    @rule()
    def the_process_dies(self) -> None:
        self.steps.play(lambda world: world.bot.kill(back_after=5))

    @invariant()
    def no_two_orders_are_under_way(self) -> None:
        assert self.steps.look(lambda world: len(world.bot.books.live)) <= 1

    def teardown(self) -> None:
        self.steps.end()


def test_hypothesis_plays_a_bot_step_by_step() -> None:
    few = settings(max_examples=2, stateful_step_count=6, deadline=None)

    run_state_machine_as_test(Trading, settings=few)


class Waiting(RuleBasedStateMachine):
    """A world whose promise breaks once eight minutes have passed."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = SteppedWorld()
        self.steps.look(lambda world: world.never(lambda: world.clock.elapsed > 480, "it is late"))

    @rule(minutes=st.integers(1, 20))
    def time_passes(self, minutes: int) -> None:
        self.steps.sleep(minutes * 60)

    def teardown(self) -> None:
        self.steps.end()


def test_steps_that_break_a_promise_of_the_world_are_found_and_made_few() -> None:
    some = settings(max_examples=10, stateful_step_count=6)

    with pytest.raises(AssertionError, match="should never be: it is late") as found:
        run_state_machine_as_test(Waiting, settings=some)

    told = "\n".join(found.value.__notes__)
    assert told.count("time_passes") == 1
    assert "minutes=9" in told


def trade(seed: int) -> tuple[int, str]:
    """A few steps, and the hash of their run."""
    steps = SteppedWorld(seed=seed)
    steps.play(lambda world: world.start_bot())
    order = steps.play(lambda world: world.bot.place("buy", "0.01", "50000"))
    steps.look(lambda world: world.venue.fill("BTC/USDT"))
    steps.play(
        lambda world: world.eventually(lambda: not world.bot.order(order.id).is_live, within=60)
    )
    outcome = steps.end()
    return outcome.fills, outcome.hash


def test_the_same_steps_are_the_same_run() -> None:
    assert trade(5) == trade(5)
    assert trade(5) != trade(6)


def test_time_stands_still_between_two_steps() -> None:
    steps = SteppedWorld()
    before = steps.look(lambda world: world.elapsed_at)
    after = steps.look(lambda world: world.elapsed_at)
    steps.sleep(60)

    assert (before, steps.look(lambda world: world.elapsed_at)) == (after, after + 60_000)
    steps.end()


def test_a_second_world_at_a_time_is_refused() -> None:
    one = SteppedWorld(seed=1)
    with pytest.raises(UsageError, match="another SteppedWorld goes on"):
        SteppedWorld(seed=2)

    assert one.end().ok
    assert SteppedWorld(seed=2).end().ok


def test_a_look_that_would_have_to_be_awaited_is_refused() -> None:
    async def at(world: World) -> int:
        return len(world.bots)

    steps = SteppedWorld()
    with pytest.raises(UsageError, match="play this one"):
        steps.look(at)  # type: ignore[unused-coroutine]
    assert steps.play(at) == 0
    steps.end()


def test_what_a_step_raises_reaches_the_caller_and_the_world_goes_on() -> None:
    steps = SteppedWorld()
    steps.play(lambda world: world.start_bot())

    with pytest.raises(Refusal):
        steps.play(lambda world: world.bot.place("buy", "1000", "50000"))
    with pytest.raises(ExpectationFailed):
        steps.play(lambda world: world.eventually(lambda: False, within=5))
    assert steps.look(lambda world: world.bot.is_open)
    assert steps.end().ok


def test_what_breaks_during_a_step_is_told_there_and_once() -> None:
    steps = SteppedWorld(seed=2)
    steps.look(lambda world: world.never(lambda: world.clock.elapsed > 30, "time passes"))

    with pytest.raises(AssertionError, match=r"seed 2: .*time passes"):
        steps.sleep(60)
    with pytest.raises(AssertionError, match="the world is over"):
        steps.look(lambda world: world.seed)
    assert not steps.end().ok


def test_a_bot_that_is_not_in_order_at_the_end_fails_it() -> None:
    steps = SteppedWorld()
    steps.play(lambda world: world.start_bot())
    steps.look(lambda world: world.venue.deposit("USDT", "5"))

    with pytest.raises(AssertionError, match="R8 not in order 0 s after the last fault"):
        steps.end(within=0)
